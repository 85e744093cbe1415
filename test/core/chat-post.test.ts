// letters, cards and meters: what leaves, when, and what is forgotten
import { describe, expect, test } from 'vitest'
import type { Channel, LetterDraft, Outcome } from '../../shared/chat.ts'
import { DAY, HOUR, MINUTE, SECOND, toInstant } from '../../shared/time.ts'
import { failed, GROUP, hear, OTHER, only, SENT, toDraft, typed, typesOf } from './talk.ts'
import { createWorld, must, ROOT, START, type World } from './world.ts'

const write = (world: World, more: Partial<LetterDraft> = {}): string =>
  must(world.ask({ type: 'letter.write', letter: toDraft('text', more) }).letterId)
type Try = { waitMs?: number; close?: boolean; drop?: boolean }
const tried = (world: World, letterId: string, [channel, outcome]: [Channel, Outcome | 'sending'], more: Try = {}) =>
  world.ask({ type: 'letter.tried', letterId, sending: { channel, outcome }, ...more })
const meterOf = (world: World, id: Channel | 'stream') => must(world.state.meters.get(id))

describe('a letter', () => {
  const [part] = toDraft().parts
  test('goes when its last part has arrived', () => {
    const world = createWorld()
    const id = write(world, { parts: [part!, part!] })
    tried(world, id, ['session', SENT])
    expect(world.state.letters.get(id)).toMatchObject({ sent: 1, tries: 0 })
    const { events } = tried(world, id, ['session', SENT])
    expect(events).toContainEqual({ type: 'letter.removed', letterId: id, place: GROUP, why: 'sent' })
    expect(world.state.letters.size).toBe(0)
  })

  test('waits after a failure, and remembers the ways that are over', () => {
    const world = createWorld()
    const id = write(world)
    tried(world, id, ['session', failed('expired')], { close: true })
    tried(world, id, ['session', failed('expired')], { close: true })
    tried(world, id, ['api', failed('busy')], { waitMs: 2_000 })
    expect(world.state.letters.get(id)).toMatchObject({
      ...{ tries: 3, closed: ['session'], notBefore: toInstant(START + 2_000) },
      last: { channel: 'api', class: 'busy', code: 'c-busy' },
    })
    tried(world, id, ['robot', failed('content')], { drop: true })
    expect(world.state.letters.size).toBe(0)
  })

  test('has its session again with a fresh one of its conversation, and with nothing else', () => {
    const world = createWorld()
    hear(world, 'm0')
    const [here, there] = [write(world), write(world, { place: OTHER })]
    const close = (id: string, channel: Channel) =>
      tried(world, id, [channel, failed('expired')], { close: true, waitMs: 10 * MINUTE })
    for (const id of [here, there]) for (const channel of ['session', 'api'] as const) close(id, channel)
    const closedOf = (id: string) => world.state.letters.get(id)?.closed
    const session = (url: string, atMs: number) => ({ session: { url, expiresAt: toInstant(START + atMs) } })
    // the same one, one that is over sooner, none
    hear(world, 'm1')
    hear(world, 'm2', session('x2', HOUR))
    hear(world, 'm3', { session: undefined })
    expect(closedOf(here)).toEqual(['session', 'api'])
    const { events } = hear(world, 'm4', session('x4', 2 * HOUR))
    expect(events).toContainEqual({ type: 'letter.reopened', letterIds: [here], channel: 'session' })
    expect([closedOf(here), closedOf(there)]).toEqual([['api'], ['session', 'api']])
    // once for each
    expect(typesOf(hear(world, 'm5', session('x5', 3 * HOUR)).events)).not.toContain('letter.reopened')
    close(here, 'session')
    hear(world, 'm5', session('x6', 4 * HOUR))
    expect(closedOf(here)).toEqual(['api', 'session'])
  })

  test('that nobody took within a day is given up, and that is told', () => {
    const world = createWorld()
    const id = write(world)
    world.skip(HOUR)
    const later = write(world)
    expect((world.nextDue() ?? 0) - START).toBe(DAY)
    const { events } = world.wait(23 * HOUR)
    expect(events).toEqual([{ type: 'letter.removed', letterId: id, place: GROUP, why: 'old' }])
    expect(only(world.state.letters.rows()).id).toBe(later)
  })

  test('is counted although it is gone', () => {
    const world = createWorld()
    expect(typesOf(tried(world, '018f0000-0000-7000-8000-000000000000', ['api', SENT]).events)).toEqual([
      'meter.counted',
    ])
    expect(meterOf(world, 'api').used).toBe(1)
  })
})

