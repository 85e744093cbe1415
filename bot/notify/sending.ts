// one sending of one letter: the call, how it ended, and what that means for the letter
import { type Channel, type Failed, type LetterPart, type Outcome, readPlace } from '../../shared/chat.ts'
import { AppError, toError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Clock } from '../../shared/time.ts'
import type { LetterRow, PostOffice, Tried } from '../engine/chat-port.ts'
import { cutSmaller, type Memories, nextPiece } from './memory.ts'
import { ALL_CLOSED_MS, toReaction, toWaitMs } from './reaction.ts'
import { toRecipient } from './route.ts'
import { isSelfTest } from './self-test.ts'
import type { OpenCard, Ways } from './ways.ts'

export type SendingDeps = {
  readonly office: Pick<PostOffice, 'tried' | 'conversation'>
  readonly ways: Ways
  readonly openCard: OpenCard | undefined
  readonly memories: Memories
  readonly clock: Clock
  readonly log: Log
  /** Ways that would be left to a letter, were these closed. */
  readonly waysLeft: (letter: LetterRow, closed: ReadonlySet<Channel>) => readonly Channel[]
  readonly isClosed: () => boolean
  readonly onTested: (outcome: Outcome) => void
}

/**
 * Makes the function that sends one message of a letter over a channel and notes what became of it. It answers false when
 * nothing can be noted any more, since the daemon is stopping.
 */
export function createSending(deps: SendingDeps): (letter: LetterRow, channel: Channel) => Promise<boolean> {
  const { memories } = deps
  return async (letter, channel) => {
    const memory = memories.of(letter)
    if (channel === 'card') {
      await openCard(deps, letter)
      // a letter that is still here is one without a card
      memory.noCard = true
      return true
    }
    const piece = nextPiece(letter, channel, memory)
    if (piece === undefined) return true
    // the robot's limit has to hold over a crash: what is not written down is not sent
    if (channel === 'robot' && !(await note(deps, { letterId: letter.id, channel, outcome: 'sending' }))) return false
    if (deps.isClosed()) return false
    const outcome = await call(deps, { letter, channel, piece })
    const goesOn =
      outcome.class === 'sent'
        ? await arrived(deps, letter, { channel, outcome })
        : await failed(deps, letter, { channel, outcome })
    if (isSelfTest(letter)) deps.onTested(outcome)
    return goesOn
  }
}

type Called = { readonly letter: LetterRow; readonly channel: Channel; readonly piece: LetterPart }
type Ended<Kind extends Outcome> = { readonly channel: Channel; readonly outcome: Kind }

async function openCard({ openCard: open, log }: SendingDeps, letter: LetterRow): Promise<void> {
  try {
    await open?.(letter)
  } catch (cause) {
    log.error('a card could not be opened', { letter: letter.id, cause })
  }
}

async function call(
  { office, ways, memories, log }: SendingDeps,
  { letter, channel, piece }: Called,
): Promise<Outcome> {
  const conversation = office.conversation(readPlace(letter.place).id)
  const to = toRecipient(letter.place, conversation)
  const sent = memories.of(letter).pieces?.sent ?? 0
  // the same for each try of the same text, so that a repeat is not shown twice
  const msgUuid = `${letter.id}-${letter.sent}${sent === 0 ? '' : `-${sent}`}`
  const calls: Readonly<Record<Channel, () => Promise<Outcome> | undefined>> = {
    card: () => undefined,
    session: () => conversation?.session && ways.session?.({ url: conversation.session.url }, piece),
    api: () => (to.kind === 'group' ? ways.group?.(to.id, piece) : ways.people?.(to.staffIds, piece)),
    robot: () => ways.robot?.(piece, msgUuid),
    terminal: () => ways.terminal?.(piece),
  }
  try {
    return (await calls[channel]()) ?? GONE
  } catch (cause) {
    log.error('a way of sending failed', { channel, cause: toError(cause) })
    return { class: 'bug', code: 'threw', en: 'sending failed in our own code', zh: '发送时内部出错' }
  }
}

// it was there when the turn was given
const GONE: Failed = { class: 'expired', code: 'gone', en: 'this way is not there any more', zh: '该发送方式已不可用' }

async function arrived(deps: SendingDeps, letter: LetterRow, { channel, outcome }: Ended<Outcome>): Promise<boolean> {
  const { pieces } = deps.memories.of(letter)
  const ref = outcome.class === 'sent' ? outcome.ref : undefined
  deps.log.debug('a message was sent', { letter: letter.id, place: letter.place, channel, ...(ref && { ref }) })
  if (pieces !== undefined && pieces.left.length > 1) {
    pieces.left = pieces.left.slice(1)
    pieces.sent += 1
    return true
  }
  return note(deps, { letterId: letter.id, channel, outcome })
}

async function failed(deps: SendingDeps, letter: LetterRow, { channel, outcome }: Ended<Failed>): Promise<boolean> {
  const memory = deps.memories.of(letter)
  const tried = { letterId: letter.id, channel, outcome }
  const { class: kind, code, en: hint } = outcome
  const fields = { letter: letter.id, place: letter.place, channel, class: kind, code, hint }
  if (isSelfTest(letter)) return note(deps, { ...tried, drop: true })
  const reaction = toReaction(outcome, { channel, tries: letter.tries, cut: memory.cut.has(channel) })
  if (reaction.do === 'again') {
    deps.log.info('a message is sent again later', { ...fields, waitMs: reaction.waitMs })
    return note(deps, { ...tried, waitMs: reaction.waitMs })
  }
  if (reaction.do === 'smaller') {
    cutSmaller(channel, memory)
    return note(deps, tried)
  }
  const closed = new Set([...deps.memories.closedOf(letter), channel])
  if (memory.round !== undefined) memory.round = closed
  if (kind === 'content') memory.refused = true
  deps.log[kind === 'bug' ? 'error' : 'warn']('a message cannot be sent this way', fields)
  if (deps.waysLeft(letter, closed).length > 0) return note(deps, { ...tried, close: true })
  delete memory.round
  if (memory.refused) {
    deps.log.warn('a letter was dropped: its text is not accepted', fields)
    return note(deps, { ...tried, close: true, drop: true })
  }
  return note(deps, { ...tried, close: true, waitMs: ALL_CLOSED_MS })
}

// what was sent and is not noted would be sent again: so nothing else of this place goes before it is
async function note({ office, clock, log, isClosed }: SendingDeps, tried: Tried): Promise<boolean> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await office.tried(tried)
      return true
    } catch (cause) {
      if (isClosed() || (cause instanceof AppError && cause.code === 'STOPPING')) return false
      log.error('how a message fared could not be saved', { letter: tried.letterId, cause })
    }
    await new Promise<void>(resolve => clock.after(toWaitMs(attempt), resolve))
    if (isClosed()) return false
  }
}
