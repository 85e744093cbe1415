// the rules of every view: routes, bodies, credentials, hosts and origins, in their order
import { describe, expect, test } from 'vitest'
import { createDoor } from './door.ts'

const LOAD = { action: 'load', paths: ['/a'] }

describe('routes', () => {
  test.each([
    ['GET', '/api/v1/jobs/'],
    ['GET', '/healthz/'],
    ['HEAD', '/api/v1/jobs'],
    ['HEAD', '/docs'],
  ])('%s %s is there', async (method, path) => {
    const response = await createDoor().send(method, path)
    expect(response.status).toBe(200)
    if (method === 'HEAD') expect(await response.text()).toBe('')
  })

  test.each([
    ['DELETE', '/api/v1/jobs', 'POST, GET, HEAD', 'code'],
    ['GET', '/api/v1/jobs/1/stop', 'POST', 'code'],
    ['GET', '/api/v1/gfs', 'POST', 'error'],
    ['POST', '/api/v1/status', 'GET, HEAD', 'error'],
    ['PATCH', '/healthz', 'GET, HEAD', 'code'],
  ])('%s %s is not taken and says what is', async (method, path, allow, key) => {
    const response = await createDoor().send(method, path)
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe(allow)
    expect(await response.json()).toHaveProperty(key)
  })

  test.each([
    ['/nothing', { error: 'not found' }],
    ['/api/v1/nothing', { error: 'not found' }],
    ['/api/v1/jobs/1/nothing', { code: 'NOT_FOUND', message: 'there is nothing at /api/v1/jobs/1/nothing' }],
  ])('%s is not there', async (path, body) => {
    const response = await createDoor().send('GET', path)
    expect(response.status).toBe(404)
    expect(await response.json()).toEqual(body)
  })

  test('below /v1/ what is not there has an empty body', async () => {
    const response = await createDoor().send('GET', '/v1/nothing')
    expect([response.status, await response.text()]).toEqual([404, ''])
  })
})

