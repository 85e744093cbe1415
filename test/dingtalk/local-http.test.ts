// the HTTP half of the local DingTalk: who may, what is refused in which words, and what the group sees
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  CARD_TEMPLATE,
  createLocalDingTalk,
  createMovingClock,
  GROUP,
  type LocalDingTalk,
  type LocalOptions,
  toSign,
} from '../helpers/dingtalk/local.ts'

type Body = Record<string, unknown>
type Answered = { readonly status: number; readonly body: Body; readonly text: string }

const clock = createMovingClock()
let local: LocalDingTalk

beforeEach(() => start())
afterEach(() => local.close())

async function start(options: Partial<LocalOptions> = {}): Promise<void> {
  await local?.close()
  local = await createLocalDingTalk({
    clock,
    groups: [{ id: GROUP, title: '数据平台群' }],
    users: ['0147'],
    ...options,
  })
}
async function ask(method: string, target: string, body?: unknown, more: Body = {}): Promise<Answered> {
  const url = target.startsWith('http') ? target : local.base + target
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...more } as Record<string, string>
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: text }) })
  const said = await answer.text()
  return { status: answer.status, text: said, body: said.startsWith('{') ? JSON.parse(said) : {} }
}
/** A call of the app, with its token. */
async function api(method: string, path: string, body: unknown): Promise<Answered> {
  return ask(method, path, body, { 'x-acs-dingtalk-access-token': await token() })
}
async function token(): Promise<string> {
  const { clientId: appKey, clientSecret: appSecret } = local.options
  return String((await ask('POST', '/v1.0/oauth2/accessToken', { appKey, appSecret })).body['accessToken'])
}
const codeOf = async (answer: Promise<Answered>): Promise<unknown> => {
  const { status, body } = await answer
  return `${status} ${body['code'] ?? body['errcode']}`
}
const text = (content: string, more: Body = {}): Body => ({ msgtype: 'text', text: { content }, ...more })

describe('the gateway', () => {
  const open = (body: unknown, headers: Body = {}) => ask('POST', '/v1.0/gateway/connections/open', body, headers)
  const good = () => ({
    ...{ clientId: local.options.clientId, clientSecret: local.options.clientSecret, ua: 'x/1' },
    subscriptions: [{ type: 'CALLBACK', topic: '/v1.0/im/bot/messages/get' }],
  })

  it('gives an endpoint and a ticket to the right pair', async () => {
    const { status, body } = await open(good())
    expect(status).toBe(200)
    expect(body['endpoint']).toBe(`${local.base.replace('http', 'ws')}/connect`)
    expect(body['ticket']).toMatch(/^[\da-f-]{36}$/)
    expect(local.calls('POST /v1.0/gateway/connections/open')).toMatchObject([{ json: { ua: 'x/1' }, status: 200 }])
  })

  it('refuses the others in the bodies of the open API', async () => {
    expect(await codeOf(open('{'))).toBe('400 systemError')
    expect(await codeOf(open({ ...good(), clientSecret: '' }))).toBe('400 systemError')
    expect(await codeOf(open({ ...good(), subscriptions: [] }))).toBe('400 systemError')
    const wrong = await open({ ...good(), clientSecret: 'wrong' })
    expect(wrong.status).toBe(401)
    expect(wrong.body).toEqual({ requestid: expect.any(String), code: 'authFailed', message: '鉴权失败' })
    expect((await open(good(), { accept: '*/*' })).text).toMatch(/^<ConnectionsOpenResponse>/)
  })
})

