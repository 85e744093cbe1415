// who may do what, over the real daemon with tokens: made, used, refused, revoked, kept through a kill, and never shown
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntry } from '../../bot/engine/ports.ts'
import { DIALECTS } from '../../bot/http/dialects/index.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import { createStack, type Stack } from '../helpers/stack.ts'

const ADMIN = 'first-admin-Xq7'
const AGENT = 'token-of-agents-Zk3'
const OPEN = ['/api/openapi.json', '/docs', '/hc', '/healthz', '/readyz']

type Token = { readonly id: string; readonly name: string; readonly token: string; readonly role: string }
const tokens: Record<string, Token> = {}
let stack: Stack

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })
const as = (name: string): Record<string, string> => bearer(tokens[name]?.token ?? '')
const anonymous = { authorization: '' }

async function make(name: string, role: string): Promise<Token> {
  const { code, stdout, stderr } = await stack.gander(['token', 'create', name, '--role', role, '--json'])
  if (code !== 0) throw new Error(stderr)
  const made = JSON.parse(stdout) as Token
  tokens[name] = made
  return made
}

/** What a view answers to a failure: its status and the names in its body. */
function refusalOf(view: string, code: ErrorCode, status: number) {
  const answer = DIALECTS.find(({ name }) => name === view)?.fail({ code, status, message: 'x' })
  return { status: answer?.status, type: answer?.headers['content-type'], keys: keysOf(String(answer?.body ?? '')) }
}

function keysOf(text: string): string[] {
  try {
    return Object.keys(JSON.parse(text) as object).sort()
  } catch {
    // a view whose errors are plain words
    return []
  }
}

async function answerTo(method: string, path: string, headers: Record<string, string>) {
  const { status, headers: got, text } = await stack.api(method, path, undefined, headers)
  return { status, type: got['content-type'], keys: keysOf(text) }
}

beforeAll(async () => {
  stack = await createStack({
    token: AGENT,
    daemonEnv: { GANDER_AUTH: 'token', GANDER_ADMIN_TOKEN: ADMIN, GANDER_AGENT_TOKEN: AGENT, LOG_LEVEL: 'debug' },
    agentEnv: { LOG_LEVEL: 'debug' },
  })
  await make('ops', 'operator')
  await make('looker', 'viewer')
})
afterAll(() => stack.close())

test('the first administrator makes tokens; the list does not show them', async () => {
  expect(tokens['ops']).toMatchObject({ name: 'ops', role: 'operator', token: expect.stringMatching(/^gander_/) })
  const table = (await stack.gander(['token', 'list'])).stdout
  expect(table).toMatch(/ops +admin +operator/)
  expect(table).not.toContain(tokens['ops']?.token)
})

test('the operator works, and the numbers of the daemon move as they must', async () => {
  await stack.put('/metered', 3, '4k')
  const { code, stdout } = await stack.gander(['load', '/metered'], { GANDER_TOKEN: tokens['ops']?.token ?? '' })
  expect([code, stdout]).toEqual([0, expect.stringContaining('cached: /metered')])
  const { text } = await stack.api('GET', '/metrics', undefined, as('looker'))
  const lines = text.split('\n')
  for (const line of [
    'gander_load_bytes_total{cluster="default"} 12288',
    'gander_load_files_total{cluster="default",outcome="loaded"} 3',
    'gander_load_files_total{cluster="default",outcome="missing"} 0',
    'gander_run_duration_seconds_count{action="load",status="succeeded"} 1',
    'gander_jobs{status="succeeded"} 1',
    'gander_agents{status="ready"} 1',
    'gander_ready 1',
  ])
    expect(lines).toContain(line)
  const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  for (const name of ['gander_store_frames_total', 'gander_store_journal_bytes', 'gander_store_reserve_bytes'])
    expect(value(name), name).toBeGreaterThan(0)
})

const WRITES = DIALECTS.flatMap(({ name, endpoints }) =>
  endpoints
    .filter(({ effect }) => effect === 'write' || effect === 'manage')
    .map(({ method, path }) => [name, method, path.replace(/:\w+/g, '1')] as const),
)
test.each(WRITES)('in view %s a viewer may not %s %s', async (view, method, path) => {
  expect(await answerTo(method, path, as('looker'))).toEqual(refusalOf(view, 'FORBIDDEN', 403))
})

test('every route of the document but the open ones asks for a credential, of its callers and of agents', async () => {
  type Operation = { security?: unknown[]; tags?: string[] }
  const document = (await stack.api('GET', '/api/openapi.json', undefined, anonymous)).json
  const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, about]) => ({ path, method: method.toUpperCase(), about })),
  )
  expect(
    operations
      .filter(({ about }) => about.security?.length === 0)
      .map(({ path }) => path)
      .sort(),
  ).toEqual(OPEN)
  for (const { path, method, about } of operations) {
    const isOpen = OPEN.includes(path)
    for (const headers of [anonymous, bearer('unknown'), bearer(AGENT), { 'x-nomad-token': AGENT, ...anonymous }]) {
      const answer = await answerTo(method, path.replace(/\{\w+\}/g, '1'), headers)
      const wanted = isOpen ? { status: 200 } : refusalOf(about.tags?.[0] ?? '', 'UNAUTHENTICATED', 401)
      expect(answer, `${method} ${path}`).toMatchObject(wanted)
    }
  }
})

