// due notices become letters: those of one place together, those of the custom robot when it has room
import { AppError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { type Clock, SECOND } from '../../shared/time.ts'
import type { PostOffice } from '../engine/chat-port.ts'
import { type Batch, gather } from './gather.ts'
import { withLastWords } from './last-words.ts'
import { findNear } from './suggestions.ts'
import type { Suggest } from './ways.ts'
import { within } from './within.ts'
import { writeLetter } from './write.ts'

export type NotifierDeps = {
  readonly office: PostOffice
  readonly clock: Clock
  readonly log: Log
  /** Absent: paths that do not exist are told without a hint. */
  readonly suggest?: Suggest
  /** Base of links; without it there are none. */
  readonly publicUrl?: string
}

export type Notifier = {
  /** Writes what is due, also from before a restart, and goes on. */
  start(): void
  /** Lets what is being written be saved, and starts nothing more. */
  close(): Promise<void>
}

/** A letter that could not be saved is written again after so long. */
const AGAIN_MS = 5 * SECOND

/** Makes one; it keeps nothing that is not in the state. */
export function createNotifier({ office, clock, log, suggest, publicUrl }: NotifierDeps): Notifier {
  const writing = new Map<string, Promise<void>>()
  let unsubscribe = (): void => {}
  let disarm = (): void => {}
  let closed = false
  let asked = false
  let restUntil = 0

  const ask = (): void => {
    if (asked || closed) return
    asked = true
    queueMicrotask(look)
  }

  function look(): void {
    asked = false
    disarm()
    if (closed) return
    const notices = office.notices()
    // letters come and go, and mostly there is nothing to be written
    if (notices.length === 0) return
    const now = clock.now()
    const desk = { notices, letters: office.letters(), meter: office.meter('robot') }
    const { ready, nextAt } = gather(desk, now)
    if (now < restUntil) return arm(restUntil)
    for (const batch of ready) if (!writing.has(batch.key)) begin(batch)
    arm(nextAt)
  }

  function arm(atMs: number | undefined): void {
    disarm()
    if (atMs !== undefined) disarm = clock.after(Math.max(1, atMs - clock.now()), ask)
  }

  function begin(batch: Batch): void {
    const work = seal(batch)
      .catch(cause => {
        if (cause instanceof AppError && cause.code === 'STOPPING') return
        restUntil = clock.now() + AGAIN_MS
        log.error('notices could not be written', { place: batch.place, notices: batch.notices.length, cause })
      })
      .finally(() => {
        writing.delete(batch.key)
        ask()
      })
    writing.set(batch.key, work)
  }

  async function seal(batch: Batch): Promise<void> {
    const alarms = batch.notices.filter(({ alarm }) => alarm && batch.form === 'summary')
    const told = alarms.flatMap(notice => (notice.about === 'slot' ? [] : (office.story(notice.jobId) ?? [])))
    const stories = await Promise.all(told.map(story => withLastWords(story, office)))
    const near = await findNear(stories, { suggest, clock, log })
    // a job may have been taken up again while a hint was looked for
    const left = new Set(office.notices().map(({ id }) => id))
    const notices = batch.notices.filter(({ id }) => left.has(id))
    if (closed || notices.length === 0) return
    const letter = writeLetter({ ...batch, notices }, { office, stories, near, nowMs: clock.now(), publicUrl })
    await office.seal({ notices: notices.map(({ id }) => id), ...(letter !== undefined && { letter }) })
  }

  return {
    start() {
      unsubscribe = office.onNews(news => {
        if (news.notices || news.letters) ask()
      })
      ask()
    },
    async close() {
      closed = true
      unsubscribe()
      disarm()
      // a hint that is looked for is not waited for: its notices stay, and are written by the next process
      await within(clock, Promise.all(writing.values()), SECOND)
    },
  }
}