describe('access tokens', () => {
  it('stay the same while they are valid, renewed by asking, and are worth nothing afterwards', async () => {
    const first = await token()
    clock.advance(7_199_000)
    expect(await token()).toBe(first)
    clock.advance(7_199_000)
    const use = (given: string) =>
      ask('POST', '/v1.0/robot/messageFiles/download', {}, { 'x-acs-dingtalk-access-token': given })
    expect((await use(first)).status).toBe(200)
    clock.advance(1_000)
    expect(await codeOf(use(first))).toBe('400 InvalidAuthentication')
    const second = await token()
    expect(second).not.toBe(first)
    local.revokeToken()
    expect(await codeOf(use(second))).toBe('400 InvalidAuthentication')
    expect(await codeOf(ask('POST', '/v1.0/robot/messageFiles/download', {}))).toBe(
      '400 AuthenticationFailed.MissingParameter',
    )
  })

  it('come over three doors from one pool, each with its own refusals', async () => {
    const { clientId, clientSecret, corpId } = local.options
    const pair = { client_id: clientId, client_secret: clientSecret, grant_type: 'client_credentials' }
    const first = await token()
    expect((await ask('POST', `/v1.0/oauth2/${corpId}/token`, pair)).body).toEqual({
      access_token: first,
      expires_in: 7200,
    })
    expect(await codeOf(ask('POST', '/v1.0/oauth2/other/token', pair))).toBe('500 unknownError')
    expect(await codeOf(ask('POST', '/v1.0/oauth2/accessToken', { appKey: clientId }))).toBe(
      '400 invalidClientIdOrSecret',
    )
    const old = `/gettoken?appkey=${clientId}&appsecret=`
    expect((await ask('GET', old + clientSecret)).body).toEqual({
      ...{ errcode: 0, errmsg: 'ok', access_token: first, expires_in: 7200 },
    })
    expect(await codeOf(ask('GET', old))).toBe('200 40035')
    expect(await codeOf(ask('GET', `${old}wrong`))).toBe('200 40096')
  })

  it('do not help where a permission is missing, nor on unknown paths', async () => {
    local.deny('/v1.0/card/')
    expect(await codeOf(api('PUT', '/v1.0/card/instances', {}))).toBe(
      '403 Forbidden.AccessDenied.AccessTokenPermissionDenied',
    )
    local.allow('/v1.0/card/')
    expect(await codeOf(api('PUT', '/v1.0/card/instances', {}))).toBe('400 param.outTrackIdEmpty')
    expect(await codeOf(api('POST', '/v1.0/nothing', {}))).toBe('404 InvalidAction.NotFound')
    expect(await codeOf(ask('POST', '/nothing', {}))).toBe('200 404')
  })
})

describe('a session webhook', () => {
  it('says in its conversation what is sent, and who is @-ed in both halves', async () => {
    const { sessionWebhook } = local.message({ conversationId: GROUP })
    const at = { atUserIds: ['0147', '0258', '01'], atMobiles: ['+1-555'] }
    const line = local.nextLine(GROUP)
    await ask('POST', sessionWebhook, text('@0147 @+1-555 已受理', { at }))
    expect(await line).toMatchObject({ kind: 'webhook', text: '@0147 @+1-555 已受理', mentions: ['0147', '+1-555'] })
    await ask('POST', sessionWebhook, { msgtype: 'markdown', markdown: { title: '完成', text: '### 完成' }, at })
    await ask('POST', sessionWebhook, { msgtype: 'empty' })
    expect(local.view(GROUP).map(({ title, mentions }) => [title, mentions])).toEqual([
      ['', ['0147', '+1-555']],
      ['完成', []],
    ])
  })

  it('refuses in order: session, JSON, type, size; always with HTTP 200', async () => {
    const { sessionWebhook } = local.message({ sessionTtlMs: 60_000 })
    expect(await codeOf(ask('GET', sessionWebhook))).toBe('200 43002')
    expect(await codeOf(ask('POST', sessionWebhook, '['))).toBe('200 40035')
    expect(await codeOf(ask('POST', sessionWebhook, { msgtype: 'dance' }))).toBe('200 400105')
    expect(await codeOf(ask('POST', sessionWebhook, sized(20_001)))).toBe('200 460101')
    expect(await codeOf(ask('POST', sessionWebhook, sized(20_000)))).toBe('200 0')
    clock.advance(60_000)
    expect((await ask('POST', sessionWebhook, text('x'))).body).toEqual({ errcode: 300001, errmsg: 'session 不存在' })
    expect(await codeOf(ask('POST', '/robot/sendBySession?session=no', '['))).toBe('200 300001')
  })
})

