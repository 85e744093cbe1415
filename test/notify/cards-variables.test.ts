// what a card shows of a job at each point of its life
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutBytes } from '../../bot/notify/cards/cut-bytes.ts'
import { type CardVariables, toLastMessage, toPlain, toVariables } from '../../bot/notify/cards/variables.ts'
import { toReasons } from '../../shared/causes.ts'
import { type Counts, type Job, NO_COUNTS, type Task } from '../../shared/job.ts'
import { toInstant } from '../../shared/time.ts'
import type { Verdict } from '../../shared/verdict.ts'
import { measured, START } from '../core/world.ts'

const ID = '018f3a6e-0000-7000-8000-000000000001'
const NOW = START + 372_000
const TZ = 'Asia/Shanghai'

function job(more: Partial<Job> = {}, counts: Partial<Counts> = {}): Job {
  return {
    ...{ id: ID, number: 17, name: '夜间', named: true, action: 'load', cluster: 'c1', status: 'running' },
    ...{ desired: 'run', requester: 'ann', via: 'chat', createdAt: toInstant(START), notes: [] },
    startedAt: toInstant(START),
    counts: { ...NO_COUNTS, total: 1, running: 1, ...counts },
    ...more,
  }
}

function task(path: string, more: Partial<Task> = {}): Task {
  return {
    ...{ id: ID, job: ID, path, action: 'load', options: {}, status: 'running', desired: 'run', attempts: 1 },
    ...{
      createdAt: toInstant(START),
      files: { loaded: 0, alreadyCached: 0, failed: 0, total: 0 },
      steps: [],
      notes: [],
    },
    ...more,
  }
}

const ASKERS = [{ place: 'conversation c', staffId: '0147', nick: '张三' }]
const show = (of: Job, worst: readonly Task[] = [task('/datalake/db1')]): CardVariables =>
  toVariables({ job: of, askers: ASKERS, worst }, NOW, TZ)

const over = (more: Partial<Job>, counts: Partial<Counts> = {}): Job =>
  job({ endedAt: toInstant(NOW), ...more }, { running: 0, ...counts })

function verdict(kind: Verdict['kind'], more: Partial<Verdict> = {}): Verdict {
  const ok = { cached: true, 'nothing-new': true, empty: true, partly: false, 'not-cached': false, unverified: null }
  const made: Verdict = { ok: ok[kind], kind, before: measured(100, 12), after: measured(100, 100), notes: [], ...more }
  const reasons = toReasons(made)
  return reasons.length === 0 ? made : { ...made, reasons }
}

