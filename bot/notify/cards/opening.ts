// makes the card of a letter: filled from the first, once, or says that the letter has to go as text
import type { CardOpening, Failed, Outcome } from '../../../shared/chat.ts'
import { toError } from '../../../shared/errors.ts'
import type { Id } from '../../../shared/ids.ts'
import { DAY, SECOND, toMs } from '../../../shared/time.ts'
import type { CardRow, LetterRow, Story } from '../../engine/chat-port.ts'
import type { DegradedPlaces } from './degraded.ts'
import type { Naps } from './naps.ts'
import type { CardKeeperDeps } from './port.ts'
import { isThere } from './retries.ts'
import type { Tally } from './tally.ts'
import { toTarget, toTrackId } from './target.ts'
import type { Turns } from './turns.ts'
import { toLastMessage, toVariables } from './variables.ts'

export type OpeningDeps = CardKeeperDeps & {
  readonly turns: Turns
  readonly naps: Naps
  readonly degraded: DegradedPlaces
  readonly tally: Tally
  /** When this process began (ms since the epoch): an older letter may have been tried by an earlier one. */
  readonly since: number
  /** Cards that are known to stand nowhere. */
  readonly isGone: (cardId: string) => boolean
  /** Work that goes on when the letter has its answer. */
  readonly track: (work: Promise<unknown>) => void
  /** A card that stands already is to show what its job is now. */
  readonly refresh: (cardId: string) => void
}

type Ask = {
  readonly letter: LetterRow
  readonly jobId: Id
  readonly target: CardOpening['place']
  readonly story: Story
}
type Card = Pick<CardRow, 'id' | 'jobId' | 'place' | 'shown'>

/** Nobody waits longer for a card: then the text goes, and the card may come besides. */
const PATIENCE_MS = 4 * SECOND
const LATE: Failed = {
  ...{ class: 'unknown', code: 'late' },
  en: 'DingTalk takes long to show the card, so the text goes',
  zh: '钉钉迟迟没有显示卡片，先发文字',
}
/** Between attempts that got no answer: three in all. */
const AGAIN_MS = [SECOND, 2 * SECOND]
/** Between attempts to write down that a card stands. */
const SAVE_MS = [SECOND, 2 * SECOND, 5 * SECOND]
/** Failures that do not prove that nothing was made: a server that broke may have broken after that. */
const MAY_STAND: ReadonlySet<Failed['class']> = new Set(['unknown', 'busy'])
/** Nothing is known to be shown. */
const UNKNOWN_CONTENT = {}

/** Makes the opener: `opened` when a card stands in the letter's place and that is on disk. */
export function createOpener(deps: OpeningDeps): (letter: LetterRow) => Promise<'opened' | 'not-here'> {
  const { clock, degraded, log, office, templateId } = deps
  // cards that stand, but could not be written down: they are not made again
  const unsaved = new Map<Id, Card>()

  async function open(letter: LetterRow): Promise<'opened' | 'not-here'> {
    const made = unsaved.get(letter.id)
    if (made !== undefined) return keep(made, letter.id)
    const jobId = letter.card
    if (!templateId || jobId === undefined || letter.sent > 0 || letter.closed.includes('card')) return 'not-here'
    const target = toTarget(office, letter.place)
    const story = office.story(jobId)
    if (target === undefined || story === undefined) return 'not-here'
    const standing = office.cardsOf(jobId).find(card => card.place === letter.place && isStanding(card, story))
    if (standing === undefined && !degraded.has(letter.place)) return make({ letter, jobId, target, story })
    // an updated card wakes nobody: the text goes besides
    if (standing !== undefined) deps.refresh(standing.id)
    return 'not-here'
  }

  // one that was given up while its job goes on shows nothing of it any more
  function isStanding(card: CardRow, { job }: Story): boolean {
    const young = clock.now() - toMs(card.at) < DAY
    return young && (card.status !== 'closed' || (job.endedAt !== undefined && !deps.isGone(card.id)))
  }

  async function make(ask: Ask): Promise<'opened' | 'not-here'> {
    const { letter, jobId } = ask
    const variables = toVariables(ask.story, clock.now(), deps.tz)
    const id = toTrackId(letter, jobId)
    const attempting = attempt(deps, {
      ...{ outTrackId: id, place: ask.target, variables },
      lastMessage: toLastMessage(variables),
    })
    const card = { id, jobId, place: letter.place, shown: variables }
    const made = await inTime(deps.clock, attempting)
    if (made !== 'late') return settle(ask, card, made)
    await office.tried({ letterId: letter.id, channel: 'card', outcome: LATE, close: true })
    deps.track(attempting.then(later => settle(ask, card, later)))
    return 'not-here'
  }

  async function settle(ask: Ask, card: Card, { outcome, tries }: Made): Promise<'opened' | 'not-here'> {
    if (outcome === 'closed') return 'not-here'
    if (outcome.class === 'sent') {
      deps.tally.opened()
      // what an earlier attempt made shows what was known then
      const known = tries === 1 && toMs(ask.letter.at) >= deps.since
      return keep(known ? card : { ...card, shown: UNKNOWN_CONTENT }, ask.letter.id)
    }
    // each attempt but the last got no answer
    const mayStand = tries > 1 || MAY_STAND.has(outcome.class)
    await giveUp(ask, outcome, mayStand ? { ...card, shown: UNKNOWN_CONTENT } : undefined)
    return 'not-here'
  }

  async function giveUp({ letter, jobId }: Ask, failed: Failed, card: Card | undefined): Promise<void> {
    const { place } = letter
    log.warn('no card could be made, the text goes', { place, jobId, code: failed.code, hint: failed.en })
    degraded.add(place, failed)
    await office.tried({ letterId: letter.id, channel: 'card', outcome: failed, close: true })
    // it may stand all the same: then it must not stay as it is for ever
    if (card !== undefined) await office.cardOpened(card)
  }

  async function keep(card: Card, letterId: Id): Promise<'opened'> {
    unsaved.set(letterId, card)
    for (const waitMs of [...SAVE_MS, undefined]) {
      try {
        await office.cardOpened(card, letterId)
        unsaved.delete(letterId)
        break
      } catch (thrown) {
        log.error('a card that stands could not be written down', { card: card.id, cause: toError(thrown) })
        if (waitMs === undefined || !(await deps.naps.take(waitMs))) break
      }
    }
    return 'opened'
  }

  return letter =>
    open(letter).catch((thrown: unknown) => {
      log.error('a card could not be made', { letter: letter.id, cause: toError(thrown) })
      return 'not-here'
    })
}

type Made = { readonly outcome: Outcome | 'closed'; readonly tries: number }

function inTime(clock: OpeningDeps['clock'], attempting: Promise<Made>): Promise<Made | 'late'> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(PATIENCE_MS, () => resolve('late'))
    attempting.then(resolve, reject).finally(cancel)
  })
}

// an attempt without an answer is made again under the same id, which makes no second card
async function attempt({ naps, tally, turns, ways }: OpeningDeps, opening: CardOpening): Promise<Made> {
  for (let tries = 1; ; tries += 1) {
    if (!(await turns.take(true))) return { outcome: 'closed', tries }
    const outcome = await ways.open(opening)
    if (outcome.class === 'sent') return { outcome, tries }
    if (isThere(outcome)) return { outcome: { class: 'sent' }, tries: tries + 1 }
    tally.failed(outcome)
    const waitMs = outcome.class === 'unknown' ? AGAIN_MS[tries - 1] : undefined
    if (waitMs === undefined) return { outcome, tries }
    if (!(await naps.take(waitMs))) return { outcome: 'closed', tries }
  }
}
