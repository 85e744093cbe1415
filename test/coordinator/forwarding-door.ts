// a listener with endpoints that may be forwarded, in front of a coordinator, and a client that changes no byte
import { request as ask } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { toJson } from '../../bot/http/answer.ts'
import { createAttemptMarks } from '../../bot/http/attempts.ts'
import type { Dialect, Room } from '../../bot/http/endpoint.ts'
import { createForward } from '../../bot/http/forward.ts'
import { createLives } from '../../bot/http/lives.ts'
import { createRouter } from '../../bot/http/router.ts'
import type { Clock } from '../../shared/time.ts'
import { createClock } from '../../shared/time.ts'
import { createHeardLog } from '../helpers/room.ts'
import { TOKENS } from '../http/door.ts'

export type Got = {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly bytes: Buffer
  readonly text: string
}
type Given = { readonly body?: string | Buffer; readonly headers?: Record<string, string> }
type DoorOptions = {
  readonly coordinators: Record<string, string>
  readonly operations?: Partial<Room['operations']>
  readonly withinMs?: number
  readonly mode?: 'off' | 'token'
  readonly clock?: Clock
}

const NOUNS = ['load', 'free', 'rebalance', 'cache', 'mount', 'quota', 'ttl', 'priority', 'nodes', 'file_index']

// the view answers with its own name, so that a test sees who answered
const VIEW: Dialect = {
  name: 'alluxio',
  errorShape: 'none',
  fail: failure => toJson({ status: failure.message }, { status: failure.status }),
  endpoints: [...NOUNS, 'cache-filter'].flatMap(noun =>
    (['GET', 'POST', 'DELETE'] as const).map(method => ({
      ...({ method, path: `/api/v1/${noun}`, summary: noun, effect: method === 'GET' ? 'read' : 'write' } as const),
      ...{ answers: {}, forwardable: true, handler: () => toJson({ answered: 'here' }) },
    })),
  ),
}

export async function createForwardingDoor(options: DoorOptions) {
  const clock = options.clock ?? createClock()
  const { log, heard } = createHeardLog()
  const lives = createLives()
  const room = { operations: options.operations ?? {}, clock, log, attemptMarks: createAttemptMarks() }
  const router = createRouter({
    room: room as unknown as Room,
    access: {
      ...{ authenticate: token => TOKENS[token ?? ''], mode: options.mode ?? 'off', boundHosts: [] },
      defaultUser: { name: 'local', role: 'admin' },
    },
    dialects: [VIEW],
    lives: lives.begin,
    page: () => undefined,
    count: () => {},
    audit: async () => {},
    forward: createForward({
      coordinators: new Map(Object.entries(options.coordinators)),
      defaultCluster: 'cli',
      ...(options.withinMs !== undefined && { withinMs: options.withinMs }),
    }),
  })
  const server = createAdaptorServer({
    fetch: (request, { incoming, outgoing }) => router.fetch(request, { incoming, outgoing }),
  })
  let gone = 0
  server.on('connection', socket => socket.on('close', () => (gone += 1)))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  const send = (method: string, path: string, { body, headers }: Given = {}): Promise<Got> =>
    new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
      const told = { ...length, ...headers }
      const asking = ask({ host: '127.0.0.1', port, method, path, agent: false, headers: told }, response => {
        const pieces: Buffer[] = []
        response.on('data', piece => pieces.push(piece as Buffer))
        response.on('error', reject)
        response.on('end', () => {
          const bytes = Buffer.concat(pieces)
          resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString() })
        })
      })
      asking.on('error', reject)
      asking.end(body)
    })
  return {
    ...{ send, port, heard, lives },
    /** Callers whose connection is closed. */
    gone: () => gone,
    /** A socket that has sent a request and reads nothing by itself. */
    dial(path: string) {
      const socket = connect(port, '127.0.0.1')
      socket.pause()
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
      return socket
    },
    async close() {
      lives.endAll()
      const ended = new Promise<void>(resolve => server.close(() => resolve()))
      if ('closeAllConnections' in server) server.closeAllConnections()
      await ended
    },
  }
}
