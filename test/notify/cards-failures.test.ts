// cards that cannot be made or changed: the text goes once, and what stands does not stay as it is
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Outcome } from '../../shared/chat.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../shared/time.ts'
import { AT_DIRECT, type CardsRoom, createCardsRoom, fails, settle } from './cards-room.ts'

let stage: CardsRoom

beforeEach(async () => {
  stage = await createCardsRoom()
})
afterEach(async () => {
  await stage.close()
})

async function handIn(place?: string) {
  const asked = await stage.ask(undefined, place)
  return { ...asked, letter: await stage.letter(asked.jobId, place) }
}

const PERMANENT = [
  'param.templateNotExist',
  'param.templateUnpublished',
  'Forbidden.AccessDenied.AccessTokenPermissionDenied',
]

describe('a card that takes long', () => {
  it('keeps the text no longer than a few seconds, and is followed when it stands after all', async () => {
    const keeper = stage.keeper()
    const { jobId, letter } = await handIn()
    let arrive = (_: Outcome): void => {}
    stage.script.openings.push(new Promise<Outcome>(resolve => (arrive = resolve)))
    const opening = keeper.openCard(letter)
    await settle()
    stage.room.move(4 * SECOND)
    expect(await opening).toBe('not-here')
    expect(stage.office.letters()).toMatchObject([{ id: letter.id, closed: ['card'], sent: 0 }])
    arrive({ class: 'sent' })
    await settle()
    expect(stage.office.cardsOf(jobId)).toMatchObject([{ status: 'open', shown: { percent: '0' } }])
  })
})

