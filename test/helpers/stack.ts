// the whole product as it is shipped: a real daemon, real agents, a simulated GooseFS, in a directory of their own
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Job, Task } from '../../shared/job.ts'
import { until } from '../agent/until.ts'
import { createProgram, findFreePort, isFree, type Program, processesWith, type Seen } from './program.ts'

// benches start the same programs and are not to wait for the document
const conform = process.env['VITEST'] === undefined ? undefined : await import('./conform.ts')
/** What is longer is not held against the document. */
const MOST_CONFORMED_BYTES = 1_048_576

/** A client that waits longer waits for something that does not come. */
const PATIENCE_MS = 25_000

const BUILT = process.env['GANDER_TEST_DIST'] ?? fileURLToPath(new URL('../../dist', import.meta.url))

export type Answer = {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly text: string
  readonly bytes: Buffer
  /** The body as JSON; throws when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly json: any
}
export type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string }
export type AgentShape = {
  readonly name?: string
  readonly env?: Record<string, string>
  /** Instead of the simulated GooseFS. */
  readonly bin?: string
}
export type StackOptions = {
  readonly agents?: number | readonly AgentShape[]
  readonly daemonEnv?: Record<string, string>
  readonly agentEnv?: Record<string, string>
  /** Environment of everything: era, brand, knobs. Speed 0 unless told otherwise. */
  readonly env?: Record<string, string>
  readonly token?: string
  /** Port that agents dial instead of the daemon's. */
  readonly dial?: (port: number) => Promise<number>
  readonly dataDir?: string
  /** How long a client may run before it is ended, in milliseconds. */
  readonly patienceMs?: number
  /** Leaves the programs to the test. */
  readonly start?: boolean
}

export type Stack = Awaited<ReturnType<typeof createStack>>

/** Starts everything on free ports, and waits until each agent is connected. */
export async function createStack(options: StackOptions = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'gander-e2e-'))
  const cookie = `GANDER_TEST_COOKIE=${randomUUID()}`
  const dist = join(dir, 'dist')
  // a copy, since another test run may build anew at any time
  cpSync(BUILT, dist, { recursive: true, filter: path => !path.endsWith('.map') })
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const dataDir = options.dataDir ?? join(dir, 'data')
  const [cookieName = '', cookieValue = ''] = cookie.split('=')
  const env: Record<string, string> = {
    ...{ PATH: process.env['PATH'] ?? '', HOME: dir, [cookieName]: cookieValue, LC_ALL: 'C.UTF-8' },
    ...{ GANDER_PLAYGROUND_DIR: join(dir, 'playground'), GANDER_PLAYGROUND_SPEED: '0', ...options.env },
  }
  const daemon = createProgram({
    file: join(dist, 'bot/main.js'),
    logFile: join(dir, 'daemon.log'),
    env: {
      ...{ ...env, GANDER_HTTP_PORT: String(port), GANDER_COMPAT_PORTS: '', GANDER_DATA_DIR: dataDir },
      ...options.daemonEnv,
    },
  })
  const dialled = (await options.dial?.(port)) ?? port
  const shapes = toShapes(options.agents ?? 1)
  const agents = shapes.map((shape, index) =>
    createProgram({
      file: join(dist, 'agent/main.js'),
      logFile: join(dir, `agent-${index}.log`),
      env: {
        ...{ ...env, GANDER_DAEMON_URL: `http://127.0.0.1:${dialled}`, GANDER_AGENT_NAME: nameOf(shape, index) },
        ...{
          GANDER_AGENT_DIR: join(dir, `agent-${index}`),
          GOOSEFS_BIN: shape.bin ?? join(dist, 'playground/goosefs'),
        },
        ...(options.token === undefined ? {} : { GANDER_AGENT_TOKEN: options.token }),
        ...{ ...options.agentEnv, ...shape.env },
      },
    }),
  )
  const verbs = toVerbs({ ...options, dir, dist, url, port, env, cookie })

  const daemonReady = (): Promise<unknown> =>
    until(
      'the daemon',
      async () => {
        if (!daemon.running) throw new Error(`the daemon ended with ${await daemon.ended()}: ${daemon.log()}`)
        return (await verbs.api('GET', '/readyz').catch(() => undefined))?.status === 200
      },
      30_000,
    )
  const agentReady = (index: number): Promise<unknown> =>
    until(
      `agent ${index}`,
      async () => {
        const { json } = await verbs.api('GET', '/api/v1/agents')
        const items = json.items as { name: string; status: string }[]
        return items.some(item => item.name === nameOf(shapes[index] ?? {}, index) && item.status === 'ready')
      },
      30_000,
    )
  const stack = {
    ...{ dir, dist, dataDir, url, port, env, cookie, daemon, agents, daemonReady, agentReady, ...verbs },
    get agent(): Program {
      const [first] = agents
      if (first === undefined) throw new Error('this stack has no agent')
      return first
    },
    agentDir: (index = 0): string => join(dir, `agent-${index}`),
    async startAll() {
      daemon.start()
      await daemonReady()
      for (const agent of agents) agent.start()
      for (const index of agents.keys()) await agentReady(index)
    },
    /** Ends everything; throws when a process or a listener of this stack is left. */
    async close() {
      for (const program of [...agents, daemon]) await program.end('SIGTERM')
      // runs outlive their agent: what is left of them is ended here and told, unless the test has ended everything
      const left = await settledProcesses(cookie)
      for (const { pid } of left) killSilently(pid)
      const free = await isFree(port)
      rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
      if (left.length > 0) throw new Error(`left running: ${left.map(({ line }) => line).join(' | ')}`)
      if (!free) throw new Error(`port ${port} is still open`)
    },
  }
  if (options.start === false) return stack
  try {
    await stack.startAll()
    return stack
  } catch (thrown) {
    await stack.close().catch(() => {})
    throw thrown
  }
}

