// each way to send to DingTalk over a local one: what people see, what was asked, what was refused before it was asked
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sign, toRobotUrl } from '../../bot/dingtalk/send/robot-url.ts'
import { readSessionUrl } from '../../bot/dingtalk/send/session-url.ts'
import { LIMITS } from '../../shared/chat.ts'
import { createMovingClock, GROUP } from '../helpers/dingtalk/local.ts'
import {
  ALERT_SECRET,
  ALERT_TOKEN,
  CARD_OPEN,
  CARD_UPDATE,
  createSendRoom,
  failed,
  GROUP_SEND,
  PEOPLE_SEND,
  PERSON,
  part,
  ROBOT_SEND,
  SESSION_SEND,
  type SendRoom,
} from './send-room.ts'

let room: SendRoom
beforeEach(async () => {
  room = await createSendRoom()
})
afterEach(() => room.close())

describe('a session webhook', () => {
  it('takes markdown and text, and wakes who is mentioned in both halves', async () => {
    const session = room.session()
    expect(await room.sender.session(session, part({ mentions: [PERSON] }))).toEqual({ class: 'sent' })
    expect(await room.sender.session(session, part({ format: 'text', text: '已受理 #17' }))).toEqual({ class: 'sent' })
    const [first, second] = room.local.view(GROUP)
    expect(first).toMatchObject({
      kind: 'webhook',
      msgtype: 'markdown',
      title: '通知：预热完成 #17',
      mentions: [PERSON],
    })
    expect(first?.text).toBe('### 通知：预热完成 #17\n\n@0147')
    expect(second).toMatchObject({ msgtype: 'text', text: '已受理 #17', mentions: [] })
    expect(room.local.calls(SESSION_SEND)[0]?.headers['x-acs-dingtalk-access-token']).toBeUndefined()
  })

  it('needs no names: those are for the robot API, which wakes nobody', async () => {
    await room.sender.session(room.session(), part({ mentions: [PERSON], names: ['张三'] }))
    await room.sender.group?.(GROUP, part({ mentions: [PERSON], names: ['张三', 'a*b'] }))
    await room.sender.group?.(GROUP, part({ format: 'text', text: '告警', mentions: [], names: ['a*b'] }))
    const [session, ...api] = room.local.view(GROUP).map(({ text }) => text)
    expect(session).toBe('### 通知：预热完成 #17\n\n@0147')
    expect(api).toEqual(['### 通知：预热完成 #17\n\n请留意：张三、a\\*b', '告警\n\n请留意：a*b'])
  })

  it('names each person once, wherever the text has them, and none whose id only begins alike', async () => {
    const text = '@0147，看这里 @01478'
    await room.sender.session(room.session(), part({ text, mentions: ['0147', '014', '0147', ''] }))
    const [line] = room.local.view(GROUP)
    expect(line?.text).toBe(`${text}\n\n@014`)
    expect(line?.mentions).toEqual(['0147', '014'])
  })

  it('wakes at most fifty', async () => {
    const mentions = Array.from({ length: 60 }, (_, at) => `staff-${at}`)
    await room.sender.session(room.session(), part({ mentions }))
    expect(room.local.view(GROUP)[0]?.mentions).toEqual(mentions.slice(0, 50))
  })

  it('is not called anywhere but at DingTalk and the configured bases', async () => {
    const outcome = failed(await room.sender.session({ url: 'http://169.254.169.254/latest?session=s3cr3t' }, part()))
    expect(outcome).toMatchObject({ class: 'config', code: 'session-host' })
    expect(JSON.stringify(outcome)).not.toContain('s3cr3t')
    expect(room.local.calls()).toEqual([])
  })

  it('is over when the platform says so', async () => {
    const session = room.session()
    room.local.expireSessions()
    expect(await room.sender.session(session, part())).toMatchObject({ class: 'expired', code: '300001' })
  })

  it('does not follow a redirect', async () => {
    room.local.fault({ route: SESSION_SEND, kind: 'status', status: 302, body: '' })
    expect(await room.sender.session(room.session(), part())).toMatchObject({ class: 'config', code: 'http-302' })
    expect(room.local.calls()).toHaveLength(1)
  })

  it.each([
    ['https://oapi.dingtalk.com/robot/sendBySession?session=a', true],
    ['https://api.dingtalk.io/x', true],
    ['https://proxy.corp:8443/robot/sendBySession?session=a', true],
    ['http://proxy.corp:8443/robot/sendBySession', false],
    ['https://proxy.corp/robot/sendBySession', false],
    ['http://oapi.dingtalk.com/robot/sendBySession', false],
    ['https://oapi.dingtalk.com:8443/x', false],
    ['https://oapi.dingtalk.com@evil.example/x', false],
    ['https://user:pass@oapi.dingtalk.com/x', false],
    ['https://oapi.dingtalk.com.evil.example/x', false],
    ['https://evildingtalk.com/x', false],
    ['https://evil.example/.dingtalk.com', false],
    ['https://evil.example\\.dingtalk.com/', false],
    ['file:///etc/passwd', false],
    ['', false],
  ])('at %s: %s', (url, allowed) => {
    expect(readSessionUrl(url, ['https://proxy.corp:8443/dingtalk', 'none']) !== undefined).toBe(allowed)
  })
})

