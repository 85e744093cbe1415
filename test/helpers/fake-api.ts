// the native API as interfaces.md fixes it, small and steered by a test: jobs live in memory, ends are scripted
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type Job, type JobRequest, NO_COUNTS, type Task } from '../../shared/job.ts'
import type { Verdict, VerdictKind } from '../../shared/verdict.ts'
import { VERDICT_OK } from '../../shared/verdict.ts'

export type Request = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}
type Entry = { job: Job; tasks: Task[]; key: string | undefined; output: Buffer; missing: string }
type TaskPatch = Partial<Task>

export type FakeApi = {
  readonly url: string
  readonly requests: Request[]
  readonly jobs: Entry[]
  /** How each task of a new job ends at once; unset: jobs stay running until `end`. */
  outcome: ((task: Task) => TaskPatch) | undefined
  /** Answers before anything else when it returns a response. */
  intercept: ((request: Request) => { status: number; body: unknown } | 'cut' | undefined) | undefined
  fixed: Record<string, unknown>
  /** Refusals by method and path. */
  refusals: Record<string, { status: number; code: string; message: string }>
  patch(number: number, patch: Partial<Job>): void
  end(number: number, outcome: (task: Task) => TaskPatch): void
  append(number: number, text: string): void
  /** Resolves with the next request that matches, or one that came already. */
  heard(matches: (request: Request) => boolean): Promise<Request>
  /** Cuts every connection and stops listening. */
  goAway(): Promise<void>
  comeBack(): Promise<void>
  close(): Promise<void>
}

const AT = '2026-11-21T08:00:00.000Z'
const LATER = '2026-11-21T08:00:10.000Z'

/** A measurement as a verdict carries it. */
export function measured(cachedPercent: number, files = 10, bytes = 10 * 1024 ** 2): NonNullable<Verdict['after']> {
  return {
    at: AT,
    files,
    bytes,
    cachedFiles: Math.floor((files * cachedPercent) / 100),
    cachedBytes: Math.floor((bytes * cachedPercent) / 100),
    cachedPercent,
    fresh: true,
    complete: true,
  }
}

/** How a task ends with a verdict of some kind, as the daemon's table says. */
export function verdictOf(kind: VerdictKind, more: Partial<Verdict> = {}): TaskPatch {
  const ok = VERDICT_OK[kind]
  return {
    status: ok === false ? 'failed' : 'succeeded',
    exit: { reason: 'exited', code: 0 },
    verdict: { ok, kind, notes: [], ...more },
  }
}