test.each([
  ["a user's token", () => tokens['ops']?.token ?? ''],
  ["the administrator's", () => ADMIN],
  ['none', () => ''],
])("%s does not open the agents' socket", async (_, token) => {
  const headers = {
    ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
    ...{ 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', ...bearer(token()) },
  }
  const ask = request({ host: '127.0.0.1', port: stack.port, path: '/agent/v1/socket', headers, agent: false })
  ask.end()
  const [response] = await once(ask, 'response')
  response.resume()
  expect(response.statusCode).toBe(401)
})

describe('a revoked token', () => {
  test('is refused from the next ask on', async () => {
    const { id, token } = await make('gone', 'operator')
    expect((await stack.api('GET', '/api/v1/me', undefined, bearer(token))).json).toEqual({
      name: 'admin',
      role: 'operator',
    })
    expect((await stack.gander(['token', 'revoke', id])).code).toBe(0)
    expect((await stack.api('GET', '/api/v1/me', undefined, bearer(token))).status).toBe(401)
    const { code, stderr } = await stack.gander(['jobs'], { GANDER_TOKEN: token })
    expect([code, stderr]).toEqual([6, expect.stringContaining('GANDER_TOKEN')])
  })

  test('nobody makes one above the own role', async () => {
    const answer = await stack.api('POST', '/api/v1/tokens', { name: 'up', role: 'admin' }, as('ops'))
    expect([answer.status, answer.json.code]).toEqual([403, 'FORBIDDEN'])
  })
})

const audit = async (query = ''): Promise<AuditEntry[]> =>
  (await stack.api('GET', `/api/v1/audit?limit=1000${query}`)).json.items as AuditEntry[]

test('what was written and refused stands in the book, for administrators', async () => {
  await stack.api('POST', '/api/v1/gfs', { action: 'GooseFSList', path: '/metered' }, as('looker'))
  const entries = await audit()
  expect(entries).toContainEqual({
    ...{ at: expect.any(String), user: 'admin', role: 'operator', via: 'cli', view: 'native' },
    ...{ what: 'POST /api/v1/jobs', said: expect.stringContaining('/metered'), status: 201, from: '127.0.0.1' },
  })
  expect(entries).toContainEqual(
    expect.objectContaining({ view: 'cli2api', role: 'viewer', status: 403, code: 'FORBIDDEN' }),
  )
  expect(entries).toContainEqual(expect.objectContaining({ view: 'cli2api', user: '', status: 401 }))
  expect(entries.filter(({ status, view, role }) => view === 'cli2api' && role === 'viewer' && status === 200)).toEqual(
    [],
  )
  expect((await stack.api('GET', '/api/v1/audit', undefined, as('ops'))).status).toBe(403)
  const table = await stack.gander(['audit', '--user', 'admin', '--since', '1h', '--limit', '2'])
  expect(table.stdout.trimEnd().split('\n')).toHaveLength(3)
  expect(table.stdout).toMatch(/^AT +USER +ROLE/)
  const lines = (await stack.gander(['audit', '--limit', '150', '--json'])).stdout.trimEnd().split('\n')
  expect(JSON.parse(lines[0] ?? '')).toHaveProperty('what')
})

test('tokens and the book survive kill -9 of the daemon', async () => {
  const { id, token } = await make('late', 'viewer')
  const before = await audit()
  await stack.daemon.end('SIGKILL')
  stack.daemon.start()
  await stack.daemonReady()
  await stack.agentReady(0)
  for (const known of [token, tokens['ops']?.token ?? ''])
    expect((await stack.api('GET', '/api/v1/me', undefined, bearer(known))).status).toBe(200)
  expect((await stack.api('GET', '/api/v1/me', undefined, bearer(tokens['gone']?.token ?? ''))).status).toBe(401)
  expect((await audit()).slice(-before.length)).toEqual(before)
  expect((await stack.api('DELETE', `/api/v1/tokens/${id}`)).status).toBe(204)
  expect((await audit())[0]?.what).toBe(`DELETE /api/v1/tokens/${id}`)
})

test("no token's text is on the disk of the daemon or in a log", async () => {
  const typed = tokens['ops']?.token ?? ''
  // people type a token where an id belongs
  expect((await stack.api('DELETE', `/api/v1/tokens/${typed}?token=${typed}`)).status).toBe(404)
  await stack.api('POST', `/api/v1/jobs/${ADMIN}/stop`)
  const logs = readdirSync(stack.dir).filter(name => name.endsWith('.log'))
  const files = [...filesOf(stack.dataDir), ...logs.map(name => join(stack.dir, name))]
  expect(files.some(path => path.includes('audit-'))).toBe(true)
  expect(files.some(path => path.endsWith('daemon.log'))).toBe(true)
  for (const path of files) {
    const bytes = readFileSync(path)
    for (const secret of [ADMIN, AGENT, ...Object.values(tokens).map(({ token }) => token)])
      expect(bytes.includes(secret), `${secret.slice(0, 9)} in ${path}`).toBe(false)
  }
})

function filesOf(dir: string): string[] {
  return readdirSync(dir).flatMap(name => {
    const path = join(dir, name)
    const kind = statSync(path)
    // the lock is a socket: it holds nothing
    return kind.isDirectory() ? filesOf(path) : kind.isFile() ? [path] : []
  })
}
