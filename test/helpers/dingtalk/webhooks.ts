// the two webhooks of oapi: a conversation's session, and the custom robot with its securities
import { createHmac, randomUUID } from 'node:crypto'
import { BlockList } from 'node:net'
import { createRate, type Rate } from './rate.ts'
import type { Answer, Call, RobotSettings } from './shapes.ts'
import { readMentions, readWords, type Wall } from './wall.ts'
import type { Web } from './web.ts'
import { errcode, isJson, jsonOf, textOf, type World } from './world.ts'

const MOST_BYTES = 20_000
const HOUR_MS = 3_600_000
const SPOKEN = ['text', 'markdown', 'actionCard', 'feedCard', 'link']
const done = (): Answer => errcode(0, 'ok')

type Robot = { readonly settings: RobotSettings; readonly rate: Rate; readonly uuids: Set<string> }
export type Webhooks = ReturnType<typeof createWebhooks>

export function createWebhooks(world: World, web: Web, wall: Wall) {
  const { options, now } = world
  const sessions = new Map<string, { readonly conversationId: string; readonly until: number }>()
  const robots = new Map<string, Robot>()
  const word = (old: string, newer: string): string => (options.wording === 'old' ? old : newer)
  const tooLong = (): Answer =>
    errcode(460101, word('message too long, exceed 20000 bytes', '错误描述: body 大小不合法'))

  web.route(/^(GET|POST) \/robot\/sendBySession$/, call => {
    if (call.method === 'GET') return errcode(43002, '需要POST请求')
    const session = sessions.get(call.query['session'] ?? '')
    if (session === undefined || session.until <= now()) return errcode(300001, 'session 不存在')
    const refused = checkShape(call)
    if (refused !== undefined) return refused
    if (jsonOf(call.json)['msgtype'] === 'empty') return done()
    speak(call, { kind: 'webhook', conversationId: session.conversationId })
    return done()
  })

  /** JSON, a type that is spoken, not too long, something to say: in this order, for a session. */
  function checkShape({ json, raw }: Call): Answer | undefined {
    if (!isJson(json)) return errcode(40035, '缺少参数 json')
    const msgtype = textOf(json['msgtype'])
    if (msgtype !== 'empty' && !SPOKEN.includes(msgtype)) return errcode(400105, '不支持的消息类型')
    if (raw.length > MOST_BYTES) return tooLong()
    return checkWords(msgtype, json)
  }
  function checkWords(msgtype: string, json: Record<string, unknown>): Answer | undefined {
    const { title, text } = readWords(msgtype, json)
    if (msgtype !== 'empty' && text === '') return errcode(300001, 'message param text is null')
    return world.isUnsafe(`${title}\n${text}`) ? errcode(430102, '消息中包含不合适的文本') : undefined
  }

  function speak({ json }: Call, to: { kind: 'webhook' | 'robot'; conversationId: string; token?: string }): void {
    const body = jsonOf(json)
    const msgtype = textOf(body['msgtype'])
    const words = readWords(msgtype, body)
    wall.add({ ...to, ...words, msgtype, body, mentions: readMentions(msgtype, body, words.text) })
  }

  web.route(/^[A-Z]+ \/robot\/send$/, call => {
    const token = call.query['access_token'] ?? ''
    const robot = robots.get(token)
    if (call.method === 'POST') robot?.rate.attempt()
    return checkDoor(call, robot) ?? checkSecurity(call, robot) ?? checkAmount(call, robot) ?? done()
  })

  function checkDoor(call: Call, robot: Robot | undefined): Answer | undefined {
    if (call.method !== 'POST') return errcode(43002, '需要POST请求')
    if (!call.query['access_token']) return errcode(40035, '缺少参数 access_token')
    if (robot === undefined) return errcode(300005, 'token is not exist')
    if (robot.settings.stopped) return errcode(400102, '机器人已停用')
    if (!call.headers['content-type']?.includes('application/json'))
      return errcode(43004, '无效的HTTP HEADER Content-Type')
    if (call.raw.length > MOST_BYTES) return tooLong()
    return isJson(call.json) ? undefined : errcode(40035, '缺少参数 json')
  }

  function checkSecurity(call: Call, robot: Robot | undefined): Answer | undefined {
    const { secret, keywords = [], ipList } = robot?.settings ?? {}
    if (secret !== undefined) {
      const timestamp = call.query['timestamp'] ?? ''
      const off = Math.abs(now() - Number(timestamp))
      const isOff = timestamp === '' || !(off <= HOUR_MS)
      if (isOff)
        return errcode(
          310000,
          word('invalid timestamp', '错误描述:机器人发送签名过期;解决方案:请使用一小时内的timestamp'),
        )
      if (call.query['sign'] !== toSign(timestamp, secret)) {
        return errcode(310000, word('sign not match', '错误描述:机器人发送签名不匹配;解决方案:请确认加签密钥'))
      }
    }
    const body = jsonOf(call.json)
    const { title, text } = readWords(textOf(body['msgtype']), body)
    if (keywords.length > 0 && !keywords.some(keyword => `${title}\n${text}`.includes(keyword))) {
      return errcode(
        310000,
        word('keywords not in content', '错误描述:关键词不匹配;解决方案:请联系群管理员查看此机器人的关键词'),
      )
    }
    return ipList !== undefined && !isListed(call.remote, ipList)
      ? errcode(310000, `ip ${call.remote} not in whitelist`)
      : undefined
  }

  /** Repeats, rate and content; what passes is said. */
  function checkAmount(call: Call, robot: Robot | undefined): Answer | undefined {
    if (robot === undefined) return undefined
    const body = jsonOf(call.json)
    const msgtype = textOf(body['msgtype'])
    const uuid = textOf(body['msgUuid'])
    if (uuid !== '' && robot.uuids.has(uuid)) return done()
    if (robot.rate.isTooMuch()) return tooFast(options.rateCode)
    if (!SPOKEN.includes(msgtype)) return errcode(400105, '不支持的消息类型')
    const refused = checkWords(msgtype, body)
    if (refused !== undefined) return refused
    if (uuid !== '') robot.uuids.add(uuid)
    robot.rate.accept()
    const token = call.query['access_token'] ?? ''
    speak(call, { kind: 'robot', conversationId: robot.settings.conversationId ?? `cidRobot-${token}`, token })
    return undefined
  }

  return {
    /** A live session of a conversation, as a message carries it. */
    openSession(conversationId: string, ttlMs: number): { url: string; expiresAt: number } {
      const id = randomUUID().replaceAll('-', '')
      const until = now() + ttlMs
      sessions.set(id, { conversationId, until })
      return { url: `${world.state.base}/robot/sendBySession?session=${id}`, expiresAt: until }
    },
    /** Every session so far is worth nothing any more. */
    expireSessions: () => sessions.clear(),
    /** Adds a custom robot, or gives it other settings; the answer may be changed on the way. */
    addRobot(token: string, given: RobotSettings = {}): RobotSettings {
      const settings = { ...given }
      const rate = robots.get(token)?.rate ?? createRate({ now, blockMs: options.rateBlockMs })
      robots.set(token, { settings, rate, uuids: robots.get(token)?.uuids ?? new Set() })
      return settings
    },
    peakPerMinute: (token: string) => robots.get(token)?.rate.peak() ?? { accepted: 0, attempted: 0 },
  }
}

/** The sign of a timestamp, before it is encoded for the URL. */
export function toSign(timestamp: string, secret: string): string {
  return createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64')
}

function tooFast(code: number): Answer {
  const said: Record<number, string> = {
    130101: 'send too fast, exceed 20 times per minute',
    410100: '发送速度太快而限流',
    660026: 'sending too many messages per minute',
  }
  return errcode(code, said[code] ?? '')
}

function isListed(remote: string, list: readonly string[]): boolean {
  const allowed = new BlockList()
  for (const one of list) {
    const [net = '', bits] = one.split('/')
    if (bits === undefined) allowed.addAddress(net)
    else allowed.addSubnet(net, Number(bits))
  }
  return allowed.check(remote)
}
