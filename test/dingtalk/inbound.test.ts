// what DingTalk pushes, as it is heard: messages of every shape, clicks on cards, and rubbish
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readClick, toClickResponse } from '../../bot/dingtalk/click.ts'
import { readMessage } from '../../bot/dingtalk/inbound.ts'
import { Heard } from '../../shared/chat.ts'
import { createLocalDingTalk, GROUP, type LocalDingTalk } from '../helpers/dingtalk/local.ts'
import type { MessageOptions } from '../helpers/dingtalk/shapes.ts'

let local: LocalDingTalk
const ROBOT = 'dingrobot'
beforeAll(async () => {
  local = await createLocalDingTalk({ robotCode: ROBOT })
})
afterAll(() => local.close())

const read = (given: MessageOptions) => readMessage(local.message(given).payload, ROBOT, [local.base])

function heard(given: MessageOptions): Heard {
  const message = read(given)
  if (message === undefined || !('key' in message)) throw new Error('it was not heard')
  return message
}
const rich = (...richText: unknown[]): MessageOptions => ({ msgtype: 'richText', content: { richText } })

describe('a message', () => {
  it('in a group is heard with its place, person and session', () => {
    const { payload, sessionWebhook } = local.message({ text: '预热 /data/a', msgId: 'msg1==', nick: '张三' })
    const message = readMessage(payload, ROBOT, [local.base])
    expect(message).toEqual({
      key: 'dingrobot msg1==',
      text: '预热 /data/a',
      conversation: { id: GROUP, kind: 'group', title: '数据平台群' },
      sender: { staffId: '0147', nick: '张三' },
      session: { url: sessionWebhook, expiresAt: new Date(Number(payload['sessionWebhookExpiredTime'])).toISOString() },
    })
    expect(() => Heard.parse(message)).not.toThrow()
  })

  it('to the robot alone has no title', () => {
    const { conversation } = heard({ text: '状态', conversationType: '1' })
    expect(conversation).toEqual({ id: local.directOf('0147'), kind: 'direct' })
  })

  it('has the same key whenever it comes again, and another for another robot', () => {
    expect(heard({ msgId: 'm' }).key).toBe(heard({ msgId: 'm', text: 'other' }).key)
    const payload = local.message({ msgId: 'm', robotCode: 'dingother' }).payload
    expect(readMessage(payload, 'dingother')).toMatchObject({ key: 'dingother m' })
  })

  it.each([
    [
      'numbers for strings',
      { conversationType: 2, msgId: 17, senderStaffId: 147, senderNick: 7, text: { content: 17 } },
    ],
    ['times as strings', { sessionWebhookExpiredTime: '1695204671648' }],
    ['no admin, no list, no sender id', { isAdmin: undefined, atUsers: undefined, senderId: undefined }],
  ])('with %s is heard', (_, fields) => {
    const message = heard({ text: '状态', fields })
    expect(() => Heard.parse(message)).not.toThrow()
    expect(message.conversation.kind).toBe('group')
    expect(message.session).toBeDefined()
  })

  it('of somebody outside the company has an empty staffId', () => {
    expect(heard({ staffId: '', text: '状态' }).sender.staffId).toBe('')
    expect(heard({ text: '状态', fields: { senderStaffId: undefined } }).sender.staffId).toBe('')
  })

  it('of an unknown kind of conversation is a group', () => {
    expect(heard({ fields: { conversationType: '3' } }).conversation.kind).toBe('group')
  })
})

describe('the text', () => {
  it.each([
    [' 预热 /data/a', '预热 /data/a'],
    ['\u00a0\u3000状态 17\u00a0', '状态 17'],
    ['\u200b状态\ufeff', '状态'],
    ['@暖暖 状态', '状态'],
    ['@暖暖\u2005@小钉\u2005状态 17', '状态 17'],
    ['\u200b@暖暖\u200b\u2005状态', '状态'],
    ['@暖暖', ''],
    ['预热 /a@b 名称=a@b', '预热 /a@b 名称=a@b'],
    ['预热 /a\n/b', '预热 /a\n/b'],
  ])('%j is read as %j', (content, expected) => {
    expect(heard({ fields: { text: { content } } }).text).toBe(expected)
  })

  // what anybody in a group may send; walked again from each blank this takes minutes
  it.each([
    ['blanks between words', `a${' '.repeat(250_000)}b`],
    ['marks of direction between words', `a${'\u200e'.repeat(250_000)}b`],
    ['mentions', `${'@a '.repeat(80_000)}b`],
  ])('is read in one walk, also with very many %s', (_, content) => {
    const { text = '' } = heard({ fields: { text: { content } } })
    expect(text.at(-1)).toBe('b')
  })

  it('is what was typed, not what it quotes', () => {
    const text = {
      content: ' 状态 17',
      isReplyMsg: true,
      repliedMsg: { content: { text: '停止 17' }, msgType: 'text' },
    }
    expect(heard({ fields: { text } }).text).toBe('状态 17')
  })

  it.each([
    [
      'pieces of one path',
      rich({ text: '预热 /data' }, { text: '/a' }, { text: '\n' }, { text: '/b' }),
      '预热 /data/a\n/b',
    ],
    [
      'a picture between',
      rich({ text: '预热' }, { type: 'picture', downloadCode: 'c', pictureDownloadCode: 'd' }, { text: '/a' }),
      '预热 /a',
    ],
    ['a mention', rich({ text: '@暖暖 ' }, { text: '状态' }), '状态'],
    ['rubbish among it', rich(null, 3, { text: null }, { text: '状态' }), '状态'],
    ['JSON as a string', { msgtype: 'richText', content: '{"richText":[{"text":"状态"}]}' }, '状态'],
  ])('of a rich text with %s', (_, given, expected) => {
    expect(heard(given).text).toBe(expected)
  })

  it.each([
    ['picture', {}],
    ['audio', { text: '预热 /a' }],
    ['video', {}],
    ['file', {}],
    ['unknownMsgType', {}],
    ['interactiveCard', {}],
    ['richText', { content: { richText: [{ type: 'picture', downloadCode: 'c' }] } }],
    ['richText', { content: 'no json' }],
    ['richText', { content: null }],
    ['text', { fields: { text: undefined } }],
    ['text', { fields: { text: { content: { deep: true } } } }],
  ])('is absent from a %s', (msgtype, more) => {
    const message = heard({ msgtype, ...more })
    expect(message).not.toHaveProperty('text')
    expect(message.session).toBeDefined()
  })
})

