// one card kept in step with its job: looked at, updated one call at a time, until it shows the last state
import type { Failed } from '../../../shared/chat.ts'
import { toError } from '../../../shared/errors.ts'
import { DAY, MINUTE, SECOND, toMs } from '../../../shared/time.ts'
import type { CardRow } from '../../engine/chat-port.ts'
import type { CardKeeperDeps } from './port.ts'
import { isNoCard, isRefusedText, toRetryMs } from './retries.ts'
import { FLOOR_MS, isNews, type Look, toChanged, toStep } from './rhythm.ts'
import type { Tally } from './tally.ts'
import type { Turns } from './turns.ts'
import { GONE, toPlain, toVariables } from './variables.ts'

export type TendedDeps = CardKeeperDeps & {
  readonly turns: Turns
  readonly tally: Tally
  /** Keeps a call that `close` has to wait for. */
  readonly track: (work: Promise<void>) => void
  /** Nothing will be shown on it any more; `gone`: it stands nowhere. */
  readonly forget: (cardId: string, gone: boolean) => void
}

export type Tended = {
  /** Something of its job may have changed. Cheap. */
  touch(): void
  /** Looks no more; a call under way is still noted. */
  stop(): void
}

type Seen = { readonly row: CardRow; readonly look: Look }
type Sent = Readonly<Record<string, string>>

/** Looks that news ask for are not closer than this: making a story of a large job takes a while. */
const LOOK_GAP_MS = 2 * SECOND
/** Without any news: progress is told by nobody. */
const LOOK_EVERY_MS = 10 * SECOND
/** A card whose making was not answered may come to be so late. */
const DOUBTFUL_MS = MINUTE
const BUSY: Pick<Failed, 'class'> = { class: 'busy' }

/** Makes the keeper of one card. `fresh`: an earlier process left it, so that it is brought up to date at once. */
export function createTended(cardId: string, deps: TendedDeps & { readonly fresh: boolean }): Tended {
  const { clock, log, office, tally, turns, tz, ways } = deps
  // variables of updates that were not answered: they may show either
  const uncertain = new Set<string>()
  let { fresh } = deps
  let stopped = false
  let busy = false
  let plain = false
  let fails = 0
  let lookedAt = Number.NEGATIVE_INFINITY
  let readyAt = Number.NEGATIVE_INFINITY
  let armed: { readonly at: number; readonly disarm: () => void } | undefined

  function arm(ms: number): void {
    const at = clock.now() + ms
    if (stopped || busy || (armed !== undefined && armed.at <= at)) return
    armed?.disarm()
    armed = { at, disarm: clock.after(ms, look) }
  }

  function look(): void {
    armed?.disarm()
    armed = undefined
    if (stopped) return
    const now = clock.now()
    lookedAt = now
    // neither wait is ever longer than an hour, unless the clock was set back
    if (readyAt > now && readyAt - now < DAY) return arm(readyAt - now)
    const seen = see()
    if (seen === undefined) return deps.forget(cardId, false)
    const step = toStep(seen.look)
    if ('send' in step) {
      busy = true
      return deps.track(update(seen.look.over).catch(stumble).finally(rest))
    }
    if (!isNews(toChanged(seen.look.shown, seen.look.wanted))) fresh = false
    arm(Math.min(step.againMs ?? LOOK_EVERY_MS, LOOK_EVERY_MS))
  }

  function rest(): void {
    busy = false
    look()
  }

  function see(): Seen | undefined {
    const row = office.card(cardId)
    if (row === undefined || row.status === 'closed') return undefined
    const story = office.story(row.jobId)
    const now = clock.now()
    const variables = story === undefined ? undefined : toVariables(story, now, tz)
    const wanted = variables === undefined ? GONE : plain ? toPlain(variables) : variables
    const over = row.status === 'closing'
    const used = office.cardsOf(row.jobId).reduce((sum, card) => sum + card.updates, 0)
    const shown = Object.fromEntries(Object.entries(row.shown).filter(([key]) => !uncertain.has(key)))
    return { row, look: { now, shown, wanted, shownAt: toMs(row.shownAt), used, over, fresh } }
  }

  async function update(waitedFor: boolean): Promise<void> {
    if (!(await turns.take(waitedFor))) return
    // the newest wins: others may have had their turn before
    const seen = see()
    const step = seen === undefined ? undefined : toStep(seen.look)
    if (stopped || seen === undefined || step === undefined || !('send' in step)) return
    fresh = false
    const outcome = await ways.update(cardId, step.send)
    if (outcome.class === 'sent') await noteSent(seen, step.send)
    else if (!stopped) await noteFailed(seen, step.send, outcome)
  }

  async function noteSent({ row }: Seen, sent: Sent): Promise<void> {
    tally.updated()
    const shown = { ...row.shown, ...sent }
    const now = see()
    const isLast = now?.look.over === true && Object.keys(toChanged(shown, now.look.wanted)).length === 0
    const status = isLast ? 'closed' : row.status
    await office.cardShown({ cardId, shown, outcome: { class: 'sent' }, status })
    fails = 0
    for (const key of Object.keys(sent)) uncertain.delete(key)
  }

  async function noteFailed({ row, look: { over } }: Seen, sent: Sent, failed: Failed): Promise<void> {
    tally.failed(failed)
    if (failed.class === 'unknown') for (const key of Object.keys(sent)) uncertain.add(key)
    const age = clock.now() - toMs(row.at)
    const missing = isNoCard(failed)
    const mayCome = missing && Object.keys(row.shown).length === 0 && age < DOUBTFUL_MS
    const isGone = missing && !mayCome
    const isLost = isGone || (over && age > DAY)
    const rested = isRefusedText(failed) && !plain
    readyAt = clock.now() + (rested ? FLOOR_MS : toRetryMs(toAttempt(mayCome ? BUSY : failed, over)))
    fails += 1
    plain ||= rested
    if (isLost) {
      log.warn('a card is left as it is', { card: cardId, code: failed.code, hint: failed.en, over })
      deps.forget(cardId, isGone)
    } else log.debug('a card could not be updated', { card: cardId, code: failed.code, fails })
    const status = isLost ? 'closed' : row.status
    await office.cardShown({ cardId, shown: row.shown, outcome: failed, status })
  }

  function toAttempt(failed: Pick<Failed, 'class' | 'waitMs'>, last: boolean) {
    return { fails, failed, last, random: deps.random() }
  }

  // the state could not be saved, or we were wrong: what was sent may be sent again
  function stumble(thrown: unknown): void {
    readyAt = clock.now() + toRetryMs(toAttempt(BUSY, false))
    fails += 1
    if (!stopped) log.error('an update of a card could not be noted', { card: cardId, cause: toError(thrown) })
  }

  return {
    touch: () => arm(Math.max(0, Math.min(LOOK_GAP_MS, lookedAt + LOOK_GAP_MS - clock.now()))),
    stop() {
      stopped = true
      armed?.disarm()
    },
  }
}