function toShapes(agents: number | readonly AgentShape[]): readonly AgentShape[] {
  return typeof agents === 'number' ? Array.from({ length: agents }, () => ({})) : agents
}

const nameOf = (shape: AgentShape, index: number): string => shape.name ?? `agent-${index}`

type Place = {
  readonly dir: string
  readonly dist: string
  readonly url: string
  readonly port: number
  readonly env: Record<string, string>
  readonly cookie: string
  readonly daemonEnv?: Record<string, string>
  readonly patienceMs?: number
}

function toVerbs({ dir, dist, url, port, env, cookie, daemonEnv, patienceMs = PATIENCE_MS }: Place) {
  const admin = daemonEnv?.['GANDER_ADMIN_TOKEN']
  const credential: Record<string, string> = admin === undefined ? {} : { authorization: `Bearer ${admin}` }

  /** One request with exactly these headers; a body that is no text is sent as JSON. */
  function api(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const data = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
      const told =
        data === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(data) }
      const ask = request(
        { host: '127.0.0.1', port, path, method, agent: false, headers: { ...credential, ...told, ...headers } },
        response => {
          const pieces: Buffer[] = []
          response.on('data', piece => pieces.push(piece as Buffer))
          response.on('error', reject)
          response.on('end', () => {
            const bytes = Buffer.concat(pieces)
            const text = bytes.toString()
            const { statusCode: status = 0, headers: got } = response
            const deviations = findDeviations({ method, path }, { status, type: got['content-type'], text })
            if (deviations.length > 0) return reject(new Error(deviations.join('\n')))
            resolve({
              status,
              headers: got,
              bytes,
              text,
              get json() {
                return JSON.parse(text)
              },
            })
          })
        },
      )
      ask.on('error', reject)
      ask.end(data)
    })
  }

  // what a coordinator answers to what was forwarded is its own
  const config = daemonEnv?.['GANDER_CONFIG']
  const forwards = config !== undefined && readFileSync(config, 'utf8').includes('coordinator:')
  function findDeviations(
    asked: { readonly method: string; readonly path: string },
    { status, type = '', text }: { readonly status: number; readonly type: string | undefined; readonly text: string },
  ): readonly string[] {
    if (conform === undefined || type.startsWith('text/event-stream') || text.length > MOST_CONFORMED_BYTES) return []
    if (forwards && conform.findOperation(asked.method, asked.path)?.operation.tags.includes('alluxio')) return []
    return conform.findDeviations(asked, { status, type, body: text })
  }

  const run = (file: string, args: readonly string[], more: Record<string, string>): Promise<Ended> =>
    new Promise(resolve => {
      execFile(
        file,
        [...args],
        { env: { ...env, ...more }, cwd: dir, maxBuffer: 2 ** 30, timeout: patienceMs },
        (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code ?? 128), stdout, stderr }),
      )
    })

  const gander = (args: readonly string[], more: Record<string, string> = {}): Promise<Ended> =>
    run(process.execPath, [join(dist, 'cli/main.js'), ...args], {
      ...{ GANDER_URL: url, ...(admin === undefined ? {} : { GANDER_TOKEN: admin }), ...more },
    })

  /** A call of the simulated CLI; throws when it fails. */
  async function goosefs(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(join(dist, 'playground/goosefs'), args, {})
    if (code !== 0) throw new Error(`goosefs ${args.join(' ')}: ${code} ${stdout}${stderr}`)
    return stdout
  }

  const ok = (answer: Answer): Answer => {
    if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text.slice(0, 500)}`)
    return answer
  }

  const submit = async (body: Record<string, unknown>): Promise<Job> => ok(await api('POST', '/api/v1/jobs', body)).json
  const job = async (id: string): Promise<Job> => ok(await api('GET', `/api/v1/jobs/${id}`)).json
  const tasks = async (id: string): Promise<Task[]> =>
    ok(await api('GET', `/api/v1/jobs/${id}/tasks?limit=1000`)).json.items

  return {
    ...{ api, gander, goosefs, submit, job, tasks },
    put: (path: string, files = 3, bytes = '4k') =>
      goosefs('playground', 'put', path, '--bytes', bytes, ...(files === 0 ? [] : ['--files', String(files)])),
    knob: (...pairs: string[]) => goosefs('playground', 'knob', ...pairs),
    /** The only task of a job. */
    async task(id: string): Promise<Task> {
      const [first, ...more] = await tasks(id)
      if (first === undefined || more.length > 0) throw new Error(`job ${id} has ${more.length + 1} tasks`)
      return first
    },
    /** Answers the job once it has ended. */
    ended: (id: string, deadlineMs = 60_000): Promise<Job> =>
      until(
        `the end of job ${id}`,
        async () => {
          const now = ok(await api('GET', `/api/v1/jobs/${id}?wait=5s`)).json as Job
          return now.endedAt !== undefined && now
        },
        deadlineMs,
      ),
    /** Processes of this stack whose command line holds all of these words. */
    processes: (...words: string[]): Seen[] =>
      processesWith(cookie).filter(({ line }) => words.every(word => line.includes(word))),
  }
}

async function settledProcesses(cookie: string): Promise<Seen[]> {
  // a child that is just ending may be seen once more
  return until('the end of all processes', () => processesWith(cookie).length === 0, 5_000).then(
    () => [],
    () => processesWith(cookie),
  )
}

function killSilently(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has ended by itself
  }
}
