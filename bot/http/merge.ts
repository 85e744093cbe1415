// several sources as one: each goes on only after its last item was taken, so nothing piles up

type Item<T> = { readonly value: T; readonly taken: () => void }
type Meeting<T> = {
  readonly ready: Item<T>[]
  open: number
  failure?: { readonly thrown: unknown }
  over: boolean
  wake: () => void
}

/**
 * Items of all sources in the order in which they come. Ends when all have ended or the signal aborts; a source that
 * fails fails the whole. Sources must end by themselves when the same signal aborts.
 */
export async function* merge<T>(sources: readonly AsyncIterable<T>[], signal: AbortSignal): AsyncGenerator<T> {
  const meeting: Meeting<T> = { ready: [], open: sources.length, over: false, wake: () => {} }
  const onAbort = (): void => meeting.wake()
  signal.addEventListener('abort', onAbort)
  for (const source of sources) void pump(meeting, source)
  try {
    while (!signal.aborted) {
      const next = meeting.ready.shift()
      if (next !== undefined) yield* handOver(next)
      else if (meeting.failure !== undefined) throw meeting.failure.thrown
      else if (meeting.open === 0) return
      else await new Promise<void>(resolve => (meeting.wake = resolve))
    }
  } finally {
    meeting.over = true
    signal.removeEventListener('abort', onAbort)
    for (const { taken } of meeting.ready) taken()
  }
}

async function pump<T>(meeting: Meeting<T>, source: AsyncIterable<T>): Promise<void> {
  try {
    for await (const value of source) {
      if (meeting.over) return
      await new Promise<void>(taken => {
        meeting.ready.push({ value, taken })
        meeting.wake()
      })
      if (meeting.over) return
    }
  } catch (thrown) {
    meeting.failure ??= { thrown }
  } finally {
    meeting.open -= 1
    meeting.wake()
  }
}

function* handOver<T>({ value, taken }: Item<T>): Generator<T> {
  try {
    yield value
  } finally {
    taken()
  }
}
