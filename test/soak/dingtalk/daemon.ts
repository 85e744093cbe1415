// the daemon under the soak: inside this process on the soak's clock, or a process of its own that can be killed
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDaemon } from '../../../bot/open-daemon.ts'
import { readTold } from '../../../bot/told.ts'
import type { Environment } from '../../../shared/config.ts'
import { toError } from '../../../shared/errors.ts'
import type { Log, LogFields } from '../../../shared/log.ts'
import { createScope } from '../../../shared/scope.ts'
import type { Anchor, FastClock } from './clock.ts'

export type LogLine = { readonly level: string; readonly message: string; readonly text: string }
export type Daemon = {
  open(environment: Environment): Promise<void>
  /** In order, or (a process of its own) with SIGKILL. */
  end(how: 'close' | 'kill'): Promise<void>
  log(): readonly LogLine[]
}

/** Assembled as the program does it. Its log is kept before anything is taken out of it. */
export function createInnerDaemon(clock: FastClock): Daemon {
  const lines: LogLine[] = []
  let scope = createScope()
  return {
    async open(environment) {
      scope = createScope()
      await openDaemon(await readTold(environment), { log: createKeptLog(lines, clock.now), scope, clock })
    },
    end: () => scope.close(),
    log: () => lines,
  }
}

function createKeptLog(lines: LogLine[], now: () => number, base: LogFields = {}): Log {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) => {
      const text = JSON.stringify(
        { message, at: new Date(now()).toISOString().slice(11, 23), ...base, ...fields },
        (_key, value: unknown) =>
          value instanceof Error ? `${value.stack ?? value.message} ${toError(value.cause ?? '').message}` : value,
      )
      lines.push({ level, message, text })
    }
  return {
    ...{ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    child: fields => createKeptLog(lines, now, { ...base, ...fields }),
  }
}

const CHILD = fileURLToPath(new URL('./daemon-program.ts', import.meta.url))
const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const READY_WITHIN_MS = 30_000
const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' }

/** The same as a process of its own, on a clock that it shares with this one. */
export function createOuterDaemon(dir: string, anchor: Anchor): Daemon {
  const logFile = join(dir, 'daemon.log')
  let child: ChildProcess | undefined
  return {
    async open(environment) {
      const words = openSync(logFile, 'a')
      child = spawn(process.execPath, ['--import', 'tsx', CHILD], {
        cwd: ROOT,
        env: { PATH: process.env['PATH'] ?? '', HOME: dir, SOAK_CLOCK: JSON.stringify(anchor), ...environment },
        stdio: ['ignore', 'ignore', words, 'ipc'],
      })
      closeSync(words)
      const late = AbortSignal.timeout(READY_WITHIN_MS)
      const ended = once(child, 'exit', { signal: late }).then(([code]) => {
        throw new Error(`the daemon ended with ${code}: ${readFileSync(logFile, 'utf8').slice(-2_000)}`)
      })
      await Promise.race([once(child, 'message', { signal: late }), ended])
      ended.catch(() => {})
    },
    async end(how) {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill(how === 'kill' ? 'SIGKILL' : 'SIGTERM')
      await gone
    },
    log: () =>
      readFileSync(logFile, 'utf8')
        .split('\n')
        .filter(line => line !== '')
        .map(text => {
          const line = text.startsWith('{') ? (JSON.parse(text) as { level?: number; msg?: string }) : {}
          return { level: LEVELS[line.level ?? 50] ?? 'error', message: line.msg ?? text, text }
        }),
  }
}
