// the rules that hold in every view, asked of every endpoint there is
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DIALECTS } from '../../bot/http/dialects/index.ts'
import { DOCUMENT } from '../helpers/conform.ts'
import { createWorld, fillPath, looksOf, NOBODY, ROUTES, type Route, sayingOf, type World } from './routes.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const TAKING = ROUTES.filter(({ endpoint }) => endpoint.body !== undefined)
const READING = ROUTES.filter(({ method }) => method === 'GET')
const NAMED = ROUTES.filter(({ hasParams }) => hasParams)
const CLOSED = ROUTES.filter(({ endpoint }) => endpoint.effect !== 'open')
/** Features of view 001 that are off say so whatever is sent; otherwise a mistake in the body is one. */
const OFF = 501

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.end())

/** May an ask of something that is not there be answered with this, when its body is wrong too? */
function refuses({ hasParams, dialect }: Route, status: number): number[] {
  const also = hasParams ? [404] : []
  return dialect.name === 'alluxio' ? [status, OFF, ...also] : [status, ...also]
}

describe.each(TAKING)('$name takes a body', route => {
  const { method, path, dialect, endpoint } = route

  test('as JSON, whatever its type says', async () => {
    const first = await world.send(method, path, { body: '{"x":1}', headers: JSON_TYPE })
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data', 'nonsense', 'x/']) {
      const other = await world.send(method, path, { body: '{"x":1}', headers: { 'content-type': type } })
      expect([other.status, other.type], type).toEqual([first.status, first.type])
      const broken = await world.send(method, path, { body: 'ata', headers: { 'content-type': type } })
      expect(refuses(route, 400), type).toContain(broken.status)
      if (broken.status === 400) expect(broken.text, type).toContain('JSON')
    }
  })

  test('or none: nothing and white space are the same with the type of JSON', async () => {
    const none = await world.send(method, path)
    for (const body of ['', ' ', '\r\n\t '])
      expect((await world.send(method, path, { body, headers: JSON_TYPE })).status).toBe(none.status)
  })

  test.each([
    ['broken JSON', '{"a":'],
    ['wrong UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['a byte of zero', '\u0000'],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['null', 'null'],
    ['a number', '1e999'],
    ['10,000 lists in each other', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['10,000 objects in each other', '{"a":'.repeat(10_000) + 1 + '}'.repeat(10_000)],
    ['keys of every object', '{"__proto__":{"a":1},"constructor":1,"toString":null}'],
    ['the same key twice', '{"path":"/a","path":"/b"}'],
  ])('and refuses %s in the words of its view', async (_, body) => {
    const reply = await world.send(method, path, { body, headers: JSON_TYPE })
    // no body at all is asked for by retry; every other one asks for more than these have
    const mild = endpoint.body?.safeParse(undefined).success === true ? [200, 202] : []
    expect([...refuses(route, 400), ...mild, 404, 410]).toContain(reply.status)
    if (reply.status === 400) expect(looksOf(reply)).toEqual(sayingOf(dialect, 'INVALID_INPUT', 400))
  })

  test.each([
    ['announced', { 'content-length': '1048577' }, (): string => '{}'],
    ['in pieces', {}, (): ReadableStream<Uint8Array> => toPieces(`{"x":"${'a'.repeat(1_048_600)}"}`)],
  ])('of at most 1 MiB, %s', async (_, headers, toBody) => {
    const reply = await world.send(method, path, { body: toBody(), headers: { ...JSON_TYPE, ...headers } })
    expect(refuses(route, 413)).toContain(reply.status)
    if (reply.status === 413) expect(looksOf(reply)).toEqual(sayingOf(dialect, 'PAYLOAD_TOO_LARGE', 413))
  })
})

function toPieces(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, at + 65_536))
      at += 65_536
    },
  })
}

