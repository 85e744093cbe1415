// hands in what is due: one timer over all schedules, whatever the clock on the wall does
import { backoffMs } from '../../shared/backoff.ts'
import { SECOND } from '../../shared/time.ts'
import type { ScheduleDesk } from '../engine/schedule-desk.ts'
import { type BookDeps, createDueBook, toNextAt } from './due-book.ts'

type Deps = BookDeps & { readonly desk: Pick<ScheduleDesk, 'active' | 'schedule' | 'through' | 'due' | 'onNews'> }

export type TimerStatus = {
  /** Schedules that have a slot to come. */
  readonly armed: number
  /** When the next of them is due. */
  readonly nextAt?: string
  /** How much later than planned it woke up last. */
  readonly lagMs: number
}

export type ScheduleTimer = { start(): void; close(): Promise<void>; status(): TimerStatus }

const MOST_A_FRAME = 200
/** After so many failures in a row those that are due are handed in one by one, until all of them are in. */
const MOST_TOGETHER = 3
const LONGEST_SLEEP_MS = SECOND
const RETRY = { minMs: SECOND, maxMs: 30 * SECOND }

/**
 * Makes the timer. It looks at the clock each second while there is anything to come, so that a machine that slept, or whose
 * clock was moved, goes on at once.
 */
export function createScheduleTimer(deps: Deps): ScheduleTimer {
  const { desk, clock, log } = deps
  const book = createDueBook(deps)
  let failures = 0
  let isApart = false
  let isTold = false
  let lagMs = 0
  let running: Promise<void> | undefined
  let disarm: (() => void) | undefined
  let unsubscribe: (() => void) | undefined
  let isClosed = false

  /** Hands in all that is due, some after the other; ends early when it cannot be saved. */
  async function drain(): Promise<void> {
    for (let now = book.look(); !isClosed; ) {
      const taken = await book.gather(now, isApart ? 1 : MOST_A_FRAME)
      if (taken.length === 0) {
        recover()
        now = book.look()
        if ((book.nextAt() ?? Number.POSITIVE_INFINITY) > now) return
        continue
      }
      const failure = await desk.due(taken.map(({ due }) => due)).then(
        () => undefined,
        (cause: unknown) => ({ cause }),
      )
      for (const one of taken) book.settle(one, failure === undefined, isApart ? now : undefined)
      if (failure !== undefined) return fail('slots that are due could not be saved; it is tried again', failure)
      if (isApart) failures = 0
      else recover()
    }
  }

  function recover(): void {
    if (isTold) log.info('slots that are due are saved again')
    failures = 0
    isApart = false
    isTold = false
  }

  function fail(message: string, { cause }: { cause: unknown }): void {
    failures += 1
    // one of them may be why all of them fail: it must not hold up the others for good
    if (failures >= MOST_TOGETHER) isApart = true
    if (!isTold) log.warn(message, { cause })
    isTold = true
  }

  function plan(): void {
    disarm?.()
    disarm = undefined
    const next = book.nextAt()
    if (isClosed || next === undefined || running !== undefined) return
    const now = clock.now()
    const untilDueMs = Math.min(LONGEST_SLEEP_MS, Math.max(0, next - now))
    const delayMs = failures > 0 ? backoffMs(failures - 1, RETRY, Math.random()) : untilDueMs
    disarm = clock.after(delayMs, () => {
      disarm = undefined
      lagMs = Math.max(0, clock.now() - now - delayMs)
      running = drain()
        .catch(cause => fail('what is due could not be found out; it is tried again', { cause }))
        .finally(() => {
          running = undefined
          plan()
        })
    })
  }

  return {
    start() {
      for (const { id } of desk.active()) book.renew(id)
      unsubscribe = desk.onNews(({ schedules }) => {
        for (const id of schedules) book.renew(id)
        // while nothing can be saved the next try is waited for
        if (schedules.length > 0 && failures === 0) plan()
      })
      plan()
    },
    async close() {
      isClosed = true
      book.close()
      unsubscribe?.()
      disarm?.()
      await running
    },
    status: () => ({ armed: book.size, lagMs, ...toNextAt(book.nextAt()) }),
  }
}
