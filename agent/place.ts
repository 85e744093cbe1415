// a place that one holds at a time: who comes later waits, in order, or goes away
export type Place = {
  /** Resolves with how to leave the place; undefined when the wait was given up. Leaving twice is once. */
  enter(signal?: AbortSignal): Promise<(() => void) | undefined>
}

/** Makes an empty place. */
export function createPlace(): Place {
  const waiting: (() => void)[] = []
  let taken = false

  function take(): () => void {
    taken = true
    let left = false
    return () => {
      if (left) return
      left = true
      taken = false
      waiting.shift()?.()
    }
  }
  return {
    enter(signal) {
      if (signal?.aborted) return Promise.resolve(undefined)
      if (!taken) return Promise.resolve(take())
      return new Promise(resolve => {
        const goIn = () => {
          signal?.removeEventListener('abort', goAway)
          resolve(take())
        }
        const goAway = () => {
          waiting.splice(waiting.indexOf(goIn), 1)
          resolve(undefined)
        }
        waiting.push(goIn)
        signal?.addEventListener('abort', goAway, { once: true })
      })
    },
  }
}
