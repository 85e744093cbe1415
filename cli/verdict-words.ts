// what became of a path, as a sentence
import { type Exit, killedBy } from '../shared/allocation.ts'
import type { Task } from '../shared/job.ts'
import type { Verdict, VerdictKind } from '../shared/verdict.ts'
import { isBeyondRoom } from './refusal.ts'
import type { Paint } from './screen.ts'
import { toBytes, toCount, toDuration, toPrintable } from './words.ts'

/** What a kind of verdict is called, and how it looks. */
export const KIND_WORDS: Readonly<Record<VerdictKind, readonly [style: 'good' | 'bad' | 'warn', word: string]>> = {
  cached: ['good', 'cached'],
  'nothing-new': ['good', 'nothing new'],
  empty: ['good', 'empty'],
  partly: ['warn', 'partly cached'],
  'not-cached': ['bad', 'not cached'],
  unverified: ['warn', 'not verified'],
}

const STATUS_WORDS = {
  queued: ['dim', 'queued'],
  running: ['dim', 'running'],
  succeeded: ['good', 'done'],
  failed: ['bad', 'failed'],
  stopped: ['warn', 'stopped'],
  lost: ['bad', 'lost'],
} as const

/** One sentence: the word, the path, before -> after, files, bytes added, time and rate; only what was measured. */
export function toSentence(task: Task, paint: Paint): string {
  if (isBeyondRoom(task)) return toRefused(task, paint)
  const verdict = task.verdict
  const word =
    verdict === undefined || task.status === 'stopped' || task.status === 'lost'
      ? STATUS_WORDS[task.status]
      : KIND_WORDS[verdict.kind]
  const facts = [toShare(verdict), toFiles(verdict), toWork(task), toEnding(task)].filter(fact => fact !== '')
  const path = toPrintable(task.path === '' ? task.action : task.path)
  return `${paint(word[0], `${word[1]}:`)} ${path}${facts.length === 0 ? '' : ` ${facts.join(', ')}`}`
}

// nothing ran: there is one measurement, and the message with the numbers of the cache
function toRefused({ path, verdict, exit }: Task, paint: Paint): string {
  const before = verdict?.before
  const facts =
    before === undefined
      ? []
      : [`${before.cachedPercent} % cached`, toFiles(verdict), `${toBytes(before.bytes - before.cachedBytes)} missing`]
  const why = toPrintable(exit?.message ?? 'the cache has no room for it')
  return `${paint('bad', 'refused:')} ${toPrintable(path)}${facts.length === 0 ? '' : ` ${facts.join(', ')}`}: ${why}`
}

function toShare(verdict: Verdict | undefined): string {
  // of nothing there is no share
  if (verdict?.after?.files === 0 && (verdict.before?.files ?? 0) === 0) return ''
  const before = verdict?.before?.cachedPercent
  const after = verdict?.after?.cachedPercent
  if (after === undefined) return before === undefined ? '' : `${before} % before, not measured after`
  return before === undefined ? `${after} % now` : `${before} % -> ${after} %`
}

function toFiles(verdict: Verdict | undefined): string {
  const measured = verdict?.after ?? verdict?.before
  if (measured === undefined) return ''
  if (measured.files === 0) return 'no files'
  return `${toCount(measured.files, 'file')} of ${toBytes(measured.bytes)}`
}

function toWork(task: Task): string {
  const ms = elapsedMs(task)
  const time = ms === undefined ? '' : `in ${toDuration(ms)}`
  const { before, after, cost } = task.verdict ?? {}
  if (before === undefined || after === undefined || after.files === 0) return time
  // what measuring took is not the load's own time
  const measuring = cost?.wallMs ?? 0
  const aside = measuring >= 1_000 ? `${toDuration(measuring)} of it measuring` : ''
  const added = after.cachedBytes - before.cachedBytes
  if (added <= 0) return [`nothing added ${time}`.trim(), aside].filter(part => part !== '').join(', ')
  const loading = (ms ?? 0) - measuring
  const rate = loading < 1 ? '' : `${toBytes((added * 1_000) / loading)}/s`
  const how = [rate, aside].filter(part => part !== '').join('; ')
  return `${toBytes(added)} added ${time}${how === '' ? '' : ` (${how})`}`.trim()
}

function elapsedMs(task: Task): number | undefined {
  if (task.startedAt === undefined || task.endedAt === undefined) return undefined
  return Math.max(0, Date.parse(task.endedAt) - Date.parse(task.startedAt))
}

/** How a run ended, when that is not simply exit 0. */
export function toEnding(task: { readonly exit?: Exit | undefined }): string {
  const exit = task.exit
  if (exit === undefined || (exit.reason === 'exited' && (exit.code ?? 0) === 0)) return ''
  const how = {
    exited: toExited(exit),
    signalled: `the CLI was ended by ${exit.signal ?? 'a signal'}`,
    timeout: 'stopped by its timeout',
    stopped: 'stopped on request',
    'spawn-failed': 'the CLI could not be started',
    refused: 'refused by the agent',
    lost: 'its agent was lost',
  }[exit.reason]
  return exit.message === undefined ? how : `${how} (${toPrintable(exit.message)})`
}

function toExited(exit: Exit): string {
  const signal = killedBy(exit)
  if (signal !== undefined) return `the CLI was killed by ${signal} (exit status ${exit.code})`
  return `the CLI exited with ${exit.code ?? 'an unknown code'}`
}
