// what becomes of a sending when the platform or the network fails: its class, and that no secret is told with it
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Outcome } from '../../shared/chat.ts'
import { GROUP } from '../helpers/dingtalk/local.ts'
import type { Fault } from '../helpers/dingtalk/shapes.ts'
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
  TOKEN,
} from './send-room.ts'

let room: SendRoom
beforeEach(async () => {
  room = await createSendRoom()
})
afterEach(() => room.close())

const place = { kind: 'group', conversationId: GROUP } as const
const opening = { outTrackId: 'job-1', place, variables: { title: 't' }, lastMessage: 's' }

/** Every way to send, with the request that it makes. */
const WAYS: Readonly<Record<string, readonly [route: string, send: (room: SendRoom) => Promise<Outcome>]>> = {
  session: [SESSION_SEND, ({ sender, session }) => sender.session(session(), part())],
  robot: [ROBOT_SEND, ({ sender }) => sender.robot(part(), 'letter-1')],
  group: [GROUP_SEND, ({ sender }) => sender.group(GROUP, part())],
  people: [PEOPLE_SEND, ({ sender }) => sender.people([PERSON], part())],
  'card.open': [CARD_OPEN, ({ sender }) => sender.card.open(opening)],
  'card.update': [CARD_UPDATE, ({ sender }) => sender.card.update('job-1', { title: 'u' })],
  checkToken: [TOKEN, ({ sender }) => sender.checkToken()],
}

const json = (status: number, body: unknown): Omit<Fault, 'route'> => ({ kind: 'status', status, body })

/** The same on every way. */
const FAULTS: ReadonlyArray<readonly [name: string, fault: Omit<Fault, 'route'>, expected: Partial<Outcome>]> = [
  ['QPS', { kind: 'qps' }, { class: 'rate', waitMs: 1_000 }],
  ['QPM', json(403, { code: 'Forbidden.AccessDenied.QpmLimitForAppkeyAndApi' }), { class: 'rate', waitMs: 60_000 }],
  ['the month', json(403, { code: 'Forbidden.AccessDenied.ApiCountLimitForOrg' }), { class: 'config' }],
  ['system.busy', { kind: 'busy' }, { class: 'busy', code: 'system.busy' }],
  ['-1', json(200, { errcode: -1, errmsg: '系统繁忙' }), { class: 'busy', code: '-1' }],
  ['503', { kind: 'status' }, { class: 'busy' }],
  ['a 502 page', json(502, '<html>bad gateway</html>'), { class: 'busy', code: 'http-502' }],
  ['a 408 page', json(408, '<html>request timeout</html>'), { class: 'busy', code: 'http-408' }],
  ['429', json(429, {}), { class: 'rate', waitMs: 60_000 }],
  ['an IP ban', { kind: 'ip-ban' }, { class: 'rate', code: '1111', waitMs: 300_000 }],
  ['a page', { kind: 'html', status: 200 }, { class: 'rate', code: '1111', waitMs: 300_000 }],
  ['a proxy in between', { kind: 'html' }, { class: 'config', code: 'http-400' }],
  ['a 404 page', json(404, '<html>nginx</html>'), { class: 'config', code: 'http-404' }],
  ['an empty 200', { kind: 'empty' }, { class: 'unknown', code: 'odd-answer' }],
  ['an answer without words', json(200, {}), { class: 'unknown', code: 'odd-answer' }],
  ['JSON that is no object', json(200, '[1]'), { class: 'unknown', code: 'odd-answer' }],
  ['an unknown code', json(200, { errcode: 987654, errmsg: 'hm' }), { class: 'config', code: '987654' }],
  ['an unknown word', json(400, { code: 'brand.new', message: 'hm' }), { class: 'config', code: 'brand.new' }],
  ['an unknown 5xx', json(500, { code: 'brand.new', message: 'hm' }), { class: 'busy', code: 'brand.new' }],
  ['a success with status 500', json(500, { errcode: 0, success: true }), { class: 'busy', code: 'http-500' }],
  ['a reset', { kind: 'reset' }, { class: 'unknown', code: 'ECONNRESET' }],
]

/** Asking for a token sends nothing: what else is unknown has certainly not arrived. */
const asToken = (expected: Partial<Outcome>): Partial<Outcome> =>
  expected.class === 'unknown' ? { class: 'busy' } : expected

