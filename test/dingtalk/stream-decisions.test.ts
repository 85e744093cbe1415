// what the stream decides without a socket: frames, answers of the gateway, paces, silence
import { describe, expect, it } from 'vitest'
import { readFrame } from '../../bot/dingtalk/stream/frame.ts'
import { readGatewayAnswer } from '../../bot/dingtalk/stream/gateway-answer.ts'
import { isRenewalDue, waitMs } from '../../bot/dingtalk/stream/pace.ts'
import { heard, NEW_RHYTHM, type Rhythm, silenceMs, wasMute } from '../../bot/dingtalk/stream/rhythm.ts'
import { createSeldom } from '../../bot/dingtalk/stream/seldom.ts'
import { atLeastMs, toTrouble } from '../../bot/dingtalk/stream/trouble.ts'
import { examine, hasJumped } from '../../bot/dingtalk/stream/vitals.ts'
import { HOUR, MINUTE } from '../../shared/time.ts'
import { createMovingClock } from '../helpers/dingtalk/local.ts'

describe('a frame', () => {
  const robot = { type: 'CALLBACK', headers: { topic: '/t', messageId: 'm1' }, data: '{"a":1}' }

  it('of a push carries the parsed data', () => {
    expect(readFrame(JSON.stringify(robot))).toEqual({ kind: 'push', topic: '/t', messageId: 'm1', data: { a: 1 } })
  })

  it.each([
    ['{"a"', undefined],
    ['', undefined],
    ['null', null],
    [undefined, undefined],
    [{ a: 2 }, { a: 2 }],
  ])('with data %j is pushed all the same', (data, read) => {
    expect(readFrame(JSON.stringify({ ...robot, data }))).toMatchObject({ kind: 'push' })
    expect(readFrame(JSON.stringify({ ...robot, data }))).toHaveProperty('data', read)
  })

  it('of the system may lack everything but its topic', () => {
    expect(readFrame('{"type":"SYSTEM","headers":{"topic":"ping"}}')).toMatchObject({ kind: 'ping' })
    expect(readFrame('{"type":"SYSTEM","headers":{"topic":"disconnect"},"data":"{\\"reason\\":\\"old\\"}"}')).toEqual({
      ...{ kind: 'disconnect', messageId: '', reason: 'old' },
    })
    for (const topic of ['KEEPALIVE', 'CONNECTED', 'REGISTERED', 'whatever'])
      expect(readFrame(JSON.stringify({ type: 'SYSTEM', headers: { topic } }))).toEqual({ kind: 'system' })
    expect(readFrame('{"type":"SYSTEM"}')).toEqual({ kind: 'system' })
  })

  it.each([
    '',
    '{not',
    'null',
    '[]',
    '"x"',
    '7',
    '{}',
    '{"type":"X"}',
    '{"type":"CALLBACK","headers":[1]}',
    '\u0000\u0001',
  ])('such as %j is rubbish and no error', text => {
    expect(readFrame(text)).toMatchObject({ kind: 'rubbish' })
  })
})

