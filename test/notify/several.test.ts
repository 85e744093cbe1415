// several jobs in one message, and the text about a named job that the custom robot has always got
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitsWay } from '../../bot/notify/body.ts'
import { toDigest } from '../../bot/notify/words/digest.ts'
import { type NamedText, packNamed, toNamedText } from '../../bot/notify/words/named.ts'
import { NO_COUNTS } from '../../shared/job.ts'
import type { Verdict } from '../../shared/verdict.ts'
import { CACHED, PARTLY, share, tale, task, verdict } from './tales.ts'

describe('a digest', () => {
  test('puts alarms first, and each job keeps its first word', () => {
    const good = tale({ job: { name: '夜间', named: true }, task: { verdict: CACHED } })
    const bad = tale({
      job: { number: 18 },
      task: { path: '/datalake/db2', status: 'failed', verdict: PARTLY },
      tale: { alarm: true },
    })
    const free = tale({ job: { number: 19, action: 'free' }, task: { path: '/old', action: 'free' } })
    expect(toDigest([good, bad, free])).toEqual({
      title: '告警：3 个任务结束，1 个未成功',
      text: [
        '### 告警：3 个任务结束，1 个未成功',
        '- **告警：预热未完成 #18**：/datalake/db2，3% → **71%**，缺 340 个文件',
        '  - 空间不足：212 个（缓存已用 99%）',
        '  - 底层文件已不存在：128 个，例如 /datalake/db2/p=9/part-0003',
        '  - **下一步**：`重试 18` 只重试缺的文件；最多还需腾出 11.1 GB：`释放 /旧路径`；如果是正常删除：`预热 /datalake/db2 刷新`，只加载现有文件；如果是误删，先恢复文件',
        '- **通知：预热完成 #17 夜间**：/datalake/db1，12% → **100%**（1,204 个文件，38.2 GB，新增 33.6 GB）',
        '- **通知：释放完成 #19**：/old',
      ].join('\n'),
    })
    expect(toDigest([good, free]).title).toBe('通知：2 个任务结束')
  })

  test('counts missing paths as paths, before any share, and of nothing there is no share', () => {
    const counts = { ...NO_COUNTS, total: 3, failed: 3 }
    const absent = (paths: number, files: Partial<Verdict>) =>
      verdict({
        ...{ kind: 'not-cached', ok: false, missingTotal: paths, missingByCause: { 'no-such-path': paths } },
        ...{ missing: [{ path: '/p1', cause: 'no-such-path' }], ...files },
      })
    const nothing = { before: share(100, { files: 0, gb: 0 }), after: share(100, { files: 0, gb: 0 }) }
    const none = tale({ job: { status: 'failed', counts, verdict: absent(3, nothing) }, tale: { alarm: true } })
    const there = { kind: 'partly' as const, ...nothing, after: share(100, { files: 2, gb: 1 }) }
    const some = tale({
      job: { number: 18, status: 'partial', counts, verdict: absent(1, there) },
      tale: { alarm: true },
    })
    const both = { ...there, after: share(50, { files: 2, gb: 1 }), missingTotal: 2 }
    const worse = tale({
      job: { number: 19, status: 'partial', counts, verdict: absent(1, both) },
      tale: { alarm: true },
    })
    const heads = toDigest([none, some, worse])
      .text.split('\n')
      .filter(line => line.startsWith('- '))
    expect(heads).toEqual([
      '- **告警：预热失败 #17**：3 个路径，缺 3 个路径（不存在）',
      '- **告警：预热未完成 #18**：3 个路径，缺 1 个路径（不存在），其余 0% → **100%**（2 个文件，1 GB，新增 1 GB）',
      '- **告警：预热未完成 #19**：3 个路径，缺 1 个路径（不存在），其余 0% → **50%**（2 个文件，1 GB，新增 512 MB），缺 1 个文件',
    ])
  })

  test('names thirty and counts the rest', () => {
    const tales = Array.from({ length: 50 }, (_, at) => tale({ job: { number: at + 1 }, tale: { alarm: at >= 40 } }))
    const { text } = toDigest(tales)
    expect(text).toContain('- 其余 20 个任务：通知 20')
    expect(text.indexOf('#50')).toBeLessThan(text.indexOf('#1**'))
  })
})

describe('the text of a named job', () => {
  const counted = (path: string, status: 'succeeded' | 'failed', success: number) => ({
    ...{ task: task({ path, status }), success, total: 3 },
  })

  test.each([
    [['succeeded', 'succeeded'], '通知:GooseFSDistributeLoad success for task nightly'],
    [['succeeded', 'failed'], '告警:GooseFSDistributeLoad notallsuccess for task nightly'],
    [['failed', 'failed'], '告警:GooseFSDistributeLoad failed for task nightly'],
  ] as const)('%j', (statuses, head) => {
    const tasks = statuses.map((status, at) => counted(`/p${at}`, status, status === 'failed' ? 1 : 3))
    const text = toNamedText({ name: 'nightly' }, tasks)
    expect(text).toMatchObject({ head, alarm: head.startsWith('告警') })
    expect(text.lines).toEqual(tasks.map(({ task: { path }, success }) => `path: ${path} ${success}/3`))
  })

  test('counts the newest of each path, as view 000 does', () => {
    const text = toNamedText({ name: 'n' }, [counted('/a/', 'failed', 0), counted('/a', 'succeeded', 3)])
    expect(text.head).toBe('通知:GooseFSDistributeLoad success for task n')
    expect(text.lines).toEqual(['path: /a 3/3'])
  })

  const fits = (text: string) => fitsWay('robot', { format: 'text', title: '', text, mentions: [] })
  const long = (alarm: boolean, lines: number): NamedText => ({
    ...{ alarm, head: `${alarm ? '告警' : '通知'}:GooseFSDistributeLoad x for task n` },
    lines: Array.from({ length: lines }, (_, at) => `path: /数据湖/db😀/${at} 3/3`),
  })

  test('is cut with dots where the whole body would be over 20,000 bytes', () => {
    const [only = '', ...more] = packNamed([long(false, 2_000)], fits)
    expect(more).toEqual([])
    expect(only.endsWith('...')).toBe(true)
    const body = JSON.stringify({ msgtype: 'text', text: { content: only }, at: { atUserIds: [], isAtAll: false } })
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000)
    expect(Buffer.byteLength(body)).toBeGreaterThan(19_000)
  })

  test('shares a message with others, alarms first', () => {
    expect(packNamed([long(false, 1), long(true, 1)], fits)).toEqual([
      '告警:GooseFSDistributeLoad x for task n\npath: /数据湖/db😀/0 3/3\n\n通知:GooseFSDistributeLoad x for task n\npath: /数据湖/db😀/0 3/3',
    ])
  })

  test('loses no job however many there are, and divides no character', () => {
    const texts = fc.array(fc.record({ alarm: fc.boolean(), lines: fc.nat(400) }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(texts, given => {
        const packed = packNamed(
          given.map(({ alarm, lines }) => long(alarm, lines)),
          fits,
        )
        const heads = packed.join('\n').match(/^(告警|通知):/gm) ?? []
        expect(heads).toHaveLength(given.length)
        expect(heads).toEqual([...heads].sort((a, b) => Number(b === '告警:') - Number(a === '告警:')))
        for (const text of packed) {
          expect(fits(text)).toBe(true)
          expect(text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/)
        }
      }),
      { numRuns: 60 },
    )
  })
})
