// messages that are heard and answered, and what they do: each at most once
import { changes } from '../../../shared/actions.ts'
import { toInstant, toMs } from '../../../shared/time.ts'
import type { Command, Context, Decision } from '../commands.ts'
import type { Event } from '../events.ts'
import { reopenSession, toLetter } from '../letters.ts'
import { countHeard } from '../meters.ts'
import type { ConversationRow, Done, MessageRow, State } from '../state.ts'

type Ask<Type extends Command['type']> = Extract<Command, { type: Type }>
type Heard = Ask<'message.heard'>['heard']

/** Takes a message in, and its conversation. One that was heard before changes nothing. */
export function decideHeardMessage(state: State, { heard }: Ask<'message.heard'>, { now }: Context): Decision {
  if (state.messages.get(heard.key) !== undefined) return { events: [], answer: { repeated: true } }
  const { key: id, text, conversation, sender } = heard
  const message: MessageRow = {
    ...{ id, conversationId: conversation.id, staffId: sender.staffId, nick: sender.nick },
    ...(text !== undefined && { text }),
    at: toInstant(now),
    status: 'heard',
  }
  const row = toConversationRow(state, heard, now)
  const events: Event[] = [
    { type: 'message.heard', message },
    { type: 'conversation.heard', conversation: row },
    ...reopenSession(state, row),
    countHeard(state, now),
  ]
  return { events, answer: {} }
}

// the session that lasts longest is kept, none that is over; a title once heard stays
function toConversationRow(state: State, heard: Heard, now: number): ConversationRow {
  const { id, kind, title } = heard.conversation
  const known = state.conversations.get(id)
  const [older, newer] = [known?.session, isOver(heard.session, now) ? undefined : heard.session]
  const session = older !== undefined && (newer === undefined || newer.expiresAt < older.expiresAt) ? older : newer
  const named = title ?? known?.title
  return {
    id,
    kind,
    ...(named !== undefined && { title: named }),
    ...(kind === 'direct' && heard.sender.staffId !== '' && { staffId: heard.sender.staffId }),
    ...(session !== undefined && { session }),
    heardAt: toInstant(now),
    ...(known?.toldUnlisted !== undefined && { toldUnlisted: known.toldUnlisted }),
  }
}

function isOver(session: Heard['session'], now: number): boolean {
  return session !== undefined && toMs(session.expiresAt) <= now
}

/** Its letters are on their way in the frame that says that it is answered; nothing happens when it was answered before. */
export function decideAnswered(state: State, command: Ask<'message.answered'>, context: Context): Decision {
  const { key, letters, question, toldUnlisted } = command
  const message = state.messages.get(key)
  if (message === undefined || message.status === 'answered') return { events: [], answer: { repeated: true } }
  const { conversationId } = message
  const day = toInstant(context.now).slice(0, 10)
  const events: Event[] = [
    { type: 'message.answered', key, ...(question !== undefined && { question }) },
    ...letters.map(draft => ({ type: 'letter.queued' as const, letter: toLetter(draft, context) })),
    ...(toldUnlisted ? [{ type: 'conversation.told-unlisted' as const, conversationId, day }] : []),
  ]
  return { events, answer: {} }
}

/**
 * Carries a command of a message out once: what the message did already is the answer when it comes again. Only where the
 * message is kept; what only looks, or only finds out, changes nothing and may come as often as it likes.
 */
export function onceAMessage(state: State, command: Command, judge: () => Decision): Decision {
  const chat = 'actor' in command ? command.actor.chat : undefined
  if (chat === undefined || !writes(command)) return judge()
  const message = state.messages.get(chat.message)
  if (message?.done !== undefined) return toRepeated(message.done)
  const { events, answer } = judge()
  const { jobId } = answer
  const { message: _key, ...asker } = chat
  const asked = jobId !== undefined && ASKS.has(command.type)
  const more: Event[] = [
    ...(asked ? [{ type: 'job.asked-for' as const, jobId, asker }] : []),
    ...(message === undefined ? [] : [{ type: 'message.done' as const, key: message.id, done: toDone(answer) }]),
  ]
  return { events: [...events, ...more], answer }
}

/** Whoever asks for these hears of the end; who stops a job has heard enough with the answer. */
const ASKS: ReadonlySet<Command['type']> = new Set(['job.submit', 'job.retry', 'schedule.run'])

function writes(command: Command): boolean {
  if (command.type !== 'job.submit' || command.asks.length === 0) return true
  return command.asks.some(changes)
}

function toRepeated({ jobId, scheduleId, met, notes }: Done): Decision {
  const answer = {
    repeated: true,
    ...(jobId !== undefined && { jobId }),
    ...(scheduleId !== undefined && { scheduleId }),
    ...(met !== undefined && { met }),
    ...(notes !== undefined && { notes }),
  }
  return { events: [], answer }
}

function toDone({ jobId, taskIds, scheduleId, met, notes }: Decision['answer']): Done {
  return {
    ...(jobId !== undefined && { jobId }),
    ...(taskIds !== undefined && { taskIds: taskIds.length }),
    ...(scheduleId !== undefined && { scheduleId }),
    ...(met !== undefined && { met }),
    ...(notes !== undefined && { notes }),
  }
}
