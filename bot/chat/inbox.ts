// messages that were heard, answered: one after the other in a conversation, several conversations at once
import type { Heard } from '../../shared/chat.ts'
import { toError } from '../../shared/errors.ts'
import { SECOND } from '../../shared/time.ts'
import type { MessageAnswer, MessageRow } from '../engine/chat-port.ts'
import { type ConversationDeps, createConversation, type Message, type Turn } from './conversation.ts'

export type Inbox = {
  /** Resolves when the message is on disk; it is answered beside. A redelivery is `repeated`, and answered once. */
  hear(heard: Heard): Promise<{ readonly repeated: boolean }>
  /** Takes up what an earlier process heard and did not answer. */
  start(): void
  /** Resolves when nothing is left to be answered. */
  idle(): Promise<void>
  /** Begins nothing more, and waits for what is being done. What has no answer yet keeps for the next start. */
  close(): Promise<void>
}

const MOST_CONVERSATIONS = 16
/** Slow looks of one conversation beside which its next commands go on. */
const MOST_ASIDE = 8
const TRIES = 6
const CLOSE_WITHIN_MS = 4 * SECOND

type Lane = { readonly queue: Message[]; aside: number; isServed: boolean }

/** Makes the inbox over a room and its conversation. */
export function createInbox(deps: ConversationDeps): Inbox {
  const { desk, clock, log } = deps.room
  const conversation = createConversation(deps)
  const lanes = new Map<string, Lane>()
  const waiting: Lane[] = []
  const inHand = new Set<string>()
  const idlers: (() => void)[] = []
  const over = new AbortController()
  let serving = 0
  let order = 0

  function take(message: Message): void {
    if (over.signal.aborted || inHand.has(message.key)) return
    inHand.add(message.key)
    const { id } = message.conversation
    const lane = lanes.get(id) ?? { queue: [], aside: 0, isServed: false }
    lanes.set(id, lane)
    lane.queue.push(message)
    enqueue(lane)
  }

  function enqueue(lane: Lane): void {
    if (lane.isServed || lane.queue.length === 0) return
    lane.isServed = true
    waiting.push(lane)
    serve()
  }

  // one message a turn, so that a talkative conversation keeps nobody waiting
  function serve(): void {
    while (serving < MOST_CONVERSATIONS && !over.signal.aborted) {
      const lane = waiting.shift()
      const message = lane?.queue.shift()
      if (lane === undefined || message === undefined) return
      serving += 1
      void give(lane, message).then(() => {
        serving -= 1
        lane.isServed = false
        if (lane.queue.length > 0) enqueue(lane)
        serve()
      })
    }
  }

  /** Resolves when the next message of the conversation may go on. */
  function give(lane: Lane, message: Message): Promise<void> {
    order += 1
    const turn = { order, signal: over.signal }
    return new Promise(resolve => {
      let isAside = false
      const aside = (): void => {
        if (isAside || lane.aside >= MOST_ASIDE) return
        isAside = true
        lane.aside += 1
        resolve()
      }
      void answer(message, { ...turn, aside }).finally(() => {
        if (isAside) lane.aside -= 1
        finish(lane, message)
        resolve()
      })
    })
  }

  function finish(lane: Lane, { key, conversation: { id } }: Message): void {
    inHand.delete(key)
    if (lane.queue.length === 0 && lane.aside === 0 && lanes.get(id) === lane) lanes.delete(id)
    if (inHand.size === 0) for (const wake of idlers.splice(0)) wake()
  }

  async function answer(message: Message, turn: Turn): Promise<void> {
    try {
      const answered = await conversation.answer(message, turn)
      // cut short: the next process answers it, and tells what was done already
      if (!over.signal.aborted) await deliver(message.key, answered)
    } catch (thrown) {
      log.error('a message could not be answered', { key: message.key, error: toError(thrown) })
    }
  }

  async function deliver(key: string, answered: MessageAnswer): Promise<void> {
    for (let tries = 1; !over.signal.aborted; tries += 1) {
      try {
        return await desk.answered(key, answered)
      } catch (thrown) {
        log.error('an answer could not be kept', { key, tries, error: toError(thrown) })
        // it stays open, and is answered after the next start
        if (tries === TRIES) return
        await pause(tries * SECOND)
      }
    }
  }

  const pause = (ms: number): Promise<void> =>
    new Promise(resolve => {
      if (over.signal.aborted) return resolve()
      const wake = (): void => {
        cancel()
        over.signal.removeEventListener('abort', wake)
        resolve()
      }
      const cancel = clock.after(ms, wake)
      over.signal.addEventListener('abort', wake)
    })

  return {
    async hear(heard) {
      const { repeated } = await desk.heard(heard)
      // known, but its answer could not be kept: it came again at the right time
      if (!repeated || desk.open().some(({ id }) => id === heard.key)) take(toMessage(heard))
      return { repeated }
    },
    start() {
      for (const row of desk.open()) take(readRow(row))
    },
    idle: () => (inHand.size === 0 ? Promise.resolve() : new Promise(resolve => idlers.push(resolve))),
    async close() {
      over.abort()
      // what waits was never begun
      for (const lane of lanes.values()) for (const { key } of lane.queue.splice(0)) inHand.delete(key)
      if (inHand.size === 0) return
      // what heeds no signal is not waited for: its message stays open, and is answered after the next start
      await new Promise<void>(resolve => {
        const cancel = clock.after(CLOSE_WITHIN_MS, resolve)
        idlers.push(() => {
          cancel()
          resolve()
        })
      })
      for (const wake of idlers.splice(0)) wake()
    },
  }

  function readRow({ id, text, staffId, nick, conversationId }: MessageRow): Message {
    const kind = desk.conversation(conversationId)?.kind ?? 'group'
    return { key: id, text, staffId, nick, conversation: { id: conversationId, kind } }
  }
}

function toMessage({ key, text, conversation: { id, kind }, sender: { staffId, nick } }: Heard): Message {
  return { key, text, staffId, nick, conversation: { id, kind } }
}
