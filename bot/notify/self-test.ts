// the message by which an operator sees that a robot can be reached
import type { LetterDraft, LetterPart, Outcome } from '../../shared/chat.ts'
import { ROBOT } from '../../shared/chat.ts'
import type { LetterRow } from '../engine/chat-port.ts'

const TITLE = '测试：Gander 自检'

/** With both words in it, so that robots with keywords let it pass as they would a result. */
const PART: LetterPart = {
  format: 'text',
  title: TITLE,
  text: `${TITLE}\n任务结果会以“通知”或“告警”开头发到这里。`,
  mentions: [],
}

/** It goes before what waits, since somebody waits for it. */
export const SELF_TEST: LetterDraft = { place: ROBOT, kind: 'answer', alarm: true, parts: [PART] }

/** Such a letter is tried once: nobody wants it later. */
export function isSelfTest({ place, kind, parts }: LetterRow): boolean {
  return place === ROBOT && kind === 'answer' && parts[0]?.title === TITLE
}

export type SelfTest = { readonly channel: 'robot'; readonly outcome: Outcome }
