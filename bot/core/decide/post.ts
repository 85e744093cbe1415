// letters written, sealed and tried; cards opened and shown
import { DAY, toInstant, toMs } from '../../../shared/time.ts'
import { toPair } from '../chat-indexes.ts'
import type { Command, Context, Decision } from '../commands.ts'
import type { Event } from '../events.ts'
import { isTried, toLetter, toRemoved, toTried } from '../letters.ts'
import { countCall } from '../meters.ts'
import type { CardRow, State } from '../state.ts'

type Ask<Type extends Command['type']> = Extract<Command, { type: Type }>

/** Queues a letter that no message asked for. */
export function decideWrite(_state: State, { letter: draft }: Ask<'letter.write'>, context: Context): Decision {
  const letter = toLetter(draft, context)
  return { events: [{ type: 'letter.queued', letter }], answer: { letterId: letter.id } }
}

/**
 * Puts one letter in the place of notices and of letters that were never tried, or of nothing. What is gone by now is gone;
 * when nothing of it is left there is nothing to tell, and no letter.
 */
export function decideSeal(state: State, command: Ask<'letter.seal'>, context: Context): Decision {
  const noticeIds = [...new Set(command.notices)].filter(id => state.notices.get(id) !== undefined)
  const letters = [...new Set(command.letters)].flatMap(id => state.letters.get(id) ?? []).filter(row => !isTried(row))
  if (noticeIds.length + letters.length === 0) return { events: [], answer: {} }
  const sealed: Event[] = [
    ...(noticeIds.length > 0 ? [{ type: 'notice.dropped' as const, noticeIds, why: 'sealed' as const }] : []),
    ...letters.map(row => toRemoved(row, 'sealed')),
  ]
  if (command.letter === undefined) return { events: sealed, answer: {} }
  const letter = toLetter(command.letter, context)
  return { events: [...sealed, { type: 'letter.queued', letter }], answer: { letterId: letter.id } }
}

/** Notes how one part fared; the call counts even when its letter is gone. */
export function decideTried(state: State, command: Ask<'letter.tried'>, { now }: Context): Decision {
  const row = state.letters.get(command.letterId)
  const counted = countCall(state, command.sending, now)
  return { events: [counted, ...(row === undefined ? [] : [toTried(row, command, now)])], answer: {} }
}

/** A card stands: it replaces its letter, and an older card of the same job in the same place. */
export function decideOpened(state: State, { card, letterId }: Ask<'card.opened'>, { now }: Context): Decision {
  const { id, jobId, place, shown } = card
  const at = toInstant(now)
  const known = state.cards.get(id)
  const letter = letterId === undefined ? undefined : state.letters.get(letterId)
  const older = [...state.cards.find('open', toPair(jobId, place))].filter(row => row.id !== id)
  const row: CardRow = {
    ...{ id, jobId, place, shown },
    at: known?.at ?? at,
    status: isGoingOn(state, jobId) ? 'open' : 'closing',
    shownAt: at,
    updates: known?.updates ?? 0,
  }
  const events: Event[] = [
    ...older.map(({ id: cardId }): Event => ({ type: 'card.turned', cardId, status: 'closed' })),
    { type: 'card.opened', card: row },
    ...(letter === undefined ? [] : [toRemoved(letter, 'card')]),
    // one that is taken up again took no call
    ...(letterId === undefined ? [] : [countCall(state, { channel: 'card', outcome: { class: 'sent' } }, now)]),
  ]
  return { events, answer: {} }
}

/** Notes how an update fared. What happened to the job meanwhile goes before what the teller knew of it. */
export function decideShown(state: State, command: Ask<'card.shown'>, { now }: Context): Decision {
  const { cardId, shown, sending } = command
  const counted = countCall(state, sending, now)
  const row = state.cards.get(cardId)
  if (row === undefined || sending.outcome === 'sending') return { events: [counted], answer: {} }
  const isSent = sending.outcome.class === 'sent'
  const status = toShownStatus(state, row, { wanted: command.status, isSent })
  // one that stands nowhere shows nothing, and is not taken up again
  const failed = status === 'closed' && sending.outcome.class === 'expired' ? { shown: {} } : {}
  const update = isSent ? { shown, shownAt: toInstant(now), updates: row.updates + 1 } : failed
  const card: CardRow = { ...row, ...update, status }
  return { events: [counted, { type: 'card.shown', card }], answer: {} }
}

function toShownStatus(
  state: State,
  row: CardRow,
  { wanted, isSent }: { readonly wanted: CardRow['status']; readonly isSent: boolean },
): CardRow['status'] {
  if (row.status === 'closed' || (wanted === 'closed' && !isSent)) return 'closed'
  if (isGoingOn(state, row.jobId)) return 'open'
  return wanted === 'closed' ? 'closed' : 'closing'
}

function isGoingOn(state: State, jobId: string): boolean {
  const job = state.jobs.get(jobId)
  return job !== undefined && !job.purged && job.endedAt === undefined
}

function standsNowhere({ status, shown }: CardRow): boolean {
  return status === 'closed' && Object.keys(shown).length === 0
}

/** A card that is older is not taken up again when its job goes on. */
const CARD_TAKEN_UP_MS = DAY

/** What the cards of a job have to become, as the job stands now: `gone` when nobody sees it any more. */
export function turnCards(state: State, jobId: string, now: number): Event[] {
  const cards = [...state.cards.find('job', jobId)]
  if (!isGoingOn(state, jobId))
    return cards
      .filter(row => row.status === 'open')
      .map(row => ({ type: 'card.turned', cardId: row.id, status: 'closing' }))
  const young = cards.filter(row => toMs(row.at) + CARD_TAKEN_UP_MS > now && !standsNowhere(row))
  return [...new Set(young.map(row => row.place))].flatMap((place): Event[] => {
    const newest = young.filter(row => row.place === place).reduce((one, other) => (other.at > one.at ? other : one))
    const taken = newest.status === 'open' || state.cards.countOf('open', toPair(jobId, place)) > 0
    return taken ? [] : [{ type: 'card.turned', cardId: newest.id, status: 'open' }]
  })
}
