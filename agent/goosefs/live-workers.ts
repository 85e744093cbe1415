// a cached share is believed only with a live worker behind it: waits until the workers were heard of since the listing ended
import type { Clock } from '../../shared/time.ts'
import { SECOND } from '../../shared/time.ts'
import type { Findings, Workers } from '../../shared/verdict.ts'
import { isLongSilent, toWorkers, type WorkerFact, type WorkersAnswer } from './cluster-facts.ts'
import { type ReportAnswer, SILENT_AFTER_SECONDS } from './report-call.ts'

export type Settled = {
  readonly workers?: Workers
  readonly trouble?: ReportAnswer['trouble']
  readonly calls: number
}

type Settling = {
  /** Asks for workers of a report that is not older than the instant. */
  readonly ask: (notBefore: number) => Promise<WorkersAnswer>
  readonly clock: Clock
  /** Resolves early when nobody waits any more. */
  readonly pause: (delayMs: number) => Promise<unknown>
  readonly signal: AbortSignal
}

// so that tasks whose shared listing ended together share the report too
const GATHER_MS = 100
const MOST_LOOKS = 15
// a report of the CLI is a JVM
const MOST_DEAR_LOOKS = 4
// a master that was restarted knows no worker for a moment
const LOOKS_AT_NOBODY = { cheap: 5, dear: 2 }

/**
 * Looks at the workers until those that the master calls live were heard of since `listedAt`, are silent for long, or are
 * given up. Heartbeats come every second and their age is told in whole seconds rounded down: a report asked for at T that
 * says s was preceded by a word after T − (s + 1) seconds. So the first look is a second after the listing, and one is
 * enough when all is well.
 * @param listedAt when the listing ended, in milliseconds of the clock
 */
export async function settleWorkers(tools: Settling, listedAt: number): Promise<Settled> {
  let calls = 0
  let notBefore = listedAt + SECOND
  await tools.pause(Math.max(0, notBefore + GATHER_MS - tools.clock.now()))
  for (let look = 1; ; look += 1) {
    const answer = await tools.ask(notBefore)
    calls += answer.calls
    const live = (answer.workers ?? []).filter(worker => !worker.lost && !isLongSilent(worker))
    const open = live.filter(worker => notBefore - (worker.silentSeconds + 1) * SECOND < listedAt)
    const someHeard = open.length < live.length
    const over = look >= (answer.cheap ? MOST_LOOKS : MOST_DEAR_LOOKS) || tools.signal.aborted
    const nobody = answer.workers?.length === 0 && look < LOOKS_AT_NOBODY[answer.cheap ? 'cheap' : 'dear']
    const enough = open.length === 0
    if ((answer.workers !== undefined && enough && !nobody) || over || (answer.workers === undefined && look > 1))
      return toSettled(answer, { calls, open, someHeard })
    await tools.pause(toPause(answer, look, open))
    notBefore = tools.clock.now()
  }
}

// a living worker is heard of within a second; a dead one is known as such when it was silent for long
function toPause({ cheap, workers }: WorkersAnswer, look: number, open: readonly WorkerFact[]): number {
  if (cheap || workers === undefined || look === 1 || open.length === 0) return SECOND
  const youngest = Math.min(...open.map(worker => worker.silentSeconds))
  return (SILENT_AFTER_SECONDS + 1 - youngest) * SECOND
}

type Seen = { readonly calls: number; readonly open: readonly WorkerFact[]; readonly someHeard: boolean }

function toSettled({ workers, trouble }: WorkersAnswer, { calls, open, someHeard }: Seen): Settled {
  if (workers === undefined) return { calls, ...(trouble === undefined ? {} : { trouble }) }
  // nobody of them was heard of in all that time: then nobody vouches for what the listing shows
  const isSilent = (worker: WorkerFact) => isLongSilent(worker) || (!someHeard && open.includes(worker))
  return { calls, workers: toWorkers(workers, isSilent) }
}

/** Why nobody knows whether a live worker holds what lists as cached. */
export function toUnvouched(trouble: Settled['trouble']): NonNullable<Findings['trouble']> {
  const why = trouble === undefined ? '' : `: ${trouble.message}`
  return { cause: trouble?.cause ?? 'unknown', message: `nobody told whether a live worker holds what is cached${why}` }
}