describe('a card that is refused', () => {
  it.each(PERMANENT)('because of %s goes as text, and so does all that follows there', async code => {
    const keeper = stage.keeper()
    const first = await handIn()
    stage.script.openings.push(fails('config', code))
    expect(await keeper.openCard(first.letter)).toBe('not-here')
    expect(stage.office.letters()).toMatchObject([{ id: first.letter.id, closed: ['card'], sent: 0 }])
    expect(stage.office.cards()).toEqual([])
    expect(keeper.status().degraded).toEqual([{ place: first.letter.place, code, en: `en ${code}`, zh: `zh ${code}` }])
    stage.room.move(DAY)
    expect(await keeper.openCard((await handIn()).letter)).toBe('not-here')
    expect(stage.script.opened).toHaveLength(1)
    // a start is a new chance
    expect(await stage.keeper().openCard((await handIn()).letter)).toBe('opened')
  })

  it.each([
    ['rate', 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi'],
    ['busy', 'system.busy'],
    ['config', 'http-403'],
    ['config', 'deliver-failed'],
    ['bug', 'param.invalid'],
  ] as const)('for a while (%s, %s) is tried again there after half an hour', async (kind, code) => {
    const keeper = stage.keeper()
    stage.script.openings.push(fails(kind, code))
    expect(await keeper.openCard((await handIn()).letter)).toBe('not-here')
    expect(keeper.status().degraded).toMatchObject([{ code, until: '2024-05-01T08:30:00.000Z' }])
    stage.room.move(29 * MINUTE)
    expect(await keeper.openCard((await handIn()).letter)).toBe('not-here')
    // elsewhere there is nothing wrong
    expect(await keeper.openCard((await handIn(AT_DIRECT)).letter)).toBe('opened')
    stage.room.move(MINUTE)
    expect(await keeper.openCard((await handIn()).letter)).toBe('opened')
    expect(keeper.status()).toMatchObject({ degraded: [], failures: 1, lastFailure: { code } })
    expect(stage.script.opened).toHaveLength(3)
  })

  it('for its words goes as text alone: the next is made', async () => {
    const keeper = stage.keeper()
    stage.script.openings.push(fails('content', 'param.contentUnsafe'))
    expect(await keeper.openCard((await handIn()).letter)).toBe('not-here')
    expect(await keeper.openCard((await handIn()).letter)).toBe('opened')
  })

  it('is not asked for twice for the same letter', async () => {
    const keeper = stage.keeper()
    stage.script.openings.push(fails('content'))
    const { letter } = await handIn()
    await keeper.openCard(letter)
    const [again] = stage.office.letters()
    expect(await keeper.openCard(again ?? letter)).toBe('not-here')
    expect(stage.script.opened).toHaveLength(1)
  })

  it('counts among the calls', async () => {
    stage.script.openings.push(fails('busy', 'system.busy'))
    await stage.keeper().openCard((await handIn()).letter)
    expect(stage.office.meter('card')).toMatchObject({ used: 1, last: { class: 'busy', code: 'system.busy' } })
  })

  it('by ways that break goes as text', async () => {
    const ways = { ...stage.script.ways, open: () => Promise.reject(new Error('bad luck')) }
    expect(await stage.keeper({ ways }).openCard((await handIn()).letter)).toBe('not-here')
    expect(stage.heard.map(({ message }) => message)).toContain('a card could not be made')
  })
})

describe('a card whose making is not answered', () => {
  it('is asked for again under the same id, which makes no second one', async () => {
    const { letter, taskIds } = await handIn()
    const keeper = stage.keeper()
    keeper.start()
    stage.script.openings.push(fails('unknown', 'no-answer'), fails('bug', 'param.cardAlreadyExist'))
    const answer = keeper.openCard(letter)
    await stage.pass(2 * SECOND)
    expect(await answer).toBe('opened')
    expect(stage.script.opened).toHaveLength(2)
    expect(new Set(stage.script.opened.map(({ card }) => card.outTrackId)).size).toBe(1)
    expect(stage.office.letters()).toEqual([])
    expect(stage.office.cards()).toHaveLength(1)
    await stage.end(await stage.room.start(taskIds[0] ?? ''))
    await stage.pass(5 * SECOND)
    expect(stage.office.cards()).toEqual([])
  })

  it('goes as text after three attempts; one that stands all the same is brought to its end', async () => {
    const { letter, taskIds } = await handIn()
    const keeper = stage.keeper()
    keeper.start()
    for (let n = 0; n < 3; n += 1) stage.script.openings.push(fails('unknown', 'no-answer'))
    const answer = keeper.openCard(letter)
    await stage.pass(7 * SECOND)
    expect(await answer).toBe('not-here')
    expect(stage.script.opened).toHaveLength(3)
    expect(stage.office.letters()).toMatchObject([{ id: letter.id, closed: ['card'] }])
    // nothing is known of what it shows: all of it is told
    expect(stage.script.told[0]).toMatchObject({ id: stage.script.opened[0]?.card.outTrackId })
    expect(Object.keys(stage.script.told[0]?.variables ?? {})).toHaveLength(10)
    await stage.end(await stage.room.start(taskIds[0] ?? ''))
    await stage.pass(5 * SECOND)
    expect(stage.script.told.at(-1)?.variables).toMatchObject({ status: 'OK' })
    expect(stage.office.cards()).toEqual([])
  })

  it('may stand although the next attempt was refused: the text goes, and the card is brought to its end', async () => {
    const { letter, taskIds } = await handIn()
    const keeper = stage.keeper()
    keeper.start()
    stage.script.openings.push(fails('unknown', 'ECONNRESET'), fails('rate', 'Forbidden.QpsLimit'))
    const answer = keeper.openCard(letter)
    await stage.pass(2 * SECOND)
    expect(await answer).toBe('not-here')
    await stage.end(await stage.room.start(taskIds[0] ?? ''))
    await stage.pass(5 * SECOND)
    expect(stage.script.told.at(-1)?.variables).toMatchObject({ status: 'OK' })
    expect(stage.office.cards()).toEqual([])
  })

  it('because the platform was busy may stand all the same: the text goes, and the card is brought to its end', async () => {
    const { letter, taskIds } = await handIn()
    const keeper = stage.keeper()
    keeper.start()
    stage.script.openings.push(fails('busy', 'ServiceUnavailable'))
    expect(await keeper.openCard(letter)).toBe('not-here')
    expect(stage.script.opened).toHaveLength(1)
    expect(stage.office.letters()).toMatchObject([{ id: letter.id, closed: ['card'] }])
    await stage.end(await stage.room.start(taskIds[0] ?? ''))
    await stage.pass(5 * SECOND)
    expect(stage.script.told.at(-1)).toMatchObject({
      id: stage.script.opened[0]?.card.outTrackId,
      variables: { status: 'OK' },
    })
    expect(stage.office.cards()).toEqual([])
  })

  it('is looked for during a minute, and given up when there is none', async () => {
    const { letter } = await handIn()
    const keeper = stage.keeper()
    keeper.start()
    for (let n = 0; n < 3; n += 1) stage.script.openings.push(fails('unknown', 'no-answer'))
    for (let n = 0; n < 20; n += 1) stage.script.updates.push(fails('expired', 'param.cardNotExist'))
    const answer = keeper.openCard(letter)
    await stage.pass(3 * MINUTE)
    expect(await answer).toBe('not-here')
    expect(stage.office.cards()).toEqual([])
    expect(stage.script.told.length).toBeGreaterThan(1)
    expect(stage.script.told.length).toBeLessThan(8)
  })

  it('is neither given up nor made by a process that ends: the next one finds out', async () => {
    const { letter } = await handIn()
    const keeper = stage.keeper()
    stage.script.openings.push(fails('unknown', 'no-answer'))
    const answer = keeper.openCard(letter)
    await stage.rest()
    await keeper.close()
    expect(await answer).toBe('not-here')
    expect(stage.office.letters()).toMatchObject([{ id: letter.id, closed: [], tries: 0 }])
    expect(stage.office.cards()).toEqual([])
    expect(await stage.keeper().openCard(letter)).toBe('opened')
    expect(new Set(stage.script.opened.map(({ card }) => card.outTrackId)).size).toBe(1)
  })
})

describe('a card that stands, but could not be written down,', () => {
  it('is written down a little later, and not made again', async () => {
    const { letter } = await handIn()
    let broken = 2
    const office = {
      ...stage.office,
      cardOpened: async (...given: Parameters<typeof stage.office.cardOpened>) => {
        broken -= 1
        if (broken >= 0) throw new Error('no space left on device')
        await stage.office.cardOpened(...given)
      },
    }
    const keeper = stage.keeper({ office })
    const answer = keeper.openCard(letter)
    await stage.pass(5 * SECOND)
    expect(await answer).toBe('opened')
    expect(stage.script.opened).toHaveLength(1)
    expect(stage.office.letters()).toEqual([])
    expect(stage.office.cards()).toHaveLength(1)
  })

  it('is remembered until it can be', async () => {
    const { letter } = await handIn()
    let broken = true
    const office = {
      ...stage.office,
      cardOpened: async (...given: Parameters<typeof stage.office.cardOpened>) => {
        if (broken) throw new Error('no space left on device')
        await stage.office.cardOpened(...given)
      },
    }
    const keeper = stage.keeper({ office })
    const answer = keeper.openCard(letter)
    await stage.pass(MINUTE)
    expect(await answer).toBe('opened')
    expect(stage.office.letters()).toHaveLength(1)
    broken = false
    expect(await keeper.openCard(letter)).toBe('opened')
    expect(stage.office.letters()).toEqual([])
    expect(stage.script.opened).toHaveLength(1)
  })
})

describe('an update that fails', () => {
  async function openRunning() {
    const { letter, jobId, taskIds } = await handIn()
    const keeper = stage.keeper()
    keeper.start()
    expect(await keeper.openCard(letter)).toBe('opened')
    const allocation = await stage.room.start(taskIds[0] ?? '')
    await stage.pass(12 * SECOND)
    expect(stage.script.told).toHaveLength(1)
    return { jobId, keeper, allocation }
  }

  it('at the end is made again until it is shown', async () => {
    const { allocation } = await openRunning()
    const refusals = [fails('rate', 'Qps', 1_000), fails('busy', 'system.busy'), fails('unknown', 'no-answer')]
    stage.script.updates.push(...refusals, ...Array(9).fill(fails('busy', 'system.busy')))
    await stage.end(allocation)
    await stage.pass(10 * MINUTE)
    expect(stage.office.cards()).toEqual([])
    const last = stage.script.told.slice(1)
    expect(last).toHaveLength(13)
    const gaps = last.slice(1).map(({ at }, index) => (at - (last[index]?.at ?? 0)) / SECOND)
    expect(gaps).toEqual([1, 2, 5, 10, 20, 30, 60, 60, 60, 60, 60, 60])
    for (const { variables } of last) expect(variables).toMatchObject({ status: 'OK' })
  })

  it('at the end is given up when the card is a day old, and said in the log', async () => {
    const { allocation, jobId } = await openRunning()
    stage.script.updates.push(...Array(3_000).fill(fails('busy', 'system.busy')))
    await stage.end(allocation)
    await stage.pass(25 * HOUR, MINUTE)
    expect(stage.office.cardsOf(jobId)).toMatchObject([{ status: 'closed', shown: { status: 'RUNNING' } }])
    expect(stage.heard.map(({ message }) => message)).toContain('a card is left as it is')
    const before = stage.script.told.length
    await stage.pass(HOUR, MINUTE)
    expect(stage.script.told).toHaveLength(before)
  })

  it('while the job goes on is not insisted upon', async () => {
    const { allocation } = await openRunning()
    stage.script.updates.push(...Array(100).fill(fails('busy', 'system.busy')))
    for (let round = 0; round < 60; round += 1) {
      await stage.progress(allocation, round)
      await stage.pass(10 * SECOND)
    }
    expect(stage.script.told.length).toBeLessThan(8)
    expect(stage.card()).toMatchObject({ status: 'open', shown: { percent: '0' } })
  })

  it('because there is no such card ends it, and a letter gets a new one', async () => {
    const { allocation, jobId, keeper } = await openRunning()
    stage.script.updates.push(fails('expired', 'param.cardNotExist'))
    await stage.progress(allocation, 50)
    await stage.pass(15 * SECOND)
    expect(stage.office.cards()).toEqual([])
    expect(await keeper.openCard(await stage.letter(jobId))).toBe('opened')
    expect(new Set(stage.script.opened.map(({ card }) => card.outTrackId)).size).toBe(2)
    await stage.end(allocation)
    await stage.pass(5 * SECOND)
    expect(stage.script.told.at(-1)?.id).toBe(stage.script.opened[1]?.card.outTrackId)
    expect(stage.office.cards()).toEqual([])
  })

  it('for its words is told without any from outside', async () => {
    const { allocation } = await openRunning()
    stage.script.updates.push(fails('content', 'param.contentUnsafe'))
    await stage.end(allocation)
    await stage.pass(10 * SECOND)
    expect(stage.script.told.at(-1)?.variables).toMatchObject({ status: 'OK', detail: '详情请发送：状态 1' })
    expect(JSON.stringify(stage.script.told.at(-1)?.variables)).not.toContain('/data/a')
    expect(stage.office.cards()).toEqual([])
  })

  it('for want of a permission waits for somebody to grant it', async () => {
    const { allocation } = await openRunning()
    stage.script.updates.push(...Array(3).fill(fails('config', 'Forbidden.AccessDenied.AccessTokenPermissionDenied')))
    await stage.end(allocation)
    await stage.pass(29 * MINUTE, 10 * SECOND)
    expect(stage.script.told).toHaveLength(4)
    expect(stage.card().status).toBe('closing')
    await stage.pass(5 * MINUTE, 10 * SECOND)
    expect(stage.office.cards()).toEqual([])
  })

  it('without an answer may have been shown: what it told is told again', async () => {
    const { allocation } = await openRunning()
    stage.script.updates.push(fails('unknown', 'no-answer'))
    await stage.progress(allocation, 50)
    await stage.pass(12 * SECOND)
    expect(stage.script.told.at(-1)?.variables).toMatchObject({ percent: '50' })
    // back to what is known to be shown, which is not known any more
    await stage.progress(allocation, 0)
    await stage.pass(30 * SECOND)
    expect(stage.script.told.at(-1)?.variables).toMatchObject({ percent: '0' })
  })

  it('to be noted is not made again at once', async () => {
    const { allocation, keeper } = await openRunning()
    await keeper.close()
    const before = stage.script.told.length
    const office = { ...stage.office, cardShown: async () => Promise.reject(new Error('no space left on device')) }
    const next = stage.keeper({ office })
    next.start()
    await stage.end(allocation)
    await stage.pass(5 * MINUTE)
    expect(stage.script.told.length - before).toBeLessThan(8)
    await next.close()
  })
})
