// what chat may say and read of the state: messages from when they are heard until they are answered
import { toPair } from '../core/chat-indexes.ts'
import type { MessageRow, State } from '../core/state.ts'
import type { MessageDesk } from './chat-port.ts'
import type { Engine } from './engine.ts'

/** The chat's verbs over one engine. They reject when the state cannot be saved, or the daemon is stopping. */
export function createMessageDesk({ state, engine }: { readonly state: State; readonly engine: Engine }): MessageDesk {
  return {
    async heard(heard) {
      const { repeated = false } = await engine.dispatch({ type: 'message.heard', heard })
      return { repeated }
    },
    open: () => oldestFirst(state.messages.find('open', 'all')),
    doneOf: key => state.messages.get(key)?.done,
    conversation: id => state.conversations.get(id),
    lastQuestion(conversationId, staffId) {
      const asked = oldestFirst(state.messages.find('question', toPair(conversationId, staffId))).at(-1)
      return asked?.question === undefined ? undefined : { ...asked.question, at: asked.at }
    },
    async answered(key, answer) {
      await engine.dispatch({ type: 'message.answered', key, ...answer })
    },
    async say(letter) {
      await engine.dispatch({ type: 'letter.write', letter })
    },
  }
}

// after a restart a table stands in the order of its ids, and those of messages are the platform's; what came within one
// millisecond stays as it stands
function oldestFirst(rows: Iterable<MessageRow>): MessageRow[] {
  return [...rows].sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1))
}
