// calls that are forwarded: byte for byte there and back, without what is nobody's business, and with an end
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as ask } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import type { Adopted } from '../../bot/engine/operations/adopt.ts'
import type { AuditEntry } from '../../bot/engine/ports.ts'
import { toChoice } from '../../bot/http/forward.ts'
import { AppError } from '../../shared/errors.ts'
import { until } from '../agent/until.ts'
import { createFakeCoordinator, type FakeCoordinator } from '../helpers/fake-coordinator.ts'
import { createDoor } from '../http/door.ts'
import { createForwardingDoor } from './forwarding-door.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

type More = Partial<Parameters<typeof createForwardingDoor>[0]>

async function open(more: More = {}, base = '') {
  const coordinator = await createFakeCoordinator({ base })
  undo.push(() => coordinator.stop())
  const adopted: Adopted[] = []
  const operations = {
    adoptJob: async (_: unknown, one: Adopted) => {
      adopted.push(one)
      return {} as never
    },
    permitStopThere: async () => {},
  }
  const door = await createForwardingDoor({ coordinators: { ai: coordinator.url }, operations, ...more })
  undo.push(() => door.close())
  return { coordinator, door, adopted }
}

const AI = { 'x-gfs-cluster': 'ai' }

function answerWith(coordinator: FakeCoordinator, status: number, body: Buffer | string, type?: string): void {
  coordinator.script = (_, response) => {
    response.writeHead(status, type === undefined ? {} : { 'content-type': type }).end(body)
    return true
  }
}

it('a stop of what belongs to somebody else never gets there', async () => {
  const asked: unknown[] = []
  const permitStopThere = async (_: unknown, there: unknown): Promise<never> => {
    asked.push(there)
    throw new AppError('FORBIDDEN', 'it belongs to anna')
  }
  const { coordinator, door } = await open({ operations: { permitStopThere } })
  const refused = await door.send('DELETE', '/api/v1/load', { body: '{"alias":"n"}', headers: AI })
  expect([refused.status, refused.text]).toEqual([403, '{"status":"it belongs to anna"}'])
  expect(asked).toEqual([{ cluster: 'ai', key: { alias: 'n' } }])
  expect(coordinator.heard).toEqual([])
})