describe.each(ROUTES)('$name', ({ method, path, endpoint, dialect }) => {
  test('is the same with a slash at its end', async () => {
    const [plain, slashed] = [await world.send(method, path), await world.send(method, `${path}/`)]
    expect(looksOf(slashed)).toEqual(looksOf(plain))
  })

  test('takes no notice of the type of an empty body', async () => {
    const [plain, typed] = [await world.send(method, path), await world.send(method, path, { headers: JSON_TYPE })]
    expect(looksOf(typed)).toEqual(looksOf(plain))
  })

  test('refuses what one parameter means when it is given twice', async () => {
    const given = (DOCUMENT.paths[endpoint.path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]?.parameters ?? [])
      .filter(parameter => parameter.in === 'query')
      .map(({ name }) => name)
    for (const name of given) {
      const twice = await world.send(method, `${path}?${name}=1&${name}=2`)
      expect([400, 404, 501], name).toContain(twice.status)
      const empty = await world.send(method, `${path}?${name}=`)
      expect([200, 400, 404, 410, 501, 500], name).toContain(empty.status)
      // a cluster that cannot be asked, which is none of the parameter's
      if (empty.status === 500) expect(empty.text).toMatch(/agent|cluster/)
    }
  })

  test.each(['%zz', '%', '%00', '%c0%af', '%E0%A4%A', '%ff', '%2e%2e%2f', '%0d%0aX-Injected:%20y', '%F0%9F%98%80'])(
    'stands %s in its path and its query',
    async strange => {
      for (const asked of [fillPath(endpoint.path, strange), `${path}?${strange}=${strange}&cluster=${strange}`]) {
        const reply = await world.send(method, asked)
        expect(reply.headers.get('x-injected')).toBeNull()
        expect(reply.status === 500 ? reply.text : '').toMatch(/^$|agent|cluster/)
      }
    },
  )

  test('stands an address of 8 KiB', async () => {
    const long = 'a'.repeat(8_192)
    for (const asked of [`${path}?x=${long}`, fillPath(endpoint.path, long)])
      expect([200, 201, 202, 400, 403, 404, 405, 410, 500, 501]).toContain((await world.send(method, asked)).status)
  })

  test('says JSON when it answers JSON', async () => {
    const { text, type, status } = await world.send(method, path)
    const isJson = /^[[{"]/.test(text) && !type.startsWith('text/html')
    if (isJson && dialect.name !== 'nomad') expect(type, text.slice(0, 80)).toMatch(/^application\/json/)
    if (isJson && status === 200) expect(type).toMatch(/^application\/json/)
  })
})

test.each(READING)('$name has a head', async ({ method, path }) => {
  const [whole, head] = [await world.send(method, path), await world.send('HEAD', path)]
  expect([head.status, head.type, head.text]).toEqual([whole.status, whole.type, ''])
})

const PATHS = [...new Set(ROUTES.map(({ endpoint }) => endpoint.path))].map(path => ({
  path,
  routes: ROUTES.filter(({ endpoint }) => endpoint.path === path),
}))
test.each(PATHS)('$path says which methods it takes', async ({ path, routes }) => {
  const methods = routes.map(({ method }) => method)
  const allowed = methods.includes('GET') ? [...methods, 'HEAD'] : methods
  const [{ dialect }] = routes as [Route]
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    if (allowed.includes(method)) continue
    const reply = await world.send(method, fillPath(path, NOBODY))
    expect([method, reply.status]).toEqual([method, 405])
    expect(reply.headers.get('allow')?.split(', ').sort()).toEqual([...allowed].sort())
    if (method === 'HEAD') continue
    expect(looksOf(reply)).toEqual(sayingOf(dialect, 'METHOD_NOT_ALLOWED', 405))
    if (dialect.name === 'nomad') expect(reply.text).toBe('Invalid method')
  }
})

/** What the contract says of a place that is not there, by how it begins. */
function absentAt(path: string): { text: string } | { keys: string[] } {
  if (path.startsWith('/v1/')) return { text: '' }
  const noun = /^\/api\/v1\/[^/]+/.exec(path)?.[0]
  const owners = DIALECTS.filter(({ endpoints }) => endpoints.some(one => `${one.path}/`.startsWith(`${noun}/`)))
  const isNative = noun !== undefined && owners.length === 1 && owners[0]?.name === 'native'
  return isNative ? { keys: ['code', 'message'] } : { text: '{"error":"not found"}' }
}

test.each(PATHS)('below $path there is nothing else', async ({ path }) => {
  const below = `${fillPath(path, NOBODY)}/nothing/of/the/kind`.replace('//', '/')
  const reply = await world.send('GET', below)
  expect(reply.status).toBe(404)
  const wanted = absentAt(below)
  if ('text' in wanted) expect(reply.text).toBe(wanted.text)
  else expect(looksOf(reply).keys).toEqual(wanted.keys)
})

describe('credentials', () => {
  let closed: World
  beforeAll(async () => {
    closed = await createWorld('token')
  })
  afterAll(() => closed.end())

  const UNKNOWN: Readonly<Record<string, readonly [number, unknown]>> = {
    native: [401, { code: 'UNAUTHENTICATED', message: expect.any(String) }],
    cli2api: [401, { error: expect.any(String) }],
    alluxio: [401, { status: expect.any(String) }],
    nomad: [403, 'Permission denied'],
    datahub: [401, { code: 1005, msg: 'unauthorized', data: {} }],
    pandora: [401, { error: expect.any(String) }],
  }
  const TOO_LOW: Readonly<Record<string, unknown>> = {
    native: { code: 'FORBIDDEN', message: expect.any(String) },
    cli2api: { error: expect.any(String) },
    alluxio: { status: expect.any(String) },
    nomad: 'Permission denied',
    datahub: { code: 1006, msg: 'permission denied', data: {} },
    pandora: { error: expect.any(String) },
  }
  const NONE = [
    {},
    { authorization: '' },
    { authorization: 'Token' },
    { authorization: 'Token unknown' },
    { authorization: 'Basic admin-token' },
    { authorization: 'admin-token' },
    { authorization: 'Bearer admin-token admin-token' },
    { 'x-nomad-token': 'unknown' },
    { 'x-nomad-token': '' },
  ] as Record<string, string>[]
  const bodyOf = (text: string, name: string): unknown => (name === 'nomad' ? text : JSON.parse(text))

  test.each(CLOSED)('$name asks for one before it looks at anything', async ({ method, path, dialect }) => {
    for (const headers of NONE) {
      const body = method === 'GET' ? {} : { body: '{' }
      const reply = await closed.send(method, `${path}?index=x&limit=-1`, { headers, ...body })
      expect([reply.status, bodyOf(reply.text, dialect.name)], JSON.stringify(headers)).toEqual(UNKNOWN[dialect.name])
    }
  })

  test.each(CLOSED)('$name takes it in each form', async ({ method, path }) => {
    const known = ['Token', 'Bearer', 'Pandora', 'bearer', 'TOKEN'].map(scheme => ({
      authorization: `${scheme} admin-token`,
    }))
    for (const headers of [...known, { 'x-nomad-token': 'admin-token' }] as Record<string, string>[]) {
      const reply = await closed.send(method, path, { headers })
      expect([401, 403], JSON.stringify(headers)).not.toContain(reply.status)
    }
  })

  const RANKS = { write: ['viewer'], manage: ['viewer', 'operator'] } as const
  const GUARDED = CLOSED.filter(({ endpoint: { effect } }) => effect === 'write' || effect === 'manage')
  test.each(GUARDED)('$name refuses a role that is too low, whatever it asks for', async route => {
    const { method, path, dialect, endpoint } = route
    for (const role of endpoint.effect === 'write' ? RANKS.write : RANKS.manage) {
      for (const body of method === 'GET' ? [undefined] : [undefined, '{', 'null'])
        for (const where of [path, fillPath(endpoint.path, '%zz')]) {
          const headers = { authorization: `Token ${role}-token` }
          const reply = await closed.send(method, where, { headers, ...(body === undefined ? {} : { body }) })
          expect([reply.status, bodyOf(reply.text, dialect.name)]).toEqual([403, TOO_LOW[dialect.name]])
        }
    }
  })
})

test('a body is nested at most 100 levels deep, whatever is in it', async () => {
  const nested = (levels: number): string =>
    `{"action":"load","paths":["/a"],"x":${'['.repeat(levels)}${']'.repeat(levels)}}`
  const deep = await world.send('POST', '/api/v1/gfs', { body: nested(100) })
  expect([deep.status, deep.text]).toEqual([400, '{"error":"the body must be nested at most 100 levels deep"}'])
  const fine = await world.send('POST', '/api/v1/gfs', { body: nested(99) })
  expect(fine.text).not.toContain('nested')
})

describe('booleans of a query are those of Go', () => {
  const purge = (word: string) => world.send('DELETE', `/v1/job/nobody?purge=${word}`)
  const WORDS = ['1', 't', 'T', 'TRUE', 'true', 'True', '0', 'f', 'F', 'FALSE', 'false', 'False', '']
  test.each(WORDS)('%j is one', async word => {
    expect((await purge(word)).status).toBe(200)
  })
  test.each(['yes', 'tRuE', '2', '-1', 'on', 'null', '%20true', 'true%00'])('%j is none', async word => {
    const { status, text } = await purge(word)
    expect([status, text]).toEqual([500, expect.stringMatching(/^Failed to parse value of /)])
  })
})

const FOUND = NAMED.filter(({ endpoint }) => endpoint.body !== undefined)
test.each(FOUND)('$name says that it is not there rather than what is wrong with the body', async route => {
  const { method, path, endpoint } = route
  const reply = await world.send(method, path, { body: '{' })
  // in view 002 a registration makes what it names
  expect([endpoint.path, reply.status]).toEqual([endpoint.path, endpoint.path === '/v1/job/:id' ? 400 : 404])
})