describe('sealing', () => {
  test('puts one letter in the place of notices and letters', () => {
    const { world, notice } = createEnded()
    const waiting = write(world)
    const seal = {
      type: 'letter.seal',
      notices: [notice, notice],
      letters: [waiting],
      letter: toDraft('both'),
    } as const
    const { letterId } = world.ask(seal)
    expect([world.state.notices.size, only(world.state.letters.rows()).id]).toEqual([0, letterId])
    // a second one finds nothing left
    expect(world.ask(seal)).toMatchObject({ events: [] })
    expect(world.ask(seal).letterId).toBeUndefined()
    expect(world.state.letters.size).toBe(1)
  })

  test.each<[string, [Channel, Outcome | 'sending']]>([
    ['was tried', ['api', failed('busy')]],
    ['is on its way', ['robot', 'sending']],
  ])('leaves a letter alone that %s', (_what, how) => {
    const world = createWorld()
    const id = write(world)
    tried(world, id, how)
    expect(
      world.ask({ type: 'letter.seal', notices: [], letters: [id], letter: toDraft('x') }).letterId,
    ).toBeUndefined()
    expect(only(world.state.letters.rows()).id).toBe(id)
  })

  test('a notice whose job goes on makes no letter', () => {
    const { world, jobId, notice } = createEnded()
    world.ask({ type: 'job.retry', actor: ROOT, jobId, only: 'all' })
    expect(
      world.ask({ type: 'letter.seal', notices: [notice], letters: [], letter: toDraft('x') }).letterId,
    ).toBeUndefined()
    expect(world.state.letters.size).toBe(0)
  })

  test('without a letter drops what it names', () => {
    const { world, notice } = createEnded()
    world.ask({ type: 'letter.seal', notices: [notice], letters: [] })
    expect([world.state.notices.size, world.state.letters.size]).toEqual([0, 0])
  })
})

function createEnded() {
  const world = createWorld()
  world.agent()
  const { jobId, taskIds } = world.submit(['/a'], { actor: typed('m1') })
  const [taskId] = taskIds
  world.start(taskId!)
  world.end(taskId!)
  return { world, jobId, taskId: taskId!, notice: only(world.state.notices.rows()).id }
}

