// what DingTalk pushes, taken in: messages are kept before they are acknowledged, clicks are answered in time
import type { Heard } from '../../shared/chat.ts'
import { toError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { type Clock, DAY, SECOND } from '../../shared/time.ts'
import { type Click, readClick, toClickResponse } from './click.ts'
import { readMessage } from './inbound.ts'
import type { Push } from './stream/port.ts'

export const MESSAGES = '/v1.0/im/bot/messages/get'
export const CLICKS = '/v1.0/card/instances/callback'
export const TOPICS: readonly string[] = [MESSAGES, CLICKS]

/**
 * A click has to be answered within 2 s. No time is set for messages: an ack says that one is on disk, and one that comes again
 * meanwhile is known.
 */
export const ackWithinMs = (topic: string): number => (topic === CLICKS ? 1_800 : 20 * SECOND)
/** A deed that takes longer goes on; the one who clicked is told so. */
const CLICK_ANSWER_MS = 1_500

/** What was pushed since the daemon began. */
export type PushCounts = { heard: number; repeated: number; quotaRefusals: number; foreign: number }

type Deps = {
  readonly robotCode: string
  /** Of the configured APIs: sessions there are believed. */
  readonly bases: readonly string[]
  /** Resolves when the message is on disk. */
  readonly hear: (heard: Heard) => Promise<{ readonly repeated: boolean }>
  /** Carries a click out: the variables that the card shows because of it. */
  readonly click: (click: Click) => Promise<Readonly<Record<string, string>>>
  /** The organisation's quota is used up; told once a day. */
  readonly onOverQuota: (code: string) => void
  readonly clock: Clock
  readonly log: Log
}

export type Pushes = {
  /** The response of the ack. Rejects when a message could not be kept, so that it is pushed again. */
  take(push: Push): Promise<unknown>
  readonly counts: Readonly<PushCounts>
}

/** Makes the way in. */
export function createPushes(deps: Deps): Pushes {
  const { robotCode, bases, log, clock } = deps
  const counts: PushCounts = { heard: 0, repeated: 0, quotaRefusals: 0, foreign: 0 }
  const foreign = new Set<string>()
  let toldQuotaAt = Number.NEGATIVE_INFINITY

  async function takeMessage(data: unknown): Promise<void> {
    const read = readMessage(data, robotCode, bases)
    if (read === undefined) return log.warn('a message could not be read and is ignored')
    if ('foreign' in read) return tellForeign(read.foreign.robotCode)
    if ('overquota' in read) return tellQuota(read.overquota.code)
    const { repeated } = await deps.hear(read)
    counts.heard += 1
    counts.repeated += Number(repeated)
  }

  function tellForeign(code: string): void {
    counts.foreign += 1
    // each once a start; how many there can be is not ours to know
    if (foreign.size >= 100 || foreign.has(code)) return
    foreign.add(code)
    log.warn('messages for another robot arrive here and are ignored', { robotCode: code, ours: robotCode })
  }

  function tellQuota(code: string): void {
    counts.quotaRefusals += 1
    if (clock.now() - toldQuotaAt < DAY) return
    toldQuotaAt = clock.now()
    log.error('the quota of DingTalk is used up: messages arrive without their text', { code })
    deps.onOverQuota(code)
  }

  async function takeClick(data: unknown): Promise<unknown> {
    const click = readClick(data)
    if (click === undefined) {
      log.warn('a click could not be read and is ignored')
      return null
    }
    const done = deps.click(click).catch((thrown: unknown) => {
      log.error('a click could not be carried out', { action: click.action, cause: toError(thrown) })
      return { detail: '内部错误，请改用文字命令' }
    })
    return toClickResponse(await inTime(clock, done))
  }

  return {
    take: ({ topic, data }) => {
      if (topic === MESSAGES) return takeMessage(data).then(() => null)
      return topic === CLICKS ? takeClick(data) : Promise.resolve(null)
    },
    counts,
  }
}

type Variables = Readonly<Record<string, string>>

function inTime(clock: Clock, done: Promise<Variables>): Promise<Variables> {
  return new Promise(resolve => {
    const cancel = clock.after(CLICK_ANSWER_MS, () => resolve({ detail: '处理中…' }))
    void done.then(variables => {
      cancel()
      resolve(variables)
    })
  })
}
