// every write of every view is put down before its answer, refused ones too; reads are not, secrets never
import { describe, expect, test } from 'vitest'
import type { AuditEntry } from '../../bot/engine/ports.ts'
import type { HttpDeps } from '../../bot/http/app.ts'
import { DIALECTS } from '../../bot/http/dialects/index.ts'
import { AppError } from '../../shared/errors.ts'
import { createDoor, openServer } from './door.ts'

const LOAD = { action: 'load', paths: ['/a'] }
const OTTO = { authorization: 'Bearer operator-token' }
const VERA = { authorization: 'Bearer viewer-token' }

function createBook(more: Partial<HttpDeps> = {}) {
  const entries: AuditEntry[] = []
  const audit = { record: async (entry: AuditEntry) => void entries.push(entry) }
  return { entries, audit, door: createDoor({ mode: 'token', audit, ...more }) }
}

test('a write is put down with who, what and how it ended', async () => {
  const { entries, door } = createBook({ clock: { now: () => Date.UTC(2026, 10, 21), after: () => () => {} } })
  await door.send('POST', '/api/v1/jobs', LOAD, { ...OTTO, 'x-gander-via': 'cli' })
  expect(entries).toEqual([
    {
      ...{ at: '2026-11-21T00:00:00.000Z', user: 'otto', role: 'operator', via: 'cli', view: 'native' },
      ...{ what: 'POST /api/v1/jobs', said: JSON.stringify(LOAD), status: 201 },
    },
  ])
})

test('before it is answered', async () => {
  let release = (): void => {}
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  const { door, operations } = (() => {
    const door = createDoor({ audit: { record: () => held } })
    return { door, operations: door.operations }
  })()
  let answered = false
  const answer = door.send('POST', '/api/v1/jobs', LOAD).then(response => {
    answered = true
    return response
  })
  while (operations.requests.length === 0) await new Promise(resolve => setImmediate(resolve))
  for (let turn = 0; turn < 20; turn += 1) await new Promise(resolve => setImmediate(resolve))
  expect(answered).toBe(false)
  release()
  expect((await answer).status).toBe(201)
})

describe('refused writes', () => {
  test.each([
    ['without a credential', LOAD, {}, { status: 401, code: 'UNAUTHENTICATED', user: '', role: '' }],
    ['with an unknown one', LOAD, { authorization: 'Bearer x' }, { status: 401, code: 'UNAUTHENTICATED', user: '' }],
    ['with too low a role', LOAD, VERA, { status: 403, code: 'FORBIDDEN', user: 'vera', role: 'viewer' }],
    [
      'of another site',
      LOAD,
      { ...OTTO, origin: 'http://evil.example' },
      { status: 403, code: 'CROSS_ORIGIN', user: '' },
    ],
    ['with a bad body', '{', OTTO, { status: 400, code: 'INVALID_INPUT', user: 'otto' }],
  ])('%s', async (_, body, headers, wanted) => {
    const { entries, door } = createBook()
    await door.send('POST', '/api/v1/jobs', body, headers)
    expect(entries).toMatchObject([wanted])
  })

  test('by a verb', async () => {
    const { entries, door } = createBook()
    door.operations.trouble = new AppError('CONFLICT', 'the key was used')
    await door.send('POST', '/api/v1/jobs', LOAD, OTTO)
    door.operations.trouble = new Error('a mistake of ours')
    await door.send('POST', '/api/v1/gfs', { action: 0, path: '/a' }, OTTO)
    expect(entries).toMatchObject([
      { status: 409, code: 'CONFLICT', view: 'native' },
      { status: 500, code: 'INTERNAL', view: 'cli2api' },
    ])
  })
})

test('through every view: each endpoint that writes, and no endpoint that reads', async () => {
  const endpoints = DIALECTS.flatMap(({ name, endpoints }) => endpoints.map(endpoint => ({ view: name, endpoint })))
  for (const { view, endpoint } of endpoints) {
    const { entries, door } = createBook()
    const path = endpoint.path.replace(/:\w+/g, '1')
    await door.send(endpoint.method, path)
    const isWrite = endpoint.effect !== 'open' && endpoint.effect !== 'read' && endpoint.method !== 'GET'
    const wanted = isWrite ? [{ what: `${endpoint.method} ${path}`, view, status: expect.any(Number) }] : []
    expect(entries, `${endpoint.method} ${path}`).toMatchObject(wanted)
    expect(entries, `${endpoint.method} ${path}`).toHaveLength(wanted.length)
  }
})

test('an ask that only reads is none, whoever sends it', async () => {
  const { entries, door } = createBook()
  for (const headers of [OTTO, VERA]) {
    expect((await door.send('POST', '/api/v1/gfs', { action: 'GooseFSList', path: '/a' }, headers)).status).toBe(200)
    await door.send('GET', '/api/v1/jobs', undefined, headers)
    await door.send('DELETE', '/api/v1/jobs', undefined, headers)
    await door.send('POST', '/nowhere', LOAD, headers)
  }
  expect(entries).toEqual([])
})

