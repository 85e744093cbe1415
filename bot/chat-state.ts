// how the chat is: for the self-check, for monitoring, and for people who ask in a group
import type { Outcome } from '../shared/chat.ts'
import { MINUTE, SECOND, toMs } from '../shared/time.ts'
import type { PushCounts } from './dingtalk/pushes.ts'
import type { Sender } from './dingtalk/send/port.ts'
import type { StreamStatus } from './dingtalk/stream/port.ts'
import type { MeterRow, PostOffice } from './engine/chat-port.ts'
import type { ChatVitals, Check } from './engine/operations/port.ts'
import type { CardStatus } from './notify/cards/port.ts'

export type ChatParts = {
  readonly office: Pick<PostOffice, 'meter' | 'letters' | 'notices' | 'givenUp'>
  /** Absent without a bot. */
  readonly stream?: { status(): StreamStatus } | undefined
  readonly sender?: Pick<Sender, 'checkToken'> | undefined
  readonly cards?: { status(): CardStatus } | undefined
  readonly counts?: Readonly<PushCounts> | undefined
  readonly hasRobot: boolean
  readonly sends: ReadonlyMap<string, number>
  readonly now: () => number
}

const METERS = ['api', 'session', 'robot', 'card', 'stream'] as const
const LATE_MS = 5 * MINUTE

/** Each way to the chat as a check with its remedy; asks for a token, sends nothing. */
export async function checkChat(parts: ChatParts): Promise<Check[]> {
  if (parts.stream === undefined && !parts.hasRobot)
    return [{ name: 'dingtalk', ok: null, answer: 'off: DINGTALK_CLIENT_ID and DINGTALK_CLIENT_SECRET are not set' }]
  return [
    ...(parts.stream === undefined
      ? []
      : [checkStream(parts.stream.status(), parts), await checkToken(parts), checkApi(parts)]),
    ...(parts.hasRobot ? [checkRobot(parts)] : []),
    ...(parts.cards === undefined ? [] : [checkCards(parts.cards.status(), parts)]),
    checkLetters(parts),
    { name: 'dingtalk calls this month', ok: null, answer: toUsed(parts).map(toCounted).join(', ') || 'none' },
  ]
}

function checkStream(status: StreamStatus, { counts, now }: Pick<ChatParts, 'counts' | 'now'>): Check {
  const { state, trouble, reconnects, lastFrameAt, connectedAt, connections } = status
  const heard = lastFrameAt === undefined ? 'nothing heard yet' : `last heard ${toSeconds(now(), lastFrameAt)} s ago`
  const vitals = `${heard}, ${reconnects} reconnects, ${counts?.quotaRefusals ?? 0} refused for the quota`
  const open = connections > 1 ? `, ${connections} connections while one replaces the other` : ''
  if (state === 'connected')
    return {
      ...{ name: 'dingtalk stream', ok: true },
      answer: `connected since ${connectedAt ?? status.since}, ${vitals}${open}`,
    }
  return {
    ...{ name: 'dingtalk stream', ok: false },
    answer: `${state} since ${status.since}${trouble === undefined ? '' : ` (${trouble.code})`}, ${vitals}`,
    remedy: trouble?.en ?? 'it comes back by itself when DingTalk can be reached',
  }
}

async function checkToken({ sender }: ChatParts): Promise<Check> {
  return toCheck('dingtalk token', 'granted', (await sender?.checkToken()) ?? { class: 'sent' })
}

/** How one sending went, as a check. */
export function toCheck(name: string, good: string, outcome: Outcome): Check {
  if (outcome.class === 'sent') return { name, ok: true, answer: good }
  return { name, ok: false, answer: `${outcome.class} (${outcome.code})`, remedy: outcome.en }
}

/** No call of it is harmless: each is a message to somebody. */
function checkApi({ office }: ChatParts): Check {
  return toLast('dingtalk robot API', office.meter('api'), {
    untried: 'not tested: nothing was sent through it yet',
    first: 'make sure that the app has the permission qyapi_robot_sendmsg',
    again: 'look whether the app has the permission qyapi_robot_sendmsg, and into the log',
  })
}

function checkRobot({ office }: ChatParts): Check {
  return toLast('dingtalk custom robot', office.meter('robot'), {
    untried: 'not used yet',
    first: 'gander doctor --send sends a test message to its group',
    again: 'gander doctor --send tries again and says what to change',
  })
}

type Untried = { readonly untried: string; readonly first: string; readonly again: string }

