// a robot message as DingTalk pushes it to a message as it was heard; nothing in it is trusted to be there
import type { Heard, Session } from '../../shared/chat.ts'
import { toInstant } from '../../shared/time.ts'
import { type Fields, isFields, parsed, textOf } from './fields.ts'
import { readSessionUrl } from './send/session-url.ts'

/** The organisation's quota is used up: a message came without its text. */
export type Overquota = { readonly overquota: { readonly code: string; readonly conversationId?: string } }
/** A message for another robot of the same app. */
export type Foreign = { readonly foreign: { readonly robotCode: string } }

const OVER_QUOTA = '20001'
const DIRECT = '1'
/** What JavaScript can hold as an instant. */
const LAST_MS = 8.64e15
/** Spaces of all kinds, and marks without width that clients leave around mentions. */
const EDGE = /[\s\u200b-\u200f\u2060\ufeff]/
const BLANK = /\s/

/**
 * Reads the data of topic `/v1.0/im/bot/messages/get`. Undefined when it cannot be told who said it where, or which message it is.
 * @param robotCode ours; a message for another is foreign
 * @param bases of the configured APIs: a session URL there is kept, like one at DingTalk's own hosts; any other is dropped
 */
export function readMessage(
  data: unknown,
  robotCode: string,
  bases: readonly string[] = [],
): Heard | Overquota | Foreign | undefined {
  if (!isFields(data)) return undefined
  const theirs = textOf(data['robotCode'])
  if (theirs !== '' && theirs !== robotCode) return { foreign: { robotCode: theirs } }
  const id = textOf(data['conversationId'])
  if (isOverQuota(data)) return { overquota: { code: OVER_QUOTA, ...(id !== '' && { conversationId: id }) } }
  const msgId = textOf(data['msgId'])
  if (msgId === '' || id === '') return undefined
  const text = readText(data)
  const title = textOf(data['conversationTitle'])
  const session = readSession(data, bases)
  return {
    key: `${robotCode} ${msgId}`,
    ...(text !== undefined && { text }),
    conversation: {
      id,
      // of an unknown kind: the rules of groups are the stricter ones
      kind: textOf(data['conversationType']) === DIRECT ? 'direct' : 'group',
      ...(title !== '' && { title }),
    },
    sender: { staffId: textOf(data['senderStaffId']).trim(), nick: textOf(data['senderNick']) },
    ...(session !== undefined && { session }),
  }
}

function isOverQuota(data: Fields): boolean {
  const code = textOf(data['errorCode']) || textOf(data['errCode'])
  return code === OVER_QUOTA && data['text'] == null && data['content'] == null
}

/** What was typed, without mentions before it; undefined for pictures, files, sound and what nobody knows yet. */
function readText(data: Fields): string | undefined {
  const type = textOf(data['msgtype'])
  const typed =
    type === 'richText' ? joinRichText(data['content']) : type === 'text' ? plainText(data['text']) : undefined
  return typed === undefined ? undefined : stripMentions(typed)
}

/** `content` alone: what a quote reply quotes stands beside it. */
function plainText(text: unknown): string | undefined {
  const content = isFields(text) ? text['content'] : text
  return typeof content === 'string' || typeof content === 'number' ? String(content) : undefined
}

/**
 * The texts of a rich text as they stand: line breaks are among them, and one path may be cut into several. A picture between
 * two texts parts them. Undefined when there is no text at all.
 */
function joinRichText(content: unknown): string | undefined {
  const rich = parsed(content)
  const parts = isFields(rich) ? rich['richText'] : rich
  if (!Array.isArray(parts)) return undefined
  const texts = parts.map(part => (isFields(part) ? plainText(part['text']) : undefined))
  return texts.every(text => text === undefined) ? undefined : texts.map(text => text ?? ' ').join('')
}

/** Usually the platform has taken the robot's mention out; some clients leave it. Walks over the text once: anybody may write one. */
function stripMentions(typed: string): string {
  let [from, to] = [0, typed.length]
  const skip = (what: RegExp, wanted: boolean): void => {
    while (from < to && what.test(typed.charAt(from)) === wanted) from += 1
  }
  while (to > 0 && EDGE.test(typed.charAt(to - 1))) to -= 1
  skip(EDGE, true)
  while (from < to && typed.charAt(from) === '@') {
    skip(BLANK, false)
    skip(EDGE, true)
  }
  return typed.slice(from, to)
}

function readSession(data: Fields, bases: readonly string[]): Session | undefined {
  const url = textOf(data['sessionWebhook'])
  const expiresMs = Number(textOf(data['sessionWebhookExpiredTime']))
  if (readSessionUrl(url, bases) === undefined) return undefined
  if (!(expiresMs > 0 && expiresMs <= LAST_MS)) return undefined
  return { url, expiresAt: toInstant(expiresMs) }
}