/** A text message of exactly so many bytes. */
function sized(bytes: number): string {
  const empty = JSON.stringify(text(''))
  return JSON.stringify(text('x'.repeat(bytes - empty.length)))
}

describe('a custom robot', () => {
  const robot = (body: unknown, query = '') => ask('POST', `/robot/send?access_token=t${query}`, body)

  it('checks signs: the vectors, a skewed clock, a sign that was not encoded', async () => {
    expect(toSign('1577262236757', 'this is a secret')).toBe('DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA=')
    const secret = 'SEC0123456789abcdef'
    expect(toSign('1700000000000', secret)).toBe('TSZbRFUuvaSQaRKUpF970OPCb2/LcQAP3wOvwZIzBZk=')
    local.addRobot('t', { secret, conversationId: GROUP })
    const signed = (at: number, key = secret) => `&timestamp=${at}&sign=${encodeURIComponent(toSign(String(at), key))}`
    const now = clock.now()
    expect(await codeOf(robot(text('x'), signed(now)))).toBe('200 0')
    expect(await codeOf(robot(text('x'), signed(now - 3_600_000)))).toBe('200 0')
    const said = async (query: string) => (await robot(text('x'), query)).body
    expect(await said(signed(now - 3_600_001))).toEqual({ errcode: 310000, errmsg: 'invalid timestamp' })
    expect(await said(signed(now + 3_600_001))).toEqual({ errcode: 310000, errmsg: 'invalid timestamp' })
    expect(await said('')).toEqual({ errcode: 310000, errmsg: 'invalid timestamp' })
    expect(await said(signed(now, 'SECother'))).toEqual({ errcode: 310000, errmsg: 'sign not match' })
    expect(local.robotView('t')).toHaveLength(2)
    expect(local.view(GROUP)).toHaveLength(2)
  })

  it('takes only what holds a keyword, and only from listed addresses', async () => {
    local.addRobot('t', { keywords: ['通知', '告警'], ipList: ['127.0.0.0/8'] })
    expect((await robot(text('hello'))).body).toEqual({ errcode: 310000, errmsg: 'keywords not in content' })
    expect(await codeOf(robot({ msgtype: 'markdown', markdown: { title: '告警', text: 'x' } }))).toBe('200 0')
    local.addRobot('t', { ipList: ['10.1.2.3', '10.2.0.0/16'] })
    expect((await robot(text('hello'))).body['errmsg']).toBe('ip 127.0.0.1 not in whitelist')
  })

  it('refuses at the door, in order', async () => {
    const settings = local.addRobot('t')
    expect(await codeOf(ask('GET', '/robot/send?access_token='))).toBe('200 43002')
    expect((await ask('POST', '/robot/send?access_token=', text('x'))).body['errmsg']).toBe('缺少参数 access_token')
    expect((await ask('POST', '/robot/send?access_token=u', text('x'))).body).toEqual({
      ...{ errcode: 300005, errmsg: 'token is not exist' },
    })
    expect(await codeOf(ask('POST', '/robot/send?access_token=t', 'x', { 'content-type': 'text/plain' }))).toBe(
      '200 43004',
    )
    expect(await codeOf(robot(sized(20_001)))).toBe('200 460101')
    expect(await codeOf(robot(sized(20_000)))).toBe('200 0')
    expect(await codeOf(robot('{'))).toBe('200 40035')
    settings.stopped = true
    expect(await codeOf(robot(text('x')))).toBe('200 400102')
  })

  it('takes twenty messages within a minute; one more, and it is mute for ten', async () => {
    local.addRobot('t')
    for (let count = 0; count < 20; count += 1) {
      expect(await codeOf(robot(text('x')))).toBe('200 0')
      clock.advance(2_000)
    }
    expect(await codeOf(robot(text('x')))).toBe('200 130101')
    clock.advance(599_999)
    expect(await codeOf(robot(text('x')))).toBe('200 130101')
    clock.advance(1)
    expect(await codeOf(robot(text('x')))).toBe('200 0')
    expect(local.robotView('t')).toHaveLength(21)
    expect(local.peakPerMinute('t')).toEqual({ accepted: 20, attempted: 21 })
  })

  it('says a repeated msgUuid once, also when the first answer was lost', async () => {
    local.addRobot('t')
    local.fault({ route: 'POST /robot/send', kind: 'reset', late: true })
    await expect(robot(text('x', { msgUuid: 'u-1' }))).rejects.toThrow()
    expect(await codeOf(robot(text('x', { msgUuid: 'u-1' })))).toBe('200 0')
    expect(local.robotView('t')).toHaveLength(1)
    expect(local.peakPerMinute('t')).toEqual({ accepted: 1, attempted: 2 })
  })

  it('speaks with another code and in newer words when it shall', async () => {
    await start({ rateCode: 660026, wording: 'new', unsafeWords: ['坏'] })
    local.addRobot('t', { keywords: ['通知'] })
    expect((await robot(text('x'))).body['errmsg']).toContain('关键词不匹配')
    expect(await codeOf(robot(text('通知 坏')))).toBe('200 430102')
    for (let count = 0; count < 20; count += 1) await robot(text('通知'))
    expect(await codeOf(robot(text('通知')))).toBe('200 660026')
  })
})

