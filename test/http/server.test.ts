// the door with its sockets: limits while bytes come, several listeners, the agents' socket, the seed's own lines
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { openServer } from './door.ts'

const closings: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close()
})

async function open(more: Parameters<typeof openServer>[0] = {}) {
  const opened = await openServer(more)
  closings.push(() => opened.server.close(0))
  return opened
}

/** Sends bytes as they are and answers everything that comes back until the other side closes. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', chunk => {
    text += chunk.toString('latin1')
  })
  socket.on('error', () => {})
  socket.write(bytes)
  await once(socket, 'close')
  return text
}

describe('bodies', () => {
  test('that come in chunks are counted: 413 without an end in sight', async () => {
    const { port } = await open()
    const call = request({ port, host: '127.0.0.1', method: 'POST', path: '/api/v1/jobs' })
    call.on('error', () => {})
    closings.push(() => call.destroy())
    const answered = once(call, 'response')
    const chunk = Buffer.alloc(65_536, 'a')
    for (let sent = 0; sent <= 1_048_576; sent += chunk.length) call.write(chunk)
    const [response] = await answered
    expect(response.statusCode).toBe(413)
  })

  test('that announce too much are refused before they come', async () => {
    const { port } = await open()
    const head = 'POST /api/v1/gfs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\nConnection: close\r\n\r\n'
    const text = await raw(port, head)
    expect(text).toMatch(/^HTTP\/1\.1 413 /)
    expect(text).toContain('{"error":"the body must have at most 1048576 bytes"}')
  })

  test('just below the limit are read whole', async () => {
    const { url, operations } = await open()
    const paths = Array.from({ length: 9_000 }, (_, index) => `/data/${String(index).padStart(100, '0')}`)
    const body = JSON.stringify({ action: 'load', paths })
    expect(body.length).toBeGreaterThan(900_000)
    expect((await fetch(`${url}/api/v1/jobs`, { method: 'POST', body })).status).toBe(201)
    expect(operations.requests[0]?.paths).toHaveLength(9_000)
  })
})

describe('listeners', () => {
  test('several serve the same; a busy one is told', async () => {
    const { server, url, port } = await open()
    const second = await server.listen('127.0.0.1', 0)
    await fetch(`${url}/api/v1/gfs`, { method: 'POST', body: '{"action":0,"path":"/a"}' })
    expect((await fetch(`http://127.0.0.1:${second.port}/api/v1/jobs/1`)).status).toBe(200)
    await expect(server.listen('127.0.0.1', port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('closing twice is closing once, and nothing listens afterwards', async () => {
    const { server, url } = await open()
    await Promise.all([server.close(), server.close()])
    await expect(fetch(url)).rejects.toThrow()
    await expect(server.listen('127.0.0.1', 0)).rejects.toThrow('closed')
  })

  test('a Host of another name is misdirected, on sockets too', async () => {
    const { port } = await open({ upgrade: () => expect.unreachable() })
    const head = 'GET /api/v1/me HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'
    expect(await raw(port, head)).toMatch(/^HTTP\/1\.1 421 /)
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    expect(await raw(port, `GET /agent/v1/socket HTTP/1.1\r\nHost: evil.example\r\n${upgrade}`)).toMatch(
      /^HTTP\/1\.1 421 /,
    )
    const strange = `Host: localhost\r\nOrigin: http://evil.example\r\n${upgrade}`
    expect(await raw(port, `GET /agent/v1/socket HTTP/1.1\r\n${strange}`)).toMatch(/^HTTP\/1\.1 403 /)
    expect(await raw(port, `GET /elsewhere HTTP/1.1\r\nHost: localhost\r\n${upgrade}`)).toMatch(/^HTTP\/1\.1 404 /)
  })

  test("the agents' socket is handed over", async () => {
    const { port, server } = await open({
      upgrade: (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\nhello agent'),
    })
    const text = await raw(
      port,
      'GET /agent/v1/socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    expect(text).toContain('hello agent')
    await server.close()
  })

  test('a socket that was handed over does not hold closing up', async () => {
    const { port, server } = await open({
      upgrade: (_, socket) => void socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
    })
    const socket = connect(port, '127.0.0.1')
    closings.push(() => socket.destroy())
    socket.write(
      'GET /agent/v1/socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    await once(socket, 'data')
    await server.close(60_000)
    expect(socket.destroyed).toBe(false)
  })
})

test.each(['/api/v1/status/%', '/api/v1/jobs/%E0%A4%A', '/api/v1/status/..%2f..%2fetc', '//', '/%00'])(
  'a strange address %s is answered by its rules',
  async path => {
    const { port, logged } = await open()
    const text = await raw(port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1\.1 404 /)
    expect(logged).toEqual([])
  },
)

describe("the reference document's own lines", () => {
  const seed = readFileSync(new URL('../fixtures/http/000-curl.txt', import.meta.url), 'utf8')
  const lines = seed
    .trimEnd()
    .split('\n\n')
    .filter(line => line.startsWith('curl'))

  async function run(line: string, more: { port: number; id: string }): Promise<string> {
    const command = line
      .replace('http://localhost:8080', `http://localhost:${more.port}`)
      .replace('683877b1-d293-4b89-b5c0-4f5742502dd5', more.id)
    return new Promise((resolve, reject) => {
      execFile('bash', ['-c', command], (error, stdout) => (error === null ? resolve(stdout) : reject(error)))
    })
  }

  test('work as typed', async () => {
    const { operations, port } = await open()
    const id = '683877b1-d293-4b89-b5c0-4f5742502dd5'
    const [list, load, status, output, groupOutput, groupStatus, report] = lines
    operations.reply.text = 'drwxr-xr-x /data\n'
    expect(await run(list!, { port, id })).toBe('drwxr-xr-x /data\n')
    operations.reply.text = 'GooseFS cluster summary: \n    Live Workers: 10\n'
    const ids = JSON.parse(await run(load!, { port, id })) as string[]
    expect(ids).toHaveLength(1)
    const task = ids[0]!
    operations.print(task, 'Successfully loaded path /a\n')
    operations.patch(task, { status: 'succeeded', exit: { reason: 'exited', code: 0 } }, { loaded: 1 })
    expect(JSON.parse(await run(status!, { port, id: task }))).toEqual({ id: task, status: 'exit status 0' })
    expect(await run(output!, { port, id: task })).toBe('Successfully loaded path /a\n')
    expect(JSON.parse(await run(groupOutput!, { port, id }))).toEqual({ [task]: 'Successfully loaded path /a\n' })
    expect(JSON.parse(await run(groupStatus!, { port, id }))).toMatchObject({ status: 'success', total_task: 1 })
    expect(JSON.parse(await run(report!, { port, id }))).toMatch(/^GooseFS cluster summary: \n/)
  })
})
