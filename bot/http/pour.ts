// an answer as a web response: bodies that flow are read only as fast as the caller takes them
import { toError } from '../../shared/errors.ts'
import type { Answer, Flowing } from './answer.ts'
import type { Room } from './endpoint.ts'

export const SLOWEST_VIEWER_MS = 60_000

/** What a response needs of the request's life: an abort that is known to the server, and its end. */
export type Life = { readonly signal: AbortSignal; abort(reason: string): void; end(): void }

/**
 * Makes the response. A flow is opened only when there is somebody to read it (never for HEAD), aborted when the caller
 * goes, and, when it is a live one, cut after 60 s in which the caller took nothing of what was ready.
 */
export function toResponse(answer: Answer, options: { head: boolean; life: Life; room: Room }): Response {
  const { status, headers, body } = answer
  if (!options.head && body !== undefined && isFlowing(body)) {
    return new Response(pour(body, options), { status, headers })
  }
  options.life.end()
  return new Response(options.head || body === undefined || isFlowing(body) ? null : body, { status, headers })
}

function isFlowing(body: Exclude<Answer['body'], undefined>): body is Flowing {
  return typeof body === 'object' && 'open' in body
}

function pour(body: Flowing, { life, room }: { life: Life; room: Room }): ReadableStream<Uint8Array> {
  let flow: AsyncIterator<Uint8Array> | undefined
  let calm = (): void => {}
  const finish = (): void => {
    calm()
    life.end()
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        calm()
        flow ??= body.open(life.signal)[Symbol.asyncIterator]()
        try {
          const next = await flow.next()
          if (next.done === true) {
            finish()
            controller.close()
            return
          }
          controller.enqueue(next.value)
        } catch (thrown) {
          finish()
          if (!life.signal.aborted) room.log.error('an answer broke off', { error: toError(thrown) })
          throw thrown
        }
        if (body.live) calm = room.clock.after(SLOWEST_VIEWER_MS, () => cut(controller))
      },
      async cancel() {
        life.abort('the caller has gone')
        finish()
        await flow?.return?.()
      },
    },
    // nothing is read ahead: what waits, waits where it is stored
    { highWaterMark: 0 },
  )

  function cut(controller: ReadableStreamDefaultController<Uint8Array>): void {
    life.abort('the caller does not read')
    finish()
    controller.error(new Error('cut: the caller took nothing for 60 s'))
    // its own end is not awaited: the abort has told it
    void flow?.return?.()
  }
}