describe('the way there', () => {
  it.each([
    ['GET', '/api/v1/load?lastKey=%2Fa%20b+c&count=2'],
    ['GET', '/api/v1/mount?path=/s3/%E4%B8%AD%e6%96%87&&x=1&x'],
    ['GET', '/api/v1/nodes/?id=worker-1'],
    ['GET', '/api/v1/ttl?'],
    ['DELETE', '/api/v1/cache-filter?a=%zz'],
    ['GET', '/api/v1/file_index'],
  ])('keeps %s %s as it was written', async (method, path) => {
    const { coordinator, door } = await open()
    await door.send(method, path, { headers: AI })
    expect(coordinator.heard.map(({ method: m, url }) => `${m} ${url}`)).toEqual([`${method} ${path}`])
  })

  it('takes only the word that names the cluster out of the query', async () => {
    const { coordinator, door } = await open()
    await door.send('GET', '/api/v1/quota?path=%2Fa&cluster=ai&b=c+d')
    await door.send('GET', '/api/v1/quota?cluster=ai')
    await door.send('GET', '/api/v1/quota?%63luster=a%69')
    expect(coordinator.heard.map(({ url }) => url)).toEqual([
      '/api/v1/quota?path=%2Fa&b=c+d',
      '/api/v1/quota',
      '/api/v1/quota',
    ])
  })

  it('goes below the path of the coordinator, with the user that its address names', async () => {
    const coordinator = await createFakeCoordinator({ base: '/proxy/x' })
    undo.push(() => coordinator.stop())
    const url = coordinator.url.replace('//', '//carl:s%40cret@')
    const door = await createForwardingDoor({ coordinators: { ai: `${url}/` } })
    undo.push(() => door.close())
    await door.send('GET', '/api/v1/load?count=1', { headers: AI })
    expect(coordinator.heard[0]).toMatchObject({
      url: '/proxy/x/api/v1/load?count=1',
      headers: { authorization: `Basic ${Buffer.from('carl:s@cret').toString('base64')}` },
    })
  })

  it('hands a body over byte for byte, whatever it is', async () => {
    const { coordinator, door } = await open()
    const body = randomBytes(70_000)
    await door.send('POST', '/api/v1/rebalance', { body, headers: { ...AI, 'content-type': 'image/x; q="ü"' } })
    await door.send('DELETE', '/api/v1/load', { body: '{"alias":"a" }', headers: AI })
    expect(coordinator.heard[0]?.body.equals(body)).toBe(true)
    expect(coordinator.heard[0]?.headers['content-type']).toBe('image/x; q="ü"')
    expect(coordinator.heard[1]?.body.toString()).toBe('{"alias":"a" }')
  })

  it('tells the coordinator nothing of who asks', async () => {
    const { coordinator, door } = await open()
    const secrets = {
      ...{
        authorization: 'Bearer admin-token',
        cookie: 'a=b',
        'x-nomad-token': 'operator-token',
        'x-gander-via': 'cli',
      },
      ...{ 'proxy-authorization': 'Basic eA==', 'idempotency-key': 'k', te: 'trailers', 'x-forwarded-for': '1.2.3.4' },
    }
    await door.send('GET', '/api/v1/load', { headers: { ...AI, ...secrets, accept: 'text/x' } })
    const { headers } = coordinator.heard[0] ?? { headers: {} }
    expect(Object.keys(headers).sort()).toEqual(['accept', 'connection', 'host'])
    expect(headers).toMatchObject({ accept: 'text/x', host: `127.0.0.1:${coordinator.port}` })
  })

  it('is taken only by clusters that have a coordinator', async () => {
    const { coordinator, door } = await open()
    for (const headers of [{}, { 'x-gfs-cluster': 'cli' }, { 'x-gfs-cluster': 'nobody' }])
      expect((await door.send('GET', '/api/v1/load', { headers })).text).toBe('{"answered":"here"}')
    expect(coordinator.heard).toEqual([])
  })

  it('is refused in one sentence when two clusters are named', async () => {
    const { coordinator, door } = await open()
    const got = await door.send('GET', '/api/v1/load?cluster=b', { headers: AI })
    expect(got).toMatchObject({
      status: 400,
      text: '{"status":"X-GFS-Cluster and cluster must name one cluster, got \\"ai\\", \\"b\\""}',
    })
    expect(coordinator.heard).toEqual([])
  })

  it('comes after host, origin, credential and role', async () => {
    const { coordinator, door } = await open({ mode: 'token' })
    const sends = (headers: Record<string, string>, method = 'POST') =>
      door.send(method, '/api/v1/free', { headers: { ...AI, ...headers } }).then(({ status }) => status)
    expect(await sends({})).toBe(401)
    expect(await sends({ authorization: 'Bearer viewer-token' })).toBe(403)
    expect(await sends({ authorization: 'Bearer operator-token', origin: 'http://evil.example' })).toBe(403)
    expect(coordinator.heard).toEqual([])
    expect(await sends({ authorization: 'Bearer viewer-token' }, 'GET')).toBe(200)
    const local = await open()
    expect((await local.door.send('GET', '/api/v1/load', { headers: { ...AI, host: 'evil.example' } })).status).toBe(
      421,
    )
  })

  it('is closed to bodies over 1 MiB', async () => {
    const { coordinator, door } = await open()
    const got = await door.send('POST', '/api/v1/load', { body: Buffer.alloc(1_048_577), headers: AI })
    expect(got.status).toBe(413)
    expect(JSON.parse(got.text)).toEqual({ status: 'the body must have at most 1048576 bytes' })
    expect(coordinator.heard).toEqual([])
  })
})

