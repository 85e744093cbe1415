// a word before the answer, where looking at a cluster takes longer than a person waits in silence
import { type Place, toConversation } from '../../shared/chat.ts'
import { cutText, toPathText } from '../../shared/chat-markdown.ts'
import { toError } from '../../shared/errors.ts'
import { SECOND } from '../../shared/time.ts'
import type { ChatRoom } from './command.ts'

export type Meanwhile = {
  /** A look begins; the second one of the same message tells nothing new. */
  begin(): void
  /** The answer is there. */
  end(): void
}

type Look = { readonly conversationId: string; readonly paths: readonly string[]; readonly signal: AbortSignal }

const SILENT_MS = SECOND
const LONGEST_PATH = 200

/** Makes it for one message. What is not said in time, or when the process ends, is not said at all. */
export function createMeanwhile(room: Pick<ChatRoom, 'desk' | 'clock' | 'log'>, look: Look): Meanwhile {
  const { desk, clock, log } = room
  let cancel: (() => void) | undefined
  const say = (): void => {
    if (look.signal.aborted) return
    desk.say(toWord(toConversation(look.conversationId), look.paths)).catch((thrown: unknown) => {
      log.debug('nobody could be told that a look takes long', { error: toError(thrown) })
    })
  }
  return {
    begin() {
      cancel ??= clock.after(SILENT_MS, say)
    },
    end: () => cancel?.(),
  }
}

function toWord(place: Place, [first, ...rest]: readonly string[]) {
  const path = first === undefined ? '' : ` ${toPathText(cutText(first, LONGEST_PATH))}`
  const more = rest.length === 0 ? '' : ` 等 ${rest.length + 1} 个路径`
  const part = { format: 'markdown' as const, title: '正在查看', text: `正在查看${path}${more}…`, mentions: [] }
  return { place, kind: 'answer' as const, alarm: false, parts: [part] }
}