// a way is as good as what was last sent by it
function toLast(name: string, meter: MeterRow | undefined, { untried, first, again }: Untried): Check {
  if (meter?.last === undefined) return { name, ok: null, answer: untried, remedy: first }
  const { at, class: how, code } = meter.last
  const blocked = meter.blockedUntil === undefined ? '' : `, sends nothing before ${meter.blockedUntil}`
  if (how === 'sent') return { name, ok: true, answer: `last message sent ${at}${blocked}` }
  return { name, ok: false, answer: `last message ${how} (${code}) at ${at}${blocked}`, remedy: again }
}

function checkCards(status: CardStatus, { office }: ChatParts): Check {
  const { enabled, open, opened, updates, degraded, lastFailure } = status
  const name = 'dingtalk cards'
  if (!enabled) return { name, ok: null, answer: 'off: DINGTALK_CARD_TEMPLATE_ID is not set, progress is told as text' }
  const [first] = degraded
  const failed = lastFailure === undefined ? '' : `; last failure ${lastFailure.code}`
  const shown = open + opened + updates > 0 || office.meter('card')?.last?.class === 'sent'
  if (first === undefined && !shown) {
    const remedy = 'the first job that somebody asks for in a chat shows one; its template has to be published'
    return { name, ok: null, answer: `not used yet${failed}`, remedy }
  }
  if (first === undefined) return { name, ok: true, answer: `${open} open${failed}` }
  return { name, ok: false, answer: `${degraded.length} places get text instead (${first.code})`, remedy: first.en }
}

function checkLetters({ office, now }: ChatParts): Check {
  const letters = office.letters()
  const late = letters.filter(({ at }) => now() - toMs(at) > LATE_MS)
  const [first] = late
  const name = 'dingtalk messages'
  const old = office.givenUp()
  const lost = old === undefined ? '' : `; ${old.count} given up after a day, the newest at ${old.at}`
  const remedy = 'they are kept for a day and sent as soon as a way is open; see the other checks and the log'
  const waiting = `${letters.length} waiting to be sent${lost}`
  if (first === undefined)
    return old === undefined ? { name, ok: true, answer: waiting } : { name, ok: false, answer: waiting, remedy }
  const why = first.last === undefined ? 'no way is open' : `${first.last.channel}: ${first.last.code}`
  return { name, ok: false, answer: `${late.length} wait for more than 5 minutes (${why})${lost}`, remedy }
}

/** The connection as one line for people. */
export function toConnectionLine({ stream, counts, now }: Pick<ChatParts, 'stream' | 'counts' | 'now'>): string {
  const status = stream?.status()
  if (status === undefined) return '钉钉机器人未启用'
  const { state, lastFrameAt, reconnects, trouble } = status
  const heard = lastFrameAt === undefined ? '' : `，${toSeconds(now(), lastFrameAt)} 秒前收到数据`
  const vitals = `${heard}，重连 ${reconnects} 次，因额度用完被拒 ${counts?.quotaRefusals ?? 0} 次`
  if (state === 'connected') return `钉钉已连接${vitals}`
  return `钉钉未连接${vitals}${trouble === undefined ? '' : `：${trouble.zh}`}`
}

/** The numbers for monitoring; undefined when there is neither a bot nor a robot. */
export function toChatVitals(parts: ChatParts): ChatVitals | undefined {
  const { stream, counts, hasRobot, office, sends, now } = parts
  if (stream === undefined && !hasRobot) return undefined
  const status = stream?.status()
  return {
    ...(status !== undefined && { connected: status.state === 'connected' }),
    ...(status?.lastFrameAt !== undefined && { lastFrameSeconds: toSeconds(now(), status.lastFrameAt) }),
    ...(status?.ackMs !== undefined && { ackSeconds: status.ackMs / SECOND }),
    ...{ reconnects: status?.reconnects ?? 0, frames: status?.frames ?? 0 },
    ...{ heard: counts?.heard ?? 0, repeated: counts?.repeated ?? 0, quotaRefusals: counts?.quotaRefusals ?? 0 },
    ...{ notices: office.notices().length, letters: office.letters().length },
    sends: Array.from(sends, ([key, count]) => {
      const [channel = '', outcome = ''] = key.split(' ')
      return { channel, outcome, count }
    }),
    used: toUsed(parts),
  }
}

function toUsed({ office, now }: ChatParts): { readonly channel: string; readonly count: number }[] {
  const month = new Date(now()).toISOString().slice(0, 7)
  return METERS.flatMap(channel => {
    const meter = office.meter(channel)
    return meter === undefined || meter.month !== month ? [] : [{ channel, count: meter.used }]
  })
}

function toCounted({ channel, count }: { readonly channel: string; readonly count: number }): string {
  return `${channel} ${count}`
}

function toSeconds(now: number, at: string): number {
  return Math.max(0, Math.round((now - toMs(at)) / SECOND))
}