describe('a meter', () => {
  test('counts the robot before the call, the others after it', () => {
    const world = createWorld()
    const id = write(world)
    for (const channel of ['robot', 'api', 'session', 'terminal'] as const) {
      tried(world, id, [channel, 'sending'])
      tried(world, id, [channel, failed('busy')])
    }
    expect((['robot', 'api', 'session', 'terminal'] as const).map(one => meterOf(world, one).used)).toEqual([
      1, 1, 1, 0,
    ])
    expect(meterOf(world, 'robot')).toMatchObject({ recent: [START], last: { class: 'busy', code: 'c-busy' } })
    expect(meterOf(world, 'api').recent).toEqual([])
  })

  test('of the robot keeps the last minute', () => {
    const world = createWorld()
    const id = write(world)
    for (let n = 0; n < 5; n += 1) {
      tried(world, id, ['robot', 'sending'])
      world.skip(25 * SECOND)
    }
    tried(world, id, ['robot', 'sending'])
    expect(meterOf(world, 'robot').recent.map(at => (world.now - at) / SECOND)).toEqual([50, 25, 0])
  })

  test('is blocked for longer each time, until something arrives', () => {
    const world = createWorld()
    const id = write(world)
    const waits = Array.from({ length: 6 }, () => {
      tried(world, id, ['robot', failed('rate', 60_000)])
      const until = Date.parse(meterOf(world, 'robot').blockedUntil ?? '') - world.now
      world.skip(until)
      return until / MINUTE
    })
    expect(waits).toEqual([1, 2, 4, 8, 10, 10])
    tried(world, write(world), ['robot', SENT])
    expect([meterOf(world, 'robot').blocks, meterOf(world, 'robot').blockedUntil]).toEqual([0, undefined])
  })

  test('of the API is blocked for a minute at most, unless it is told to wait longer', () => {
    const world = createWorld()
    const id = write(world)
    const waits = [...Array<number>(8).fill(SECOND), 5 * MINUTE, 5 * MINUTE].map(waitMs => {
      tried(world, id, ['api', failed('rate', waitMs)])
      const until = Date.parse(meterOf(world, 'api').blockedUntil ?? '') - world.now
      world.skip(until)
      return until / SECOND
    })
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 300, 300])
  })

  test('begins anew with the month', () => {
    const world = createWorld()
    hear(world, 'm1')
    world.skip(30 * DAY + 16 * HOUR - 1)
    hear(world, 'm2')
    expect(meterOf(world, 'stream')).toMatchObject({ month: '2024-05', used: 2 })
    world.skip(1)
    hear(world, 'm3')
    expect(meterOf(world, 'stream')).toMatchObject({ month: '2024-06', used: 1 })
    world.skip(-1)
    hear(world, 'm4')
    expect(meterOf(world, 'stream')).toMatchObject({ month: '2024-06', used: 2 })
  })
})

