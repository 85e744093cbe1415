// objects that change behind the cache's back: every load measures over fresh metadata, and names what it could not know
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../agent/until.ts'
import { createField, type Field, JOB_MS, many } from './field.ts'

let field: Field

beforeAll(async () => {
  field = await createField('behind')
})

afterAll(() => field?.close())

it('a load sees objects that were added, removed, replaced, grown and shrunk since the last listing', async () => {
  const { root, cluster } = field
  const tree = {
    'seen/gone': 'gone',
    'seen/same': 'same',
    'seen/swap': 'old',
    'seen/grow': 'small',
    'seen/shrink': 'very long',
  }
  await field.fill(tree)
  expect(await field.loaded('seen')).toMatchObject({ verdict: { kind: 'cached', after: { files: 5 } } })

  await cluster.remove(`${root}/seen/gone`)
  await field.fill({
    'seen/swap': 'new',
    'seen/grow': 'much larger',
    'seen/shrink': 'short',
    'seen/deep/er/added': 'added',
  })
  expect(Object.values(await field.shares('seen'))).toEqual(many5('100%'))

  const task = await field.loaded('seen')
  expect(task).toMatchObject({
    status: 'succeeded',
    files: { loaded: 4, alreadyCached: 1, failed: 0, total: 5 },
    verdict: { kind: 'cached', before: { files: 5, cachedFiles: 1, fresh: true }, after: { files: 5, bytes: 28 } },
  })
  const shares = await field.shares('seen')
  expect(Object.keys(shares).sort()).toEqual(
    ['deep/er/added', 'grow', 'same', 'shrink', 'swap'].map(name => `seen/${name}`),
  )
  expect(new Set(Object.values(shares))).toEqual(new Set(['100%']))
  expect((await cluster.goosefs('fs', 'cat', `${root}/seen/swap`)).stdout).toBe('new')
})

it('what changes during a load is missing, each file with its own cause, and a second load makes it good', async () => {
  const { root, cluster, stack } = field
  await field.fill({ ...many(4, 'moving/kept'), 'moving/gone': 'gone', 'moving/grow': 'small' })
  await cluster.kill('job-worker', 'STOP')
  const load = stack.gander(['load', `${root}/moving`, '--json'])
  await until('the jobs of six files', async () => (await field.engineJobs('moving')).length === 6, JOB_MS)
  await cluster.remove(`${root}/moving/gone`)
  await field.fill({ 'moving/grow': 'much larger', 'moving/added': 'added' })
  await cluster.kill('job-worker', 'CONT')

  const { code, stdout } = await load
  const objects = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const { task } = objects.find(({ type }) => type === 'task')
  expect(task.verdict).toMatchObject({
    kind: 'partly',
    missingTotal: 3,
    missingByCause: { gone: 1, changed: 1, 'not-seen': 1 },
  })
  expect(
    Object.fromEntries(task.verdict.missing.map(({ path, cause }: { path: string; cause: string }) => [path, cause])),
  ).toEqual({
    [`${root}/moving/gone`]: 'gone',
    [`${root}/moving/grow`]: 'changed',
    [`${root}/moving/added`]: 'not-seen',
  })
  expect(code).toBe(3)
  expect(await field.loaded('moving')).toMatchObject({
    status: 'succeeded',
    files: { loaded: 2, alreadyCached: 4, failed: 0 },
  })
})

const many5 = (share: string): string[] => Array.from({ length: 5 }, () => share)
