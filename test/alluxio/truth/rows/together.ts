// paths that are asked for together: the same one twice, one below another, good ones beside bad ones
import { expect } from 'vitest'
import type { Task } from '../../../../shared/job.ts'
import { many } from '../../field.ts'
import type { Ground } from '../ground.ts'
import { begun, withHandsHeld } from '../meanwhile.ts'
import { calm, real, type Scenario } from '../scenario.ts'
import { allEnded, handIn, type Several, toSeen } from '../several.ts'

const TOLD = /note: attached: #\d+ loads \S+ already/

/** Does something, and expects that the CLI loaded one path of this ground only. */
async function onceLoaded<T>(ground: Ground, path: string, act: () => Promise<T>): Promise<T> {
  const { calls, result } = await ground.field.callsDuring(act)
  const loaded = calls.filter(([, verb]) => verb === 'distributedLoad').map(words => words.at(-1) ?? '')
  expect(loaded.filter(one => one.startsWith(ground.root))).toEqual([path])
  return result
}

/** Two asks, the second one as a person makes it while the first is at work. */
async function twice(ground: Ground, first: string, second: string) {
  await ground.fill({ 'a/b/x': 'x', 'a/b/y': 'y', 'a/z': 'z' })
  return await onceLoaded(ground, ground.at(first), async () => {
    const id = await ground.begin(first)
    const follower = await ground.load(second)
    const leader = await ground.ended(id)
    expect(follower.task).toMatchObject({ attachedTo: leader.task.id, attempts: 0 })
    expect(follower.text).toMatch(TOLD)
    return { leader, follower }
  })
}

export const TOGETHER: readonly Scenario[] = [
  calm(17, 'two jobs on the same path at once', async ground => {
    const { leader, follower } = await twice(ground, 'a', 'a')
    expect(follower.task.verdict).toEqual(leader.task.verdict)
    await ground.seen(leader, { kind: 'cached', code: 0 })
    return { ...(await ground.seen(follower, { kind: 'cached', code: 0 })), exit: leader.exit }
  }),
  calm(17, 'two jobs at once, one on a directory below that of the other', async ground => {
    const { leader, follower } = await twice(ground, 'a', 'a/b')
    expect(leader.task.verdict).toMatchObject({ before: { files: 3 }, after: { files: 3 } })
    expect(follower.task.verdict).toMatchObject({ before: { files: 2 }, after: { files: 2 } })
    await ground.seen(leader, { kind: 'cached', code: 0 })
    return { ...(await ground.seen(follower, { kind: 'cached', code: 0 })), exit: leader.exit }
  }),
  calm(17, 'one path twice in a job, and /a//b beside /a/b', async ground => {
    await ground.fill({ 'a/b/x': 'x', 'a/b/y': 'y' })
    const given = ['a/b', 'a/b', 'a//b', 'a/b/'].map(path => ground.at(path))
    const several = await onceLoaded(ground, ground.at('a/b'), async () =>
      allEnded(ground, await handIn(ground, given)),
    )
    expect(several).toMatchObject({ code: 0, job: { status: 'succeeded', counts: { total: 4, succeeded: 4 } } })
    const [leader] = several.tasks
    for (const task of several.tasks)
      expect(task.verdict).toMatchObject({ kind: 'cached', before: { files: 2 }, after: { files: 2, cachedFiles: 2 } })
    expect(several.tasks.map(task => task.attachedTo)).toEqual([undefined, leader?.id, leader?.id, leader?.id])
    expect(several.text).toMatch(TOLD)
    const truth = await ground.truth()
    expect(truth.whole).toBe(true)
    return toSeen(several, truth)
  }),
  real(21, 'several paths: good, missing, gone, grown', async ground => {
    await ground.fill({ ...many(2, 'gone/f'), ...many(2, 'grown/f'), ...many(2, 'good/f') })
    // two loads run at once: those of which something changes come first
    const given = ['gone', 'grown', 'good', 'none'].map(name => ground.at(name))
    const id = await handIn(ground, given)
    await begun(ground, id)
    await withHandsHeld(ground, { files: 4 }, async () => {
      await ground.remove('gone/f1')
      await ground.fill({ 'grown/f1': 'much longer than it was' })
    })
    const several = await allEnded(ground, id)
    expect(several).toMatchObject({ code: 3, job: { status: 'partial' } })
    expectEach(ground, several)
    const truth = await ground.truth()
    expect(truth.words).toBe('4 of 5 files cached')
    return toSeen(several, truth)
  }),
]

function expectEach(ground: Ground, { tasks, text }: Several): void {
  const verdictOf = ({ path, verdict }: Task) => [
    path.slice(ground.root.length + 1),
    [verdict?.kind, verdict?.missingByCause],
  ]
  expect(Object.fromEntries(tasks.map(verdictOf))).toEqual({
    gone: ['partly', { gone: 1 }],
    grown: ['partly', { changed: 1 }],
    good: ['cached', undefined],
    none: ['not-cached', { 'no-such-path': 1 }],
  })
  const words = ['gone from the object store', 'changed since its metadata was loaded', 'there is no such path']
  for (const said of [...words, ground.at('gone/f1'), ground.at('grown/f1')]) expect(text).toContain(said)
  for (const said of ['partly cached: ', 'cached: ', 'not cached: ']) expect(text).toContain(`${said}${ground.root}`)
}
