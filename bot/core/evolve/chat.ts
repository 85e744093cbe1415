// what happens to messages and conversations, and to jobs because somebody asked for them in chat
import type { Id } from '../../../shared/ids.ts'
import { without } from '../rows.ts'
import type { ConversationRow, JobRow, MessageRow, State } from '../state.ts'
import type { Evolvers } from './put.ts'

type TalkEvent =
  | 'message.heard'
  | 'message.done'
  | 'message.answered'
  | 'message.forgotten'
  | 'conversation.heard'
  | 'conversation.told-unlisted'
  | 'conversation.session-over'
  | 'conversation.forgotten'
  | 'job.asked-for'
  | 'job.told-halfway'

/** People who are told how a job ends, the newest. */
export const MOST_ASKERS = 20

export const CHAT_EVENTS: Evolvers<TalkEvent> = {
  'message.heard'(draft, { message }) {
    draft.messages.set(message.id, message)
  },
  'message.done'(draft, { key, done }) {
    changeMessage(draft, key, row => ({ ...row, done }))
  },
  'message.answered'(draft, { key, question }) {
    changeMessage(draft, key, row => ({
      ...without(row, 'text'),
      status: 'answered',
      ...(question !== undefined && { question }),
    }))
  },
  'message.forgotten'(draft, { keys }) {
    for (const key of keys) draft.messages.remove(key)
  },
  'conversation.heard'(draft, { conversation }) {
    draft.conversations.set(conversation.id, conversation)
  },
  'conversation.told-unlisted'(draft, { conversationId, day }) {
    changeConversation(draft, conversationId, row => ({ ...row, toldUnlisted: day }))
  },
  'conversation.session-over'(draft, { conversationIds }) {
    for (const id of conversationIds) changeConversation(draft, id, row => without(row, 'session'))
  },
  'conversation.forgotten'(draft, { conversationIds }) {
    for (const id of conversationIds) draft.conversations.remove(id)
  },
  'job.asked-for'(draft, { jobId, asker }) {
    changeJob(draft, jobId, row => {
      const known = row.askers ?? []
      const others = known.filter(one => one.place !== asker.place || one.staffId !== asker.staffId)
      // whoever asks first while it runs already knows that it takes its time
      const late = known.length === 0 && row.startedAt !== undefined
      return { ...row, askers: [...others, asker].slice(-MOST_ASKERS), ...(late && { toldHalfway: true }) }
    })
  },
  'job.told-halfway'(draft, { jobId }) {
    changeJob(draft, jobId, row => ({ ...row, toldHalfway: true }))
  },
}

function changeMessage(draft: State, key: string, change: (row: MessageRow) => MessageRow): void {
  const row = draft.messages.get(key)
  if (row !== undefined) draft.messages.set(key, change(row))
}

function changeConversation(draft: State, id: string, change: (row: ConversationRow) => ConversationRow): void {
  const row = draft.conversations.get(id)
  if (row !== undefined) draft.conversations.set(id, change(row))
}

function changeJob(draft: State, jobId: Id, change: (row: JobRow) => JobRow): void {
  const row = draft.jobs.get(jobId)
  if (row !== undefined) draft.jobs.set(jobId, change(row))
}
