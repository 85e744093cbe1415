// what is said of slots of schedules that went wrong, word for word, and how many of them are one message
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SlotNotice } from '../../bot/engine/chat-port.ts'
import { fitsWay } from '../../bot/notify/body.ts'
import { gather } from '../../bot/notify/gather.ts'
import { toDigest } from '../../bot/notify/words/digest.ts'
import { type SlotTale, toSlotDigest, toSlotSummary } from '../../bot/notify/words/slots.ts'
import { toSummary } from '../../bot/notify/words/summary.ts'
import { writeLetter } from '../../bot/notify/write.ts'
import type { Job } from '../../shared/job.ts'
import { SECOND, toInstant, toMs } from '../../shared/time.ts'
import { CACHED, job, tale } from './tales.ts'

const NIGHTLY = { id: 's1', number: 3, name: '夜间', zone: 'Asia/Shanghai' }
const SLOT = '2026-11-21T18:00:00.000Z'

const notice = (more: Partial<SlotNotice> = {}): SlotNotice => ({
  ...{ id: 'n1', place: 'conversation cid1', alarm: true, at: SLOT, dueAt: SLOT, about: 'slot', form: 'summary' },
  ...{ slotId: 's1 clock 1', trouble: 'missed', schedule: NIGHTLY, slot: SLOT },
  ...more,
})
const linesOf = (more: Partial<SlotNotice>, known: Omit<SlotTale, 'notice'> = {}): string[] =>
  toSlotSummary({ notice: notice(more), ...known }).text.split('\n')

describe('one slot', () => {
  test('that nobody was there for', () => {
    expect(toSlotSummary({ notice: notice() })).toEqual({
      title: '告警：定时未执行 夜间',
      text: [
        '### 告警：定时未执行 夜间',
        '- **时刻**：2026-11-22 02:00:00（Asia/Shanghai）',
        '- **原因**：守护进程当时不在',
        '- **下一步**：`定时 执行 夜间`',
      ].join('\n'),
    })
    expect(linesOf({ count: 7 })[2]).toBe('- **原因**：守护进程当时不在，共 7 次')
  })

  test.each<[Partial<SlotNotice>, string, string, string]>([
    [
      { trouble: 'late', count: 7, jobNumber: 42 },
      ...(['定时补跑', '守护进程当时不在，共 7 次，只补跑最近一次（任务 #42）', '`定时 历史 夜间` 查看'] as const),
    ],
    [
      { trouble: 'no-agent', cluster: 'c1', jobNumber: 42 },
      '定时到点但没有在线代理',
      '集群 c1 没有在线代理，代理上线后开始（任务 #42）',
      '启动代理；`代理` 查看在线的代理',
    ],
    [
      { trouble: 'marker', path: '/data/20261122/_SUCCESS', at: '2026-11-21T20:00:00.000Z' },
      '定时未执行',
      '到 04:00 标记 /data/20261122/\\_SUCCESS 没有出现，未执行',
      '`定时 执行 夜间`',
    ],
    [
      { trouble: 'unmarked', path: '/m', at: '2026-11-22T20:00:00.000Z', jobNumber: 42 },
      '定时没有等到标记',
      '到 2026-11-23 04:00 标记 /m 没有出现，仍然执行（任务 #42）',
      '`定时 历史 夜间` 查看',
    ],
    [
      {
        ...{ trouble: 'ahead', jobNumber: 42 },
        ...{ expectedAt: '2026-11-22T00:52:00.000Z', readyBy: '2026-11-22T00:30:00.000Z' },
      },
      '定时预计不能按时就绪',
      '预计 08:52 才就绪，要求 08:30（任务 #42）',
      '`状态 42` 查看',
    ],
    [
      { trouble: 'over', readyBy: '2026-11-22T00:30:00.000Z' },
      '定时到时未就绪',
      '到 08:30 仍未就绪',
      '`定时 历史 夜间` 查看',
    ],
    [
      { trouble: 'unstarted', message: 'paths[0] must be *absolute*.' },
      '定时无法提交',
      'paths\\[0\\] must be \\*absolute\\*.',
      '改正后 `定时 执行 夜间`',
    ],
  ])('%j', (more, fate, why, next) => {
    const [heading, , reason, step] = linesOf(more)
    expect(heading).toBe(`### 告警：${fate} 夜间`)
    expect(reason).toBe(`- **原因**：${why}`)
    expect(step).toBe(`- **下一步**：${next}`)
  })

  test('that is not ready says how far it is, and a name that cannot be typed is a number', () => {
    const late = { trouble: 'over', readyBy: '2026-11-22T00:30:00.000Z', jobNumber: 42 } as const
    expect(linesOf(late, { percent: 45.9 })[2]).toBe('- **原因**：到 08:30 仍未就绪，目前 **45%**（任务 #42）')
    expect(linesOf({ schedule: { ...NIGHTLY, name: 'a `b` [c](d)' } })).toMatchObject([
      '### 告警：定时未执行 a \\`b\\` \\[c\\]\\(d\\)',
      ...[expect.anything(), expect.anything(), '- **下一步**：`定时 执行 3`'],
    ])
    // of that number there may be another one
    expect(linesOf({ schedule: { ...NIGHTLY, name: '12' } }).at(-1)).toBe('- **下一步**：`定时 执行 3`')
  })
})

