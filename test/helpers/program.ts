// a real process of a test: started with a log of its own, killed, started again, looked at through /proc
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'

export type Program = {
  /** 0 while it does not run. */
  readonly pid: number
  readonly running: boolean
  /** Everything it said on stderr, over all its starts. */
  log(): string
  /** The objects of its JSON log. */
  lines(): Record<string, unknown>[]
  start(more?: Record<string, string>): void
  /** Sends a signal and waits for the end; answers the exit code, or the signal that ended it. */
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
  /** How it ended, once it has. */
  ended(): Promise<number | NodeJS.Signals | null>
  /** Resident memory in MB: now, and the most since the last `forgetPeak`. */
  memory(): { readonly nowMb: number; readonly peakMb: number }
  forgetPeak(): void
}

type Recipe = { readonly file: string; readonly env: Record<string, string>; readonly logFile: string }

/** Makes it; nothing runs before `start`. Its words go to a file, so that nobody has to read them. */
export function createProgram({ file, env, logFile }: Recipe): Program {
  let child: ChildProcess | undefined
  let gone: Promise<number | NodeJS.Signals | null> = Promise.resolve(null)
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null
  const log = (): string => {
    try {
      return readFileSync(logFile, 'utf8')
    } catch {
      // it has not been started yet
      return ''
    }
  }
  return {
    get pid() {
      return isRunning() ? (child?.pid ?? 0) : 0
    },
    get running() {
      return isRunning()
    },
    log,
    lines: () =>
      log()
        .split('\n')
        .filter(line => line.startsWith('{'))
        .map(line => JSON.parse(line) as Record<string, unknown>),
    start(more = {}) {
      if (isRunning()) throw new Error(`${file} runs already`)
      const words = openSync(logFile, 'a')
      child = spawn(process.execPath, [file], { env: { ...env, ...more }, stdio: ['ignore', 'ignore', words] })
      closeSync(words)
      gone = once(child, 'exit').then(([code, signal]) => (signal ?? code) as number | NodeJS.Signals | null)
    },
    async end(signal = 'SIGTERM') {
      if (isRunning()) child?.kill(signal)
      return gone
    },
    ended: () => gone,
    memory: () => {
      const text = readFileSync(`/proc/${child?.pid}/status`, 'utf8')
      const megabytes = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024
      return { nowMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') }
    },
    // documented in proc(5): 5 sets the peak back to what is resident now
    forgetPeak: () => writeFileSync(`/proc/${child?.pid}/clear_refs`, '5'),
  }
}

export type Seen = { readonly pid: number; readonly line: string }

/** Living processes whose environment holds this word, with their command lines. */
export function processesWith(word: string): Seen[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      try {
        if (!readFileSync(`/proc/${name}/environ`, 'latin1').includes(word)) return []
        const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        return line === '' ? [] : [{ pid: Number(name), line }]
      } catch {
        // it has ended meanwhile, or is not ours
        return []
      }
    })
}

const TRIES = 100

/** A port that is free now and that the system gives to nobody by itself: below its range for outgoing connections. */
export async function findFreePort(): Promise<number> {
  for (let round = 0; round < TRIES; round += 1) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    if (await isFree(port)) return port
  }
  throw new Error('no free port was found')
}

/** Whether nobody listens there. */
export async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise(resolve => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
