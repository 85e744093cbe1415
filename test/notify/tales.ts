// jobs that have ended, made up for what is said of them
import type { Tale } from '../../bot/notify/words/tale.ts'
import { toReasons } from '../../shared/causes.ts'
import type { Asker } from '../../shared/chat.ts'
import { type Job, NO_COUNTS, type Task } from '../../shared/job.ts'
import type { Measurement, Verdict } from '../../shared/verdict.ts'
import { measured } from '../core/world.ts'

export const ZHANG: Asker = { place: 'conversation cid1', staffId: '0147', nick: '张三' }
const GB = 1024 ** 3

/** A measurement with sizes as they are told. */
export function share(percent: number, of: { files: number; gb: number }): Measurement {
  const cachedFiles = Math.floor((of.files * percent) / 100)
  const bytes = Math.round(of.gb * GB)
  return measured(of.files, cachedFiles, {
    bytes,
    cachedBytes: percent === 100 ? bytes : Math.round((bytes * percent) / 100),
    cachedPercent: percent,
  })
}

/** With its sentences, as everyone sees it. */
export function verdict(more: Partial<Verdict> & Pick<Verdict, 'kind' | 'ok'>): Verdict {
  const made = { notes: [], ...more }
  const reasons = toReasons(made)
  return reasons.length === 0 ? made : { ...made, reasons }
}

export function task(more: Partial<Task> = {}): Task {
  return {
    ...{ id: 't', job: 'j', path: '/datalake/db1', action: 'load', options: {}, status: 'succeeded', desired: 'run' },
    ...{ attempts: 1, createdAt: '2026-01-05T08:00:00.000Z', steps: [], notes: [] },
    files: { loaded: 0, alreadyCached: 0, failed: 0, total: 0 },
    ...more,
  }
}

export function job(more: Partial<Job> = {}): Job {
  return {
    ...{ id: 'j', number: 17, name: 'gfs-0123abcd', named: false, action: 'load', cluster: 'c1', status: 'succeeded' },
    ...{ desired: 'run', requester: 'ann', via: 'chat', createdAt: '2026-01-05T08:00:00.000Z', notes: [] },
    counts: { ...NO_COUNTS, total: 1, succeeded: 1 },
    ...more,
  }
}

/** One path, whose verdict is the job's. */
export function tale(given: { job?: Partial<Job>; task?: Partial<Task>; tale?: Partial<Tale> } = {}): Tale {
  const one = task(given.task)
  const whole = job({
    status: one.status,
    counts: { ...NO_COUNTS, total: 1, [one.status]: 1 },
    ...(one.verdict !== undefined && { verdict: one.verdict }),
    ...given.job,
  })
  return {
    ...{ job: whole, alarm: false, askers: [ZHANG], atHome: true, worst: [one], workMs: 372_000, near: new Map() },
    ...given.tale,
  }
}

export const CACHED = verdict({
  ...{ kind: 'cached', ok: true },
  before: share(12, { files: 1204, gb: 38.2 }),
  after: share(100, { files: 1204, gb: 38.2 }),
})

/** The alarm of the contract. */
export const PARTLY = verdict({
  ...{ kind: 'partly', ok: false },
  before: share(3, { files: 1172, gb: 40 }),
  after: share(71, { files: 1172, gb: 40 }),
  missing: [
    { path: '/datalake/db2/p=1/part-0001', cause: 'no-space' },
    { path: '/datalake/db2/p=9/part-0003', cause: 'gone' },
  ],
  missingTotal: 340,
  missingByCause: { 'no-space': 212, gone: 128 },
  workers: { live: 3, lost: 0, silent: 0, capacityBytes: 1000 * GB, usedBytes: 999.5 * GB },
})