describe('the way back', () => {
  it.each([
    [200, 'application/json', '{ "results" : [ ] }\n'],
    [404, 'application/json;charset=utf-8', '{"status":"No job found..."}'],
    [501, 'text/html', '<h1>no</h1>'],
    [302, 'text/plain', 'elsewhere'],
    [200, 'application/x; a=b', Buffer.from([0xff, 0xfe, 0, 0x80, 0xc3])],
  ])('keeps status %d, type %s and every byte', async (status, type, body) => {
    const { coordinator, door } = await open()
    answerWith(coordinator, status, body, type)
    const got = await door.send('GET', '/api/v1/cache-filter', { headers: AI })
    expect(got).toMatchObject({ status, headers: { 'content-type': type } })
    expect(got.bytes.equals(Buffer.from(body))).toBe(true)
    expect(coordinator.heard).toHaveLength(1)
  })

  it('keeps an answer without a body, a compressed one, and drops cookies', async () => {
    const { coordinator, door } = await open()
    answerWith(coordinator, 204, '')
    expect(await door.send('DELETE', '/api/v1/ttl', { headers: AI })).toMatchObject({ status: 204, text: '' })
    const packed = randomBytes(50)
    coordinator.script = (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'set-cookie': 'a=b', 'x-secret': '1' }).end(packed)
      return true
    }
    const got = await door.send('GET', '/api/v1/ttl', { headers: AI })
    expect(got.headers['content-encoding']).toBe('gzip')
    expect(got.headers['set-cookie'] ?? got.headers['x-secret']).toBeUndefined()
    expect(got.bytes.equals(packed)).toBe(true)
    expect(await door.send('HEAD', '/api/v1/ttl', { headers: AI })).toMatchObject({ status: 200, text: '' })
  })

  it('streams 20 MB in pieces, byte for byte', async () => {
    const { coordinator, door } = await open()
    const pieces = Array.from({ length: 320 }, () => randomBytes(64 * 1024))
    coordinator.script = async (_, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      for (const piece of pieces) if (!response.write(piece)) await once(response, 'drain')
      response.end()
      return true
    }
    const got = await door.send('GET', '/api/v1/load', { headers: AI })
    expect(got.bytes.equals(Buffer.concat(pieces))).toBe(true)
  })

  it('is read no faster than the caller reads, and left when the caller goes', async () => {
    const { coordinator, door } = await open()
    const piece = Buffer.alloc(64 * 1024)
    let written = 0
    let full = false
    const gone = new AbortController()
    coordinator.script = async (_, response) => {
      response.on('close', () => gone.abort())
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      for (; written < 2_000 && !response.destroyed; written += 1) {
        if (response.write(piece)) continue
        full = true
        await once(response, response.destroyed ? 'close' : 'drain', { signal: gone.signal }).catch(() => {})
        full = false
      }
      return true
    }
    const socket = door.dial('/api/v1/load?cluster=ai')
    let before = -1
    await until('a standstill', async () => {
      const stood = full && written === before
      before = written
      await new Promise(resolve => setImmediate(resolve))
      return stood
    })
    // 2,000 pieces are 128 MB; what stands between is a few socket buffers
    expect(written).toBeLessThan(400)
    socket.destroy()
    await until('the coordinator to hear of it', () => coordinator.aborted === 1)
  })

  it('breaks off where the coordinator broke off', async () => {
    const { coordinator, door } = await open()
    coordinator.script = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.write('a part', () => response.destroy())
      return true
    }
    await expect(door.send('GET', '/api/v1/load', { headers: AI })).rejects.toThrow(/aborted|hang up|ECONNRESET/)
  })

  it('is one sentence when there is no coordinator, or none that answers in time', async () => {
    const { coordinator, door } = await open({ withinMs: 50 })
    coordinator.script = () => true
    const late = await door.send('GET', '/api/v1/load', { headers: AI })
    expect(late.status).toBe(500)
    expect(JSON.parse(late.text)).toEqual({ status: 'the coordinator of cluster ai did not answer within 0.05 s' })
    await until('the coordinator to hear of it', () => coordinator.aborted === 1)
    await coordinator.stop()
    const down = await door.send('POST', '/api/v1/load', { headers: AI, body: '{}' })
    expect(down.status).toBe(500)
    expect(JSON.parse(down.text)).toEqual({ status: 'the coordinator of cluster ai cannot be reached: ECONNREFUSED' })
    await coordinator.start()
  })

  it('ends when the coordinator falls silent in the middle', async () => {
    const { coordinator, door } = await open({ withinMs: 50 })
    coordinator.script = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.write('a part')
      return true
    }
    await expect(door.send('GET', '/api/v1/load', { headers: AI })).rejects.toThrow(/aborted|hang up|ECONNRESET/)
  })

  it('leaves the coordinator when the caller goes before the answer', async () => {
    const { coordinator, door } = await open()
    coordinator.script = () => true
    const socket = door.dial('/api/v1/nodes?cluster=ai')
    await until('the request', () => coordinator.heard.length === 1)
    socket.destroy()
    await until('the coordinator to hear of it', () => coordinator.aborted === 1)
  })
})