describe('secrets are stars', () => {
  const MADE = `gander_${'aB3_-'.repeat(8)}`
  test.each([
    ['/api/v1/jobs/1/stop?access_token=abc&reason=x', 'POST /api/v1/jobs/1/stop?access_token=***&reason=x'],
    ['/api/v1/jobs/1/stop?to%6ben=abc', 'POST /api/v1/jobs/1/stop?to%6ben=***'],
    ['/api/v1/jobs/configured-secret/stop', 'POST /api/v1/jobs/***/stop'],
    ['/api/v1/jobs/configured%2dsecret/stop', 'POST /api/v1/jobs/***/stop'],
    [`/api/v1/jobs/${MADE}/stop`, 'POST /api/v1/jobs/***/stop'],
    [`/api/v1/jobs/${MADE.replace('_', '%5f')}/stop`, 'POST /api/v1/jobs/***/stop'],
    ['/api/v1/jobs/a%2Fb/stop?x=%20', 'POST /api/v1/jobs/a%2Fb/stop?x=%20'],
  ])('%s', async (path, what) => {
    const { entries, door } = createBook({ secrets: ['configured-secret'] })
    await door.send('POST', path, undefined, OTTO)
    expect(entries.map(entry => entry.what)).toEqual([what])
  })

  test('in a body too, by their key, their text or their look', async () => {
    const { entries, door } = createBook({ secrets: ['configured-secret'] })
    const options = { 'fs.cosn.userinfo.secretKey': 'abc', plain: `configured-secret ${MADE}`, region: 'gz' }
    await door.send('POST', '/api/v1/mount', { path: '/s', ufs: 'cosn://b/', options }, OTTO)
    expect(entries[0]?.said).toContain('"fs.cosn.userinfo.secretKey":"***","plain":"*** ***","region":"gz"')
  })

  test('whatever holds them: objects, lists, quotes, keys, addresses', async () => {
    const { entries, door } = createBook({ secrets: ['a"b\\c', 'configured-secret'] })
    const options = {
      ...{ 'fs.azure.account.key.x': 'abcdef', privateThing: 'abcdef', credentials: { plain: 'abcdef' } },
      ...{ tokens: ['abcdef'], pin: 'a"b\\c', signature: 7, 'configured-secret': 1, signal: 'TERM' },
      ufs: 's3://me:abc/def@bucket/',
    }
    await door.send('POST', '/api/v1/mount', { path: '/s', ufs: 's3://b/', options }, OTTO)
    const said = entries[0]?.said ?? ''
    expect(said).toContain('"fs.azure.account.key.x":"***"')
    expect(said).toContain('"pin":"***","signature":"***","***":"***","signal":"TERM"')
    for (const secret of ['abcdef', 'abc/def', 'configured-secret', 'a\\"b']) expect(said).not.toContain(secret)
  })

  test('of a body of a megabyte too, without anybody waiting for it', async () => {
    const { entries, door } = createBook()
    for (const said of ['a'.repeat(1_000_000), 'token'.repeat(200_000)]) {
      await door.send('POST', '/api/v1/tokens', { name: said }, VERA)
      await door.send(
        'POST',
        '/api/v1/tokens',
        Object.fromEntries([...said].map((_, at) => [`k${at % 50_000}`, 'x'])),
        VERA,
      )
    }
    expect(entries.map(({ said }) => (said?.length ?? 0) <= 401)).toEqual([true, true, true, true])
  })

  test('and of a long body its beginning is told', async () => {
    const { entries, door } = createBook()
    const paths = Array.from({ length: 10_000 }, (_, at) => `/p/${at}`)
    await door.send('POST', '/api/v1/jobs', { action: 'load', paths }, OTTO)
    expect(entries[0]?.said).toBe('{"action":"load","paths":["/p/0","/p/1","/p/2","/p/3","/p/4","and 9995 more"]}')
  })

  test('and an address without end has one', async () => {
    const { entries, door } = createBook()
    await door.send('POST', `/api/v1/jobs/${'9'.repeat(5_000)}/stop`, undefined, OTTO)
    expect(entries[0]?.what.length).toBeLessThan(1_100)
  })
})

test('where it came from is the other end of the line', async () => {
  const { entries, audit } = createBook()
  const { server, url } = await openServer({ audit })
  await fetch(`${url}/api/v1/jobs`, { method: 'POST', body: JSON.stringify(LOAD) })
  await server.close(0)
  expect(entries).toMatchObject([{ from: '127.0.0.1', user: 'local' }])
})

test('reading the book is for administrators', async () => {
  const { entries, door } = createBook()
  const asked: unknown[] = []
  door.operations.listAudit = async (_, query) => {
    asked.push(query)
    return {
      items: [
        {
          at: '2026-11-21T00:00:00.000Z',
          user: 'otto',
          role: 'operator',
          via: 'http',
          view: 'native',
          what: 'POST /a',
          status: 200,
        },
      ],
    }
  }
  expect((await door.send('GET', '/api/v1/audit', undefined, OTTO)).status).toBe(403)
  const admin = { authorization: 'Bearer admin-token' }
  const response = await door.send(
    'GET',
    '/api/v1/audit?user=otto&since=2026-11-21T08:00:00%2B08:00&limit=5',
    undefined,
    admin,
  )
  expect(await response.json()).toMatchObject({ items: [{ user: 'otto', what: 'POST /a' }] })
  expect(asked).toEqual([{ user: 'otto', since: '2026-11-21T00:00:00.000Z', limit: 5 }])
  const bad = await door.send('GET', '/api/v1/audit?since=yesterday&limit=0', undefined, admin)
  const { message } = (await bad.json()) as { message: string }
  expect(bad.status).toBe(400)
  expect(message).toContain('since must be an instant')
  expect(message).toContain('"yesterday"')
  expect(entries).toEqual([])
})
