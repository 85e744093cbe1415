// who hears of what happened, and what becomes of a listener that fails
import type { Log } from '../../shared/log.ts'

export type Bus<News> = {
  /** Tells every listener, in the order in which they subscribed. A listener that throws is logged and goes on listening. */
  publish(news: News): void
  /** Subscribes; the answer undoes it. */
  subscribe(listener: (news: News) => void): () => void
  readonly listeners: number
}

/** A topic of its own: the state's frames, or the growth of output. */
export function createBus<News>(log: Log): Bus<News> {
  const listeners = new Set<(news: News) => void>()
  return {
    publish(news) {
      for (const listener of listeners) {
        try {
          listener(news)
        } catch (cause) {
          // a listener cannot hurt the speaker
          log.error('a listener failed', { cause })
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    get listeners() {
      return listeners.size
    },
  }
}