const many = (count: number): SlotNotice[] =>
  Array.from({ length: count }, (_, at) =>
    notice({
      ...{ id: `n${at}`, slotId: `s${at} clock 1`, at: toInstant(toMs(SLOT) + at * 10) },
      schedule: { ...NIGHTLY, id: `s${at}`, number: at + 1, name: `夜间-${at + 1}` },
    }),
  )
const office = { story: () => undefined, storyOfSlot: () => undefined, linesOf: () => undefined }
const writing = (kind: 'group' | 'direct') => ({
  office: { ...office, tasksOf: () => [], conversation: () => ({ id: 'cid1', kind, heardAt: SLOT }) },
  ...{ stories: [], near: new Map(), nowMs: toMs(SLOT), publicUrl: undefined },
})

describe('several', () => {
  test('a hundred that were missed are one message: thirty by name, and how many more', () => {
    const { ready } = gather({ notices: many(100), letters: [], meter: undefined }, toMs(SLOT) + 5 * SECOND)
    expect(ready).toHaveLength(1)
    const letter = ready[0] && writeLetter(ready[0], writing('group'))
    expect(letter).toMatchObject({ kind: 'result', alarm: true })
    const text = letter?.parts.map(part => part.text).join('\n') ?? ''
    expect(text).toMatch(/^### 告警：100 个定时未执行/)
    expect(text).toContain('- **告警：定时未执行 夜间-30**：2026-11-22 02:00:00（Asia/Shanghai），守护进程当时不在\n')
    expect(text).not.toContain('夜间-31')
    expect(text).toContain('- 其余 70 次，`定时 列表` 查看')
  })

  test('alarms go first, whatever is not alike is told as such', () => {
    const quiet = { notice: notice({ alarm: false, trouble: 'late' }) }
    const { title, text } = toSlotDigest([quiet, { notice: notice({ trouble: 'unstarted', message: 'no' }) }])
    expect(title).toBe('告警：1 个定时有异常')
    expect(text.indexOf('**告警：定时无法提交 夜间**')).toBeLessThan(text.indexOf('**通知：定时补跑 夜间**'))
  })

  test('whatever is told fits all ways, and keeps its first word in each part', () => {
    const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 })
    const made = fc.record({
      ...{ name: words, path: words, message: words },
      trouble: fc.constantFrom('missed', 'marker', 'unstarted', 'over'),
    })
    fc.assert(
      fc.property(fc.array(made, { minLength: 1, maxLength: 35 }), all => {
        const notices = all.map(({ name, ...rest }, at) =>
          notice({ ...(rest as Partial<SlotNotice>), id: `n${at}`, schedule: { ...NIGHTLY, name } }),
        )
        const [first] = gather({ notices, letters: [], meter: undefined }, toMs(SLOT)).ready
        const parts = (first && writeLetter(first, writing('group')))?.parts ?? []
        expect(parts.length).toBeGreaterThan(0)
        for (const part of parts) {
          expect(part.text).toMatch(/^### 告警：/)
          expect((['session', 'robot', 'api'] as const).every(way => fitsWay(way, part))).toBe(true)
        }
      }),
      { numRuns: 6 },
    )
  })

  test('who made a schedule is called among others, once, and not between two', () => {
    const notices = many(3).map(one => ({ ...one, staffId: '0147' }))
    const batch = { key: '', place: 'conversation cid1', form: 'summary', about: 'slot', notices } as const
    expect(writeLetter(batch, writing('group'))?.parts[0]?.mentions).toEqual(['0147'])
    expect(writeLetter(batch, writing('direct'))?.parts[0]?.mentions).toEqual([])
  })
})

describe('a job that the clock asked for', () => {
  const schedule: Job['schedule'] = { id: 's1', name: '夜间', slot: SLOT, run: 12 }
  const told = tale({
    job: { via: 'schedule', requester: 'ann', name: '夜间-20261122', named: true, schedule },
    task: { verdict: CACHED },
    tale: { askers: [], atHome: false, zone: 'Asia/Shanghai' },
  })

  test('says which schedule and slot it is of', () => {
    expect(toSummary(told).text).toContain(
      '\n- **定时**：夜间 第 12 次，2026-11-22 02:00:00（Asia/Shanghai）\n- **发起**：ann · 定时',
    )
    const bad = tale({ ...{ job: { ...job(), status: 'failed', schedule } }, tale: { alarm: true } })
    expect(toSummary(bad).text).toContain('- **定时**：夜间 第 12 次，2026-11-21 18:00:00（UTC）')
  })

  test('also among others', () => {
    expect(toDigest([told, tale()]).text).toContain('，定时 夜间 2026-11-22 02:00:00（Asia/Shanghai）\n')
  })
})
