// what a load came to: of one CLI call, or of several on places of one path taken together
import { type Exit, killedBy, type LineCounts, NO_LINES } from '../../shared/allocation.ts'
import type { Cause, Measurement } from '../../shared/verdict.ts'
import { isBrokenChannel } from './causes.ts'
import type { LoadSummary } from './load-draft.ts'

export type LoadOutcome = {
  readonly exit: Exit
  readonly summary: LoadSummary
  /** Where the load's own words begin in the allocation's output. */
  readonly from: number
  readonly givenUp?: Cause
}

/** What ended or crippled the whole run: our own decision, what the CLI said of itself, or whoever killed it. */
export function causeOfRun({ givenUp, summary, exit }: LoadOutcome): Cause | undefined {
  // an end of our own making comes with its reason
  const killed = exit.message === undefined && killedBy(exit) !== undefined
  return givenUp ?? summary.problem?.cause ?? (killed ? 'cli-killed' : undefined)
}

/** One call of several: the directory that it ran in is where it leaves its list of failed files. */
export type LoadPart = LoadOutcome & { readonly cwd: string }

type Counts = Readonly<Partial<Record<Cause, number>>>

// what these say holds for one place, and explains nothing of the others
const OF_ONE_PLACE: ReadonlySet<Cause> = new Set<Cause>(['no-such-path', 'permission', 'gone', 'incomplete'])

/** Whether the next place is worth a call: an end that was not the CLI's own is the end of all. */
export function goesOn({ exit }: LoadOutcome): boolean {
  return exit.reason === 'exited'
}

/**
 * Whether a server, while the master had just listed the path, refused the call over a connection that it still held to the
 * master before, and nothing was asked of the engine.
 */
export function wasTurnedAway({ exit, summary: { problem, lines, jobControlId } }: LoadOutcome): boolean {
  const failed = exit.reason === 'exited' && exit.code !== 0
  return failed && isBrokenChannel(problem?.message ?? '') && lines.started === 0 && jobControlId === undefined
}

/** What a load has to tell of before it has listed everything. */
export type Wanted = {
  readonly before: Measurement | undefined
  /** Lines of the loads before this one on other places of the path. */
  readonly earlier: LineCounts
  /** Copies asked for. */
  readonly copies: number
}

/**
 * Whether the CLI waits for jobs: it has told of files that it has not told the end of, and of every file there is to load;
 * else it may still be listing, in which it says nothing. 2.9 lists before it tells the id of its job.
 */
export function isWaiting({ lines, jobControlId }: LoadSummary, wanted: Wanted): boolean {
  if (lines.started === 0) return jobControlId !== undefined
  const ended = lines.loaded + lines.attemptsFailed + lines.failed + lines.submitFailed
  return lines.started > ended && isAllTold(addLines(wanted.earlier, lines), wanted)
}

function isAllTold({ started, alreadyCached }: LineCounts, { before, copies }: Wanted): boolean {
  if (before?.complete !== true) return false
  // some versions tell of cached files, and of those no more are to be loaded; with several copies they may be
  const cached = copies > 1 ? 0 : before.cachedFiles
  return started + Math.max(0, alreadyCached - cached) >= before.files - cached
}

/** Several loads as one: counts are sums, and the first exit that was not good stands. */
export function mergeParts(first: LoadPart, others: readonly LoadPart[]): LoadOutcome {
  if (others.length === 0) return first
  const parts = [first, ...others]
  const summaries = parts.map(part => part.summary)
  const bad = parts.find(({ exit }) => exit.reason !== 'exited' || exit.code !== 0)
  const givenUp = parts.find(part => part.givenUp !== undefined)?.givenUp
  const problem = problemOf(summaries)
  const footers = summaries.flatMap(({ footer }) => footer ?? [])
  const summary: LoadSummary = {
    lines: sumLines(parts),
    causes: sumCauses(summaries.map(({ causes }) => causes)),
    unnamed: sumCauses(summaries.map(({ unnamed }) => unnamed ?? {})),
    examples: summaries.flatMap(({ examples }) => examples).filter(isFirstOfCause),
    jobServiceAway: summaries.some(({ jobServiceAway }) => jobServiceAway),
    parts: parts.map(({ from, cwd, summary: { csvPath } }) => ({ from, cwd, ...(csvPath && { csvPath }) })),
    ...(problem && { problem }),
    ...(footers.length > 0 && { footer: footers.reduce(addFooters) }),
  }
  return { exit: (bad ?? first).exit, summary, from: first.from, ...(givenUp && { givenUp }) }
}

/** The lines of several loads, counted together. */
export function sumLines(parts: readonly Pick<LoadOutcome, 'summary'>[]): LineCounts {
  return parts.reduce((sum, { summary }) => addLines(sum, summary.lines), NO_LINES)
}

export function addLines(one: LineCounts, other: LineCounts): LineCounts {
  return {
    loaded: one.loaded + other.loaded,
    alreadyCached: one.alreadyCached + other.alreadyCached,
    failed: one.failed + other.failed,
    attemptsFailed: one.attemptsFailed + other.attemptsFailed,
    started: one.started + other.started,
    submitFailed: one.submitFailed + other.submitFailed,
  }
}

type Footer = NonNullable<LoadSummary['footer']>

function addFooters(one: Footer, other: Footer): Footer {
  return { completed: one.completed + other.completed, failed: one.failed + other.failed }
}

function sumCauses(all: readonly Counts[]): Counts {
  const sum: Partial<Record<Cause, number>> = {}
  for (const counts of all) {
    for (const [cause, files] of Object.entries(counts) as [Cause, number][]) sum[cause] = (sum[cause] ?? 0) + files
  }
  return sum
}

function problemOf(summaries: readonly LoadSummary[]): LoadSummary['problem'] {
  const problems = summaries.flatMap(({ problem }) => problem ?? [])
  return problems.length === summaries.length ? problems[0] : problems.find(problem => !OF_ONE_PLACE.has(problem.cause))
}

type Example = LoadSummary['examples'][number]

function isFirstOfCause(example: Example, at: number, all: readonly Example[]): boolean {
  return all.findIndex(({ cause }) => cause === example.cause) === at
}
