// the table of refusals: what each code of DingTalk means, by its words and by the way it came
import { describe, expect, it } from 'vitest'
import { HINTS } from '../../bot/dingtalk/send/hints.ts'
import { readAnswer, toFailed } from '../../bot/dingtalk/send/judge.ts'
import type { Way } from '../../bot/dingtalk/send/port.ts'
import { REFUSALS } from '../../bot/dingtalk/send/refusals.ts'
import { FailureClass } from '../../shared/chat.ts'

type Row = [way: Way, code: string | number, said: string, expected: FailureClass, zh?: string]

const ROWS: readonly Row[] = [
  ['robot', -1, '系统繁忙', 'busy'],
  ['robot', 40035, '缺少参数 json', 'bug'],
  ['robot', 40035, '缺少参数 access_token', 'config', 'GOOSEFS_DINGTALK_ALERT_TOKEN'],
  ['robot', 43002, '需要POST请求', 'bug'],
  ['robot', 43004, '无效的HTTP HEADER Content-Type', 'bug'],
  ['robot', 404, '请求的URI地址不存在', 'bug'],
  ['robot', 300005, 'token is not exist', 'config', 'GOOSEFS_DINGTALK_ALERT_TOKEN'],
  ['robot', 300001, 'token is not exist', 'config', 'GOOSEFS_DINGTALK_ALERT_TOKEN'],
  ['robot', 300001, 'description: robot 不存在', 'config', 'GOOSEFS_DINGTALK_ALERT_TOKEN'],
  ['robot', 300001, 'message param text is null', 'bug'],
  ['session', 300001, 'message param text is null', 'bug'],
  ['session', 300001, 'session 不存在', 'expired'],
  ['session', 300001, '', 'expired'],
  ['session', 300005, 'token is not exist', 'expired'],
  ['session', 400101, 'token 不存在', 'expired'],
  ['robot', 310000, 'sign not match', 'config', 'GOOSEFS_DINGTALK_ALERT_SECRET'],
  ['robot', 310000, '机器人发送签名不匹配;请确认签名和生成签名的时间戳都放在网址中', 'config', '加签密钥不对'],
  ['robot', 310000, 'invalid timestamp', 'config', '校准本机时间'],
  ['robot', 310000, '错误描述:机器人发送签名过期', 'config', '校准本机时间'],
  ['robot', 310000, 'keywords not in content', 'config', '关键词'],
  ['robot', 310000, '错误描述:关键词不匹配;解决方案:…', 'config', '关键词'],
  ['robot', 310000, 'ip 1.2.3.4 not in whitelist', 'config', 'IP'],
  ['robot', 310000, '错误描述:IP地址不在白名单', 'config', 'IP'],
  ['robot', 310000, 'something else', 'config', '安全设置'],
  ['robot', 400013, '群已被解散', 'config', '群'],
  ['robot', 400101, 'token 不存在', 'config', 'GOOSEFS_DINGTALK_ALERT_TOKEN'],
  ['robot', 400102, '机器人已停用', 'config', '停用'],
  ['robot', 400106, '机器人不存在', 'config', 'GOOSEFS_DINGTALK_ALERT_TOKEN'],
  ['robot', 400105, '不支持的消息类型', 'bug'],
  ['robot', 410100, '发送速度太快而限流', 'rate'],
  ['robot', 130101, 'send too fast, exceed 20 times per minute', 'rate'],
  ['robot', 660026, 'sending too many messages per minute', 'rate'],
  ['robot', 460101, 'message too long, exceed 20000 bytes', 'too-long'],
  ['robot', 101002, 'message is too long', 'too-long'],
  ['robot', 999101, '错误描述: body 大小不合法', 'too-long'],
  ['robot', 430101, '不安全的外链', 'content'],
  ['robot', 430104, '不合适的内容', 'content'],
  ['group', 90018, '', 'rate'],
  ['group', 'invalidParameter.robotCode.auth', '', 'config', 'DINGTALK_ROBOT_CODE'],
  ['group', 'invalidParameter.robotCode.notExsit', '', 'config', 'DINGTALK_ROBOT_CODE'],
  ['group', 'invalidParameter.robotCode.empty', '', 'bug'],
  ['group', 'invalidParameter.msgParam.invalid', '', 'bug'],
  ['group', 'invalidParameter.msgParam.tooLong', '', 'too-long'],
  ['group', 'invalid.openConversationId', '', 'config', '群'],
  ['group', 'miss.openConversationId', '', 'bug'],
  ['group', 'group.disbanded', '', 'config', '群'],
  ['group', 'bot.stopped', '', 'config', '停用'],
  ['group', 'contain.notAllowed.text', '', 'content'],
  ['group', 'session.expired', '', 'expired'],
  ['group', 'system.error', '', 'busy'],
  ['group', 'Forbidden.AccessDenied.QpsLimitForApi', '', 'rate'],
  ['group', 'Forbidden.AccessDenied.AccessTokenPermissionDenied', '', 'config', '企业内机器人发送消息权限'],
  ['group', 'Forbidden.AccessDenied.IpNotInWhiteList', '', 'config', '白名单'],
  ['people', 'robot.oto.notExist', '', 'config', 'DINGTALK_ROBOT_CODE'],
  ['people', 'staffId.notExisted', '', 'config', 'staffId'],
  ['people', 'send.too.fast', '', 'rate'],
  ['people', 'send.byToken.tooFast', '', 'rate'],
  ['card', 'param.templateNotExist', '', 'config', 'DINGTALK_CARD_TEMPLATE_ID'],
  ['card', 'param.templateUnpublished', '', 'config', 'DINGTALK_CARD_TEMPLATE_ID'],
  ['card', 'param.cardTemplateIdEmpty', '', 'config', 'DINGTALK_CARD_TEMPLATE_ID'],
  ['card', 'param.userIdNotExist', '', 'config', 'staffId'],
  ['card', 'param.cardNotExist', '', 'expired'],
  ['card', 'param.contentUnsafe', '', 'content'],
  ['card', 'param.openSpaceIdInvalid', '', 'bug'],
  ['card', 'param.outTrackIdEmpty', '', 'bug'],
  ['card', 'system.busy', '', 'busy'],
  ['token', 'invalidClientIdOrSecret', '', 'config', 'DINGTALK_CLIENT_SECRET'],
  ['token', 40096, '不合法的appKey或appSecret', 'config', 'DINGTALK_CLIENT_SECRET'],
  ['token', 'unknownError', '', 'busy'],
  // codes of tomorrow, known by their words alone
  ['robot', 777001, 'you send too fast', 'rate'],
  ['robot', 777002, '系统繁忙，请稍后再试', 'busy'],
  ['robot', 777003, '什么意思', 'config', '777003 什么意思'],
]