describe('a card', () => {
  const open = (world: World, id: string, jobId: string, letterId?: string) =>
    world.ask({
      ...{ type: 'card.opened', card: { id, jobId, place: GROUP, shown: { percent: '0' } } },
      ...(letterId !== undefined && { letterId }),
    })
  const statusOf = (world: World, id: string) => world.state.cards.get(id)?.status
  const show = (world: World, cardId: string, status: 'open' | 'closed', outcome: Outcome = SENT) =>
    world.ask({ type: 'card.shown', cardId, shown: { percent: '9' }, sending: { channel: 'card', outcome }, status })
  const createRunning = () => {
    const world = createWorld()
    world.agent()
    const { jobId, taskIds } = world.submit(['/a'], { actor: typed('m1') })
    world.start(taskIds[0]!)
    return { world, jobId, taskId: taskIds[0]! }
  }

  test('replaces its letter, is shown, closes with its job, and is open again with it', () => {
    const { world, jobId, taskId } = createRunning()
    open(world, 'c1', jobId, write(world, { card: jobId }))
    expect(world.state.letters.size).toBe(0)
    show(world, 'c1', 'open')
    expect(world.state.cards.get('c1')).toMatchObject({ status: 'open', updates: 1, shown: { percent: '9' } })
    world.end(taskId)
    expect(statusOf(world, 'c1')).toBe('closing')
    show(world, 'c1', 'open')
    expect(statusOf(world, 'c1')).toBe('closing')
    show(world, 'c1', 'closed')
    expect(statusOf(world, 'c1')).toBe('closed')
    world.ask({ type: 'job.retry', actor: ROOT, jobId, only: 'all' })
    expect(statusOf(world, 'c1')).toBe('open')
    expect(meterOf(world, 'card').used).toBe(4)
  })

  test('that stands nowhere stays closed, whatever happens to its job', () => {
    const { world, jobId, taskId } = createRunning()
    open(world, 'c1', jobId)
    show(world, 'c1', 'closed', failed('expired'))
    const { id, agentId } = world.run(taskId)
    const progress = { at: toInstant(world.now), percent: 50, source: 'sample' } as const
    world.report(agentId, { type: 'progress', allocation: id, progress })
    expect(statusOf(world, 'c1')).toBe('closed')
    world.end(taskId)
    expect(statusOf(world, 'c1')).toBe('closed')
    world.ask({ type: 'job.retry', actor: ROOT, jobId, only: 'all' })
    expect(statusOf(world, 'c1')).toBe('closed')
  })

  test('older than a day is not taken up again', () => {
    const { world, jobId, taskId } = createRunning()
    open(world, 'c1', jobId)
    world.end(taskId)
    show(world, 'c1', 'closed')
    world.wait(DAY)
    world.ask({ type: 'job.retry', actor: ROOT, jobId, only: 'all' })
    expect(statusOf(world, 'c1')).toBe('closed')
  })

  test('is one in each place: a newer one takes over', () => {
    const { world, jobId, taskId } = createRunning()
    open(world, 'c1', jobId)
    world.skip(SECOND)
    open(world, 'c2', jobId)
    world.ask({ type: 'card.opened', card: { id: 'c3', jobId, place: OTHER, shown: {} } })
    expect(['c1', 'c2', 'c3'].map(id => statusOf(world, id))).toEqual(['closed', 'open', 'open'])
    expect(world.state.meters.size).toBe(0)
    world.end(taskId)
    world.ask({ type: 'job.retry', actor: ROOT, jobId, only: 'all' })
    expect(['c1', 'c2', 'c3'].map(id => statusOf(world, id))).toEqual(['closed', 'open', 'open'])
  })

  test('opened after its job ended, or closed while it went on again, is as the job is', () => {
    const { world, jobId, taskId } = createRunning()
    world.end(taskId)
    open(world, 'c1', jobId)
    expect(statusOf(world, 'c1')).toBe('closing')
    world.ask({ type: 'job.retry', actor: ROOT, jobId, only: 'all' })
    show(world, 'c1', 'closed')
    expect(statusOf(world, 'c1')).toBe('open')
    show(world, 'c1', 'closed', failed('config'))
    expect(world.state.cards.get('c1')).toMatchObject({ status: 'closed', shown: { percent: '9' }, updates: 1 })
  })

  test('of a job that is removed is closed', () => {
    const { world, jobId } = createRunning()
    open(world, 'c1', jobId)
    world.ask({ type: 'job.purge', actor: ROOT, jobId })
    expect(statusOf(world, 'c1')).toBe('closing')
  })
})

test('what was said is forgotten: sessions when they are over, messages and cards after two days, conversations as jobs are', () => {
  const world = createWorld()
  const { jobId } = world.submit(['/a'], { actor: typed('m0') })
  hear(world, 'm1')
  world.ask({ type: 'card.opened', card: { id: 'c1', jobId, place: GROUP, shown: {} } })
  const look = () => [
    ...[world.state.messages.size, world.state.cards.size, world.state.conversations.size],
    world.state.conversations.get('cid1')?.session === undefined,
  ]
  const seen: unknown[] = []
  for (let round = 0; round < 10 && world.state.conversations.size > 0; round += 1) {
    const due = world.nextDue() ?? 0
    world.wait(due - world.now)
    seen.push([(world.now - START) / HOUR, ...look()])
  }
  expect(seen).toEqual([
    [expect.closeTo(1.516, 2), 1, 1, 1, true],
    [49, 0, 0, 1, true],
    [31 * 24 - 8, 0, 0, 0, true],
  ])
})

test('forgetting has its bounds, and goes on at once', () => {
  const world = createWorld()
  for (let n = 0; n < 2_100; n += 1) hear(world, `m${n}`)
  world.wait(3 * DAY)
  expect(world.state.messages.size).toBe(100)
  expect(world.nextDue()).toBeLessThanOrEqual(world.now)
  world.wait(0)
  expect(world.state.messages.size).toBe(0)
})
