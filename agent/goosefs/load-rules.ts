// the lines of `distributedLoad`, one rule each: what it looks like and what it means

import type { Cause } from '../../shared/verdict.ts'
import { isJobServiceAway, readCause } from './causes.ts'
import { isNoise } from './lines.ts'
import type { Draft } from './load-draft.ts'
import { closeFailure, each, isCut, toPaths } from './load-draft.ts'

type Rule = {
  /** Characters that such a line can begin with: nearly every line is tried against one or two rules only. */
  readonly begins: string
  /** Words that such a line ends with, where they tell sooner than the pattern. */
  readonly ends?: readonly string[]
  readonly says: RegExp
  readonly take: (draft: Draft, found: RegExpExecArray, line: string) => string | undefined
}

const LONGEST_MESSAGE = 2_000
const MOST_CONTINUATIONS = 8
// what is left of a line after a fragment that never gets a line end of its own
const rest = (found: RegExpExecArray): string => found[found.length - 1] ?? ''

const RULES: readonly Rule[] = [
  { begins: 'A', says: /^Allow up to (\d+) active jobs$/, take: () => undefined },
  {
    begins: 'PWE',
    says: /^(?:Please wait for command submission|Waiting for the command to finish|Entering async submission)/,
    take: asServerSide,
  },
  {
    begins: 'SF',
    says: /^Submitted .*jobControlId = (\d+)$|^Finished running the command, jobControlId = (\d+)$/,
    take: asControlId,
  },
  {
    begins: 'GLF',
    says: /^(?:Get command status information below:|Loaded in \d|Failed files are:)/,
    take: () => undefined,
  },
  {
    begins: '/',
    ends: [' in Alluxio', ' in GooseFS'],
    says: /^(\/.+) is already fully loaded in (?:Alluxio|GooseFS)$/,
    take: (draft, found) => each(draft, 'skipped', found[1]),
  },
  { begins: 'S', says: /^Successfully loaded path (.+)$/, take: asLoaded },
  { begins: 'A', says: /^Attempt (\d+) to load (\[.*?\]|.+?) failed because: ?(.*)$/, take: asAttempt },
  { begins: 'F', says: /^Failed to complete loading (.+) after (\d+) retries\.$/, take: asGaveUp },
  { begins: '(RF', says: /^(?:\(?Retry \d+\)? )?Failed to start job with error: ?(.*)$/, take: asSubmitFailed },
  {
    begins: 'CT',
    says: /^(?:Completed (?:command )?count is|Total completed file count is) (\d+), ?[Ff]ailed (?:file )?count is (\d+)\.?$/,
    take: asFooter,
  },
  { begins: 'H', says: /^Here are (?:recent )?failed files: ?$/, take: asFailedList },
  { begins: 'C', says: /^Check out (.+?_failures\.csv) for full list of failed files\.?(.*)$/, take: asCsv },
  { begins: 'I', says: /^Ignored load because: (\/.+?) is in incomplete status(.*)$/, take: asIncomplete },
  {
    begins: 'I',
    says: /^Ignore load (\d+) paths because they are in incomplete status(.*)$/,
    take: (_, found) => rest(found),
  },
  {
    begins: 'f',
    says: /^files: \[(.*?)\] loading(.*)$/,
    take: asBatchStart,
  },
  {
    begins: '/',
    ends: [' loading'],
    says: /^(\/.*) loading$/,
    take: (draft, found) => each(draft, 'started', found[1]),
  },
]

const BY_FIRST = new Map<string, readonly Rule[]>()
for (const first of new Set(RULES.flatMap(rule => [...rule.begins]))) {
  BY_FIRST.set(
    first,
    RULES.filter(rule => rule.begins.includes(first)),
  )
}
const NONE: readonly Rule[] = []

/** Reads one line; what a fragment without a line end leaves over is returned to be read again. */
export function readLoadLine(draft: Draft, line: string): string | undefined {
  if (isNoise(line)) return undefined
  if (draft.inFailedList) {
    const path = /^(.+),$/.exec(line)?.[1]
    if (path !== undefined) return void draft.emit({ kind: 'failed', path, cause: 'unknown' })
    draft.inFailedList = false
  }
  for (const rule of BY_FIRST.get(line.charAt(0)) ?? NONE) {
    if (rule.ends !== undefined && !rule.ends.some(end => line.endsWith(end))) continue
    const found = rule.says.exec(line)
    if (found === null) continue
    closeFailure(draft)
    return rule.take(draft, found, line)
  }
  return asOther(draft, line)
}

function asServerSide(draft: Draft): undefined {
  draft.serverSide = true
}

function asControlId(draft: Draft, found: RegExpExecArray): undefined {
  draft.serverSide = true
  const id = found[1] ?? found[2]
  if (id !== undefined) draft.jobControlId = id
}

function asLoaded(draft: Draft, found: RegExpExecArray): undefined {
  const text = found[1] ?? ''
  return each(draft, 'loaded', draft.serverSide ? text : text.replace(/ after \d+ attempts$/, ''))
}

function asAttempt(draft: Draft, found: RegExpExecArray): undefined {
  draft.lines.attemptsFailed += 1
  const text = found[2] ?? ''
  draft.pending = { paths: toPaths(text), cut: isCut(text), message: found[3] ?? '', more: 0 }
}

function asGaveUp(draft: Draft, found: RegExpExecArray): undefined {
  draft.lines.failed += 1
  for (const path of toPaths(found[1] ?? '')) draft.emit({ kind: 'failed', path, cause: lastCause(draft) })
}

function asSubmitFailed(draft: Draft, found: RegExpExecArray, line: string): undefined {
  draft.lines.submitFailed += 1
  if (isJobServiceAway(line)) draft.jobServiceAway = true
  // the line names no file; the message may be all there is
  draft.pending = { paths: [], cut: true, message: draft.jobServiceAway ? line : (found[1] ?? ''), more: 0 }
}

function asFooter(draft: Draft, found: RegExpExecArray): undefined {
  draft.footer = { completed: Number(found[1]), failed: Number(found[2]) }
}

function asFailedList(draft: Draft): undefined {
  draft.inFailedList = true
}

function asBatchStart(draft: Draft, found: RegExpExecArray): string {
  each(draft, 'started', `[${found[1]}]`)
  return rest(found)
}

function asCsv(draft: Draft, found: RegExpExecArray): string {
  draft.csvPath = found[1] ?? ''
  return rest(found)
}

function asIncomplete(draft: Draft, found: RegExpExecArray): string {
  draft.emit({ kind: 'failed', path: found[1] ?? '', cause: 'incomplete' })
  return rest(found)
}

/** A line of no known form: the rest of a failure message, or what kept the command from its work. */
function asOther(draft: Draft, line: string): undefined {
  if (draft.pending !== undefined && draft.pending.more < MOST_CONTINUATIONS) {
    draft.pending.more += 1
    draft.pending.message = `${draft.pending.message}\n${line}`.slice(0, LONGEST_MESSAGE)
    return
  }
  // the first problem stands
  if (draft.problem !== undefined) return
  const cause = readCause(line)
  if (cause !== undefined) draft.problem = { cause, message: line.slice(0, LONGEST_MESSAGE) }
}

function lastCause(draft: Draft): Cause {
  return draft.examples.at(-1)?.cause ?? 'unknown'
}
