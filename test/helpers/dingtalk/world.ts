// what all parts of the local DingTalk share: options, time, happenings, known conversations and people
import { randomUUID } from 'node:crypto'
import { createClock } from '../../../shared/time.ts'
import { createTimers } from './clock.ts'
import { createHappenings } from './happenings.ts'
import type { Answer, Json, LocalOptions } from './shapes.ts'

/** A published template, known unless the options say otherwise. */
export const CARD_TEMPLATE = 'local-progress.schema'

const DEFAULTS: Omit<LocalOptions, 'robotCode' | 'clock'> = {
  clientId: 'dinglocalapp',
  clientSecret: 'local-client-secret-0123456789',
  corpId: 'dinglocalcorp',
  port: 0,
  ticketTtlMs: 90_000,
  retryMs: 60_000,
  maxAttempts: 3,
  robotRetry: true,
  cardDeadlineMs: 2_000,
  eventDeadlineMs: 3_000,
  drainMs: 10_000,
  sessionTtlMs: 5_400_000,
  tokenTtlS: 7_200,
  deadChannelMs: 0,
  pingEveryMs: 0,
  rateBlockMs: 600_000,
  rateCode: 130101,
  wording: 'old',
  xmlUnlessAccepted: true,
  strictParams: true,
  streamLimit: 3_072,
  afterFinalize: 'ignored',
  unsafeWords: [],
  templates: { [CARD_TEMPLATE]: { published: true, markdown: ['detail'] } },
  groups: [],
  users: [],
  random: Math.random,
}

export type World = ReturnType<typeof createWorld>

/** Settles the options and makes what every part needs. */
export function createWorld(given: Partial<LocalOptions>) {
  const clientId = given.clientId ?? DEFAULTS.clientId
  const options: LocalOptions = { ...DEFAULTS, robotCode: clientId, clock: createClock(), ...given }
  const groups = new Map(options.groups.map(({ id, title }) => [id, title]))
  const users = new Set(options.users)
  /** Direct conversations by staff id. */
  const directs = new Map<string, string>()
  /** People to whom the robot API may send no more for now. */
  const throttled = new Set<string>()
  const { clock } = options
  /** `undelivered`: why the next deliveries of cards fail, one each. */
  const state = { base: '', deadChannelMs: options.deadChannelMs, undelivered: [] as string[] }
  return {
    ...{ options, clock, groups, users, directs, throttled, state },
    now: () => clock.now(),
    timers: createTimers(clock),
    happenings: createHappenings(),
    /** The direct conversation of a person with the robot. */
    directOf(staffId: string): string {
      const known = directs.get(staffId) ?? `cidDirect-${staffId}==`
      directs.set(staffId, known)
      return known
    },
    isUnsafe: (text: string): boolean => options.unsafeWords.some(word => text.includes(word)),
  }
}

/** An error body of the open API. */
export function refuse(status: number, code: string, message = code): Answer {
  return { status, body: { requestid: randomUUID().toUpperCase(), code, message } }
}

/** A body of oapi: always HTTP 200. */
export function errcode(code: number, errmsg: string, more: Json = {}): Answer {
  return { status: 200, body: { errcode: code, errmsg, ...more } }
}

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
export const jsonOf = (value: unknown): Json => (isJson(value) ? value : {})
export const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

/** The JSON of a text, or undefined. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // not JSON: the caller's answer says so
    return undefined
  }
}
