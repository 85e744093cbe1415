// every endpoint of every view with a place to ask it at, and an app in memory that answers
import { createApp } from '../../bot/http/app.ts'
import { DIALECTS } from '../../bot/http/dialects/index.ts'
import type { Dialect, Endpoint } from '../../bot/http/endpoint.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import { createEngineRoom } from '../engine/room.ts'
import { findDeviations } from '../helpers/conform.ts'
import { createDeps } from '../http/door.ts'

/** An id of nothing that is there. */
export const NOBODY = '01900000-0000-7000-8000-000000000000'

export type Route = {
  readonly name: string
  readonly dialect: Dialect
  readonly endpoint: Endpoint
  readonly method: string
  /** Its path with parameters that name nothing. */
  readonly path: string
  readonly hasParams: boolean
}

export const ROUTES: readonly Route[] = DIALECTS.flatMap(dialect =>
  dialect.endpoints.map(endpoint => ({
    ...{ name: `${dialect.name}: ${endpoint.method} ${endpoint.path}`, dialect, endpoint, method: endpoint.method },
    ...{ path: fillPath(endpoint.path, NOBODY), hasParams: endpoint.path.includes(':') },
  })),
)

/** A path of the router with something in the places of its parameters. */
export function fillPath(path: string, value: string): string {
  return path.replace(/:\w+/g, value)
}

export type Reply = {
  readonly status: number
  readonly headers: Headers
  readonly type: string
  readonly text: string
}

export type Sent = {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>
}

/** The real operations over a state in memory, with an agent that takes work and never ends it. */
export async function createWorld(mode: 'off' | 'token' = 'off', alone = false) {
  const room = createEngineRoom()
  const { deps, logged } = createDeps({ operations: room.operations, clock: room.clock, mode })
  const app = createApp(deps)
  if (!alone) await room.connect()

  /** Asks, and holds the answer against the document; throws when we were wrong, or said something that is told nowhere. */
  async function send(method: string, path: string, { headers = {}, body }: Sent = {}): Promise<Reply> {
    const request = new Request(`http://127.0.0.1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body, duplex: 'half' }),
    } as RequestInit)
    logged.length = 0
    const response = await whileTimeMoves(Promise.resolve(app.fetch(request)), room.move)
    const type = response.headers.get('content-type') ?? ''
    const flows = type.startsWith('text/event-stream')
    if (flows) await response.body?.cancel()
    const text = flows ? '' : await whileTimeMoves(response.text(), room.move)
    const wrong = logged.filter(({ level }) => level === 'error')
    // where it came to: `/a/.` is `/a/`
    const { pathname, search } = new URL(request.url)
    const deviations = findDeviations(
      { method, path: `${pathname}${search}` },
      { status: response.status, type, body: text },
    )
    if (wrong.length + deviations.length > 0)
      throw new Error(`${method} ${path.slice(0, 200)}: ${response.status} ${JSON.stringify({ wrong, deviations })}`)
    return { status: response.status, headers: response.headers, type, text }
  }
  return { room, logged, send, end: () => app.endAll() }
}
export type World = Awaited<ReturnType<typeof createWorld>>

/** Awaits what may wait for time to pass, on a clock that only moves when told. */
export async function whileTimeMoves<T>(awaited: Promise<T>, move: (ms: number) => void): Promise<T> {
  let done = false
  const settled = awaited.finally(() => {
    done = true
  })
  for (let turn = 0; !done && turn < 10_000; turn += 1) {
    await new Promise(resolve => setImmediate(resolve))
    if (turn % 50 === 49) move(60_000)
  }
  return await settled
}

/** How a view says a failure: what an answer has to look like, without its words. */
export function sayingOf(dialect: Dialect, code: ErrorCode, status: number) {
  const answer = dialect.fail({ code, status, message: 'x' })
  return { status: answer.status, type: answer.headers['content-type'], keys: keysOf(String(answer.body ?? '')) }
}

/** What an answer looks like, without its words. */
export function looksOf({ status, type, text }: Reply) {
  return { status, type, keys: keysOf(text) }
}

function keysOf(text: string): string[] | 'text' {
  try {
    // details come and go with what is wrong
    return Object.keys(JSON.parse(text) as object).filter(key => key !== 'details')
  } catch {
    // a view whose errors are plain words
    return 'text'
  }
}