describe('an answer of the gateway', () => {
  const body = (value: unknown): string => JSON.stringify(value)
  const good = { endpoint: 'wss://host.example/connect', ticket: 'a b/c' }

  it('names the address, the ticket quoted', () => {
    const url = 'wss://host.example/connect?ticket=a+b%2Fc'
    expect(readGatewayAnswer({ status: 200, text: body(good), secure: true })).toEqual({ ok: true, url })
  })

  it.each([
    [401, body({ code: 'authFailed' }), 'auth'],
    [400, body({ code: 'systemError' }), 'refused'],
    [400, '<html>plain HTTP request was sent to HTTPS port</html>', 'proxy'],
    [403, body({ code: 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi' }), 'rate'],
    [403, body({ code: 'Forbidden.AccessDenied.ApiCountLimitForOrg' }), 'rate'],
    [403, body({ code: 'Forbidden.AccessDenied.IpNotInWhiteList' }), 'forbidden'],
    [429, '', 'rate'],
    [200, body({ status: 1111, wait: 5, punish: 'deny' }), 'banned'],
    [503, '', 'unavailable'],
    [500, body({ code: 'system.busy' }), 'unavailable'],
    [302, '', 'proxy'],
    [404, body({}), 'unexpected'],
    [200, '', 'empty'],
    [200, body({}), 'empty'],
    [200, body({ ...good, ticket: '' }), 'empty'],
    [200, body({ ...good, ticket: 7 }), 'empty'],
    [200, '<xml/>', 'proxy'],
    [200, '[]', 'proxy'],
    [200, body({ ...good, endpoint: 'ws://host.example/connect' }), 'endpoint'],
    [200, body({ ...good, endpoint: 'https://host.example' }), 'endpoint'],
    [200, body({ ...good, endpoint: 'nothing' }), 'endpoint'],
  ])('%i %s is of class %s', (status, text, code) => {
    expect(readGatewayAnswer({ status, text, secure: true })).toMatchObject({ ok: false, code })
  })

  it('of wrong credentials is permanent, waits five minutes, and tells what to look at in two languages', () => {
    expect(toTrouble('auth')).toMatchObject({ code: 'auth', permanent: true })
    expect(toTrouble('auth').zh).toContain('DINGTALK_CLIENT_SECRET')
    expect(atLeastMs('auth')).toBe(5 * MINUTE)
    expect(toTrouble('unavailable').permanent).toBe(false)
  })
})

describe('the pace', () => {
  const ask = { dials: 1, urgent: false, atLeastMs: 0, random: 0.999999 }

  it('backs off from one second to a minute, with full jitter', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 50].map(dials => Math.round(waitMs({ ...ask, dials }) / 1_000))
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
    expect([1, 5, 50].map(dials => waitMs({ ...ask, dials, random: 0 }))).toEqual([1_000, 1_000, 1_000])
  })

  it('lets one replacement out at once, and no more', () => {
    expect([0, 1, 2, 3].map(dials => waitMs({ ...ask, dials, urgent: true, random: 0 }))).toEqual([0, 0, 1_000, 1_000])
  })

  it('waits at least as long as the answer asks for', () => {
    expect(waitMs({ ...ask, dials: 9, atLeastMs: 300_000 })).toBe(300_000)
  })

  it('renews after six hours at a quiet moment, after twelve at any', () => {
    const due = (ageMs: number, quietMs: number): boolean =>
      isRenewalDue({ openedAt: 0, lastPushAt: ageMs - quietMs, now: ageMs })
    expect([due(6 * HOUR - 1, HOUR), due(6 * HOUR, MINUTE), due(6 * HOUR, MINUTE - 1)]).toEqual([false, true, false])
    expect([due(12 * HOUR - 1, 0), due(12 * HOUR, 0)]).toEqual([false, true])
    expect(isRenewalDue({ openedAt: 0, lastPushAt: Number.NEGATIVE_INFINITY, now: 6 * HOUR })).toBe(true)
  })
})

describe('silence', () => {
  const rhythmOf = (...gaps: number[]): Rhythm => gaps.reduce(heard, NEW_RHYTHM)

  it('may last three intervals, at least a minute, at most a quarter of an hour', () => {
    expect(silenceMs(rhythmOf(30_000, 30_000))).toBe(90_000)
    expect(silenceMs(rhythmOf(10_000))).toBe(60_000)
    expect(silenceMs(rhythmOf(600_000))).toBe(15 * MINUTE)
  })

  it('is measured by an assumption while nothing was heard, and by more patience with a server that says nothing', () => {
    expect(silenceMs(NEW_RHYTHM)).toBe(90_000)
    expect(silenceMs(wasMute(NEW_RHYTHM))).toBe(180_000)
    const mutes = Array.from({ length: 40 }).reduce<Rhythm>(rhythm => wasMute(rhythm), NEW_RHYTHM)
    expect(silenceMs(mutes)).toBe(15 * MINUTE)
    expect(silenceMs(heard(mutes, 20_000))).toBe(60_000)
  })

  it('is not measured by bursts nor by jumps of the clock', () => {
    const burst = Array.from({ length: 100 }, () => 5)
    expect(silenceMs(rhythmOf(30_000, ...burst))).toBe(90_000)
    expect(silenceMs(rhythmOf(30_000, 8 * HOUR, -5))).toBe(90_000)
    expect(silenceMs(rhythmOf(...burst))).toBe(60_000)
  })

  it('is forgotten with the habits of long ago', () => {
    expect(silenceMs(rhythmOf(200_000, ...Array.from({ length: 20 }, () => 30_000)))).toBe(90_000)
  })
})

describe('an examination', () => {
  const well = { heardAt: 0, pingedAt: 0, unanswered: 0 }

  it('pings every 25 s and gives up after two missed pongs', () => {
    expect(examine(well, 90_000, 24_999)).toBe('well')
    expect(examine(well, 90_000, 25_000)).toBe('ping')
    expect(examine({ ...well, pingedAt: 25_000, unanswered: 1 }, 90_000, 50_000)).toBe('ping')
    expect(examine({ ...well, pingedAt: 50_000, unanswered: 2 }, 90_000, 74_999)).toBe('well')
    expect(examine({ ...well, pingedAt: 50_000, unanswered: 2 }, 90_000, 75_000)).toBe('no-pong')
  })

  it('holds silence against a connection whose pongs come', () => {
    expect(examine({ ...well, pingedAt: 75_000 }, 90_000, 90_000)).toBe('silent')
  })

  it('takes a jump of the clock for a jump, and a late timer for a late timer', () => {
    expect([5_000, 30_000, 35_001, -1_000, -5_001].map(ms => hasJumped(0, ms))).toEqual([
      false,
      false,
      true,
      false,
      true,
    ])
  })
})

describe('what happens again and again', () => {
  it('is said at once, then once a minute with a count', () => {
    const clock = createMovingClock()
    const said: unknown[] = []
    const seldom = createSeldom(clock, (message, fields) => said.push([message, fields]))
    for (let n = 0; n < 5; n += 1) seldom('odd', { why: 'x' })
    seldom('other')
    clock.advance(MINUTE)
    seldom('odd', { why: 'y' })
    expect(said).toEqual([
      ['odd', { why: 'x' }],
      ['other', {}],
      ['odd', { why: 'y', keptBack: 4 }],
    ])
  })
})
