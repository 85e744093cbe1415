// due notices become letters: gathered by place, alarms first, none for what goes on again
import { afterEach, describe, expect, test } from 'vitest'
import { MINUTE, SECOND } from '../../shared/time.ts'
import { typed } from '../core/talk.ts'
import { ROOT } from '../core/world.ts'
import { ABSENT, calm, createStage, draft, failed, MISSING, ROBOT, SENT } from './stage.ts'

type Stage = Awaited<ReturnType<typeof createStage>>
let stage: Stage
const open = async (given?: Parameters<typeof createStage>[0]): Promise<Stage> => {
  stage = await createStage(given)
  await stage.hear()
  return stage
}
afterEach(() => stage.close())

describe('a result', () => {
  test('is told once its job stayed ended for 5 s, to whom asked where they asked', async () => {
    const { pass, run, sent, titles } = await open()
    const job = await run('/a')
    await pass(4 * SECOND)
    expect(sent).toEqual([])
    await pass(SECOND)
    expect(titles()).toEqual([`通知：预热完成 #${job.number}`])
    expect(sent[0]).toMatchObject({ channel: 'session', part: { mentions: [] } })
    expect(sent[0]?.part.text).toContain('- **发起**：nick of s1 · 钉钉')
    await pass(MINUTE)
    expect(sent).toHaveLength(1)
  })

  test('that is no success wakes the person who asked', async () => {
    const { pass, run, sent } = await open()
    await run('/a', 'group', MISSING)
    await pass(6 * SECOND)
    expect(sent[0]?.part).toMatchObject({
      title: expect.stringMatching(/^告警：预热未完成 #/),
      ...{ mentions: ['s1'], names: ['nick of s1'] },
    })
  })

  test('of a job that goes on again is not told', async () => {
    const { pass, run, end, room, titles } = await open()
    const job = await run('/a', 'group', MISSING)
    await pass(3 * SECOND)
    await room.operations.retryJob(typed('again', { as: ROOT }), job.id, 'failed')
    await pass(10 * SECOND)
    expect(titles()).toEqual([])
    await end(job)
    await pass(6 * SECOND)
    expect(titles()).toEqual([`通知：预热完成 #${job.number}`])
  })

  test('of a stopped job', async () => {
    const { pass, load, room, titles } = await open()
    const job = await load(['/a'], 'group')
    await room.operations.stopJob(ROOT, job.id)
    await room.end(room.allocationOf([...room.postOffice.tasksOf(job.id)][0]?.id ?? ''), {
      exit: { reason: 'stopped' },
    })
    await pass(6 * SECOND)
    expect(titles()).toEqual([`通知：已停止 #${job.number}`])
  })
})

describe('results of one place', () => {
  test('that end within 5 s are one message when the last of them is due, alarms first', async () => {
    const { pass, run, sent } = await open()
    const first = await run('/a')
    await pass(4 * SECOND)
    const second = await run('/b', 'group', MISSING)
    await pass(4 * SECOND)
    expect(sent).toEqual([])
    await pass(SECOND)
    expect(sent).toHaveLength(1)
    expect(sent[0]?.part.title).toBe('告警：2 个任务结束，1 个未成功')
    const text = sent[0]?.part.text ?? ''
    expect(text.indexOf(`**告警：预热未完成 #${second.number}**`)).toBeGreaterThan(0)
    expect(text.indexOf(`**通知：预热完成 #${first.number}**`)).toBeGreaterThan(text.indexOf('**告警'))
  })

  test('that end later are another one', async () => {
    const { pass, run, titles } = await open()
    const first = await run('/a')
    await pass(6 * SECOND)
    const second = await run('/b')
    await pass(6 * SECOND)
    expect(titles()).toEqual([first, second].map(job => `通知：预热完成 #${job.number}`))
  })

  test('wait for nobody elsewhere: an alarm goes when it is due', async () => {
    const { pass, run, room, sent } = await open({ notifier: { suggest: () => new Promise(() => {}) } })
    // its hint never comes
    await run('/a', 'group', ABSENT)
    const actor = typed('there', { as: ROOT, place: 'conversation cid2', staffId: 's2' })
    const request = { action: 'load' as const, paths: ['/b'], options: {} }
    const { job, tasks } = await room.operations.submitJob(actor, request)
    await room.end(await room.start(tasks[0]?.id ?? ''), MISSING)
    await pass(5 * SECOND)
    expect(sent.map(({ to, part }) => [to, part.title])).toEqual([['cid2', `告警：预热未完成 #${job.number}`]])
    await pass(20 * SECOND)
    expect(sent[1]?.part.text).toContain('：路径不存在\n')
  })
})

describe('a path that does not exist', () => {
  test('is told with its nearest neighbour', async () => {
    const asked: string[] = []
    const suggest = async (path: string, cluster: string) => {
      asked.push(`${path} in ${cluster}`)
      return '/data'
    }
    const { pass, run, sent } = await open({ notifier: { suggest } })
    await run('/dta', 'group', ABSENT)
    await pass(6 * SECOND)
    expect(asked).toEqual(['/dta in default'])
    expect(sent[0]?.part.text).toContain('- **/dta**：路径不存在，最接近的是 /data\n')
  })

  test('is one of many: those of three directories are looked for, however many they are', async () => {
    const asked: string[] = []
    const suggest = async (path: string) => {
      asked.push(path)
      return undefined
    }
    const { pass, load, end } = await open({ notifier: { suggest } })
    const paths = ['/a/1', '/a/2', '/a/3', '/a/4', '/b/1', '/c/1', '/d/1', '/a/5']
    await end(await load(paths, 'group'), ABSENT)
    await pass(6 * SECOND)
    expect(asked.toSorted()).toEqual(['/a/1', '/a/2', '/a/3', '/a/4', '/a/5', '/b/1', '/c/1'])
  })

  test('is told without one when looking fails', async () => {
    const suggest = async () => {
      throw new Error('no agent')
    }
    const { pass, run, sent } = await open({ notifier: { suggest } })
    await run('/dta', 'group', ABSENT)
    await pass(6 * SECOND)
    expect(sent[0]?.part.text).toContain('- **/dta**：路径不存在\n')
  })

  test('whose job goes on while a hint is looked for is not told at all', async () => {
    let found = (_path: string): void => {}
    const suggest = () => new Promise<string>(resolve => (found = resolve))
    const { pass, run, room, sent } = await open({ notifier: { suggest } })
    const job = await run('/dta', 'group', ABSENT)
    await pass(6 * SECOND)
    await room.operations.retryJob(ROOT, job.id, 'failed')
    found('/data')
    await pass(6 * SECOND)
    expect(sent).toEqual([])
  })
})

test('of two results only the one that still stands is told, when the other goes on meanwhile', async () => {
  let found = (_path: string): void => {}
  const suggest = () => new Promise<string>(resolve => (found = resolve))
  const { pass, run, room, titles } = await open({ notifier: { suggest } })
  const absent = await run('/dta', 'group', ABSENT)
  const other = await run('/b', 'group', MISSING)
  await pass(6 * SECOND)
  await room.operations.retryJob(ROOT, other.id, 'failed')
  found('/data')
  await pass(SECOND)
  expect(titles()).toEqual([`告警：预热失败 #${absent.number}`])
})

describe('a named job', () => {
  test('has its one text on the custom robot, whatever its door', async () => {
    const { pass, load, end, sent } = await open()
    const job = await load(['/a', '/b/'], { name: 'nightly' })
    const lines = { loaded: 2, alreadyCached: 1, failed: 0, attemptsFailed: 0, started: 3, submitFailed: 0 }
    await end(job, { lines }, { ...MISSING, lines: { ...lines, failed: 3 } })
    await pass(6 * SECOND)
    const content = '告警:GooseFSDistributeLoad notallsuccess for task nightly\npath: /a 2/3\npath: /b/ 2/6'
    expect(sent.map(({ channel, part }) => [channel, part.format, part.text])).toEqual([['robot', 'text', content]])
    await pass(2 * MINUTE)
    expect(sent).toHaveLength(1)
  })

  test('shares a text with others that end within seconds', async () => {
    const { pass, run, sent } = await open()
    await run('/a', { name: 'one' })
    await run('/b', { name: 'two' }, MISSING)
    await pass(6 * SECOND)
    expect(sent.map(({ part }) => part.text)).toEqual([
      '告警:GooseFSDistributeLoad failed for task two\npath: /b 0/0\n\n通知:GooseFSDistributeLoad success for task one\npath: /a 0/0',
    ])
  })
})

describe('while the robot’s minute is used up', () => {
  test('nothing is written, and then one message, alarms first', async () => {
    const { pass, run, sent, office } = await open()
    for (let at = 0; at < 18; at += 1) await office.write(draft(`n${at}`, { place: ROBOT }))
    await calm()
    expect(sent).toHaveLength(18)
    await run('/good', { name: 'good' })
    await pass(10 * SECOND)
    await run('/bad', { name: 'bad' }, MISSING)
    await pass(49 * SECOND)
    expect([sent.length, office.letters().length, office.notices().length]).toEqual([18, 0, 2])
    await pass(2 * SECOND)
    expect(sent.slice(18).map(({ part }) => part.text.match(/^(通知|告警)|task \w+/gm))).toEqual([
      ['告警', 'task bad', '通知', 'task good'],
    ])
  })

  test('what cannot leave stays a notice, so that it can be told together', async () => {
    const { pass, run, sent, script, office } = await open()
    script.way = () => failed('busy')
    for (let at = 0; at < 8; at += 1) {
      await run(`/p${at}`, { name: `job${at}` })
      await pass(7 * SECOND)
    }
    expect([office.letters().length, office.notices().length]).toEqual([3, 5])
    script.way = () => SENT
    const before = sent.length
    await pass(2 * MINUTE)
    const texts = sent.slice(before).map(({ part }) => part.text.match(/job\d/g))
    expect(texts).toEqual([['job0'], ['job1'], ['job2'], ['job3', 'job4', 'job5', 'job6', 'job7']])
  })
})

test('a load that takes long is told of once', async () => {
  const { pass, load, room, titles } = await open()
  const job = await load(['/a'], 'group')
  await room.start([...room.postOffice.tasksOf(job.id)][0]?.id ?? '')
  await pass(29 * MINUTE, MINUTE)
  expect(titles()).toEqual([])
  await pass(40 * MINUTE, MINUTE)
  expect(titles()).toEqual([`通知：预热进行中 #${job.number}`])
})

test('what is not written when the process ends is written by the next one', async () => {
  const { pass, run, restart, close, sent } = await open()
  await run('/a', { name: 'nightly' })
  await close()
  const next = await restart()
  await pass(6 * SECOND)
  expect(sent.map(({ part }) => part.title)).toEqual(['通知:GooseFSDistributeLoad success for task nightly'])
  expect([next.office.notices(), next.office.letters()]).toEqual([[], []])
  await next.notifier.close()
  await next.postman.close()
})

test('notices that cannot be saved are written later, once', async () => {
  const { pass, run, room, sent, lines } = await open()
  await run('/a')
  room.bend.save = async () => {
    throw new Error('disk full')
  }
  await pass(6 * SECOND)
  expect(sent).toEqual([])
  expect(lines.join('\n')).toContain('notices could not be written')
  room.bend.save = async () => {}
  await pass(MINUTE)
  await calm()
  expect(sent).toHaveLength(1)
})