describe.each(Object.entries(WAYS))('%s', (_, [route, send]) => {
  const as = (expected: Partial<Outcome>): Partial<Outcome> => (route === TOKEN ? asToken(expected) : expected)

  it.each(FAULTS)('%s', async (_, how, expected) => {
    room.local.fault({ route, ...how })
    const outcome = await send(room)
    expect(outcome).toMatchObject(as(expected))
    expect(failed(outcome).zh).not.toBe('')
    expect(room.local.calls(route)).toHaveLength(1)
  })

  it('ends after ten seconds without an answer, and nobody knows whether it arrived', async () => {
    room.local.fault({ route, kind: 'hang' })
    const called = room.local.nextCall(route)
    const outcome = send(room)
    await called
    room.clock.advance(9_999)
    let isOver = false
    void outcome.then(() => (isOver = true))
    await new Promise(resolve => setImmediate(resolve))
    expect(isOver).toBe(false)
    room.clock.advance(1)
    expect(await outcome).toMatchObject(as({ class: 'unknown', code: 'no-answer' }))
    expect(room.clock.waiting).toBe(0)
  })

  it('has certainly not arrived where nobody listens', async () => {
    // a port that nobody is given
    const base = 'http://127.0.0.1:1'
    const lost = await createSendRoom({ deps: { apiBase: base, oapiBase: base } })
    const session = () => ({ url: `${base}/robot/sendBySession?session=s3cr3t-session` })
    const outcome = failed(await send({ ...lost, session }))
    expect(outcome).toMatchObject({ class: 'busy', code: 'ECONNREFUSED' })
    expect(outcome.zh).toContain('DINGTALK_API_BASE')
    expect(lost.clock.waiting).toBe(0)
    await lost.close()
  })

  it('is ended by close, and nothing is sent after it', async () => {
    room.local.fault({ route, kind: 'hang' })
    const called = room.local.nextCall(route)
    const outcome = send(room)
    await called
    room.sender.close()
    expect(await outcome).toMatchObject(as({ class: 'unknown' }))
    const before = room.local.calls().length
    expect(await send(room)).toMatchObject({ class: 'busy', code: 'closing' })
    expect(room.local.calls()).toHaveLength(before)
    expect(room.clock.waiting).toBe(0)
  })
})

describe('a token that does not come', () => {
  it.each(['reset', 'empty'] as const)('leaves the message unsent for certain: %s', async kind => {
    room.local.fault({ route: TOKEN, kind })
    const outcome = failed(await room.sender.group(GROUP, part()))
    expect(outcome.class).toBe('busy')
    expect(outcome.zh).not.toContain('可能已送达')
    expect(room.local.calls(GROUP_SEND)).toEqual([])
  })
})

describe('a base that speaks no TLS', () => {
  it('is somebody to change a setting for', async () => {
    const apiBase = room.local.base.replace('http:', 'https:')
    const other = await createSendRoom({ deps: { apiBase } })
    expect(await other.sender.group(GROUP, part())).toMatchObject({ class: 'config', code: 'EPROTO' })
    await other.close()
  })
})

describe('many at once', () => {
  it('do not hurt each other', async () => {
    const warnings: string[] = []
    const listener = (warning: Error): void => void warnings.push(warning.message)
    process.on('warning', listener)
    const sendings = Array.from({ length: 40 }, (_, at) => room.sender.session(room.session(), part({ text: `${at}` })))
    const outcomes = await Promise.all(sendings)
    expect(outcomes.every(outcome => outcome.class === 'sent')).toBe(true)
    await new Promise(resolve => setImmediate(resolve))
    process.off('warning', listener)
    expect(warnings).toEqual([])
  })
})

describe('secrets', () => {
  it('are in no log line and no outcome, even when the platform repeats them', async () => {
    const outcomes: Outcome[] = []
    const sessionUrl = room.session().url
    const session = () => ({ url: sessionUrl })
    await room.sender.checkToken()
    const token = room.local.tokenNow()
    const { clientSecret } = room.local.options
    const sign = encodeURIComponent('TSZbRFUuvaSQaRKUpF970OPCb2/LcQAP3wOvwZIzBZk=')
    const said = `no ${clientSecret} ${ALERT_TOKEN} ${ALERT_SECRET} ${token} ${sessionUrl} sign=${sign} ticket=tick-5`
    for (const [route, send] of Object.values(WAYS)) {
      for (const [, fault] of FAULTS) {
        room.local.fault({ route, ...fault })
        outcomes.push(await send({ ...room, session }))
      }
      room.local.fault({ route, ...json(400, { code: 'brand.new', message: said }) })
      outcomes.push(await send({ ...room, session }))
      room.local.fault({ route, ...json(400, { code: token, errmsg: said }) })
      outcomes.push(await send({ ...room, session }))
      outcomes.push(await send({ ...room, session }))
    }
    const signs = room.local.calls(ROBOT_SEND).map(({ query }) => query['sign'] ?? '')
    const told = JSON.stringify(outcomes) + room.lines.join('\n')
    expect(room.lines.length).toBeGreaterThan(100)
    const id = new URL(sessionUrl).searchParams.get('session') ?? ''
    const secrets = [clientSecret, ALERT_TOKEN, ALERT_SECRET, token, id, sign, 'tick-5', ...signs]
    expect(secrets).not.toContain('')
    expect(secrets.flatMap((secret, at) => (told.includes(secret) ? [at] : []))).toEqual([])
    expect(told).not.toMatch(/session=(?!\*\*\*)|access_token=(?!\*\*\*)(?=[\w%])/)
  })
})