describe('a submission', () => {
  const body = '{"paths":["/a","s3://b/c"],"alias":"nightly","options":{"replicas":"2","loadPolicy":"IF_CHANGED"}}'

  it('becomes a job of ours, and its answer stays as it came', async () => {
    const { coordinator, door, adopted } = await open()
    const got = await door.send('POST', '/api/v1/load/', { body, headers: AI })
    expect(JSON.parse(got.text)).toMatchObject({ id: coordinator.jobs[0]?.id, alias: 'nightly' })
    expect(adopted).toEqual([
      {
        ...{ cluster: 'ai', action: 'forceload', paths: ['/a', 's3://b/c'], name: 'nightly', replication: 2 },
        id: `id=${coordinator.jobs[0]?.id}&alias=nightly`,
      },
    ])
  })

  it('is found by its alias when the answer is no JSON, or too long to be looked at', async () => {
    const { coordinator, door, adopted } = await open()
    answerWith(coordinator, 200, 'fine', 'text/plain')
    expect(
      (await door.send('POST', '/api/v1/free', { body: '{"paths":["/a"],"alias":"x y"}', headers: AI })).text,
    ).toBe('fine')
    const long = randomBytes(3_000_000)
    answerWith(coordinator, 202, long)
    const got = await door.send('POST', '/api/v1/load', { body: '{"index":"/lists/one"}', headers: AI })
    expect(got.bytes.equals(long)).toBe(true)
    expect(adopted).toEqual([
      { cluster: 'ai', action: 'free', paths: ['/a'], name: 'x y', id: 'alias=x%20y' },
      { cluster: 'ai', action: 'load', paths: ['/lists/one'], name: '/lists/one', id: 'index=%2Flists%2Fone' },
    ])
  })

  it('that was refused, or that is none, leaves nothing behind', async () => {
    const { coordinator, door, adopted } = await open()
    answerWith(coordinator, 400, '{"status":"no paths"}')
    await door.send('POST', '/api/v1/load', { body, headers: AI })
    answerWith(coordinator, 500, '{"id":"x"}')
    await door.send('POST', '/api/v1/load', { body, headers: AI })
    answerWith(coordinator, 200, '{"id":"x"}')
    await door.send('POST', '/api/v1/rebalance', { body, headers: AI })
    await door.send('DELETE', '/api/v1/load', { body, headers: AI })
    await door.send('POST', '/api/v1/load', { body: 'ata', headers: AI })
    expect(adopted).toEqual([])
  })

  it('that met an earlier job is that job', async () => {
    const { coordinator, door, adopted } = await open()
    answerWith(coordinator, 409, '{"id":"old","status":"resumed"}', 'application/json')
    expect((await door.send('POST', '/api/v1/load', { body, headers: AI })).status).toBe(409)
    expect(adopted.map(({ id }) => id)).toEqual(['id=old&alias=nightly'])
  })

  it('that could not be written down is answered all the same, with a note', async () => {
    const adoptJob = async (): Promise<never> => {
      throw new Error('the disk is full')
    }
    const { door } = await open({ operations: { adoptJob } })
    const got = await door.send('POST', '/api/v1/load', { body, headers: AI })
    expect(got.status).toBe(200)
    expect(got.headers['x-gander-note']).toContain('not among the jobs here: the disk is full')
  })
})

describe('the choice of a cluster', () => {
  const header = (): undefined => undefined
  it.each([
    ['/a?cluster=x&b', '/a?b', 'x'],
    ['/a?b&cluster=x', '/a?b', 'x'],
    ['/a?cluster=x', '/a', 'x'],
    ['/a?cluster=', '/a', undefined],
    ['/a?cluster', '/a', undefined],
    ['/a?clusters=x', '/a?clusters=x', undefined],
    ['/a?&&', '/a?&&', undefined],
    ['/a?', '/a?', undefined],
    ['/a', '/a', undefined],
    ['/a?b=%zz?&cluster=%zz', '/a?b=%zz?', '%zz'],
    ['/a?cluster=x&cluster=x', '/a', 'x'],
  ])('of %s is %s and %s', (target, rest, cluster) => {
    expect(toChoice({ target, header })).toEqual({ target: rest, cluster })
  })
})

