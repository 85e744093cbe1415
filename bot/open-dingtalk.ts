// opens the ways to DingTalk that the configuration names: the stream in, and every way out
import type { Log } from '../shared/log.ts'
import type { Clock } from '../shared/time.ts'
import type { DaemonConfig } from './config.ts'
import { ackWithinMs, createPushes, type PushCounts, TOPICS } from './dingtalk/pushes.ts'
import type { Sender } from './dingtalk/send/port.ts'
import { createSender } from './dingtalk/send/sender.ts'
import type { Stream } from './dingtalk/stream/port.ts'
import { createStream } from './dingtalk/stream/stream.ts'
import type { Ways } from './notify/ways.ts'

const API_BASE = 'https://api.dingtalk.com'
const OAPI_BASE = 'https://oapi.dingtalk.com'

type Inward = Pick<Parameters<typeof createPushes>[0], 'hear' | 'click' | 'onOverQuota'>
type Around = { readonly clock: Clock; readonly log: Log }

export type Dingtalk = {
  /** Absent when neither the bot nor the custom robot is configured. */
  readonly sender?: Sender
  /** Absent without a bot. */
  readonly stream?: Stream
  readonly counts?: Readonly<PushCounts>
  readonly hasRobot: boolean
  readonly ways: Ways
}

/** Makes what is configured; nothing connects before the stream is started. */
export function openDingtalk(config: DaemonConfig, inward: Inward, { clock, log }: Around): Dingtalk {
  const { dingtalkClientId: clientId, dingtalkClientSecret: clientSecret, alertToken, alertSecret } = config
  const bases = {
    apiBase: toBase(config.dingtalkApiBase, API_BASE),
    oapiBase: toBase(config.dingtalkOapiBase, OAPI_BASE),
  }
  const robotCode = config.dingtalkRobotCode ?? clientId
  const hasRobot = alertToken !== undefined
  if (clientId === undefined && !hasRobot) return { hasRobot, ways: {} }
  const sender = createSender({
    ...{ ...bases, clientId, clientSecret, robotCode, alertToken, alertSecret, clock, log },
    cardTemplateId: config.dingtalkCardTemplateId,
  })
  const ways: Ways = {
    ...(clientId !== undefined && { session: sender.session, group: sender.group, people: sender.people }),
    ...(hasRobot && { robot: sender.robot }),
  }
  if (clientId === undefined || clientSecret === undefined || robotCode === undefined) return { sender, hasRobot, ways }
  const pushes = createPushes({ ...inward, robotCode, bases: Object.values(bases), clock, log })
  const stream = createStream({
    ...{ clientId, clientSecret, apiBase: bases.apiBase, topics: TOPICS, ackWithinMs, clock, log },
    random: Math.random,
    onPush: pushes.take,
  })
  return { sender, stream, counts: pushes.counts, hasRobot, ways }
}

function toBase(configured: string | undefined, fallback: string): string {
  return (configured ?? fallback).replace(/\/+$/, '')
}
