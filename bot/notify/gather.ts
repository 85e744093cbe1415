// which notices become a letter now, which wait for their neighbours, and which for the robot's minute
import { type Place, ROBOT } from '../../shared/chat.ts'
import { SECOND, toMs } from '../../shared/time.ts'
import type { LetterRow, MeterRow, NoticeRow } from '../engine/chat-port.ts'
import { robotReadyAt, robotRoom } from './gate.ts'

/** Results for one place that end within so long of the first are told together. */
export const WINDOW_MS = 5 * SECOND
/** What is due longer than this was held up, and what was held up is told together. */
const LATE_MS = 2 * SECOND
/** Messages that may wait for the custom robot; more stay notices, which can still be told together. */
const MOST_PENDING = 3

/** Notices that become one letter, oldest first; all of one place, form and matter. */
export type Batch = {
  readonly key: string
  readonly place: Place
  readonly form: NoticeRow['form']
  readonly about: NoticeRow['about']
  readonly notices: readonly NoticeRow[]
}

export type Gathered = {
  readonly ready: readonly Batch[]
  /** When to look again, in ms since the epoch; undefined: when something changes. */
  readonly nextAt: number | undefined
}

export type Desk = {
  readonly notices: readonly NoticeRow[]
  readonly letters: readonly LetterRow[]
  /** The custom robot's. */
  readonly meter: MeterRow | undefined
}

/** What is to be written at this instant. Pure. */
export function gather(desk: Desk, nowMs: number): Gathered {
  const groups = new Map<string, NoticeRow[]>()
  for (const notice of desk.notices) {
    const key = toKey(notice)
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [notice])
    else known.push(notice)
  }
  const parts = [...groups.values()].map(notices =>
    notices[0]?.place === ROBOT ? ofRobot(notices, desk, nowMs) : ofPlace(notices, nowMs),
  )
  const nexts = parts.flatMap(part => part.nextAt ?? [])
  return { ready: parts.flatMap(part => part.ready), nextAt: nexts.length === 0 ? undefined : Math.min(...nexts) }
}

function toKey({ place, form, about }: NoticeRow): string {
  return `${about} ${form} ${place}`
}

function ofPlace(notices: readonly NoticeRow[], nowMs: number): Gathered {
  const windows = toWindows(notices)
  const later = windows.filter(window => dueOf(window) > nowMs).map(dueOf)
  return {
    ready: windows.filter(window => dueOf(window) <= nowMs).map(toBatch),
    nextAt: later.length === 0 ? undefined : Math.min(...later),
  }
}

// what waits for the robot's minute becomes one message when there is room again
function ofRobot(notices: readonly NoticeRow[], { letters, meter }: Desk, nowMs: number): Gathered {
  const { ready, nextAt } = ofPlace(notices, nowMs)
  if (ready.length === 0) return { ready, nextAt }
  const pending = letters
    .filter(letter => letter.place === ROBOT)
    .reduce((sum, letter) => sum + letter.parts.length - letter.sent, 0)
  const room = robotRoom(meter, nowMs) - pending
  if (pending >= MOST_PENDING) return { ready: [], nextAt }
  // the letters that wait go first, and then there is news
  if (room <= 0) return { ready: [], nextAt: pending > 0 ? nextAt : robotReadyAt(meter, nowMs) }
  const held = ready.some(batch => dueOf(batch.notices) < nowMs - LATE_MS) || ready.length > room
  return { ready: held ? [toBatch(ready.flatMap(batch => batch.notices))] : ready, nextAt }
}

// halfway messages stand alone; ends, and troubles of slots, are gathered from the first of each window on
function toWindows(notices: readonly NoticeRow[]): NoticeRow[][] {
  const windows: NoticeRow[][] = []
  for (const notice of [...notices].sort((a, b) => endOf(a) - endOf(b))) {
    const open = windows.at(-1)
    const first = open?.[0]
    const joins = first !== undefined && notice.about !== 'halfway' && endOf(notice) - endOf(first) <= WINDOW_MS
    if (open !== undefined && joins) open.push(notice)
    else windows.push([notice])
  }
  return windows
}

function toBatch(notices: readonly NoticeRow[]): Batch {
  const [first] = notices
  if (first === undefined) throw new Error('a batch without notices')
  return { key: toKey(first), place: first.place, form: first.form, about: first.about, notices }
}

function endOf(notice: NoticeRow): number {
  return toMs(notice.about === 'slot' ? notice.at : (notice.endedAt ?? notice.at))
}

function dueOf(window: readonly NoticeRow[]): number {
  return Math.max(...window.map(({ dueAt }) => toMs(dueAt)))
}
