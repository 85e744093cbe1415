// the HTTP door over the fake verbs, as tests use it: without a socket and with one

import { expect } from 'vitest'
import { createApp, type HttpDeps } from '../../bot/http/app.ts'
import { createHttpServer, type HttpServerDeps } from '../../bot/http/server.ts'
import type { Role } from '../../shared/job.ts'
import type { Log, LogFields } from '../../shared/log.ts'
import { findDeviations } from '../helpers/conform.ts'
import { createFakeOperations, type FakeOperations } from '../helpers/fake-operations.ts'

export const TOKENS: Readonly<Record<string, { name: string; role: Role }>> = {
  'viewer-token': { name: 'vera', role: 'viewer' },
  'operator-token': { name: 'otto', role: 'operator' },
  'admin-token': { name: 'anna', role: 'admin' },
}

export type Logged = { level: string; message: string; fields: LogFields }

export function createDeps(more: Partial<HttpServerDeps> = {}) {
  const operations = createFakeOperations()
  const logged: Logged[] = []
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void logged.push({ level, message, fields })
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => log }
  const deps: HttpDeps = {
    operations,
    authenticate: token => TOKENS[token ?? ''],
    mode: 'off',
    defaultUser: { name: 'local', role: 'admin' },
    log,
    vitals: () => ({
      jobs: { running: 1 },
      tasksOpen: { queued: 2 },
      agents: { ready: 1, draining: 0, down: 0 },
      queues: [{ cluster: 'default', queued: 2, running: 1 }],
      index: 7,
      loads: [],
      runs: [],
      ready: true,
    }),
    version: '0.0.0',
    tz: 'Asia/Shanghai',
    ...more,
  }
  return { deps, operations, logged }
}

export type Door = {
  readonly operations: FakeOperations
  readonly logged: Logged[]
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
}

export function createDoor(more: Partial<HttpServerDeps> = {}): Door {
  const { deps, operations, logged } = createDeps(more)
  const app = createApp(deps)
  return {
    operations,
    logged,
    send: async (method, path, body, headers = {}) => {
      const response = await app.request(path, {
        method,
        headers,
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      await expectTold({ method, path }, response)
      return response
    },
  }
}

/** Every answer that does not flow is what the document says. */
async function expectTold(call: { method: string; path: string }, response: Response): Promise<void> {
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('text/event-stream')) return
  const flows = type.startsWith('text/plain') && response.status === 200
  const body = flows ? 'text' : await response.clone().text()
  expect(findDeviations(call, { status: response.status, type, body })).toEqual([])
}

export async function openServer(more: Partial<HttpServerDeps> = {}) {
  const made = createDeps(more)
  const server = createHttpServer({ ...made.deps, ...more })
  const { port } = await server.listen('127.0.0.1', 0)
  return { ...made, server, port, url: `http://127.0.0.1:${port}` }
}