describe('the robot API', () => {
  it('speaks into a group and wakes nobody', async () => {
    const outcome = await room.sender.group(GROUP, part({ text: '小钉，预热完成', mentions: [PERSON] }))
    const [line] = room.local.view(GROUP)
    expect(line).toMatchObject({ kind: 'api', msgtype: 'sampleMarkdown', text: '小钉，预热完成', mentions: [] })
    expect(outcome).toEqual({ class: 'sent', ref: line?.key })
    expect(room.local.calls(GROUP_SEND)[0]?.json).toMatchObject({ robotCode: room.local.options.clientId })
    // the reference that DingTalk's support asks for
    expect(room.lines.join()).toContain(String(line?.key))
  })

  it('speaks to people', async () => {
    expect(await room.sender.people([PERSON], part({ format: 'text', text: '已受理' }))).toMatchObject({
      class: 'sent',
    })
    expect(room.local.view(room.local.directOf(PERSON))[0]).toMatchObject({ msgtype: 'sampleText', text: '已受理' })
  })

  it('knows that an accepted message may have reached nobody', async () => {
    expect(await room.sender.people(['gone'], part())).toMatchObject({ class: 'config', code: 'staff-invalid' })
    expect(await room.sender.people(['gone', PERSON], part())).toMatchObject({ class: 'sent' })
    room.local.throttled.add(PERSON)
    expect(await room.sender.people([PERSON], part())).toMatchObject({ class: 'rate', code: 'staff-flow-controlled' })
  })

  it('is asked for one to twenty people', async () => {
    const crowd = Array.from({ length: 21 }, (_, at) => String(at))
    expect(await room.sender.people([], part())).toMatchObject({ class: 'bug', code: 'no-people' })
    expect(await room.sender.people(crowd, part())).toMatchObject({ class: 'bug', code: 'too-many-people' })
    expect(room.local.calls(PEOPLE_SEND)).toEqual([])
  })

  it('uses the configured robot code', async () => {
    const other = await createSendRoom({ local: { robotCode: 'dingrobot' }, deps: { robotCode: 'dingrobot' } })
    expect(await other.sender.group(GROUP, part())).toMatchObject({ class: 'sent' })
    await other.close()
    const wrong = await createSendRoom({ deps: { robotCode: 'dingrobot' } })
    const outcome = failed(await wrong.sender.group(GROUP, part()))
    expect(outcome).toMatchObject({ class: 'config', code: 'invalidParameter.robotCode.auth' })
    expect(outcome.zh).toContain('DINGTALK_ROBOT_CODE')
    await wrong.close()
  })

  it('knows no such group', async () => {
    const outcome = await room.sender.group('cidElsewhere==', part())
    expect(outcome).toMatchObject({ class: 'config', code: 'invalid.openConversationId' })
  })

  it('needs a permission', async () => {
    room.local.deny('/v1.0/robot/')
    const outcome = failed(await room.sender.group(GROUP, part()))
    expect(outcome.class).toBe('config')
    expect(outcome.en).toContain('qyapi_robot_sendmsg')
  })
})