describe('the robot API', () => {
  const group = (more: Body = {}) =>
    api('POST', '/v1.0/robot/groupMessages/send', {
      ...{ robotCode: local.options.robotCode, openConversationId: GROUP, msgKey: 'sampleMarkdown' },
      ...{ msgParam: JSON.stringify({ title: '完成', text: '@0147 完成' }), ...more },
    })
  const people = (userIds: unknown) =>
    api('POST', '/v1.0/robot/oToMessages/batchSend', {
      ...{ robotCode: local.options.robotCode, userIds, msgKey: 'sampleText', msgParam: '{"content":"完成"}' },
    })

  it('sends into a group, where nobody is @-ed, and takes back', async () => {
    const { processQueryKey } = (await group()).body
    expect(local.view(GROUP)).toMatchObject([{ kind: 'api', title: '完成', text: '@0147 完成', mentions: [] }])
    const keys = { robotCode: local.options.robotCode, openConversationId: GROUP, processQueryKeys: [processQueryKey] }
    expect((await api('POST', '/v1.0/robot/groupMessages/recall', keys)).body['successResult']).toEqual([
      processQueryKey,
    ])
    expect(local.view(GROUP)).toMatchObject([{ recalled: true }])
  })

  it('refuses parameters in order', async () => {
    expect(await codeOf(group({ robotCode: '' }))).toBe('400 invalidParameter.robotCode.empty')
    expect(await codeOf(group({ robotCode: 'other' }))).toBe('400 invalidParameter.robotCode.auth')
    expect(await codeOf(group({ openConversationId: '' }))).toBe('400 miss.openConversationId')
    expect(await codeOf(group({ openConversationId: 'no' }))).toBe('400 invalid.openConversationId')
    expect(await codeOf(group({ msgKey: 'dance' }))).toBe('400 invalidParameter.msgKey.invalid')
    expect(await codeOf(group({ msgParam: { title: 'x' } }))).toBe('400 invalidParameter.msgParam.invalid')
    const long = JSON.stringify({ title: 'x', text: '长'.repeat(5_000) })
    expect(await codeOf(group({ msgParam: long }))).toBe('400 invalidParameter.msgParam.tooLong')
    expect(local.view(GROUP)).toEqual([])
  })

  it('sends to people, and tells whom it did not reach', async () => {
    local.addUser('0258')
    local.throttled.add('0258')
    expect((await people(['0147', '0258', 'nobody'])).body).toMatchObject({
      ...{ invalidStaffIdList: ['nobody'], flowControlledStaffIdList: ['0258'] },
    })
    expect(local.view(local.directOf('0147'))).toMatchObject([{ kind: 'api', text: '完成' }])
    expect(local.view(local.directOf('0258'))).toEqual([])
    expect(await codeOf(people([]))).toBe('400 invalidParameter.userIds.empty')
    expect(await codeOf(people(Array(21).fill('0147')))).toBe('400 invalidParameter.userIds.overMax')
  })
})

