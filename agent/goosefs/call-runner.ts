// one CLI call for a small ask: what it printed, how it ended, nothing kept afterwards
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Exit } from '../../shared/allocation.ts'
import type { CliResult } from '../cli-port.ts'
import { CALL_LIMITS } from './call-limits.ts'
import type { Cli } from './cli.ts'
import { isNoise } from './lines.ts'

export type Said = {
  readonly exit: Exit
  /** What `pick` took of each line; all lines when there is none. */
  readonly lines: readonly string[]
  /** The other lines: what a refusal is read from. */
  readonly words: readonly string[]
  /** There were more than were wanted; the call was ended then. */
  readonly tooMany: boolean
  /** The line was seen after which nothing more was waited for; the call was ended then. */
  readonly seen: boolean
}

export type Saying = {
  readonly args: readonly string[]
  readonly pick?: (line: string) => string | undefined
  /** How many lines are wanted at most. */
  readonly most?: number
  readonly mostBytes?: number
  /** Ends the call as done when it prints such a line. */
  readonly until?: RegExp
}

/** Says something to the CLI. Never rejects for what the CLI does. */
export type Say = (saying: Saying) => Promise<Said>

type Within = { readonly name: string; readonly timeoutMs: number; readonly signal: AbortSignal }

const MOST_LINES = 20_000
const MOST_WORDS = 200

/** Makes it for one ask: several calls of it share the ask's time. `now` is in milliseconds. */
export function createSay(
  deps: { readonly cli: Cli; readonly dir: string; readonly now: () => number },
  within: Within,
): Say {
  const until = deps.now() + within.timeoutMs
  let counter = 0
  return async saying => {
    counter += 1
    const name = `${within.name}-${counter}`
    const timeoutMs = Math.max(1, until - deps.now())
    try {
      return await sayOnce(deps.cli, saying, { name, timeoutMs, signal: within.signal })
    } finally {
      // arguments may hold secrets
      await rm(join(deps.dir, name), { recursive: true, force: true })
    }
  }
}

async function sayOnce(cli: Cli, saying: Saying, within: Within): Promise<Said> {
  const { args, pick = line => line, most = MOST_LINES, mostBytes = CALL_LIMITS.call.mostBytes } = saying
  const lines: string[] = []
  const words: string[] = []
  const enough = new AbortController()
  let tooMany = false
  let seen = false
  const onLine = (line: string): void => {
    if (tooMany || seen || isNoise(line)) return
    seen = saying.until?.test(line) ?? false
    const picked = pick(line)
    if (picked === undefined && words.length < MOST_WORDS) words.push(line)
    tooMany = picked !== undefined && lines.length === most
    if (picked !== undefined && !tooMany) lines.push(picked)
    if (tooMany || seen) enough.abort()
  }
  const signal = AbortSignal.any([within.signal, enough.signal])
  const { exit }: CliResult = await cli({ ...within, args, mostBytes, signal, onLine })
  return { exit, lines, words, tooMany, seen }
}