describe('the custom robot', () => {
  it.each([
    [1577262236757, 'this is a secret', 'DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA=', '…CA%3D'],
    [
      1700000000000,
      'SEC0123456789abcdef',
      'TSZbRFUuvaSQaRKUpF970OPCb2/LcQAP3wOvwZIzBZk=',
      '…Cb2%2FLcQAP3wOvwZIzBZk%3D',
    ],
  ])('is signed at %s', (now, secret, expected, end) => {
    expect(sign(now, secret)).toBe(expected)
    const url = toRobotUrl('https://oapi.dingtalk.com/', { token: 'abc', secret, now })
    expect(url.href.endsWith(end.slice(1))).toBe(true)
    expect(url.href.startsWith(`https://oapi.dingtalk.com/robot/send?access_token=abc&timestamp=${now}&sign=`)).toBe(
      true,
    )
  })

  it('is signed anew for every send, and wakes people', async () => {
    expect(await room.sender.robot(part({ mentions: [PERSON] }), 'letter-1')).toEqual({ class: 'sent' })
    room.clock.advance(2 * 3_600_000)
    expect(await room.sender.robot(part(), 'letter-2')).toEqual({ class: 'sent' })
    expect(room.local.robotView(ALERT_TOKEN).map(({ mentions }) => mentions)).toEqual([[PERSON], []])
    const [first, second] = room.local.calls(ROBOT_SEND)
    expect(Object.keys(second?.query ?? {})).toEqual(['access_token', 'timestamp', 'sign'])
    expect(first?.query['sign']).not.toBe(second?.query['sign'])
  })

  it('says a repeated message once', async () => {
    await room.sender.robot(part(), 'letter-1')
    expect(await room.sender.robot(part(), 'letter-1')).toEqual({ class: 'sent' })
    expect(room.local.robotView(ALERT_TOKEN)).toHaveLength(1)
  })

  it('is not signed without a secret', async () => {
    const plain = await createSendRoom({ deps: { alertSecret: undefined } })
    plain.local.addRobot(ALERT_TOKEN, {})
    expect(await plain.sender.robot(part(), 'letter-1')).toEqual({ class: 'sent' })
    expect(Object.keys(plain.local.calls(ROBOT_SEND)[0]?.query ?? {})).toEqual(['access_token'])
    plain.local.addRobot(ALERT_TOKEN, { secret: ALERT_SECRET })
    const outcome = failed(await plain.sender.robot(part(), 'letter-2'))
    expect(outcome).toMatchObject({ class: 'config', code: '310000' })
    expect(outcome.zh).toContain('GOOSEFS_DINGTALK_ALERT_SECRET')
    await plain.close()
  })

  it.each(['old', 'new'] as const)('tells what its security settings refuse, in the %s words', async wording => {
    const other = await createSendRoom({ local: { wording } })
    const settings = other.local.addRobot(ALERT_TOKEN, { secret: 'SECother-secret-of-it' })
    const send = async (): Promise<string> => failed(await other.sender.robot(part(), 'letter-1')).zh
    expect(await send()).toContain('加签密钥不对')
    settings.secret = ALERT_SECRET
    other.local.addRobot(ALERT_TOKEN, { ...settings, keywords: ['监控'] })
    expect(await send()).toContain('关键词')
    other.local.addRobot(ALERT_TOKEN, { ...settings, ipList: ['10.0.0.0/8'] })
    expect(await send()).toContain('IP')
    other.local.addRobot(ALERT_TOKEN, { ...settings, stopped: true })
    expect(await send()).toContain('停用')
    await other.close()
  })

  it('knows a clock that is off', async () => {
    const off = await createSendRoom({ deps: { clock: createMovingClock(room.clock.now() + 2 * 3_600_000) } })
    expect(failed(await off.sender.robot(part(), 'letter-1')).zh).toContain('校准本机时间')
    await off.close()
  })

  it('limits its speed', async () => {
    for (let at = 0; at < 20; at += 1) await room.sender.robot(part(), `letter-${at}`)
    expect(await room.sender.robot(part(), 'letter-20')).toMatchObject({
      class: 'rate',
      code: '130101',
      waitMs: 60_000,
    })
  })

  it('is unknown by a wrong token', async () => {
    const other = await createSendRoom({ deps: { alertToken: 'https://oapi.dingtalk.com/robot/send?access_token=x' } })
    const outcome = failed(await other.sender.robot(part(), 'letter-1'))
    expect(outcome).toMatchObject({ class: 'config', code: '300005' })
    expect(outcome.zh).toContain('access_token=')
    await other.close()
  })
})