describe('cards', () => {
  const opening = (more: Body = {}): Body => ({
    ...{ cardTemplateId: CARD_TEMPLATE, outTrackId: 'job-1', callbackType: 'STREAM' },
    cardData: { cardParamMap: { title: '预热', detail: '排队中', percent: '0' } },
    openSpaceId: `dtv1.card//IM_GROUP.${GROUP}`,
    imGroupOpenDeliverModel: { robotCode: local.options.robotCode },
    ...more,
  })
  const open = (more: Body = {}) => api('POST', '/v1.0/card/instances/createAndDeliver', opening(more))
  const update = (body: Body) => api('PUT', '/v1.0/card/instances', { outTrackId: 'job-1', ...body })

  it('refuse parameters in order', async () => {
    local.addTemplate('draft', { published: false })
    expect(await codeOf(open({ cardTemplateId: '' }))).toBe('400 param.cardTemplateIdEmpty')
    expect(await codeOf(open({ cardTemplateId: 'no' }))).toBe('400 param.templateNotExist')
    expect(await codeOf(open({ cardTemplateId: 'draft' }))).toBe('400 param.templateUnpublished')
    expect(await codeOf(open({ outTrackId: '' }))).toBe('400 param.outTrackIdEmpty')
    expect(await codeOf(open({ openSpaceId: '' }))).toBe('400 param.openSpaceIdEmpty')
    expect(await codeOf(open({ openSpaceId: 'dtv1.card//ELSE.x' }))).toBe('400 param.openSpaceIdInvalid')
    expect(await codeOf(open({ imGroupOpenDeliverModel: undefined }))).toBe('400 param.openDeliverModelEmpty')
    expect(await codeOf(open({ cardData: { cardParamMap: { percent: 1 } } }))).toBe('400 param.invalid')
    expect(await codeOf(open())).toBe('200 undefined')
    expect(await codeOf(open())).toBe('400 param.cardAlreadyExist')
    expect(await codeOf(update({ outTrackId: 'no', cardData: {} }))).toBe('400 param.cardNotExist')
    expect(await codeOf(update({}))).toBe('400 param.cardDataAndPrivateDataBothEmpty')
  })

  it('can fail to be delivered although the answer is 200', async () => {
    const { status, body } = await open({ openSpaceId: 'dtv1.card//IM_GROUP.unknown' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ success: true, result: { deliverResults: [{ success: false }] } })
    expect(local.view(GROUP)).toEqual([])
    local.failDelivery('robot is out')
    const other = await open({ outTrackId: 'job-2' })
    expect(other.body).toMatchObject({ result: { deliverResults: [{ success: false, errorMsg: 'robot is out' }] } })
    expect((await open({ outTrackId: 'job-3' })).body).toMatchObject({
      result: { deliverResults: [{ success: true }] },
    })
  })

  it('keep by key what an update does not name, and lose it otherwise', async () => {
    await open()
    clock.advance(2_000)
    await update({ cardData: { cardParamMap: { percent: '50' } }, cardUpdateOptions: { updateCardDataByKey: true } })
    const at = clock.now()
    expect(local.view(GROUP)).toMatchObject([
      { kind: 'card', variables: { title: '预热', detail: '排队中', percent: '50' }, updates: 1, updatedAt: [at] },
    ])
    await update({ cardData: { cardParamMap: { percent: '60' } } })
    expect(local.view(GROUP)[0]?.variables).toEqual({ percent: '60' })
    await update({ privateData: { '0147': { cardParamMap: { showCancel: 'true' } } } })
    expect(local.view(GROUP, '0147')[0]?.variables).toEqual({ percent: '60', showCancel: 'true' })
    expect(local.view(GROUP, '0258')[0]?.variables).toEqual({ percent: '60' })
  })

  it('are delivered to one person, in one call or in two', async () => {
    const single = { openSpaceId: 'dtv1.card//IM_ROBOT.0147', imRobotOpenDeliverModel: { spaceType: 'IM_ROBOT' } }
    await open(single)
    await api('POST', '/v1.0/card/instances', opening({ outTrackId: 'job-2' }))
    expect(local.view(local.directOf('0147'))).toHaveLength(1)
    const both = { outTrackId: 'job-2', ...single }
    expect((await api('POST', '/v1.0/card/instances/deliver', both)).body).toMatchObject({
      result: [{ success: true }],
    })
    expect(local.view(local.directOf('0147')).map(({ outTrackId }) => outTrackId)).toEqual(['job-1', 'job-2'])
  })

  it('stream their text', async () => {
    await open()
    const stream = (more: Body) =>
      api('PUT', '/v1.0/card/streaming', {
        ...{ outTrackId: 'job-1', guid: 'g-1', key: 'detail', content: '一', isFull: true, ...more },
      })
    expect((await stream({ outTrackId: 'no' })).body).toMatchObject({ message: 'card is not exist' })
    for (const name of ['guid', 'key', 'content']) {
      expect(await codeOf(stream({ [name]: '' }))).toBe(`400 param.stream.${name}Empty`)
    }
    expect(await codeOf(stream({ isFull: false }))).toBe('400 param.stream.isFull')
    expect(await codeOf(stream({ content: 'x'.repeat(3_073) }))).toBe('400 param.stream.content')
    await stream({})
    await stream({ content: '二' })
    expect(local.card('job-1')).toMatchObject({ streamState: '输入中', variables: { detail: '一' } })
    await stream({ guid: 'g-2', content: '三', isFinalize: true })
    await stream({ guid: 'g-3', content: '四' })
    expect(local.card('job-1')).toMatchObject({ streamState: '完成', variables: { detail: '三' } })
  })
})

