// a coordinator of Alluxio 3.x on a port of its own: remembers what it was asked, and does what a test says
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Heard = {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}
export type CoordinatorJob = {
  id: string
  kind: 'load' | 'free'
  alias: string
  index: string
  paths: string[]
  state: 'WAITING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'STOPPED'
  options: Record<string, unknown>
  more: Record<string, unknown>
  /** How often it was taken up again. */
  resumed: number
}
/** Answers instead of the coordinator; true when it did. */
export type Script = (heard: Heard, response: ServerResponse) => boolean | Promise<boolean>

export type FakeCoordinator = Awaited<ReturnType<typeof createFakeCoordinator>>

/** Starts one. `edition` 3.7 does not know the word `id` and then lists everything, as an unknown word is left out there. */
export async function createFakeCoordinator(options: { edition?: '3.6' | '3.7'; base?: string } = {}) {
  const { edition = '3.6', base = '' } = options
  const heard: Heard[] = []
  const jobs: CoordinatorJob[] = []
  const fake = {
    script: undefined as Script | undefined,
    /** Requests whose caller went away before they were answered. */
    aborted: 0,
  }
  let server: Server | undefined
  let port = 0

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const { method = '', url = '', headers } = request
    const one: Heard = { method, url, headers, body: Buffer.concat(pieces) }
    heard.push(one)
    response.on('close', () => {
      if (!response.writableFinished) fake.aborted += 1
    })
    if (await fake.script?.(one, response)) return
    const { status, body } = act(one)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

  type Acted = { status: number; body: unknown }
  function act({ method, url, body }: Heard): Acted {
    const { pathname, searchParams } = new URL(url, 'http://x')
    const kind = /^\/api\/v1\/(load|free)\/?$/.exec(pathname.slice(base.length))?.[1] as
      | CoordinatorJob['kind']
      | undefined
    if (kind === undefined) return { status: 200, body: { results: [] } }
    const mine = jobs.filter(job => job.kind === kind)
    if (method === 'GET') {
      const words = (edition === '3.6' ? ['id', 'alias', 'index'] : ['alias', 'index']) as ('id' | 'alias' | 'index')[]
      const word = words.find(one => searchParams.has(one))
      if (word === undefined) return { status: 200, body: { results: mine.map(show) } }
      const found = mine.findLast(job => job[word] === searchParams.get(word))
      return found === undefined ? missing : { status: 200, body: show(found) }
    }
    const given = JSON.parse(body.toString() || '{}')
    if (method === 'DELETE') {
      const word = (['alias', 'id', 'index'] as const).find(one => given[one] !== undefined)
      if (word === undefined) return { status: 400, body: { status: 'nothing is named' } }
      const found = mine.findLast(job => job[word] === given[word] && isOpen(job))
      if (found === undefined) return { status: 410, body: { status: 'gone' } }
      found.state = 'STOPPED'
      return { status: 200, body: { id: found.id, state: 'STOPPED' } }
    }
    return submit(kind, given)
  }

  function submit(kind: CoordinatorJob['kind'], given: Record<string, unknown>): Acted {
    const paths = (given['paths'] as string[] | undefined) ?? []
    const { alias = '', index = '' } = given as { alias?: string; index?: string }
    if (index === '' && (paths.length === 0 || alias === '')) return { status: 400, body: { status: 'no paths' } }
    const same = (job: CoordinatorJob): boolean =>
      (alias !== '' && job.alias === alias) ||
      (index !== '' && job.index === index) ||
      (paths.length > 0 && [...job.paths].sort().join('\n') === [...paths].sort().join('\n'))
    const met = jobs.findLast(job => job.kind === kind && same(job))
    if (met !== undefined && met.state !== 'SUCCEEDED') {
      if (!isOpen(met)) {
        met.state = 'RUNNING'
        met.resumed += 1
      }
      return { status: 409, body: { id: met.id, status: 'resumed' } }
    }
    const id = randomUUID()
    const asked = (given['options'] as Record<string, unknown> | undefined) ?? {}
    jobs.push({ id, kind, alias, index, paths, state: 'RUNNING', options: asked, more: {}, resumed: 0 })
    return { status: 200, body: { id, jobId: id, alias } }
  }

  async function start(): Promise<void> {
    server = createServer((request, response) => {
      answer(request, response).catch(() => response.destroy())
    })
    await new Promise<void>(resolve => server?.listen(port, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  }

  async function stop(): Promise<void> {
    const ended = new Promise<void>(resolve => server?.close(() => resolve()))
    server?.closeAllConnections()
    await ended
  }

  await start()
  return Object.assign(fake, {
    ...{ heard, jobs, start, stop },
    url: `http://127.0.0.1:${port}${base}`,
    port,
    /** The newest job that loads or frees this path. */
    job: (path: string): CoordinatorJob | undefined => jobs.findLast(job => job.paths.includes(path)),
    /** What was asked, as `METHOD /path`. */
    asked: (method: string): Heard[] => heard.filter(one => one.method === method),
  })
}

const missing = { status: 404, body: { status: 'No job found...' } }

function isOpen({ state }: CoordinatorJob): boolean {
  return state === 'WAITING' || state === 'RUNNING'
}

function show({ id, kind, alias, index, paths, state, more }: CoordinatorJob): unknown {
  const counted =
    kind === 'free' ? { freedFiles: 0, failedFiles: 0 } : { loadedBytes: 0, skippedBytes: 0, loadedNonEmptyFiles: 0 }
  const named = { ...(alias === '' ? {} : { alias }), ...(index === '' ? {} : { index }) }
  const shown = { id, startTime: '2024-11-21T20:58:26.957+08:00', state, errorMessage: {}, paths, ...named }
  return { ...shown, timeElapsedMilliseconds: Date.now() % 1_000_000, ...counted, ...more }
}