describe('the table', () => {
  it.each(ROWS)('%s: %s %s', (way, code, said, expected, zh = '') => {
    const isOld = typeof code === 'number'
    const body = isOld ? { errcode: code, errmsg: said } : { code, message: said, requestid: 'A' }
    const reply = { reached: true, status: isOld ? 200 : 400, text: JSON.stringify(body), hide: [] } as const
    const answer = readAnswer(reply, way)
    expect(answer).toMatchObject({ ok: false, failed: { class: expected, code: String(code) } })
    if (!answer.ok) expect(answer.failed.zh).toContain(zh)
  })

  it('makes who was too fast wait, and nobody else', () => {
    for (const row of REFUSALS) expect(row.waitMs !== undefined).toBe(row.class === 'rate')
    expect(toFailed('robot', { code: '130101' }).waitMs).toBe(60_000)
  })

  it('has a hint for every class but success, and no hint that no row or judgement names', () => {
    const used = new Set<string>(REFUSALS.map(({ matter }) => matter))
    const elsewhere = ['noAnswer', 'unreachable', 'unheardOf']
    expect(Object.keys(HINTS).filter(matter => !used.has(matter) && !elsewhere.includes(matter))).toEqual([])
    const classes = new Set<string>(REFUSALS.map(row => row.class))
    expect(FailureClass.options.filter(name => !classes.has(name))).toEqual([])
  })
})

describe('the words of the platform', () => {
  it('are shown short, on one line, without what looks like a secret', () => {
    const said = `a\nb\u0007c session=abcdef0123 ${'x'.repeat(500)}`
    const { en } = toFailed('robot', { code: '777003', said })
    expect(en).toContain('777003 a b c session=*** xxx')
    expect(en.length).toBeLessThan(260)
    expect(en).not.toContain('\n')
  })
})
