// cards from the letter to the last state: over the real engine, on a clock that the test moves
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../../shared/time.ts'
import { measured, ROOT } from '../core/world.ts'
import { AT_DIRECT, AT_GROUP, AT_STAFF, type CardsRoom, createCardsRoom, fails, GROUP, STAFF } from './cards-room.ts'

let stage: CardsRoom

beforeEach(async () => {
  stage = await createCardsRoom()
})
afterEach(async () => {
  await stage.close()
})

/** A load that runs, its letter handed to a keeper, its card made. */
async function openOne(more: Parameters<CardsRoom['keeper']>[0] = {}) {
  const { jobId, taskIds, actor } = await stage.ask()
  const keeper = stage.keeper(more)
  keeper.start()
  const letter = await stage.letter(jobId)
  const answer = await keeper.openCard(letter)
  const taskId = taskIds[0] ?? ''
  return { jobId, taskId, actor, keeper, letter, answer }
}

describe('a letter', () => {
  it('becomes a card that is filled from the first, and is gone', async () => {
    const { answer, jobId, letter } = await openOne()
    expect(answer).toBe('opened')
    expect(stage.office.letters()).toEqual([])
    const [opened] = stage.script.opened
    expect(opened?.card).toMatchObject({
      place: { kind: 'group', conversationId: GROUP },
      variables: { title: '预热 #1', status: 'QUEUED', percent: '0', jobId: '1', operator: '张三', showCancel: 'true' },
      lastMessage: '预热 #1 排队中',
    })
    expect(opened?.card.outTrackId).toMatch(new RegExp(`^gander-${jobId}-\\d+$`))
    expect(Object.values(opened?.card.variables ?? {}).every(value => value !== '')).toBe(true)
    expect(stage.card()).toMatchObject({ id: opened?.card.outTrackId, jobId, place: letter.place, status: 'open' })
  })

  it('says on its card what the job waits for: nobody is there, or another job loads the path', async () => {
    const keeper = stage.keeper()
    const first = await stage.ask(['/data/a'], AT_GROUP, 'later')
    await keeper.openCard(await stage.letter(first.jobId))
    const second = await stage.ask(['/data/a/x'])
    const third = await stage.ask(['/data/a/x'], AT_DIRECT)
    await keeper.openCard(await stage.letter(second.jobId))
    await keeper.openCard(await stage.letter(third.jobId, AT_DIRECT))
    const [absent, leader, follower] = stage.script.opened.map(({ card }) => card.variables['detail'] ?? '')
    expect(absent).toBe('- **路径**：/data/a\n- 排队中\n- 等待代理：集群 later 没有在线代理')
    expect(leader).toBe('- **路径**：/data/a/x\n- 排队中')
    expect(follower).toContain('\n- #2 已在加载 /data/a/x，跟随它的结果')
  })

  it('to one person becomes a card for that person', async () => {
    const keeper = stage.keeper()
    for (const place of [AT_DIRECT, AT_STAFF]) {
      const { jobId } = await stage.ask(['/data/b'], place)
      expect(await keeper.openCard(await stage.letter(jobId, place))).toBe('opened')
    }
    expect(stage.script.opened.map(({ card }) => card.place)).toEqual([
      { kind: 'direct', staffId: STAFF },
      { kind: 'direct', staffId: STAFF },
    ])
  })

  it.each(['robot', 'conversation terminal', 'conversation nobodyHeardOf'])('for %s stays text', async place => {
    const { jobId } = await stage.ask()
    expect(await stage.keeper().openCard(await stage.letter(jobId, place))).toBe('not-here')
    expect(stage.script.opened).toEqual([])
    expect(stage.office.letters()).toHaveLength(1)
  })

  it('stays text without a template, and when a part of it went as text already', async () => {
    const { jobId } = await stage.ask()
    const letter = await stage.letter(jobId)
    expect(await stage.keeper({ templateId: undefined }).openCard(letter)).toBe('not-here')
    expect(await stage.keeper().openCard({ ...letter, sent: 1 })).toBe('not-here')
    expect(await stage.keeper().openCard({ ...letter, closed: ['card'] })).toBe('not-here')
    const { card: _none, ...plain } = letter
    expect(await stage.keeper().openCard(plain)).toBe('not-here')
    expect(stage.script.opened).toEqual([])
  })

  it('of a job that has a card there updates that one and goes as text besides', async () => {
    const { keeper, jobId } = await openOne()
    expect(await keeper.openCard(await stage.letter(jobId))).toBe('not-here')
    expect(stage.script.opened).toHaveLength(1)
    expect(stage.office.letters()).toHaveLength(1)
    // elsewhere it has none
    expect(await keeper.openCard(await stage.letter(jobId, AT_DIRECT))).toBe('opened')
    expect(stage.office.cards()).toHaveLength(2)
  })

  it('of a job whose card is a day old gets a new one', async () => {
    const { keeper, jobId } = await openOne()
    stage.room.move(DAY)
    await stage.rest()
    expect(await keeper.openCard(await stage.letter(jobId))).toBe('opened')
    expect(new Set(stage.script.opened.map(({ card }) => card.outTrackId)).size).toBe(2)
    expect(stage.office.cards()).toHaveLength(1)
  })

  it('whose job is gone stays text', async () => {
    const { jobId, actor } = await stage.ask()
    const letter = await stage.letter(jobId)
    await stage.room.engine.dispatch({ type: 'job.stop', actor, jobId })
    await stage.room.engine.dispatch({ type: 'job.purge', actor: ROOT, jobId })
    expect(await stage.keeper().openCard(letter)).toBe('not-here')
  })
})