describe('the session', () => {
  it.each([
    ['elsewhere', { sessionWebhook: 'https://evil.example/robot/sendBySession?session=a' }],
    ['without TLS', { sessionWebhook: 'http://oapi.dingtalk.com/robot/sendBySession?session=a' }],
    ['missing', { sessionWebhook: undefined }],
    ['of no form', { sessionWebhook: { url: 'x' } }],
    ['that ends at no time', { sessionWebhookExpiredTime: undefined }],
    ['that ends at an impossible time', { sessionWebhookExpiredTime: 1e300 }],
    ['that ended before there was time', { sessionWebhookExpiredTime: -5 }],
  ])('%s is dropped, and the message is heard', (_, fields) => {
    const message = heard({ text: '状态', fields })
    expect(message).not.toHaveProperty('session')
    expect(message.text).toBe('状态')
  })

  it("at DingTalk's own hosts is kept", () => {
    const url = 'https://oapi.dingtalk.com/robot/sendBySession?session=a'
    expect(heard({ fields: { sessionWebhook: url } }).session?.url).toBe(url)
  })
})

describe('what is no message for us', () => {
  it('over the quota', () => {
    expect(read({ overQuota: true })).toEqual({ overquota: { code: '20001', conversationId: GROUP } })
    const data = { errCode: '20001', errMsg: '超出' }
    expect(readMessage(data, ROBOT)).toEqual({ overquota: { code: '20001' } })
  })

  it('for another robot', () => {
    expect(read({ robotCode: 'dingother', text: '状态' })).toEqual({ foreign: { robotCode: 'dingother' } })
    expect(read({ robotCode: 'dingother', overQuota: true })).toEqual({ foreign: { robotCode: 'dingother' } })
  })

  it.each([
    [undefined],
    [null],
    ['text'],
    [7],
    [[]],
    [{}],
    [{ msgId: 'm' }],
    [{ conversationId: 'c' }],
    [{ msgId: {}, conversationId: 'c' }],
  ])('rubbish: %j', data => {
    expect(readMessage(data, ROBOT)).toBeUndefined()
  })

  it('of any form hurts nobody', () => {
    const some = local.message({ text: '预热 /a' }).payload
    const field = fc.constantFrom(...Object.keys(some), 'content', 'errorCode')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(field, fc.jsonValue())),
        fc.constantFrom('text', 'richText'),
        (changes, msgtype) => {
          const message = readMessage({ ...some, msgtype, ...Object.fromEntries(changes) }, ROBOT, [local.base])
          if (message !== undefined && 'key' in message) Heard.parse(message)
          readClick({ ...some, outTrackId: 'a', userId: 'b', ...Object.fromEntries(changes) })
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('a click', () => {
  const content = JSON.stringify({
    cardPrivateData: { actionIds: ['btn_cancel_3'], params: { action: 'cancel', job: '7f3c' } },
  })
  const data = { type: 'actionCallback', outTrackId: 'job-1', userId: '0147', userIdType: 1, content, value: content }
  const click = { outTrackId: 'job-1', userId: '0147', userIdType: 1, action: 'cancel', job: '7f3c' }

  it.each([
    ['both halves', data],
    ['content alone', { ...data, value: undefined }],
    ['value alone', { ...data, content: undefined }],
    ['a value that is broken', { ...data, value: '{' }],
    ['an object instead of a string', { ...data, value: JSON.parse(content) }],
    ['its type as a string', { ...data, userIdType: '1' }],
    ['no type', { ...data, userIdType: undefined }],
  ])('is read from %s', (_, given) => {
    expect(readClick(given)).toEqual(click)
  })

  it('tells that its person is named otherwise', () => {
    expect(readClick({ ...data, userIdType: 2 })?.userIdType).toBe(2)
  })

  it('may carry a number, or no job', () => {
    const of = (params: unknown) => readClick({ ...data, value: { cardPrivateData: { params } } })
    expect(of({ action: 'cancel', job: 17 })?.job).toBe('17')
    expect(of({ action: 'cancel' })?.job).toBe('')
  })

  it.each([
    ['no card', { ...data, outTrackId: undefined }],
    ['nobody', { ...data, userId: '' }],
    ['no params', { ...data, value: '{}', content: '' }],
    ['an action id alone', { ...data, content: '', value: { cardPrivateData: { actionIds: ['cancel'] } } }],
    ['params that are a list', { ...data, content: '', value: { cardPrivateData: { params: ['cancel'] } } }],
    ['nothing', undefined],
    ['a text', 'x'],
  ])('with %s is none', (_, given) => {
    expect(readClick(given)).toBeUndefined()
  })

  it('is answered by the variables that change', () => {
    expect(toClickResponse({ detail: '取消中' })).toEqual({
      cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
      cardData: { cardParamMap: { detail: '取消中' } },
      userPrivateData: { cardParamMap: {} },
    })
  })
})
