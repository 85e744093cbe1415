// a job's progress as one line: a bar when a share is known, else only what is known
import type { Job } from '../shared/job.ts'
import { toWidth } from './table.ts'
import { toBytes, toDuration, toPrintable } from './words.ts'

const WIDEST_BAR = 24
const NARROWEST_BAR = 8
const RUNNER = '###'
const SPINNER = ['|', '/', '-', '\\']

type Frame = { readonly nowMs: number; readonly columns: number; readonly tick: number; readonly away: boolean }

/** The moving line on a terminal, cut to its width. No percentage stands there that nobody measured. */
export function toBarLine(job: Job, frame: Frame): string {
  const percent = job.progress?.percent
  const head = `${SPINNER[frame.tick % SPINNER.length]} job ${job.number} [`
  const share = percent === undefined ? `] ${job.status}` : `] ${Math.floor(percent)} %`
  const since = Date.parse(job.startedAt ?? job.createdAt)
  const seconds = Math.max(0, Math.floor((frame.nowMs - since) / 1_000))
  const away = frame.away ? ['daemon away, trying again'] : []
  // what may be cut off on a narrow terminal stands last
  const tail = [share, ...away, ...toFacts(job), seconds === 0 ? '0 s' : toDuration(seconds * 1_000)].join(' · ')
  const room = frame.columns - 1 - toWidth(head) - toWidth(tail)
  const width = Math.max(NARROWEST_BAR, Math.min(WIDEST_BAR, room))
  const bar = percent === undefined ? toRunner(frame.tick, width) : toFilled(percent, width)
  return toCut(`${head}${bar}${tail}`, frame.columns - 1)
}

/** A line for logs: status and what is known, without anything that moves by itself. */
export function toPlainLine(job: Job): string {
  const percent = job.progress?.percent
  const share = percent === undefined ? [] : [`${Math.floor(percent)} %`]
  return [`job ${job.number} ${job.status}`, ...share, ...toFacts(job)].join(' · ')
}

function toFacts(job: Job): string[] {
  const facts: string[] = []
  const { counts, progress } = job
  if (job.status === 'queued' && job.notes[0] !== undefined) facts.push(toPrintable(job.notes[0]))
  if (job.desired === 'stop' && job.endedAt === undefined) facts.push('stopping')
  if (counts.total > 1) facts.push(`${counts.total - counts.queued - counts.running} of ${counts.total} paths`)
  const bad = counts.failed + counts.lost
  if (bad > 0) facts.push(`${bad} failed`)
  if (progress?.filesDone !== undefined) {
    facts.push(
      `${progress.filesDone.toLocaleString('en-US')}${ofTotal(progress.filesTotal?.toLocaleString('en-US'))} files`,
    )
  }
  if (progress?.bytesDone !== undefined) {
    facts.push(
      `${toBytes(progress.bytesDone)}${ofTotal(progress.bytesTotal === undefined ? undefined : toBytes(progress.bytesTotal))}`,
    )
  }
  if (progress?.bytesPerSecond !== undefined) facts.push(`${toBytes(progress.bytesPerSecond)}/s`)
  if (progress?.etaSeconds !== undefined && progress.etaSeconds >= 1)
    facts.push(`${toDuration(progress.etaSeconds * 1_000)} to go`)
  return facts
}

function ofTotal(total: string | undefined): string {
  return total === undefined ? '' : ` of ${total}`
}

function toFilled(percent: number, width: number): string {
  const done = Math.floor((width * Math.min(100, percent)) / 100)
  return '#'.repeat(done) + '.'.repeat(width - done)
}

// something that moves, for a share nobody knows
function toRunner(tick: number, width: number): string {
  const at = tick % (width - RUNNER.length + 1)
  return `${'.'.repeat(at)}${RUNNER}`.padEnd(width, '.')
}

function toCut(line: string, columns: number): string {
  if (toWidth(line) <= columns) return line
  let cut = ''
  for (const char of line) {
    if (toWidth(cut + char) > columns) break
    cut += char
  }
  return cut
}
