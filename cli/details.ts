// what stands under the sentence of a path: causes with examples and next step, the command after a refusal, notes
import { toReason, toReasons } from '../shared/causes.ts'
import type { Task } from '../shared/job.ts'
import type { Reason, Verdict } from '../shared/verdict.ts'
import { toLoadCommand, toTyped } from './commands.ts'
import { isBeyondRoom } from './refusal.ts'
import type { Paint } from './screen.ts'
import { toTable } from './table.ts'
import { toBytes, toCount, toPrintable } from './words.ts'

type Of = { readonly job: { readonly number: number }; readonly task: Task; readonly paint: Paint }

const EXAMPLES_A_CAUSE = 3

/** The lines, each indented; none when there is nothing to add. */
export function toDetails({ job, task, paint }: Of): string[] {
  const lines = [
    ...toMissing({ job, task, paint }),
    ...toUnstarted({ job, task, paint }),
    ...toRefusal(task),
    ...toShortage(task),
  ]
  const notes = new Set([...(task.verdict?.notes ?? []), ...task.notes])
  for (const note of notes) if (!isTold(task, note)) lines.push(paint('dim', `  note: ${toPrintable(note)}`))
  return lines
}

// the message of a refusal stands in the sentence already
function isTold({ exit }: Task, note: string): boolean {
  return exit?.reason === 'refused' && exit.message !== undefined && note.includes(exit.message)
}

function toMissing({ job, task, paint }: Of): string[] {
  const { verdict } = task
  const reasons = verdict === undefined ? [] : (verdict.reasons ?? toReasons(verdict))
  const total = verdict?.missingTotal ?? reasons.reduce((sum, { files }) => sum + files, 0)
  if (verdict === undefined || total === 0) return []
  // what a load that was cut short did not get to is missing without a cause
  const cut = task.status === 'stopped' || task.exit?.reason === 'timeout'
  const count = `  ${toCount(total, 'file')} not cached${cut ? ' when it was stopped' : ''}`
  if (reasons.length === 0) return [count]
  const rows = reasons.flatMap(reason => {
    const next = toTyped(reason.next.en, task, job)
    return toRows(reason, [...examplesOf(verdict, reason), `${paint('bold', '->')} ${toPrintable(next)}`])
  })
  const head = ['CAUSE', 'FILES', 'WHAT IT IS, FOR EXAMPLE, WHAT TO DO'].map(title => paint('dim', title))
  return [`${count}:`, ...toTable([head, ...rows], '    ')]
}

// where nothing could be started nothing was measured either; what to do about it is known all the same
function toUnstarted({ job, task, paint }: Of): string[] {
  if (task.exit?.reason !== 'spawn-failed' || task.verdict?.ok === false) return []
  const next = toReason('cli-missing', { files: 0 }).next.en
  return [`  ${paint('bold', '->')} ${toPrintable(toTyped(next, task, job))}`]
}

function examplesOf(verdict: Verdict, { cause }: Reason): string[] {
  const files = (verdict.missing ?? []).filter(file => file.cause === cause)
  return files.slice(0, EXAMPLES_A_CAUSE).map(({ path }) => toPrintable(path))
}

function toRows({ cause, files, text }: Reason, below: readonly string[]): string[][] {
  const first = [cause, files.toLocaleString('en-US'), toPrintable(text.en)]
  return [first, ...below.map(line => ['', '', line])]
}

function toRefusal(task: Task): string[] {
  return isBeyondRoom(task) ? [`  to load it all the same: ${toLoadCommand(task, '--force')}`] : []
}

// of a dry run: what would have to leave the cache
function toShortage({ estimate }: Task): string[] {
  const short = -(estimate?.freeAfterBytes ?? 0)
  if (estimate === undefined || short <= 0 || estimate.missingBytes === 0) return []
  return [`  to make room: free at least ${toBytes(short)} with gander free PATH`]
}
