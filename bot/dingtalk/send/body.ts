// one part of a letter as the bodies that DingTalk's ways take
import type { LetterPart } from '../../../shared/chat.ts'
import { toCalledLine } from '../../../shared/chat-called.ts'

/** More cannot be woken by one message. */
const MOST_MENTIONS = 50

/** Bytes of a body as it is sent. */
export const bytesOf = (body: unknown): number => Buffer.byteLength(JSON.stringify(body))

/** For a webhook. Who is mentioned stands in `at` and in the text: with one half alone nobody is woken. */
export function toWebhookBody(part: LetterPart): Readonly<Record<string, unknown>> {
  const atUserIds = [...new Set(part.mentions)].filter(id => id !== '').slice(0, MOST_MENTIONS)
  const missing = atUserIds.filter(id => !mentions(part.text, id)).map(id => `@${id}`)
  const text = missing.length === 0 ? part.text : `${part.text}\n\n${missing.join(' ')}`
  const at = { atUserIds, isAtAll: false }
  if (part.format === 'text') return { msgtype: 'text', text: { content: text }, at }
  return { msgtype: 'markdown', markdown: { title: part.title, text }, at }
}

/** For the robot API, which wakes nobody, so that people are named in the text: `msgParam` is JSON within JSON. */
export function toApiMessage(part: LetterPart): { readonly msgKey: string; readonly msgParam: string } {
  const text = `${part.text}${toCalledLine(part)}`
  if (part.format === 'text') return { msgKey: 'sampleText', msgParam: JSON.stringify({ content: text }) }
  return { msgKey: 'sampleMarkdown', msgParam: JSON.stringify({ title: part.title, text }) }
}

/** Whether the text mentions this person already, and not only one whose id begins alike. */
function mentions(text: string, id: string): boolean {
  const word = `@${id}`
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!/[\w-]/.test(text.charAt(at + word.length))) return true
  }
  return false
}
