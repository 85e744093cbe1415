// the lives of open requests: each can be aborted by its caller's leaving and by the daemon's closing
import type { Life } from './pour.ts'

/** What comes with a request from a socket: the other end of the line. */
export type Line = {
  /** Its address as the caller wrote it. */
  readonly incoming?: { readonly url?: string | undefined }
  readonly outgoing?: { destroy(): unknown; readonly socket?: { readonly remoteAddress?: string | undefined } | null }
}
export type Lives = { begin(request: Request, line: Line | undefined): Life; endAll(): void }

/** Makes an empty set. After `endAll` every new life is aborted from the start. */
export function createLives(): Lives {
  const open = new Set<AbortController>()
  let over = false
  return {
    begin(request, line) {
      const own = new AbortController()
      const onGone = (): void => own.abort(new Error('the caller has gone'))
      const end = (): void => {
        open.delete(own)
        request.signal.removeEventListener('abort', onGone)
      }
      open.add(own)
      if (over) own.abort(new Error('the daemon is stopping'))
      request.signal.addEventListener('abort', onGone, { once: true })
      const abort = (reason: string): void => own.abort(new Error(reason))
      return { signal: own.signal, abort, end, hangUp: () => line?.outgoing?.destroy() }
    },
    endAll() {
      over = true
      for (const own of open) own.abort(new Error('the daemon is stopping'))
    },
  }
}