describe('the variables of a card', () => {
  it('of a load that waits', () => {
    const { startedAt: _none, ...waiting } = job({ status: 'queued' }, { running: 0, queued: 1 })
    expect(show(waiting)).toEqual({
      title: '预热 #17 夜间',
      status: 'QUEUED',
      percent: '0',
      detail: '- **路径**：/datalake/db1\n- 排队中',
      startedAt: '—',
      elapsed: '6 分 12 秒',
      operator: '张三',
      jobId: '17',
      showCancel: 'true',
      showRetry: 'false',
    })
  })

  it('of a load that waits says what for, in the words of the text that it replaces', () => {
    const notes = ['no agent of cluster defualt is connected; the job waits', 'something else']
    const { startedAt: _none, ...waiting } = job({ status: 'queued', notes }, { running: 0, queued: 1 })
    expect(show(waiting).detail).toBe('- **路径**：/datalake/db1\n- 排队中\n- 等待代理：集群 defualt 没有在线代理')
    const placed = { ...waiting, notes: ['place 3 in the queue of cluster c1'] }
    expect(show(placed).detail).toContain('- 排队中\n- 集群 c1 队列中第 3 位')
  })

  it('of a load that others carry out names three of them, and none that is its own', () => {
    const follower = (at: number, number = at) =>
      task(`/d/${at}`, { attachedTo: ID, notes: [`attached: #${number} loads /d/${at} already`] })
    const worst = [follower(1, 17), follower(2), follower(3), follower(4), follower(5)]
    expect(show(job({}, { total: 5, running: 5 }), worst).detail).toBe(
      [
        '- **路径**：/d/1 等 5 个',
        '- **完成**：0 / 5 个路径',
        ...[2, 3, 4].map(at => `- #${at} 已在加载 /d/${at}，跟随它的结果`),
      ].join('\n'),
    )
    const done = worst.map(one => ({ ...one, status: 'succeeded' as const }))
    expect(show(job({}, { total: 5, running: 5 }), done).detail).not.toContain('跟随')
  })

  it('of a load that runs', () => {
    const progress = { at: toInstant(NOW), source: 'sample', percent: 52.7, filesDone: 340, filesTotal: 1204 } as const
    const bytes = { bytesDone: 20 * 2 ** 30, bytesTotal: 38 * 2 ** 30, bytesPerSecond: 92 * 2 ** 20, etaSeconds: 200 }
    expect(show(job({ progress: { ...progress, ...bytes } }))).toMatchObject({
      status: 'RUNNING',
      percent: '52',
      detail:
        '- **路径**：/datalake/db1\n- **进度**：340 / 1,204 个文件，20 GB / 38 GB\n- **速度**：92 MB/s，预计还需 3 分 20 秒',
      startedAt: '2024-05-01 16:00:00（Asia/Shanghai）',
    })
  })

  it('of a load whose speed nobody knows: the time left has a name of its own', () => {
    const progress = { at: toInstant(NOW), source: 'lines', filesDone: 15, filesTotal: 17, etaSeconds: 3 } as const
    expect(show(job({ progress })).detail).toBe(
      '- **路径**：/datalake/db1\n- **进度**：15 / 17 个文件\n- **预计还需**：3 秒',
    )
  })

  it('of a load of several paths', () => {
    const shown = show(job({}, { total: 12, running: 2, queued: 6, succeeded: 3, failed: 1 }))
    expect(shown.detail).toBe('- **路径**：/datalake/db1 等 12 个\n- **完成**：4 / 12 个路径，未成功 1 个')
    expect(shown.percent).toBe('33')
  })

  it('of a load that is being stopped: nobody can stop it again', () => {
    const shown = show(job({ desired: 'stop' }))
    expect(shown).toMatchObject({ status: 'RUNNING', showCancel: 'false', showRetry: 'false' })
    expect(shown.detail).toContain('正在停止')
  })

  const ENDS: readonly [string, Job, Partial<CardVariables>, string][] = [
    [
      'all cached',
      over({ status: 'succeeded', verdict: verdict('cached') }, { succeeded: 1 }),
      { status: 'OK', percent: '100', showRetry: 'false' },
      '已全部缓存（12% → **100%**，100 个文件，1000 B）',
    ],
    [
      'nothing new',
      over({ status: 'succeeded', verdict: verdict('nothing-new') }, { succeeded: 1 }),
      { status: 'OK', percent: '100' },
      '全部已在缓存，未加载新文件',
    ],
    [
      'no files',
      over(
        { status: 'succeeded', verdict: verdict('empty', { before: measured(0, 0), after: measured(0, 0) }) },
        { succeeded: 1 },
      ),
      { status: 'OK', percent: '100' },
      '路径下没有文件',
    ],
    [
      'not verified',
      over({ status: 'succeeded', verdict: { ok: null, kind: 'unverified', notes: [] } }, { succeeded: 1 }),
      { status: 'OK', percent: '99' },
      '已执行，未核实缓存',
    ],
    [
      'partly cached, with its causes',
      over(
        {
          status: 'failed',
          verdict: verdict('partly', {
            after: measured(1000, 660),
            missingTotal: 340,
            missingByCause: { gone: 128, incomplete: 212 },
          }),
        },
        { failed: 1 },
      ),
      { status: 'FAILED', percent: '66', showRetry: 'true', showCancel: 'false' },
      '部分缓存（12% → **66%**，660 个文件，6.45 KB），缺 340 个文件：文件还在写入，尚未完成 212 个，底层文件已不存在 128 个',
    ],
    [
      'partly cached in all but a few bytes: never rounded up',
      over(
        {
          status: 'failed',
          verdict: verdict('partly', { after: measured(1000, 999, { cachedPercent: 100 }), missingTotal: 1 }),
        },
        { failed: 1 },
      ),
      { percent: '99' },
      '缺 1 个文件',
    ],
    [
      'no such path: of nothing there is no share',
      over(
        {
          status: 'failed',
          verdict: verdict('not-cached', {
            ...{ before: measured(0, 0), after: measured(0, 0), missingTotal: 2 },
            ...{ missing: [{ path: '/a', cause: 'no-such-path' }], missingByCause: { 'no-such-path': 2 } },
          }),
        },
        { total: 2, failed: 2 },
      ),
      { status: 'FAILED', percent: '0' },
      '- 未缓存，缺 2 个路径（不存在）',
    ],
    [
      'one path of two that is not there',
      over(
        {
          status: 'partial',
          verdict: verdict('partly', {
            ...{ missing: [{ path: '/a', cause: 'no-such-path' }], missingTotal: 3 },
            missingByCause: { 'no-such-path': 1, gone: 2 },
          }),
        },
        { total: 2, succeeded: 1, failed: 1 },
      ),
      { status: 'FAILED', percent: '50' },
      '- 部分缓存，缺 1 个路径（不存在），其余 12% → **100%**（100 个文件，1000 B），缺 2 个文件：底层文件已不存在 2 个',
    ],
    [
      'stopped',
      over({ status: 'stopped', desired: 'stop' }, { stopped: 1 }),
      { status: 'CANCELLED', showRetry: 'false' },
      '已停止',
    ],
    [
      'stopped, and measured',
      over({ status: 'stopped', verdict: verdict('partly', { after: measured(100, 37) }) }, { stopped: 1 }),
      { status: 'CANCELLED', percent: '37' },
      '已停止（12% → **37%**，37 个文件，370 B），缺 63 个文件',
    ],
    ['lost', over({ status: 'lost' }, { lost: 1 }), { status: 'FAILED', percent: '0' }, '执行失联，结果未知'],
    [
      'several, some of them well',
      over({ status: 'partial', action: 'free' }, { total: 4, succeeded: 3, failed: 1 }),
      { status: 'FAILED', percent: '75', title: '释放 #17 夜间' },
      '执行失败，完成 3 / 4 个路径',
    ],
    [
      'well, of something that nobody measures',
      over({ status: 'succeeded', action: 'metadata', named: false }, { succeeded: 1 }),
      { status: 'OK', percent: '100', title: '元数据刷新 #17' },
      '已完成',
    ],
  ]

  it.each(ENDS)('of a job that ended: %s', (_name, ended, variables, line) => {
    const shown = show(ended)
    expect(shown).toMatchObject(variables)
    expect(shown.detail).toContain(line)
    // the verdict is one line below that of the path
    expect(shown.detail.split('\n')).toHaveLength(2)
    expect(shown.elapsed).toBe('6 分 12 秒')
    expect(toVariables({ job: ended, askers: ASKERS, worst: [task('/datalake/db1')] }, NOW + 1_000_000, TZ)).toEqual(
      shown,
    )
  })

  it('of a run that failed says how it ended', () => {
    const failed = over({ status: 'failed' }, { failed: 1 })
    const worst = [task('/a', { status: 'failed', exit: { reason: 'exited', code: 2 } })]
    expect(show(failed, worst).detail).toContain('执行失败（退出码 2）')
  })

  it('never call a success what the verdict denies', () => {
    const odd = over({ status: 'succeeded', verdict: verdict('partly', { after: measured(10, 9) }) }, { succeeded: 1 })
    expect(show(odd)).toMatchObject({ status: 'FAILED', percent: '90' })
  })

  it('never say 100 while it runs', () => {
    expect(show(job({ progress: { at: toInstant(NOW), source: 'lines', percent: 100 } })).percent).toBe('99')
    expect(show(job({}, { total: 2, running: 0, succeeded: 2 })).percent).toBe('99')
  })

  it('name whoever asked by another door', () => {
    expect(show(job({ via: 'http', requester: 'bob' })).operator).toBe('bob')
  })

  it('without a word from outside hold no word from outside', () => {
    const plain = toPlain(show(job({ name: '坏词' }), [task('/坏词')]))
    expect(JSON.stringify(plain)).not.toContain('坏词')
    expect(plain).toMatchObject({ title: '任务 #17', detail: '详情请发送：状态 17', status: 'RUNNING' })
  })

  it('have a line for the list of conversations', () => {
    expect(toLastMessage(show(job()))).toBe('预热 #17 夜间 进行中')
  })

  it('are small strings on one line, whatever people call things', () => {
    const word = fc.string({ unit: 'binary', maxLength: 3_000 })
    const check = (name: string, path: string, nick: string): void => {
      const askers = [{ place: 'p', staffId: 's', nick }]
      const story = { job: job({ name }), askers, worst: [task(`/${path}`)] }
      for (const [key, value] of Object.entries(toVariables(story, NOW, TZ))) {
        expect(Buffer.byteLength(value)).toBeLessThanOrEqual(1024)
        expect(value).toBe(Buffer.from(value).toString())
        if (key !== 'detail') expect(value).not.toMatch(/[\n\r\u202e\u0000]/)
        else expect(value).not.toContain('<')
      }
    }
    fc.assert(fc.property(word, word, word, check), { numRuns: 200 })
    check('名'.repeat(2_000), '路'.repeat(2_000), '😀'.repeat(2_000))
  })
})

describe('text cut to bytes', () => {
  it('keeps whole lines, then whole characters', () => {
    expect(cutBytes('一二三', 9)).toBe('一二三')
    expect(cutBytes('ab\ncd\nefghij', 9)).toBe('ab\ncd\n…')
    expect(cutBytes('一二三四五', 11)).toBe('一二…')
    // a backslash without what it escapes would show, or eat what follows
    expect(cutBytes('a\\*bcdefgh', 6)).toBe('a…')
  })
})