describe('a card', () => {
  it('follows its job: few updates, each of what changed, then the end', async () => {
    const { jobId, taskId } = await openOne()
    const allocation = await stage.room.start(taskId)
    for (let percent = 0; percent <= 95; percent += 1) {
      await stage.progress(allocation, percent)
      await stage.pass(SECOND)
    }
    const running = stage.script.told.length
    expect(running).toBeGreaterThanOrEqual(3)
    expect(running).toBeLessThanOrEqual(10)
    expect(stage.script.told[0]?.variables).toMatchObject({
      status: 'RUNNING',
      startedAt: expect.stringContaining('（'),
    })
    // what never changed is never sent again
    for (const { variables } of stage.script.told) {
      expect(Object.keys(variables)).not.toContain('title')
      expect(variables).toHaveProperty('elapsed')
    }
    await stage.end(allocation)
    await stage.pass(3 * SECOND)
    const last = stage.script.told.at(-1)
    expect(stage.script.told).toHaveLength(running + 1)
    expect(last?.variables).toMatchObject({ status: 'OK', percent: '100', showCancel: 'false' })
    expect(stage.office.cards()).toEqual([])
    expect(stage.office.cardsOf(jobId)[0]).toMatchObject({ status: 'closed', shown: { status: 'OK', percent: '100' } })
    // and is left alone from then on
    await stage.pass(10 * MINUTE, MINUTE)
    expect(stage.script.told).toHaveLength(running + 1)
    expect(stage.room.delays().filter(ms => ms < MINUTE)).toEqual([])
  })

  it('is never updated twice within ten seconds while its job goes on, nor within two at its end', async () => {
    const { taskId } = await openOne()
    const allocation = await stage.room.start(taskId)
    for (let percent = 0; percent < 100; percent += 10) {
      await stage.progress(allocation, percent)
      await stage.pass(3 * SECOND, 500)
    }
    await stage.end(allocation)
    await stage.pass(3 * SECOND, 100)
    const times = [stage.script.opened[0]?.at ?? 0, ...stage.script.told.map(({ at }) => at)]
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    expect(gaps.length).toBeGreaterThanOrEqual(3)
    expect(Math.min(...gaps.slice(0, -1))).toBeGreaterThanOrEqual(10 * SECOND)
    expect(gaps.at(-1)).toBeGreaterThanOrEqual(2 * SECOND)
    expect(stage.script.told.at(-1)?.variables['status']).toBe('OK')
  })

  it('of a quiet job is told the time every five minutes, at most twelve times', async () => {
    const { taskId } = await openOne()
    await stage.room.start(taskId)
    await stage.pass(3 * HOUR, 10 * SECOND)
    expect(stage.script.told).toHaveLength(12)
    const gaps = stage.script.told.slice(2).map(({ at }, index) => at - (stage.script.told[index + 1]?.at ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5 * MINUTE)
  })

  it('takes twenty updates of a job on all its cards, and the last on each', async () => {
    const { keeper, jobId, taskId } = await openOne()
    await keeper.openCard(await stage.letter(jobId, AT_DIRECT))
    const allocation = await stage.room.start(taskId)
    for (let round = 0; round < 40; round += 1) {
      await stage.progress(allocation, (round % 2) * 50)
      await stage.pass(12 * SECOND, 2 * SECOND)
    }
    expect(stage.script.told).toHaveLength(20)
    await stage.end(allocation)
    await stage.pass(5 * SECOND)
    expect(stage.script.told).toHaveLength(22)
    expect(stage.office.cards()).toEqual([])
  })

  it('shows the newest state only, one call at a time', async () => {
    const { taskId } = await openOne()
    const allocation = await stage.room.start(taskId)
    let answer = (_: Awaited<ReturnType<typeof Promise.resolve<{ class: 'sent' }>>>): void => {}
    stage.script.updates.push(new Promise(resolve => (answer = resolve)))
    stage.room.move(11 * SECOND)
    await new Promise<void>(resolve => setImmediate(resolve))
    expect(stage.script.told).toHaveLength(1)
    for (const percent of [20, 40, 60]) {
      await stage.progress(allocation, percent)
      stage.room.move(15 * SECOND)
      await new Promise<void>(resolve => setImmediate(resolve))
    }
    expect(stage.script.told).toHaveLength(1)
    answer({ class: 'sent' })
    await stage.rest()
    await stage.pass(12 * SECOND)
    expect(stage.script.told.map(({ variables }) => variables['percent'])).toEqual([undefined, '60'])
  })

  it('of a job that is asked for again takes its end back, and is the same card', async () => {
    const { jobId, taskId, actor } = await openOne()
    const allocation = await stage.room.start(taskId)
    await stage.end(allocation, { after: measured(3, 1), missingTotal: 2, missingByCause: { gone: 2 } })
    await stage.pass(5 * SECOND)
    expect(stage.script.told.at(-1)?.variables).toMatchObject({
      status: 'FAILED',
      showRetry: 'true',
      showCancel: 'false',
    })
    await stage.room.engine.dispatch({ type: 'job.retry', actor, jobId, only: 'failed' })
    await stage.pass(5 * SECOND)
    expect(stage.script.told.at(-1)?.variables).toMatchObject({ showRetry: 'false', showCancel: 'true' })
    expect(stage.card().shown).toMatchObject({ status: expect.stringMatching(/QUEUED|RUNNING/) })
    await stage.room.start(taskId)
    await stage.end(stage.room.allocationOf(taskId))
    await stage.pass(5 * SECOND)
    expect(stage.script.told.at(-1)?.variables).toMatchObject({ status: 'OK' })
    expect(stage.office.cardsOf(jobId)).toMatchObject([
      { status: 'closed', shown: { status: 'OK', showRetry: 'false' } },
    ])
    expect(stage.script.opened).toHaveLength(1)
  })

  it('of a job that somebody stops shows at once that nobody need stop it again', async () => {
    const { jobId, taskId, actor } = await openOne()
    const allocation = await stage.room.start(taskId)
    await stage.pass(12 * SECOND)
    await stage.room.engine.dispatch({ type: 'job.stop', actor, jobId })
    await stage.pass(12 * SECOND)
    expect(stage.script.told.at(-1)?.variables).toMatchObject({ showCancel: 'false' })
    expect(stage.script.told.at(-1)?.variables['detail']).toContain('正在停止')
    await stage.room.end(allocation, { exit: { reason: 'stopped' } })
    await stage.pass(5 * SECOND)
    expect(stage.script.told.at(-1)?.variables).toMatchObject({ status: 'CANCELLED' })
    expect(stage.office.cards()).toEqual([])
  })

  it('costs no timer and no call when nothing is under way', async () => {
    stage.keeper().start()
    expect(stage.room.delays().filter(ms => ms < MINUTE)).toEqual([])
  })
})

describe('many cards', () => {
  it('make ten calls a second at most, openings first', async () => {
    const keeper = stage.keeper()
    keeper.start()
    const jobs = []
    for (let n = 0; n < 15; n += 1) jobs.push(await stage.ask([`/data/${n}`]))
    const answers = jobs.map(async ({ jobId }) => keeper.openCard(await stage.letter(jobId)))
    await stage.rest()
    expect(stage.script.opened).toHaveLength(10)
    await stage.pass(2 * SECOND)
    expect(await Promise.all(answers)).toEqual(Array(15).fill('opened'))
    // all of them end at once
    for (const { jobId, actor } of jobs) await stage.room.engine.dispatch({ type: 'job.stop', actor, jobId })
    await stage.pass(20 * SECOND, 100)
    // two of them are with the agent, which does not answer
    expect(stage.office.cards().map(({ shown }) => shown['detail']?.includes('正在停止'))).toEqual([true, true])
    const calls = [...stage.script.opened, ...stage.script.told].map(({ at }) => at).sort((a, b) => a - b)
    for (const at of calls)
      expect(calls.filter(other => other >= at && other < at + SECOND).length).toBeLessThanOrEqual(10)
  })
})

describe('a restart', () => {
  it('brings every card to what its job is now', async () => {
    const { jobId, taskId, keeper } = await openOne()
    const allocation = await stage.room.start(taskId)
    await stage.pass(12 * SECOND)
    await keeper.close()
    // nobody looks while it ends
    await stage.end(allocation)
    await stage.pass(MINUTE, MINUTE)
    const before = stage.script.told.length
    expect(stage.card().status).toBe('closing')
    stage.keeper().start()
    await stage.pass(SECOND)
    expect(stage.script.told).toHaveLength(before + 1)
    expect(stage.script.told.at(-1)).toMatchObject({
      id: stage.office.cardsOf(jobId)[0]?.id,
      variables: { status: 'OK' },
    })
    expect(stage.office.cards()).toEqual([])
  })

  it('tells at once the little that has changed, and goes on as ever', async () => {
    const { keeper, taskId } = await openOne()
    const allocation = await stage.room.start(taskId)
    await stage.pass(12 * SECOND)
    await keeper.close()
    await stage.progress(allocation, 4)
    await stage.pass(5 * SECOND)
    const before = stage.script.told.length
    stage.keeper().start()
    await stage.pass(SECOND)
    expect(stage.script.told).toHaveLength(before + 1)
    expect(stage.script.told.at(-1)?.variables).toMatchObject({ percent: '4' })
    await stage.progress(allocation, 8)
    await stage.pass(MINUTE)
    expect(stage.script.told).toHaveLength(before + 1)
  })

  it('is no reason to tell what is shown already', async () => {
    const { keeper, taskId } = await openOne()
    await stage.room.start(taskId)
    await stage.pass(12 * SECOND)
    await keeper.close()
    const before = stage.script.told.length
    stage.keeper().start()
    await stage.pass(10 * SECOND)
    expect(stage.script.told).toHaveLength(before)
  })

  it('between an update and its note tells it once more', async () => {
    const { keeper, taskId } = await openOne()
    const allocation = await stage.room.start(taskId)
    await stage.pass(12 * SECOND)
    await keeper.close()
    await stage.end(allocation)
    const torn = { ...stage.office, cardShown: async () => Promise.reject(new Error('the process died')) }
    const dying = stage.keeper({ office: torn })
    dying.start()
    await stage.pass(SECOND)
    await dying.close()
    expect(stage.card().status).toBe('closing')
    stage.keeper().start()
    await stage.pass(SECOND)
    expect(stage.script.told.slice(-2).map(({ variables }) => variables['status'])).toEqual(['OK', 'OK'])
    expect(stage.office.cards()).toEqual([])
  })

  it('between a card and its note makes no second card', async () => {
    const { jobId } = await stage.ask()
    const letter = await stage.letter(jobId)
    const torn = { ...stage.office, cardOpened: async () => Promise.reject(new Error('the process died')) }
    const dying = stage.keeper({ office: torn })
    const answer = dying.openCard(letter)
    await stage.rest()
    await dying.close()
    expect(await answer).toBe('opened')
    expect(stage.office.letters()).toHaveLength(1)
    stage.room.move(MINUTE)
    const keeper = stage.keeper()
    keeper.start()
    stage.script.openings.push(fails('bug', 'param.cardAlreadyExist'))
    expect(await keeper.openCard(letter)).toBe('opened')
    expect(stage.office.letters()).toEqual([])
    expect(new Set(stage.script.opened.map(({ card }) => card.outTrackId)).size).toBe(1)
    // what it shows was made by somebody else: all of it is told
    await stage.pass(3 * SECOND)
    expect(stage.script.told[0]?.variables).toMatchObject({ title: '预热 #1', status: 'QUEUED' })
  })

  it('finds the job gone: the card says so', async () => {
    const { jobId, actor, keeper } = await openOne()
    await keeper.close()
    await stage.room.engine.dispatch({ type: 'job.stop', actor, jobId })
    await stage.room.engine.dispatch({ type: 'job.purge', actor: ROOT, jobId })
    stage.room.move(MINUTE)
    await stage.rest()
    stage.keeper().start()
    await stage.pass(3 * SECOND)
    expect(stage.script.told.at(-1)?.variables).toEqual({
      status: 'CANCELLED',
      detail: '任务记录已清理',
      showCancel: 'false',
    })
    expect(stage.office.cards()).toEqual([])
  })
})

describe('the keeper', () => {
  it('tells how it fares', async () => {
    const { keeper, taskId } = await openOne()
    await stage.room.start(taskId)
    await stage.pass(12 * SECOND)
    expect(keeper.status()).toEqual({ enabled: true, open: 1, degraded: [], opened: 1, updates: 1, failures: 0 })
  })

  it('begins nothing after its end, and leaves no timer', async () => {
    const { keeper, jobId, taskId } = await openOne()
    await stage.room.start(taskId)
    const timers = stage.room.delays().length
    await keeper.close()
    await keeper.close()
    expect(stage.room.delays().length).toBeLessThan(timers)
    keeper.start()
    await stage.pass(MINUTE, 10 * SECOND)
    expect(stage.script.told).toEqual([])
    expect(await keeper.openCard(await stage.letter(jobId, AT_DIRECT))).toBe('not-here')
  })

  it('lets an update under way be noted at its end', async () => {
    const { keeper, taskId } = await openOne()
    await stage.room.start(taskId)
    let answer = (_: { class: 'sent' }): void => {}
    stage.script.updates.push(new Promise(resolve => (answer = resolve)))
    stage.room.move(12 * SECOND)
    await new Promise<void>(resolve => setImmediate(resolve))
    const closing = keeper.close()
    answer({ class: 'sent' })
    await closing
    expect(stage.card()).toMatchObject({ updates: 1, shown: { status: 'RUNNING' } })
  })
})