describe('bodies', () => {
  test('of white space are none', async () => {
    const door = createDoor()
    await door.send('POST', '/api/v1/jobs', LOAD)
    const headers = { 'content-type': 'application/json' }
    expect((await door.send('POST', '/api/v1/jobs/1/retry', ' \n', headers)).status).toBe(200)
    expect((await door.send('POST', '/api/v1/jobs/1/stop', undefined, headers)).status).toBe(202)
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'nonsense'])(
    'of type %s are JSON',
    async type => {
      expect((await createDoor().send('POST', '/api/v1/jobs', LOAD, { 'content-type': type })).status).toBe(201)
    },
  )

  test.each([['{'], ['"load"'], ['null'], ['[]'], ['\u0000']])('%j is refused', async body => {
    expect((await createDoor().send('POST', '/api/v1/jobs', body)).status).toBe(400)
  })

  test('over 1 MiB are refused in the words of each view', async () => {
    const big = `{"action":"load","paths":["/${'a'.repeat(1_048_576)}"]}`
    const native = await createDoor().send('POST', '/api/v1/jobs', big)
    expect([native.status, await native.json()]).toEqual([413, expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' })])
    const view = await createDoor().send('POST', '/api/v1/gfs', big)
    expect([view.status, Object.keys((await view.json()) as object)]).toEqual([413, ['error']])
  })
})

describe('credentials', () => {
  test.each(['Token', 'Bearer', 'Pandora', 'bearer'])('%s is a scheme', async scheme => {
    const door = createDoor({ mode: 'token' })
    const response = await door.send('GET', '/api/v1/me', undefined, { authorization: `${scheme} viewer-token` })
    expect(await response.json()).toEqual({ name: 'vera', role: 'viewer' })
  })

  test.each([{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic viewer-token' }, { 'x-nomad-token': '' }])(
    '%j is nobody when tokens are wanted',
    async headers => {
      const door = createDoor({ mode: 'token' })
      const native = await door.send('GET', '/api/v1/jobs', undefined, headers as Record<string, string>)
      expect(native.headers.get('www-authenticate')).toBe('Bearer')
      expect([native.status, await native.json()]).toEqual([401, expect.objectContaining({ code: 'UNAUTHENTICATED' })])
      const view = await door.send('GET', '/api/v1/status?task_name=x', undefined, headers as Record<string, string>)
      expect([view.status, Object.keys((await view.json()) as object)]).toEqual([401, ['error']])
      expect((await door.send('GET', '/metrics', undefined, headers as Record<string, string>)).status).toBe(401)
    },
  )

  test.each(['/healthz', '/readyz', '/hc', '/docs', '/api/openapi.json'])('%s asks for none', async path => {
    expect((await createDoor({ mode: 'token' }).send('GET', path)).status).toBe(200)
  })

  test('off: a known token is its user, an unknown one the default user', async () => {
    const door = createDoor()
    const me = async (token: string) =>
      (await door.send('GET', '/api/v1/me', undefined, { authorization: `Token ${token}` })).json()
    expect(await me('viewer-token')).toEqual({ name: 'vera', role: 'viewer' })
    expect(await me('dcabfefb6ad8feb68e6fbce876fbfe778fb')).toEqual({ name: 'local', role: 'admin' })
  })

  test('a role that is too low is 403 before anything else is looked at', async () => {
    const door = createDoor({ mode: 'token' })
    const viewer = { authorization: 'Bearer viewer-token' }
    const operator = { authorization: 'Bearer operator-token' }
    expect((await door.send('POST', '/api/v1/jobs', 'no json', viewer)).status).toBe(403)
    expect((await door.send('POST', '/api/v1/jobs/999/stop', undefined, viewer)).status).toBe(403)
    expect((await door.send('POST', '/api/v1/gfs', {}, viewer)).status).toBe(403)
    expect((await door.send('POST', '/api/v1/agents/x/drain', undefined, operator)).status).toBe(403)
    expect((await door.send('POST', '/api/v1/jobs', { action: 'list', paths: ['/'] }, viewer)).status).toBe(201)
    expect((await door.send('POST', '/api/v1/tokens', { name: 'mine' }, viewer)).status).toBe(201)
    expect((await door.send('POST', '/api/v1/jobs/999/stop', undefined, operator)).status).toBe(404)
  })
})

describe('hosts', () => {
  test.each(['localhost', 'localhost:8080', '127.0.0.1:4646', '[::1]:8080', '10.1.2.3:8080', 'warm.example.com'])(
    '%s is ours while auth is off',
    async host => {
      const door = createDoor({ boundHosts: ['10.1.2.3'], publicUrl: 'https://warm.example.com' })
      expect((await door.send('GET', '/api/v1/me', undefined, { host })).status).toBe(200)
    },
  )

  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.9.9.9', 'a@localhost', '0.0.0.0'])(
    '%s is not',
    async host => {
      const door = createDoor({ publicUrl: 'https://warm.example.com' })
      for (const path of ['/api/v1/me', '/api/v1/status', '/docs', '/nothing', '/hc'])
        expect((await door.send('GET', path, undefined, { host })).status, path).toBe(421)
      expect((await door.send('GET', '/healthz', undefined, { host })).status).toBe(200)
      expect((await door.send('GET', '/readyz', undefined, { host })).status).toBe(200)
    },
  )

  test('any will do with a token', async () => {
    const headers = { host: 'any.example', authorization: 'Token viewer-token' }
    expect((await createDoor({ mode: 'token' }).send('GET', '/api/v1/me', undefined, headers)).status).toBe(200)
  })
})

describe('origins', () => {
  const HOST = { host: 'localhost:8080' }
  const strange = [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:9999' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]
  test.each(strange)('%j may not write or follow, in any view', async headers => {
    const door = createDoor()
    const all = { ...HOST, ...headers } as unknown as Record<string, string>
    expect((await door.send('POST', '/api/v1/jobs', LOAD, all)).status).toBe(403)
    expect((await door.send('POST', '/api/v1/gfs', { action: 0, path: '/a' }, all)).status).toBe(403)
    expect((await door.send('GET', '/api/v1/events', undefined, all)).status).toBe(403)
    expect((await door.send('GET', '/api/v1/jobs', undefined, all)).status).toBe(200)
    expect(door.operations.requests).toEqual([])
  })

  test.each([
    { origin: 'http://localhost:8080' },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    {},
  ])('%j may write', async headers => {
    const all = { ...HOST, ...headers } as unknown as Record<string, string>
    expect((await createDoor().send('POST', '/api/v1/jobs', LOAD, all)).status).toBe(201)
  })

  test('a default port written out is the same origin', async () => {
    const headers = { host: 'localhost:80', origin: 'http://localhost' }
    expect((await createDoor().send('POST', '/api/v1/jobs', LOAD, headers)).status).toBe(201)
  })

  test('the host comes first, then the origin, then the credential', async () => {
    const door = createDoor({ mode: 'token' })
    expect((await door.send('POST', '/api/v1/jobs', LOAD, { origin: 'http://evil.example' })).status).toBe(403)
    const off = createDoor()
    const both = { host: 'evil.example', origin: 'http://evil.example' }
    expect((await off.send('POST', '/api/v1/jobs', LOAD, { ...both, origin: 'http://other.example' })).status).toBe(421)
  })
})

describe('the page', () => {
  const page = (path: string) => (path === '/' ? { type: 'text/html; charset=utf-8', body: '<p>hello' } : undefined)

  test('is open, and only loads what comes from here', async () => {
    const door = createDoor({ mode: 'token', page })
    const response = await door.send('GET', '/')
    expect(await response.text()).toBe('<p>hello')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'")
    expect((await door.send('POST', '/')).status).toBe(404)
    expect((await door.send('GET', '/else')).status).toBe(404)
  })
})
