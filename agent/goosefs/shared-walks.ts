// listings and reports that several tasks share: asks that wait together are one CLI call, begun after the last of them
import { rm } from 'node:fs/promises'
import { toError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { isWithin, toNamespacePath } from '../../shared/path.ts'
import type { Clock } from '../../shared/time.ts'
import { SECOND } from '../../shared/time.ts'
import type { Driver } from '../driver.ts'
import { endRunsBelow } from '../leftovers.ts'
import { toReason } from '../spool.ts'
import { createCli } from './cli.ts'
import type { Entrant, WalkAsk, WalkResult } from './entrants.ts'
import { type ReportAnswer, readReportOnce } from './report-call.ts'
import { runWalk, type WalkLimits } from './walk.ts'

export type { WalkAsk, WalkResult } from './entrants.ts'

export type SharedWalks = {
  /**
   * Lists a path recursively. The call begins after the ask, and may answer several asks at once; never rejects.
   * A listing of more than two million entries, or still at it after ten minutes, is `cut`; one that hangs has failed.
   */
  walk(ask: WalkAsk): Promise<WalkResult>
  /** The capacity report, at most `maxAgeMs` old (default half a minute), or taken anew. */
  capacity(ask?: { readonly maxAgeMs?: number }): Promise<ReportAnswer>
  /** Ends what runs. Twice is once. */
  close(): Promise<void>
}

export type SharedWalksDeps = {
  readonly driver: Driver
  /** A directory of their own in the spool; what an earlier process left there is ended and removed. */
  readonly dir: string
  readonly bin: string
  readonly clock: Clock
  readonly log: Log
  readonly graceMs: number
  readonly limits?: WalkLimits
}

const AT_ONCE = 2
const MOST_PATHS_A_CALL = 16
// a call of the CLI takes a second or more: so long one waits for company
const GATHER_MS = 100
const REPORT_AGE_MS = 30 * SECOND

export function createSharedWalks(deps: SharedWalksDeps): SharedWalks {
  const closing = new AbortController()
  const cli = createCli({ ...deps, dir: deps.dir })
  const cleaned = removeLeftovers(deps)
  const waiting: Entrant[] = []
  const running = new Set<Promise<void>>()
  let counter = 0
  let report: { at: number; answer: Promise<ReportAnswer> } | undefined

  function name(kind: string): string {
    counter += 1
    return `${kind}-${deps.clock.now()}-${counter}`
  }

  function pump(): void {
    while (running.size < AT_ONCE && waiting.length > 0) {
      const batch = takeBatch(waiting)
      const work = cleaned
        .then(() => runWalk({ ...deps, cli, name: () => name('walk'), signal: closing.signal }, batch))
        .catch(thrown => fail(batch, thrown))
        .finally(() => {
          running.delete(work)
          pump()
        })
      running.add(work)
    }
  }

  return {
    walk(ask) {
      return new Promise(resolve => {
        if (closing.signal.aborted || ask.signal?.aborted) return resolve({ state: 'stopped', calls: 0 })
        const entrant = toEntrant(ask, result => {
          const at = waiting.indexOf(entrant)
          if (at >= 0) waiting.splice(at, 1)
          resolve(result)
        })
        waiting.push(entrant)
        deps.clock.after(GATHER_MS, pump)
      })
    },
    capacity({ maxAgeMs = REPORT_AGE_MS } = {}) {
      const now = deps.clock.now()
      // a clock that was set back makes nothing fresh
      if (report !== undefined && now >= report.at && now - report.at <= maxAgeMs)
        return report.answer.then(answer => ({ ...answer, calls: 0 }))
      const fresh = cleaned
        .then(() => readReportOnce({ cli, name: name('report'), signal: closing.signal, dir: deps.dir }))
        .catch(
          (thrown): ReportAnswer => ({ trouble: { cause: 'unknown', message: toError(thrown).message }, calls: 0 }),
        )
      report = { at: now, answer: fresh }
      void fresh.then(answer => {
        // a failure is not kept: the next ask tries again
        if (answer.report === undefined && report?.answer === fresh) report = undefined
      })
      return fresh
    },
    async close() {
      closing.abort()
      for (const entrant of [...waiting]) entrant.answer({ state: 'stopped' })
      await cleaned
      await Promise.all([...running])
      await report?.answer
    },
  }
}

// the spool cannot be written: everybody must be answered all the same
function fail(batch: readonly Entrant[], thrown: unknown): void {
  const message = toReason(thrown)
  for (const entrant of batch) entrant.answer({ state: 'failed', cause: 'unknown', message })
}

function toEntrant(ask: WalkAsk, resolve: (result: WalkResult) => void): Entrant {
  const place = toNamespacePath(ask.path)
  // what a foreign scheme is listed as cannot be told beforehand, so such an ask walks alone and takes every line
  const alone = !ask.path.startsWith('/')
  let answered = false
  // who stops waiting is answered at once: the listing may go on for others
  const leave = () => entrant.answer({ state: 'stopped' })
  const entrant: Entrant = {
    ...{ ask, place, alone, calls: 0, entries: 0 },
    get answered() {
      return answered
    },
    answer(answer) {
      if (answered) return
      answered = true
      ask.signal?.removeEventListener('abort', leave)
      resolve({ ...answer, calls: entrant.calls })
    },
  }
  ask.signal?.addEventListener('abort', leave)
  return entrant
}

/** Takes the first ask, and with it all that may share its call: as fresh, and neither above nor below one another. */
function takeBatch(waiting: Entrant[]): Entrant[] {
  const first = waiting.shift()
  if (first === undefined) return []
  const batch = [first]
  if (first.alone) return batch
  const places = new Set([first.place])
  for (let at = 0; at < waiting.length; ) {
    const next = waiting[at]
    if (next !== undefined && fits(next, first, places)) {
      places.add(next.place)
      batch.push(...waiting.splice(at, 1))
    } else at += 1
  }
  return batch
}

function fits(next: Entrant, first: Entrant, places: ReadonlySet<string>): boolean {
  if (next.alone || next.ask.fresh !== first.ask.fresh) return false
  if (places.has(next.place)) return true
  if (places.size >= MOST_PATHS_A_CALL) return false
  return ![...places].some(place => isWithin(place, next.place) || isWithin(next.place, place))
}

async function removeLeftovers(deps: SharedWalksDeps): Promise<void> {
  try {
    await endRunsBelow(deps.dir, deps)
    await rm(deps.dir, { recursive: true, force: true })
  } catch (thrown) {
    const { dir, log } = deps
    log.warn('what an earlier listing left in the spool could not be removed', { dir, thrown: String(thrown) })
  }
}