export async function createFakeApi(options: { token?: string } = {}): Promise<FakeApi> {
  const listeners = new Map<number, Set<ServerResponse>>()
  const sockets = new Set<Socket>()
  const waiting: { matches: (request: Request) => boolean; resolve: (request: Request) => void }[] = []
  let server: Server
  let port = 0
  let index = 0

  const fake: FakeApi = {
    get url() {
      return `http://127.0.0.1:${port}`
    },
    requests: [],
    jobs: [],
    outcome: undefined,
    intercept: undefined,
    fixed: {},
    refusals: {},
    patch(number, patch) {
      const entry = entryOf(String(number))
      if (entry === undefined) throw new Error(`no job ${number}`)
      entry.job = { ...entry.job, ...patch }
      tell(entry, patch.status === undefined ? 'progress' : 'status')
    },
    end(number, outcome) {
      const entry = entryOf(String(number))
      if (entry === undefined) throw new Error(`no job ${number}`)
      finish(entry, outcome)
      tell(entry, 'status')
    },
    append(number, text) {
      const entry = entryOf(String(number))
      if (entry === undefined) throw new Error(`no job ${number}`)
      const offset = entry.output.length
      entry.output = Buffer.concat([entry.output, Buffer.from(text)])
      for (const response of listeners.get(number) ?? [])
        response.write(`id: ${++index}:0\nevent: output\ndata: ${JSON.stringify({ offset, text })}\n\n`)
    },
    heard(matches) {
      const known = fake.requests.find(matches)
      if (known !== undefined) return Promise.resolve(known)
      return new Promise(resolve => waiting.push({ matches, resolve }))
    },
    async goAway() {
      const closed = new Promise(resolve => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
      listeners.clear()
    },
    comeBack: listen,
    async close() {
      if (server.listening) await fake.goAway()
    },
  }

  async function listen(): Promise<void> {
    server = createServer((request, response) => void answer(request, response))
    server.on('connection', socket => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  }

  function entryOf(ref: string): Entry | undefined {
    return fake.jobs.find(entry => entry.job.id === ref || String(entry.job.number) === ref)
  }

  function tell(entry: Entry, event: string): void {
    const data = JSON.stringify({ job: entry.job, tasks: entry.tasks.slice(0, 100) })
    for (const response of listeners.get(entry.job.number) ?? []) {
      response.write(`id: ${++index}\nevent: ${event}\ndata: ${data}\n\n`)
    }
  }

  async function answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? '/', 'http://fake')
    const chunks: Buffer[] = []
    for await (const chunk of message) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const request: Request = {
      method: message.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: message.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
    fake.requests.push(request)
    const send = (status: number, body: unknown) => {
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(body === undefined ? '' : JSON.stringify(body))
    }
    const special = fake.intercept?.(request)
    if (special === 'cut') message.socket.destroy()
    else if (special !== undefined) send(special.status, special.body)
    else if (options.token !== undefined && message.headers.authorization !== `Bearer ${options.token}`) {
      send(401, { code: 'UNAUTHENTICATED', message: 'A valid token is required' })
    } else route(request, response, send)
    for (const waiter of waiting.filter(waiter => waiter.matches(request))) {
      waiting.splice(waiting.indexOf(waiter), 1)
      waiter.resolve(request)
    }
  }

  function route(request: Request, response: ServerResponse, send: (status: number, body: unknown) => void): void {
    const refusal = fake.refusals[`${request.method} ${request.path}`]
    if (refusal !== undefined) return send(refusal.status, { code: refusal.code, message: refusal.message })
    const fixed = fake.fixed[`${request.method} ${request.path}`]
    if (fixed !== undefined) return send(request.method === 'POST' ? 201 : 200, fixed)
    const match = /^\/api\/v1\/jobs(?:\/([^/]+)(?:\/([a-z]+))?)?$/.exec(request.path)
    if (match === null) return send(404, { code: 'NOT_FOUND', message: `There is nothing at ${request.path}` })
    const [, ref, part] = match
    if (ref === undefined) return request.method === 'POST' ? submit(request, send) : list(request, send)
    const entry = entryOf(ref)
    if (entry === undefined) return send(404, { code: 'JOB_NOT_FOUND', message: `There is no job ${ref}` })
    if (request.method === 'POST') {
      if (part === 'stop') entry.job = { ...entry.job, desired: 'stop' }
      if (part === 'retry') entry.job = { ...entry.job, status: 'running' }
      tell(entry, 'status')
      return send(202, entry.job)
    }
    if (part === undefined) return send(200, entry.job)
    if (part === 'tasks')
      return page(
        entry.tasks.filter(task => isWanted(request, task.status)),
        request,
        send,
      )
    if (part === 'missing') return void response.writeHead(200, { 'content-type': 'text/plain' }).end(entry.missing)
    if (part === 'output') return output(entry, request, response)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const all = listeners.get(entry.job.number) ?? new Set()
    listeners.set(entry.job.number, all.add(response))
    response.on('close', () => all.delete(response))
    response.write(
      `id: ${++index}\nevent: status\ndata: ${JSON.stringify({ job: entry.job, tasks: entry.tasks.slice(0, 100) })}\n\n`,
    )
  }

  function submit(request: Request, send: (status: number, body: unknown) => void): void {
    const body = request.body as JobRequest
    const key = request.headers['idempotency-key'] as string | undefined
    const repeated = fake.jobs.find(entry => key !== undefined && entry.key === key)
    if (repeated !== undefined) return send(200, repeated.job)
    const open = fake.jobs.find(entry => body.name !== undefined && entry.job.name === body.name && !entry.job.endedAt)
    const entry = open ?? toEntry(body, key)
    const paths = body.paths.length === 0 ? [''] : body.paths
    for (const path of paths) entry.tasks.push(toTask(entry.job, body, path))
    entry.job = { ...entry.job, counts: { ...NO_COUNTS, total: entry.tasks.length, running: entry.tasks.length } }
    if (open === undefined) fake.jobs.push(entry)
    if (fake.outcome !== undefined) finish(entry, fake.outcome)
    send(201, entry.job)
  }

  function list(request: Request, send: (status: number, body: unknown) => void): void {
    const name = request.query.get('name')
    const jobs = fake.jobs.map(entry => entry.job).filter(job => isWanted(request, job.status))
    page(jobs.filter(job => name === null || job.name === name).reverse(), request, send)
  }

  function toEntry(body: JobRequest, key: string | undefined): Entry {
    const number = fake.jobs.length + 1
    const job: Job = {
      id: crypto.randomUUID(),
      number,
      name: body.name ?? `job-${number}`,
      named: body.name !== undefined,
      action: body.action,
      cluster: body.cluster ?? 'default',
      status: 'running',
      desired: 'run',
      requester: 'local',
      via: 'cli',
      createdAt: AT,
      startedAt: AT,
      counts: NO_COUNTS,
      notes: [],
    }
    return { job, tasks: [], key, output: Buffer.alloc(0), missing: '' }
  }

  await listen()
  return fake
}

function finish(entry: Entry, outcome: (task: Task) => TaskPatch): void {
  entry.tasks = entry.tasks.map(task => ({ ...task, status: 'succeeded', endedAt: LATER, ...outcome(task) }))
  const counts = { ...NO_COUNTS, total: entry.tasks.length }
  for (const task of entry.tasks) counts[task.status]++
  const only = (status: Task['status']) => counts[status] === counts.total
  const status = only('succeeded')
    ? 'succeeded'
    : only('failed')
      ? 'failed'
      : counts.stopped > 0
        ? 'stopped'
        : 'partial'
  entry.job = { ...entry.job, counts, status, endedAt: LATER }
}

function toTask(job: Job, body: JobRequest, path: string): Task {
  return {
    id: crypto.randomUUID(),
    job: job.id,
    path,
    action: body.action,
    options: { ...body.options, ...(body.dryRun ? { dryRun: true } : {}) },
    status: 'running',
    desired: 'run',
    attempts: 1,
    createdAt: AT,
    startedAt: AT,
    files: { loaded: 0, alreadyCached: 0, failed: 0, total: 0 },
    steps: [],
    notes: [],
  }
}

function isWanted(request: Request, status: string): boolean {
  const wanted = request.query.get('status')
  return wanted === null || wanted.split(',').includes(status)
}

function page(items: readonly unknown[], request: Request, send: (status: number, body: unknown) => void): void {
  const from = Number(request.query.get('after') ?? 0)
  const to = from + Number(request.query.get('limit') ?? 100)
  send(200, { items: items.slice(from, to), ...(to < items.length ? { next: String(to) } : {}) })
}

function output(entry: Entry, request: Request, response: ServerResponse): void {
  const tail = request.query.get('tail')
  const text = entry.output
  let from = Number(request.query.get('from') ?? 0)
  if (tail !== null) {
    const lines = text.toString('latin1').split('\n')
    from = Buffer.byteLength(lines.slice(0, -Number(tail) - 1).join('\n'), 'latin1')
    if (from > 0) from++
  }
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(text.subarray(from))
}