describe('faults', () => {
  it('of every kind come so many times, then all is well', async () => {
    const { clientId: appKey, clientSecret: appSecret } = local.options
    const route = 'POST /v1.0/oauth2/accessToken'
    const go = () => ask('POST', '/v1.0/oauth2/accessToken', { appKey, appSecret })
    local.fault({ route, kind: 'qps', times: 2 })
    local.fault({ route, kind: 'busy' })
    local.fault({ route, kind: 'empty' })
    local.fault({ route, kind: 'html' })
    local.fault({ route, kind: 'ip-ban' })
    local.fault({ route: /oauth2/, kind: 'status', status: 418, body: { code: 'tea' } })
    expect(await codeOf(go())).toBe('403 Forbidden.AccessDenied.QpsLimitForAppkeyAndApi')
    expect(await codeOf(go())).toBe('403 Forbidden.AccessDenied.QpsLimitForAppkeyAndApi')
    expect(await codeOf(go())).toBe('500 system.busy')
    expect(await go()).toMatchObject({ status: 200, text: '' })
    expect((await go()).text).toMatch(/^<html>/)
    expect((await go()).body).toMatchObject({ status: 1111, punish: 'deny' })
    expect(await codeOf(go())).toBe('418 tea')
    local.fault({ route, kind: 'reset' })
    await expect(go()).rejects.toThrow()
    local.fault({ route, kind: 'delay', ms: 5_000 })
    const asked = local.nextCall(route)
    const delayed = go()
    expect((await asked).status).toBeUndefined()
    await local.until(() => clock.waiting > 0)
    clock.advance(5_000)
    expect((await delayed).status).toBe(200)
    local.fault({ route, kind: 'hang' })
    const hung = local.nextCall(route)
    const control = new AbortController()
    const hanging = fetch(`${local.base}/v1.0/oauth2/accessToken`, {
      method: 'POST',
      body: '{}',
      signal: control.signal,
    })
    const call = await hung
    control.abort()
    await expect(hanging).rejects.toThrow()
    await local.until(() => call.aborted)
    expect((await go()).status).toBe(200)
  })
})
