// a schedule on a real cluster: it waits for a marker that is written behind the cache's back, loads, and keeps what came of it
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Run } from '../../shared/schedule.ts'
import { until } from '../agent/until.ts'
import { createField, type Field, JOB_MS, many } from './field.ts'

let field: Field

beforeAll(async () => {
  field = await createField('schedules')
  await field.fill({ ...many(5, 'day=2026-01-31/part-'), 'day=2026-01-31/old': 'old' })
  // listed before the marker comes, as by somebody who looked at it in vain
  await field.cluster.goosefs('fs', 'ls', '-R', field.root)
})

afterAll(() => field?.close())

/** Six fields that come true once, some seconds from now. */
function toExpression(ms: number): string {
  const at = new Date(Math.ceil(ms / 1_000) * 1_000)
  return `${at.getUTCSeconds()} ${at.getUTCMinutes()} ${at.getUTCHours()} * * *`
}

it('waits for its marker, loads once, and its history says from what to what', async () => {
  const { api } = field.stack
  const path = `${field.root}/day=2026-01-31`
  const made = await api('POST', '/api/v1/schedules', {
    ...{ name: 'day', expression: toExpression(Date.now() + 3_000), zone: 'UTC', action: 'load', paths: [path] },
    waitFor: { path: `${path}/_SUCCESS`, everySeconds: 10 },
  })
  expect(made.status).toBe(201)
  const run = async (): Promise<Run | undefined> => (await api('GET', '/api/v1/schedules/day/runs')).json.items[0]
  const isLook = ([, verb]: string[]): boolean => verb === 'count'
  await until('a look at the marker', async () => field.calls().some(isLook), JOB_MS)
  expect(await run()).toMatchObject({ status: 'waiting', why: 'marker' })

  await field.fill({ 'day=2026-01-31/_SUCCESS': '' })
  const ended = await until(
    'the end of the run',
    async () => {
      const one = await run()
      return one?.endedAt !== undefined && one
    },
    JOB_MS,
  )
  expect(ended).toMatchObject({
    ...{ status: 'succeeded', kind: 'clock', number: 1, verdict: { kind: 'cached', ok: true } },
    ...{ before: { cachedPercent: 0, files: 7 }, after: { cachedPercent: 100, files: 7, cachedFiles: 7 } },
  })
  expect((await api('GET', `/api/v1/jobs/${ended.job?.id}`)).json).toMatchObject({
    ...{ name: 'day', via: 'schedule', status: 'succeeded' },
    schedule: { name: 'day', run: 1, slot: ended.slot },
  })
  expect(Object.values(await field.shares('day=2026-01-31')).every(share => share === '100%')).toBe(true)
})
