// the table of causes: every one has sentence and next step in both languages, and the numbers in them are right
import { describe, expect, it } from 'vitest'
import { CAUSES, toReason, toReasons } from '../../shared/causes.ts'
import type { Facts } from '../../shared/facts.ts'
import { Cause, type Measurement, Reason, type Verdict } from '../../shared/verdict.ts'

const MIB = 1024 ** 2
const GIB = 1024 ** 3
const workers = { live: 3, lost: 1, silent: 1, capacityBytes: 10 * GIB, usedBytes: 9 * GIB }
const measured = (bytes: number, cachedBytes: number): Measurement => ({
  ...{ at: '2026-11-21T08:00:00.000Z', files: 10, bytes, cachedFiles: 5, cachedBytes },
  ...{ cachedPercent: Math.floor((100 * cachedBytes) / bytes), fresh: true, complete: true },
})
const partly = (more: Partial<Verdict>): Verdict => ({ ok: false, kind: 'partly', notes: [], ...more })

describe('the table', () => {
  it.each<[string, Facts]>([
    ['nothing', { files: 3 }],
    ['everything', { files: 3, missingBytes: 4 * GIB, bytes: 5 * GIB, workers, copies: 4, mixed: true }],
  ])('has sentence and next step in both languages for every cause, no two sentences alike, knowing %s', (_, facts) => {
    const reasons = Cause.options.map(cause => toReason(cause, facts))
    for (const reason of reasons) {
      expect(Reason.parse(reason)).toEqual(reason)
      for (const { en, zh } of [reason.text, reason.next]) {
        expect(en).toMatch(/^[a-z][\x20-\x7e]{7,}$|^the CLI|^\d/i)
        expect(zh).toMatch(/\p{Script=Han}/u)
        expect(`${en}${zh}`).not.toMatch(/undefined|NaN|[.。]$/)
      }
    }
    for (const language of ['en', 'zh'] as const)
      expect(new Set(reasons.map(({ text }) => text[language])).size).toBe(Cause.options.length)
  })

  it('has a row for every cause and no other', () => {
    expect(Object.keys(CAUSES).sort()).toEqual([...Cause.options].sort())
  })

  it.each<[Cause, string, string]>([
    ['gone', 'gone from the object store', '底层文件已不存在'],
    ['no-space', 'not enough space', '空间不足'],
    ['no-job-worker', 'no job worker', 'job worker'],
    ['job-service-down', 'the job master is away or was restarted', 'job master'],
    ['master-unreachable', 'master unreachable', 'master'],
    ['changed', 'changed since its metadata was loaded', '变更'],
    ['permission', 'permission denied', '权限'],
    ['replicas', 'needs more workers, has fewer', '副本'],
    ['incomplete', 'still being written', '写入'],
    ['unknown', 'the cause is not known', '原因不明'],
  ])('calls %s by its fixed words', (cause, en, zh) => {
    const { text } = toReason(cause, { files: 1 })
    expect(text.en).toBe(en)
    expect(text.zh).toContain(zh)
  })

  it('types commands as each side knows them', () => {
    for (const cause of Cause.options) {
      const { next } = toReason(cause, { files: 1, missingBytes: 4 * GIB, workers, copies: 3 })
      expect(next.zh).not.toContain('gander')
      for (const word of next.zh.matchAll(/`([^ `]+)[^`]*`/g))
        expect(['预热', '释放', '重试', '日志', '报告', '代理']).toContain(word[1])
    }
  })
})