describe('what was made to break something', () => {
  it.each([
    ['GET', '/api/v1/%6coad?a=%2F', '/api/v1/load?a=%2F'],
    ['GET', '/x/../../../api/v1/load', '/api/v1/load'],
    ['GET', '/api/v1/./nodes/../load?b', '/api/v1/load?b'],
  ])('%s %s goes to the place that was matched: %s', async (method, path, wanted) => {
    const { coordinator, door } = await open({}, '/proxy')
    await door.send(method, path, { headers: AI })
    expect(coordinator.heard.map(({ url }) => url)).toEqual([`/proxy${wanted}`])
  })

  it('a submission is one however its address was written', async () => {
    const { door, adopted } = await open()
    await door.send('POST', '/api/v1/./%6coad', { body: '{"paths":["/a"],"alias":"n"}', headers: AI })
    expect(adopted).toMatchObject([{ action: 'load', paths: ['/a'], name: 'n' }])
  })

  it('names that nobody can ask for again are none, and nothing is kept of long ones', async () => {
    const { coordinator, door, adopted } = await open()
    answerWith(coordinator, 200, JSON.stringify({ id: '\ud800' }))
    expect(
      (await door.send('POST', '/api/v1/load', { body: '{"paths":["/a"],"alias":"n"}', headers: AI })).status,
    ).toBe(200)
    answerWith(coordinator, 200, JSON.stringify({ id: 'x'.repeat(60_000), jobId: 'short' }))
    await door.send('POST', '/api/v1/load', { body: '{"paths":["/b"],"alias":"m\\ud800"}', headers: AI })
    expect(adopted.map(({ id }) => id)).toEqual(['alias=n', 'id=short'])
    answerWith(coordinator, 200, JSON.stringify({ id: 'x'.repeat(60_000) }))
    const got = await door.send('POST', '/api/v1/load', { body: '{"paths":["/c"]}', headers: AI })
    expect(got.status).toBe(200)
    expect(got.headers['x-gander-note']).toBe(
      'the coordinator of cluster ai has the load, but it is not among the jobs here: nothing names it',
    )
    expect(adopted).toHaveLength(2)
  })

  it('work whose answer broke off is among the jobs all the same', async () => {
    const { coordinator, door, adopted } = await open()
    coordinator.script = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"id":', () => response.destroy())
      return true
    }
    const got = await door.send('POST', '/api/v1/load', { body: '{"paths":["/a"],"alias":"n"}', headers: AI })
    expect(got.status).toBe(500)
    expect(adopted.map(({ id }) => id)).toEqual(['alias=n'])
  })

  it('a body where none belongs is not waited for, and its connection is let go', async () => {
    const { coordinator, door } = await open()
    coordinator.script = (_, response) => {
      response.writeHead(205, { 'content-length': '50000000' }).write(Buffer.alloc(20_000_000))
      return true
    }
    const got = await door.send('DELETE', '/api/v1/ttl', { headers: AI })
    expect(got).toMatchObject({ status: 205, text: '' })
    expect(got.headers['content-length'] ?? '0').toBe('0')
    await until('the coordinator to hear of it', () => coordinator.aborted === 1)
  })

  it('work whose caller went away before the answer is among the jobs all the same', async () => {
    const { coordinator, door, adopted } = await open()
    let release = (): void => {}
    coordinator.script = (_, response) => {
      release = () => void response.writeHead(200).end('{"id":"x"}')
      return true
    }
    const gone = new AbortController()
    const headers = { ...AI, host: '127.0.0.1' }
    const asking = ask({ port: door.port, method: 'POST', path: '/api/v1/load', headers, signal: gone.signal })
    asking.on('error', () => {})
    asking.end('{"paths":["/a"],"alias":"n"}')
    await until('the request', () => coordinator.heard.length === 1)
    gone.abort()
    await new Promise(resolve => asking.once('close', resolve))
    // the daemon has heard of it
    await until('the hanging up', () => door.gone() === 1)
    release()
    await until('the job', () => adopted.length === 1)
    expect(adopted).toMatchObject([{ id: 'id=x&alias=n', paths: ['/a'] }])
  })

  it("a coordinator's page may do nothing in our name", async () => {
    const { coordinator, door } = await open()
    answerWith(coordinator, 200, '<script>alert(1)</script>', 'text/html')
    const got = await door.send('GET', '/api/v1/nodes', { headers: AI })
    expect(got.headers['content-security-policy']).toContain('sandbox')
  })

  it('the book of writes knows what was said, without its secrets', async () => {
    const coordinator = await createFakeCoordinator()
    undo.push(() => coordinator.stop())
    answerWith(coordinator, 200, '{}', 'application/json')
    const entries: AuditEntry[] = []
    const audit = { record: async (entry: AuditEntry) => void entries.push(entry) }
    const door = createDoor({ audit, coordinators: new Map([['ai', coordinator.url]]) })
    const body = { path: '/s', ufs: 's3://b', options: { 'fs.s3.account.key': 'abc' } }
    await door.send('POST', '/api/v1/mount', body, AI)
    await door.send('POST', '/api/v1/mount', 'password=abc', AI)
    expect(entries).toMatchObject([
      { said: '{"path":"/s","ufs":"s3://b","options":{"fs.s3.account.key":"***"}}', status: 200 },
      { status: 200 },
    ])
    expect(entries[1]?.said).toBeUndefined()
  })
})
