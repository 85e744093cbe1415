// an answer as a web response: bodies that flow are read only as fast as the caller takes them
import { toError } from '../../shared/errors.ts'
import type { Answer, Flowing } from './answer.ts'
import type { Room } from './endpoint.ts'

// what the CLI prints is never taken for a page, and no answer is kept for later
const ALWAYS = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }
export const SLOWEST_VIEWER_MS = 60_000

/** A request's life: aborted by its caller's leaving or the daemon's closing; `hangUp` breaks its connection. */
export type Life = {
  readonly signal: AbortSignal
  abort(reason: string): void
  end(): void
  hangUp(): void
}

/**
 * Makes the response. A flow is opened only when there is somebody to read it (never for HEAD), aborted when the caller
 * goes, and, when it is a live one, cut after 60 s in which the caller took nothing of what was ready.
 */
export function toResponse(answer: Answer, options: { head: boolean; life: Life; room: Room }): Response {
  const { status, headers, body } = answer
  if (!options.head && body !== undefined && isFlowing(body)) {
    return new Response(pour(body, options), { status, headers: { ...ALWAYS, ...headers } })
  }
  options.life.end()
  return new Response(options.head || body === undefined || isFlowing(body) ? null : body, {
    status,
    headers: { ...ALWAYS, ...headers },
  })
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
          // the status has long been sent: only a broken connection tells that this was not all
          life.hangUp()
          controller.close()
          return
        }
        if (body.live) calm = room.clock.after(SLOWEST_VIEWER_MS, cut)
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

  function cut(): void {
    life.abort('the caller does not read')
    room.log.info('a viewer was cut: it took nothing for 60 s')
    finish()
    life.hangUp()
    // its own end is not awaited: the abort has told it
    void flow?.return?.()
  }
}