describe('room', () => {
  const room = (facts: Omit<Facts, 'files'>) => toReason('no-space', { files: 9, ...facts })

  it('says how much is missing, how much fits, and how much has to be freed', () => {
    const { text, next } = room({ missingBytes: 4 * GIB, bytes: 5 * GIB, workers })
    expect(text.en).toBe('not enough space: 4.00 GiB missing, 1.00 GiB free of a cache of 10.0 GiB')
    expect(text.zh).toBe('空间不足（缺 4.00 GB，缓存容量 10.0 GB，剩余 1.00 GB）')
    expect(next.en).toBe('free at least 3.00 GiB: gander free PATH; then gander retry JOB')
    expect(next.zh).toBe('至少腾出 3.00 GB：`释放 /路径`，再 `重试 任务号`')
  })

  it('counts every copy', () => {
    expect(room({ missingBytes: 2 * GIB, workers, copies: 3 }).next.en).toContain('at least 5.00 GiB')
  })

  it('does not claim all missing bytes for itself when there are other causes', () => {
    const { text, next } = room({ missingBytes: 4 * GIB, workers, mixed: true })
    expect(text.en).toContain('at most 4.00 GiB missing')
    expect(next.en).toContain('free up to 3.00 GiB')
  })

  it('does not send people to free what cannot be enough', () => {
    const { next } = room({ missingBytes: 12 * GIB, bytes: 20 * GIB, workers })
    expect(next.en).toMatch(/needs 20\.0 GiB, the whole cache has 10\.0 GiB/)
    expect(next.zh).toMatch(/20\.0 GB.*10\.0 GB/)
  })

  it('says when there is room meanwhile', () => {
    expect(room({ missingBytes: 512 * MIB, workers }).next.en).toMatch(/^there is room now: gander retry/)
  })

  it('says no number that nobody knows', () => {
    expect(room({ workers }).text.en).toBe('not enough space')
    expect(room({ missingBytes: GIB }).text.en).toBe('not enough space')
  })
})

describe('workers', () => {
  it('needed for copies are those that are heard of', () => {
    const { text, next } = toReason('replicas', { files: 1, copies: 4, workers })
    expect(text.en).toBe('needs 4 workers, has 2')
    expect(text.zh).toBe('4 个副本需要 4 个 worker，只有 2 个')
    expect(next.en).toContain('--replication 2')
    expect(next.zh).toContain('副本=2')
  })

  it('lost and silent ones are counted', () => {
    expect(toReason('worker-lost', { files: 1, workers }).text).toEqual({
      en: '2 of 4 workers lost or silent',
      zh: 'worker 失联（4 个中的 2 个）',
    })
    const back = { ...workers, lost: 0, silent: 0 }
    expect(toReason('worker-lost', { files: 1, workers: back }).text.en).toBe('a worker was lost')
  })
})

describe('the reasons of a verdict', () => {
  it('come with most files first', () => {
    const missingByCause = { permission: 2, 'no-space': 212, gone: 128, unknown: 0 } as const
    const reasons = toReasons(partly({ missingByCause, missingTotal: 342 }))
    expect(reasons.map(({ cause, files }) => [cause, files])).toEqual([
      ['no-space', 212],
      ['gone', 128],
      ['permission', 2],
    ])
  })

  it('take their bytes from the newest measurement, of one cause all, of several at most all', () => {
    const more = { before: measured(8 * GIB, 0), after: measured(8 * GIB, 5 * GIB), workers, copies: 2 }
    const [alone] = toReasons(partly({ ...more, missingByCause: { 'no-space': 3 } }))
    expect(alone?.text.en).toContain('space: 6.00 GiB missing')
    const [mixed] = toReasons(partly({ ...more, missingByCause: { 'no-space': 3, gone: 1 } }))
    expect(mixed?.text.en).toContain('space: at most 6.00 GiB missing')
    const [before] = toReasons(partly({ before: measured(2 * GIB, 0), workers, missingByCause: { 'no-space': 3 } }))
    expect(before?.text.en).toContain('space: 2.00 GiB missing')
  })

  it('name what the verdict names, and nothing when all is there or nothing is wrong', () => {
    const missing = [{ path: '/a', cause: 'gone' as const }]
    const named = (more: Partial<Verdict>) => toReasons(partly(more)).map(({ cause, files }) => [cause, files])
    expect(named({ missing, missingTotal: 4 })).toEqual([['gone', 1]])
    expect(named({ missing, missingByCause: { gone: 2 }, missingTotal: 40 })).toEqual([['gone', 2]])
    expect(named({ missingByCause: {}, missingTotal: 40 })).toEqual([])
    expect(toReasons({ ok: true, kind: 'cached', after: measured(GIB, GIB), notes: [] })).toEqual([])
  })
})
