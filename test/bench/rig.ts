// a real daemon, and if wanted a real agent over a simulated GooseFS, in a directory of their own
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Job, JobRequest } from '../../shared/job.ts'
import { until } from '../agent/until.ts'

type Asked = Omit<JobRequest, 'options'> & Partial<Pick<JobRequest, 'options'>>

export type Program = {
  readonly pid: number
  /** Resident memory in MB: now, and the most since the last `forgetPeak`. */
  memory(): { readonly nowMb: number; readonly peakMb: number }
  forgetPeak(): void
  /** Processor time used since its start, in seconds. */
  cpuSeconds(): number
}

export type Rig = {
  readonly url: string
  readonly dir: string
  readonly dataDir: string
  /** What the agent takes for its CLI. */
  readonly launcher: string
  readonly environment: Record<string, string>
  readonly daemon: Program
  readonly agent: Program
  goosefs(...args: string[]): Promise<void>
  submit(request: Asked): Promise<Job>
  /** Answers the job once it has ended. */
  ended(id: string): Promise<Job>
  close(): Promise<void>
}

export type RigOptions = {
  readonly dist: string
  /** Bash lines that stand before the simulated GooseFS whenever it is called. */
  readonly before?: string
  readonly concurrency?: number
  /** Instead of the simulated GooseFS. */
  readonly bin?: string
}

/** Starts everything on free ports and waits until the agent is connected. */
export async function createRig({ dist, before, bin, concurrency = 2 }: RigOptions): Promise<Rig> {
  const dir = mkdtempSync(join(tmpdir(), 'gander-bench-'))
  const launcher = createLauncher({ dir, before, real: bin ?? join(dist, 'playground/goosefs') })
  const dataDir = join(dir, 'data')
  const environment = {
    ...{ PATH: process.env['PATH'] ?? '', HOME: dir, JAVA_HOME: process.env['JAVA_HOME'] ?? '' },
    BENCH_DIR: dir,
    GANDER_PLAYGROUND_DIR: join(dir, 'playground'),
    GANDER_PLAYGROUND_SPEED: '0',
  }
  const daemon = start(join(dist, 'bot/main.js'), {
    ...environment,
    ...{ GANDER_HTTP_PORT: '0', GANDER_COMPAT_PORTS: '', GANDER_DATA_DIR: dataDir },
  })
  const children = [daemon.child]
  // a bench that is broken off leaves nothing behind either
  const leave = (): void => {
    for (const child of children) child.kill('SIGKILL')
    // a CLI outlives its agent and may still be writing
    rmSync(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }
  process.once('exit', leave)
  const close = async (): Promise<void> => {
    for (const child of children.toReversed()) await end(child)
    process.off('exit', leave)
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    await daemon.ready
    const url = `http://127.0.0.1:${await daemon.port}`
    const agent = start(join(dist, 'agent/main.js'), {
      ...environment,
      ...{ GANDER_DAEMON_URL: url, GANDER_AGENT_DIR: join(dir, 'agent'), GOOSEFS_BIN: launcher },
      GANDER_AGENT_CONCURRENCY: String(concurrency),
    })
    children.push(agent.child)
    await agent.ready
    const programs = { daemon: toProgram(daemon.child), agent: toProgram(agent.child) }
    return { url, dir, dataDir, launcher, environment, ...programs, ...toVerbs(url, { dist, environment }), close }
  } catch (cause) {
    await close()
    throw cause
  }
}

function toVerbs(url: string, { dist, environment }: { dist: string; environment: Record<string, string> }) {
  const run = promisify(execFile)
  const ask = async (path: string, init: RequestInit = {}): Promise<Job> => {
    const response = await fetch(`${url}/api/v1/jobs${path}`, init)
    const text = await response.text()
    if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 500)}`)
    return JSON.parse(text) as Job
  }
  return {
    goosefs: async (...args: string[]) => void (await run(`${dist}/playground/goosefs`, args, { env: environment })),
    submit: (request: Asked) =>
      ask('', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) }),
    ended: (id: string) =>
      until(
        `the end of job ${id}`,
        async () => {
          const job = await ask(`/${id}?wait=30s`)
          return job.endedAt !== undefined && job
        },
        3_600_000,
      ),
  }
}

/** A link keeps the name of its own on the command line, so that its processes can be told from others. */
function createLauncher({ dir, real, before }: { dir: string; real: string; before: string | undefined }): string {
  mkdirSync(join(dir, 'bin'))
  const launcher = join(dir, 'bin/goosefs')
  if (before === undefined) symlinkSync(real, launcher)
  else {
    writeFileSync(launcher, `#!/usr/bin/env bash\n${before}\nexec ${real} "$@"\n`)
    chmodSync(launcher, 0o755)
  }
  return launcher
}

function start(program: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let last = ''
  let hearPort: (port: number) => void = () => {}
  const port = new Promise<number>(resolve => {
    hearPort = resolve
  })
  if (child.stderr !== null)
    createInterface(child.stderr).on('line', line => {
      last = line
      const [, found] = /"ports":\[(\d+)/.exec(line) ?? []
      if (found !== undefined) hearPort(Number(found))
    })
  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', message => (message === 'ready' ? resolve() : undefined))
    child.on('exit', code => reject(new Error(`${program} ended with ${code}: ${last}`)))
  })
  return { child, ready, port }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

function toProgram(child: ChildProcess): Program {
  const pid = child.pid ?? 0
  const status = (): string => readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = (text: string, key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024
  return {
    pid,
    memory() {
      const text = status()
      return { nowMb: megabytes(text, 'VmRSS'), peakMb: megabytes(text, 'VmHWM') }
    },
    // documented in proc(5): 5 sets the peak back to what is resident now
    forgetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, '5'),
    cpuSeconds() {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // fields 14 and 15, in ticks that are hundredths on every Linux
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return (Number(fields[11]) + Number(fields[12])) / 100
    },
  }
}

/** Bytes of all files below a directory; none when it is not there yet. */
export function bytesBelow(dir: string, counts: (name: string) => boolean = () => true): number {
  let sum = 0
  if (!existsSync(dir)) return sum
  for (const entry of readdirSync(dir, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !counts(entry.name)) continue
    sum += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0
  }
  return sum
}