describe('a card', () => {
  const variables = { title: '预热 /data/a', status: 'RUNNING', percent: '0', detail: '排队中', showCancel: 'true' }
  const place = { kind: 'group', conversationId: GROUP } as const
  const opening = { outTrackId: 'job-1', place, variables, lastMessage: '预热进行中' }

  it('is opened in a group, filled, and changed by name', async () => {
    expect(await room.sender.card.open(opening)).toEqual({ class: 'sent', ref: 'job-1' })
    expect(room.local.view(GROUP)[0]).toMatchObject({ kind: 'card', variables, updates: 0 })
    const outcome = await room.sender.card.update('job-1', { percent: '40' })
    expect(outcome).toEqual({ class: 'sent', ref: 'job-1' })
    expect(room.local.view(GROUP)[0]).toMatchObject({ variables: { ...variables, percent: '40' }, updates: 1 })
    expect(room.local.card('job-1')?.callbackType).toBe('STREAM')
  })

  it('wakes who is mentioned', async () => {
    await room.sender.card.open({ ...opening, mentions: { [PERSON]: '小钉' } })
    expect(room.local.view(GROUP)[0]?.mentions).toEqual([PERSON])
  })

  it('is opened for one person', async () => {
    expect(
      await room.sender.card.open({ ...opening, place: { kind: 'direct', staffId: PERSON } as const }),
    ).toMatchObject({ class: 'sent' })
    expect(room.local.view(room.local.directOf(PERSON))[0]).toMatchObject({ kind: 'card' })
  })

  it('that is not delivered was not sent, although the platform answers 200', async () => {
    const outcome = failed(
      await room.sender.card.open({ ...opening, place: { ...place, conversationId: 'cidElsewhere==' } }),
    )
    expect(outcome).toMatchObject({ class: 'config', code: 'deliver-failed' })
    expect(outcome.en).toContain('conversation not exist')
  })

  it('opened again after no answer stands once', async () => {
    room.local.fault({ route: CARD_OPEN, kind: 'reset', late: true })
    expect(await room.sender.card.open(opening)).toMatchObject({ class: 'unknown' })
    expect(await room.sender.card.open(opening)).toEqual({ class: 'sent', ref: 'job-1' })
    expect(room.local.view(GROUP)).toHaveLength(1)
  })

  it('that is gone cannot be changed', async () => {
    expect(await room.sender.card.update('job-9', variables)).toMatchObject({
      class: 'expired',
      code: 'param.cardNotExist',
    })
    room.local.fault({ route: CARD_UPDATE, kind: 'status', status: 200, body: { success: false, message: 'odd' } })
    expect(await room.sender.card.update('job-1', variables)).toMatchObject({ class: 'config', code: 'not-updated' })
  })

  it('needs a template that is published', async () => {
    room.local.addTemplate('draft.schema', { published: false })
    for (const cardTemplateId of [undefined, 'draft.schema', 'nobody.schema']) {
      const other = await createSendRoom({ deps: { cardTemplateId, apiBase: room.local.base } })
      const outcome = failed(await other.sender.card.open(opening))
      expect(outcome.class).toBe('config')
      expect(outcome.zh).toContain('DINGTALK_CARD_TEMPLATE_ID')
      await other.close()
    }
  })

  it('with unsafe words is not accepted', async () => {
    const other = await createSendRoom({ local: { unsafeWords: ['坏词'] } })
    const outcome = await other.sender.card.open({ ...opening, variables: { ...variables, detail: '坏词' } })
    expect(outcome).toMatchObject({ class: 'content', code: 'param.contentUnsafe' })
    await other.close()
  })
})

describe('a part', () => {
  it('that is too long for its way is not sent', async () => {
    const long = part({ text: '长'.repeat(7_000) })
    const outcomes = [
      await room.sender.session(room.session(), long),
      await room.sender.robot(long, 'letter-1'),
      await room.sender.group(GROUP, long),
      await room.sender.people([PERSON], long),
    ]
    for (const outcome of outcomes) expect(outcome).toMatchObject({ class: 'too-long' })
    expect(room.local.calls(/send/i)).toEqual([])
  })

  it('of the longest is sent', async () => {
    const around = JSON.stringify({ msgtype: 'text', text: { content: '' }, at: { atUserIds: [], isAtAll: false } })
    const longest = part({ format: 'text', text: 'a'.repeat(LIMITS.session - Buffer.byteLength(around)) })
    expect(await room.sender.session(room.session(), longest)).toEqual({ class: 'sent' })
    expect(await room.sender.session(room.session(), { ...longest, text: `${longest.text}a` })).toMatchObject({
      class: 'too-long',
    })
  })

  it('with words that are not allowed is told so, on every way', async () => {
    const other = await createSendRoom({ local: { unsafeWords: ['坏词'] } })
    const bad = part({ text: '坏词' })
    expect(await other.sender.session(other.session(), bad)).toMatchObject({ class: 'content', code: '430102' })
    expect(await other.sender.robot(bad, 'letter-1')).toMatchObject({ class: 'content', code: '430102' })
    expect(await other.sender.group(GROUP, bad)).toMatchObject({ class: 'content', code: 'contain.notAllowed.text' })
    await other.close()
  })
})

describe('what is not configured', () => {
  it('is told by its setting', async () => {
    const bare = await createSendRoom({ deps: { clientId: undefined, clientSecret: undefined, alertToken: undefined } })
    const outcomes = [
      [await bare.sender.group(GROUP, part()), 'DINGTALK_CLIENT_ID'],
      [await bare.sender.checkToken(), 'DINGTALK_CLIENT_SECRET'],
      [await bare.sender.robot(part(), 'letter-1'), 'GOOSEFS_DINGTALK_ALERT_TOKEN'],
    ] as const
    for (const [outcome, name] of outcomes) {
      expect(outcome.class).toBe('config')
      expect(failed(outcome).zh).toContain(name)
      expect(failed(outcome).en).toContain(name)
    }
    expect(bare.local.calls()).toEqual([])
    await bare.close()
  })
})
