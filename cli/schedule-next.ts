// the slots to come: asked for, and told
import * as z from 'zod'
import { Preview, type PreviewRequest, type Schedule } from '../shared/schedule.ts'
import { askFor } from './answers.ts'
import { EXIT, Failure } from './failure.ts'
import type { Api } from './http.ts'
import { ROOT } from './schedule-find.ts'
import { toOffsetTime } from './schedule-time.ts'
import { toTable } from './table.ts'
import { toPrintable } from './words.ts'

type Asked = z.input<typeof PreviewRequest>

/** Asks what a timing comes to. */
export function askPreview(api: Api, body: Asked): Promise<Preview> {
  return askFor(api, Preview, ['POST', `${ROOT}/preview`, { body, repeatable: true }])
}

/** The slots to come of a schedule, also of one that is paused. */
export async function askNext(api: Api, schedule: Schedule, count: number): Promise<Preview | undefined> {
  const { expression, zone, startAt, endAt, jitterSeconds, quietHours } = schedule
  try {
    return await askPreview(api, { expression, zone, startAt, endAt, jitterSeconds, quietHours, count })
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.exit !== EXIT.usage) throw thrown
    if (isOver(thrown)) return toOver(schedule)
    // what another view wrote in its own words cannot be asked about in these
    return undefined
  }
}

const Ended = z.object({ field: z.enum(['startAt', 'endAt']) })
const isOver = ({ details }: Failure): boolean => Ended.safeParse(details).success

const toOver = ({ cron, words, zone }: Schedule): Preview => ({ cron, words, zone, items: [] })

/** What it says, then a table of its slots. */
export function toLines(told: Preview): string[] {
  return [`${told.words.en} (${told.zone})`, ...toNextLines(told)]
}

/** A table of slots without a head; one line when there is none. */
export function toNextLines({ items, zone }: Preview): string[] {
  if (items.length === 0) return ['  there is no slot to come']
  return toTable(
    items.map(item => toCells(item, zone)),
    '  ',
  )
}

/** The same for programs: one object for the whole, one for each slot. */
export function toObjects({ items, ...whole }: Preview): unknown[] {
  return [{ type: 'preview', ...whole }, ...items.map(item => ({ type: 'slot', ...item }))]
}

function toCells({ slot, local, dueAt, skipped, paths = [] }: Preview['items'][number], zone: string): string[] {
  const late = dueAt === undefined || dueAt === slot ? '' : `begins ${toOffsetTime(dueAt, zone)}`
  return [local, skipped === undefined ? late : 'skipped: quiet hours', paths.map(toPrintable).join(' ')]
}
