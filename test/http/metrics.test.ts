// what `/metrics` shows: the numbers of the daemon under fixed names and few labels
import { expect, test } from 'vitest'
import type { Vitals } from '../../bot/engine/operations/port.ts'
import { createDoor } from './door.ts'

const VITALS: Vitals = {
  jobs: { running: 3 },
  tasksOpen: { queued: 2, running: 1 },
  queues: [{ cluster: 'c"1\\', queued: 2, running: 1 }],
  agents: { ready: 1, draining: 0, down: 2 },
  index: 7,
  ready: true,
  loads: [{ cluster: 'c1', bytes: 4_096, loaded: 3, alreadyCached: 2, missing: 1 }],
  runs: [
    {
      ...{ action: 'load', status: 'succeeded', count: 3, seconds: 71.5 },
      buckets: [
        { seconds: 1, count: 1 },
        { seconds: 60, count: 2 },
      ],
    },
  ],
  store: { journalBytes: 100, frames: 9, snapshotBytes: 50, snapshotAt: '2026-11-21T00:00:00.000Z', reserveBytes: 16 },
}

async function scrape(vitals: Vitals, asks: readonly [string, string][] = []): Promise<string> {
  const door = createDoor({ vitals: () => vitals })
  for (const [method, path] of asks) await door.send(method, path)
  return (await door.send('GET', '/metrics')).text()
}

test.each([
  'gander_jobs{status="running"} 3',
  'gander_tasks_open{status="queued"} 2',
  'gander_queue_tasks{cluster="c\\"1\\\\",status="queued"} 2',
  'gander_agents{status="down"} 2',
  'gander_load_bytes_total{cluster="c1"} 4096',
  'gander_load_files_total{cluster="c1",outcome="already_cached"} 2',
  'gander_run_duration_seconds_bucket{le="60",action="load",status="succeeded"} 2',
  'gander_run_duration_seconds_bucket{le="+Inf",action="load",status="succeeded"} 3',
  'gander_run_duration_seconds_sum{action="load",status="succeeded"} 71.5',
  'gander_store_journal_bytes 100',
  'gander_store_frames_total 9',
  'gander_store_snapshot_timestamp_seconds 1795219200',
  'gander_store_reserve_bytes 16',
])('%s', async line => {
  expect((await scrape(VITALS)).split('\n')).toContain(line)
})

test('every series has help and type, names are of one family, and the process shows itself', async () => {
  const lines = (await scrape(VITALS)).split('\n').filter(line => line !== '')
  const named = new Set(lines.filter(line => line.startsWith('# TYPE')).map(line => line.split(' ')[2] ?? ''))
  const helped = new Set(lines.filter(line => line.startsWith('# HELP')).map(line => line.split(' ')[2] ?? ''))
  expect(named).toEqual(helped)
  for (const line of lines.filter(line => !line.startsWith('#'))) {
    const name = line.split(/[{ ]/)[0] ?? ''
    expect(named.has(name) || named.has(name.replace(/_(bucket|sum|count)$/, '')), line).toBe(true)
    expect(name).toMatch(/^gander_[a-z0-9_]+$/)
  }
  for (const name of ['gander_process_resident_memory_bytes', 'gander_nodejs_eventloop_lag_seconds'])
    expect(named).toContain(name)
})

test('without a store on disk its numbers are absent, not zero', async () => {
  const text = await scrape({ ...VITALS, store: undefined })
  expect(text).not.toMatch(/^gander_store_/m)
  expect(
    await scrape({ ...VITALS, store: { journalBytes: 1, frames: 0, snapshotBytes: 0, reserveBytes: 0 } }),
  ).not.toMatch(/^gander_store_snapshot_timestamp_seconds /m)
})

test('made-up methods share one series', async () => {
  const text = await scrape(VITALS, [
    ['BREW', '/api/v1/jobs'],
    ['WHEN', '/api/v1/jobs'],
    ['GET', '/api/v1/me'],
  ])
  expect(text).toContain('gander_http_answers_total{view="native",method="other",status="405"} 2')
  expect(text).toContain('gander_http_answers_total{view="native",method="GET",status="200"} 1')
})

test('clusters that somebody made up are not a series each', async () => {
  const queues = Array.from({ length: 5_000 }, (_, at) => ({ cluster: `made-up-${at}`, queued: 1, running: 2 }))
  const lines = (await scrape({ ...VITALS, queues })).split('\n').filter(line => line.startsWith('gander_queue_tasks{'))
  expect(lines).toHaveLength(202)
  expect(lines).toContain('gander_queue_tasks{cluster="(others)",status="running"} 9800')
})
