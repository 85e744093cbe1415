// bytes on a socket that are no good HTTP, with requests of every view in them: refused or dropped, and the door stays open
import { once } from 'node:events'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEngineRoom } from '../engine/room.ts'
import { openServer } from '../http/door.ts'
import { ROUTES } from './routes.ts'

const SEED = Number(process.env['GANDER_FUZZ_SEED'] ?? 20_241_121)
const STATUS = /HTTP\/1\.1 (\d{3}) /g
let server: Awaited<ReturnType<typeof openServer>>

beforeAll(async () => {
  const room = createEngineRoom()
  server = await openServer({ operations: room.operations })
})
afterAll(() => server?.server.close(0))

/** Writes pieces one after the other, says that this was all, leaves or waits, and answers what came until the end. */
async function write(pieces: readonly string[], then: 'end' | 'leave' | 'wait' = 'end'): Promise<string> {
  const socket = connect(server.port, '127.0.0.1')
  let text = ''
  socket.on('data', data => {
    text += data.toString('latin1')
  })
  // what is cut from the other side is what is asked for here
  socket.on('error', () => {})
  await once(socket, 'connect')
  for (const piece of pieces) {
    if (socket.destroyed) break
    await new Promise<void>(resolve => {
      socket.write(Buffer.from(piece, 'latin1'), () => resolve())
    })
  }
  const closed = once(socket, 'close')
  if (then === 'leave') socket.destroy()
  if (then === 'end') socket.end()
  await closed
  return text
}

const statuses = (text: string): number[] => [...text.matchAll(STATUS)].map(match => Number(match[1]))
const wrong = () => server.logged.filter(({ level }) => level === 'error')

/** The next one on the same listener is served. */
async function expectOpen(): Promise<void> {
  expect(wrong()).toEqual([])
  expect(await (await fetch(`${server.url}/hc`)).text()).toBe('ok')
}

const head = (method: string, path: string, more = ''): string =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`
const CHUNKED = 'Transfer-Encoding: chunked\r\n'

it.each([
  ['a chunk without a size', `${head('POST', '/api/v1/gfs', CHUNKED)}zz\r\n{}\r\n0\r\n\r\n`],
  ['a chunk that is longer than it says', `${head('POST', '/api/v1/load', CHUNKED)}1\r\n{"paths":["/a"]}\r\n0\r\n\r\n`],
  ['a chunk of a size beyond all numbers', `${head('POST', '/v1/jobs', CHUNKED)}${'f'.repeat(40)}\r\n{}\r\n`],
  ['two lengths', `${head('POST', '/api/v1/jobs', 'Content-Length: 2\r\nContent-Length: 3\r\n')}{}`],
  ['a length and chunks', `${head('POST', '/heartbeat', `Content-Length: 2\r\n${CHUNKED}`)}0\r\n\r\n`],
  ['a length below zero', head('POST', '/heartbeat', 'Content-Length: -1\r\n')],
  ['a header without a name', head('GET', '/daemon/id', ': x\r\n')],
  ['a header on two lines', head('GET', '/daemon/id', 'Authorization: Token\r\n x\r\n')],
  ['a byte of zero in a header', head('GET', '/v1/jobs', 'X-Nomad-Token: a\u0000b\r\n')],
  ['no version', 'GET /v1/jobs\r\n\r\n'],
  ['a version of its own', 'GET /v1/jobs HTTP/9.9\r\nHost: localhost\r\n\r\n'],
  ['two hosts', 'GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n'],
  ['a method that nobody knows', head('BREW', '/api/v1/gfs')],
  ['words that are no request', 'hello\r\n\r\n'],
  ['a handshake of TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
  ['headers without an end', `GET /hc HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(100_000)}`],
  ['a space before the colon', head('GET', '/daemon/id', 'Authorization : Token x\r\n')],
])('%s', async (_, bytes) => {
  const answered = statuses(await write([bytes]))
  for (const status of answered) expect([400, 405, 421, 431, 505]).toContain(status)
  await expectOpen()
})

it.each(ROUTES)('$name: its caller leaves in the middle of the body', async ({ method, path }) => {
  await write([head(method, path, 'Content-Length: 100\r\n'), '{"pat'], 'leave')
  await write([head(method, path, CHUNKED), '5\r\n{"pat\r\n'], 'leave')
  await write([head(method, path, 'Content-Length: 100\r\n')])
  await expectOpen()
})

it('answers requests on one connection in their order, each whole', async () => {
  const first = head('GET', '/daemon/log/x')
  const second = head('POST', '/api/v1/load', 'Content-Length: 2\r\n')
  const third = head('GET', '/v1/nothing', 'Connection: close\r\n')
  const text = await write([`${first}${second}{}${third}`], 'wait')
  expect(statuses(text)).toEqual([400, 400, 404])
  expect(text.indexOf('"code":1007')).toBeGreaterThan(0)
  expect(text.indexOf('"status":')).toBeGreaterThan(text.indexOf('"code":1007'))
  await expectOpen()
})

it.each(ROUTES.filter(({ method, endpoint }) => method === 'GET' && endpoint.live !== true))(
  '$name: an address of 8 KiB is read',
  async ({ method, path }) => {
    const text = await write([head(method, `${path}?x=${'a'.repeat(8_192)}`, 'Connection: close\r\n')], 'wait')
    const [status] = statuses(text)
    // nobody is there to make a report
    expect([200, 400, 404, 501, ...(path.endsWith('/report') ? [500] : [])]).toContain(status)
    await expectOpen()
  },
)

it('takes no part of a refused body for a request', async () => {
  const hidden = head('GET', '/daemon/id')
  const text = await write(
    [head('GET', '/hc', `Content-Length: ${hidden.length}\r\nConnection: close\r\n`) + hidden],
    'wait',
  )
  expect(statuses(text)).toEqual([200])
  expect(text).not.toContain('daemonid')
})

it('stands any bytes in the places of a request', async () => {
  const bytes = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map(code => String.fromCharCode(code)),
    maxLength: 40,
  })
  const route = fc.constantFrom(...ROUTES)
  const request = fc.tuple(route, bytes, bytes, fc.boolean()).map(([{ method, path }, query, body, isChunked]) => {
    const plain = query.replace(/[\r\n]/g, '')
    const how = isChunked ? CHUNKED : `Content-Length: ${body.length}\r\n`
    return head(method, `${path}?${plain}`, `X-Any: ${plain}\r\n${how}Connection: close\r\n`) + body
  })
  await fc.assert(
    fc.asyncProperty(request, fc.boolean(), async (sent, leaves) => {
      await write([sent], leaves ? 'leave' : 'end')
      expect(wrong()).toEqual([])
    }),
    { seed: SEED, numRuns: 150 },
  )
  await expectOpen()
})
