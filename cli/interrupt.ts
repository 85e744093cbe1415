// Ctrl-C while waiting: the first leaves the job alone and goes, a second asks whether to stop it
import type { Job } from '../shared/job.ts'
import { EXIT } from './failure.ts'
import { pause } from './http.ts'
import type { Context } from './verb.ts'
import type { Watcher } from './watcher.ts'

/** How long after the first Ctrl-C a second one is waited for. */
const SECOND_MS = 3_000

export type Interrupt = {
  /** Aborted when the person at the keyboard has left. */
  readonly detached: AbortSignal
  close(): void
}

/** Listens until it is closed. Without a terminal to ask on the first Ctrl-C leaves at once. */
export function createInterrupt(context: Context, jobs: readonly Job[], watcher: Watcher): Interrupt {
  const leaving = new AbortController()
  let pressed = 0
  let again = new AbortController()

  async function onFirst(): Promise<void> {
    watcher.rest()
    tellHowToComeBack(context, jobs)
    if (context.screen.interactive) {
      context.screen.news('Press Ctrl-C again to stop it instead.')
      again = new AbortController()
      await pause(SECOND_MS, again.signal)
      if (again.signal.aborted) return
    }
    leaving.abort()
  }

  async function onSecond(): Promise<void> {
    again.abort()
    if (!(await saysYes(`Stop ${toNames(jobs)}? [y/N] `))) return leaving.abort()
    try {
      for (const job of jobs) {
        await context.api.json('POST', `/api/v1/jobs/${job.id}/stop`, { repeatable: true })
      }
      context.screen.news('Stopping; waiting for its end. Ctrl-C leaves.')
    } catch (thrown) {
      context.screen.news(thrown instanceof Error ? thrown.message : String(thrown))
      leaving.abort()
    }
  }

  function onInterrupt(): void {
    pressed++
    if (pressed === 1) void onFirst()
    else if (pressed === 2 && context.screen.interactive) void onSecond()
    else process.exit(EXIT.detached)
  }

  process.on('SIGINT', onInterrupt)
  return {
    detached: leaving.signal,
    close() {
      again.abort()
      process.off('SIGINT', onInterrupt)
    },
  }
}

function tellHowToComeBack({ screen, options }: Context, jobs: readonly Job[]): void {
  const numbers = jobs.map(job => job.number)
  const url = options.url === undefined ? '' : ` --url ${options.url}`
  screen.news(
    `\nLeft waiting; ${toNames(jobs)} ${jobs.length === 1 ? 'goes' : 'go'} on. ` +
      `Come back: gander wait ${numbers.join(' ')}${url} · stop: gander stop ${numbers.join(' ')}${url}`,
  )
}

function toNames(jobs: readonly Job[]): string {
  return `job${jobs.length === 1 ? '' : 's'} ${jobs.map(job => job.number).join(', ')}`
}

/** Asks on the terminal. Anything but y or yes, the end of input included, is a no. */
export async function saysYes(question: string): Promise<boolean> {
  process.stderr.write(question)
  const answer = await new Promise<string>(resolve => {
    process.stdin.once('data', bytes => resolve(bytes.toString()))
    process.stdin.once('end', () => resolve(''))
    process.stdin.resume()
  })
  process.stdin.pause()
  return /^\s*(?:y|yes)\s*$/i.test(answer)
}
