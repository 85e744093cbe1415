// what people do: they write to the robot and press the buttons of cards
import { randomUUID } from 'node:crypto'
import type { Cards } from './cards.ts'
import type { Pushes } from './pushes.ts'
import type { ClickResult, Json, MessageOptions, Push, PushResult } from './shapes.ts'
import type { Wall } from './wall.ts'
import type { Webhooks } from './webhooks.ts'
import { jsonOf, type World } from './world.ts'

export const TOPIC_ROBOT = '/v1.0/im/bot/messages/get'
export const TOPIC_CARD = '/v1.0/card/instances/callback'
export const GROUP = 'cidLocalGroup=='
const BOT = '$:LWCP_v1:$localbot'

export type Message = { readonly payload: Json; readonly conversationId: string; readonly sessionWebhook: string }
type Parts = { readonly wall: Wall; readonly webhooks: Webhooks; readonly pushes: Pushes; readonly cards: Cards }

export function createPeople(world: World, { wall, webhooks, pushes, cards }: Parts) {
  const { options, now, groups, users, directs } = world

  /** Builds the payload of a robot message; its session webhook is alive. Group and person are known from then on. */
  function message(given: MessageOptions = {}): Message {
    const { conversationType = '2', staffId = '0147', nick = '小钉', robotCode = options.robotCode } = given
    const isGroup = conversationType === '2'
    const conversationId = given.conversationId ?? (isGroup ? GROUP : world.directOf(staffId))
    const title = given.conversationTitle ?? groups.get(conversationId) ?? '数据平台群'
    if (isGroup) groups.set(conversationId, title)
    else if (staffId !== '') directs.set(staffId, conversationId)
    if (staffId !== '') users.add(staffId)
    const session = webhooks.openSession(conversationId, given.sessionTtlMs ?? options.sessionTtlMs)
    const payload: Json = {
      ...{ senderPlatform: 'Mac', conversationId, conversationType },
      ...(isGroup ? { conversationTitle: title } : {}),
      ...{ atUsers: [{ dingtalkId: BOT }], chatbotCorpId: options.corpId, chatbotUserId: BOT, robotCode },
      msgId: given.msgId ?? `msg${randomUUID().replaceAll('-', '')}==`,
      ...toBody(given, isGroup),
      ...{ senderNick: nick, senderStaffId: staffId, senderId: `$:LWCP_v1:$${staffId}`, senderCorpId: options.corpId },
      ...{ isAdmin: given.isAdmin ?? false, isInAtList: true, createAt: now() },
      ...{ sessionWebhook: session.url, sessionWebhookExpiredTime: session.expiresAt },
      ...given.fields,
    }
    return { payload, conversationId, sessionWebhook: session.url }
  }

  /** As `pushMessage`, without waiting for the ack. */
  function postMessage(text: string, given: MessageOptions = {}): Push {
    const { payload, conversationId } = message({ ...given, text })
    const from = given.staffId ?? '0147'
    const standing = { kind: 'person', conversationId, msgtype: 'text', title: '', mentions: [] } as const
    wall.add({ ...standing, text, from, body: payload })
    return postPayload(payload)
  }
  /** Pushes a payload made by `message`, perhaps not for the first time. */
  function postPayload(payload: Json): Push {
    const attempts = options.robotRetry ? options.maxAttempts : 1
    return pushes.push(
      { type: 'CALLBACK', topic: TOPIC_ROBOT, data: payload },
      { deadlineMs: options.retryMs, attempts },
    )
  }

  /** Presses a button; the answer that comes in time shows on the card of this person. */
  async function click(outTrackId: string, params: Json, userId: string, more: Json = {}): Promise<ClickResult> {
    const card = cards.get(outTrackId)
    if (card === undefined) throw new Error(`there is no card ${outTrackId}`)
    // the real platform calls back over the stream only for cards that were created so
    if (card.callbackType !== 'STREAM') return { answered: false, timeout: false, dropped: true, response: undefined }
    const actionIds = [`btn_${String(params['action'] ?? 'x')}_1`]
    const content = JSON.stringify({ cardPrivateData: { actionIds, params } })
    const data = {
      ...{ type: 'actionCallback', outTrackId, corpId: options.corpId, userId, userIdType: 1 },
      ...{ spaceType: 'im', spaceId: card.spaceId ?? '', extension: '{}', content, value: content },
      ...more,
    }
    const frame = { type: 'CALLBACK', topic: TOPIC_CARD, data }
    const { ack, dropped, timeout } = await pushes.push(frame, { deadlineMs: options.cardDeadlineMs, attempts: 1 }).done
    const response = jsonOf(ack?.data)['response']
    if (ack?.code === 200) cards.show(card, userId, jsonOf(response))
    const latency = ack === undefined ? {} : { latencyMs: ack.latencyMs }
    return { answered: ack?.code === 200, timeout, dropped, response, ...latency }
  }

  /** An EVENT, with its own headers; `LATER` and any code but 200 bring it again. */
  function pushEvent(eventType: string, data: Json): Push {
    const headers = {
      ...{ eventType, eventId: randomUUID(), eventCorpId: options.corpId, eventBornTime: String(now()) },
      eventUnifiedAppId: randomUUID(),
    }
    return pushes.push(
      { type: 'EVENT', topic: '*', data, headers },
      {
        ...{ deadlineMs: options.eventDeadlineMs, attempts: options.maxAttempts },
        isAgain: ack => ack.code !== 200 || jsonOf(ack.data)['status'] === 'LATER',
      },
    )
  }

  return {
    ...{ message, postMessage, postPayload, click, pushEvent },
    pushMessage: (text: string, given: MessageOptions = {}): Promise<PushResult> => postMessage(text, given).done,
  }
}

/** Message type and content; over the quota there is no content, but an error. */
function toBody({ text = '', msgtype = 'text', content, overQuota }: MessageOptions, isGroup: boolean): Json {
  if (overQuota) return { msgtype, errorCode: 20001, errorMessage: '消息推送量已超出当月可用额度' }
  if (msgtype === 'text') return { msgtype, text: { content: isGroup ? ` ${text}` : text } }
  if (msgtype === 'richText' && content === undefined) return { msgtype, content: { richText: [{ text }] } }
  const canned: Record<string, Json> = {
    picture: { downloadCode: 'code-1', pictureDownloadCode: 'code-2' },
    audio: { duration: '3000', downloadCode: 'code-1', recognition: text },
    video: { duration: 3, downloadCode: 'code-1', videoType: 'mp4' },
    file: { downloadCode: 'code-1', fileName: 'a.txt' },
  }
  return { msgtype, content: content ?? canned[msgtype] ?? {} }
}
