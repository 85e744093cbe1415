// what is said of jobs that have ended, word for word
import { describe, expect, test } from 'vitest'
import { toHalfway } from '../../bot/notify/words/halfway.ts'
import { toSummary } from '../../bot/notify/words/summary.ts'
import { toWorkMs } from '../../bot/notify/words/tale.ts'
import type { Exit } from '../../shared/allocation.ts'
import { NO_COUNTS } from '../../shared/job.ts'
import { CACHED, job, PARTLY, share, tale, task, verdict, ZHANG } from './tales.ts'

const text = (given: Parameters<typeof tale>[0]): string => toSummary(tale(given)).text

describe('all is well', () => {
  test('a load, as the contract shows it', () => {
    const said = toSummary(tale({ job: { name: '夜间', named: true }, task: { verdict: CACHED } }))
    expect(said.title).toBe('通知：预热完成 #17 夜间')
    expect(said.text).toBe(
      [
        '### 通知：预热完成 #17 夜间',
        '- **路径**：/datalake/db1',
        '- **缓存**：12% → **100%**（1,204 个文件，38.2 GB，新增 33.6 GB）',
        '- **用时**：6 分 12 秒（92 MB/s）',
        '- **发起**：张三 · 钉钉',
      ].join('\n'),
    )
  })

  test('nothing new is told in one line', () => {
    const all = share(100, { files: 1204, gb: 38.2 })
    const kind = verdict({ kind: 'nothing-new', ok: true, before: all, after: all })
    expect(text({ task: { verdict: kind } })).toBe(
      '### 通知：预热完成 #17\n- **/datalake/db1**：全部已在缓存，未加载新文件（1,204 个文件，38.2 GB）',
    )
  })

  test('without a measurement it says so', () => {
    const said = text({
      task: { verdict: verdict({ kind: 'unverified', ok: null }) },
      job: { via: 'http', requester: 'ann' },
    })
    expect(said).toBe(
      [
        '### 通知：预热完成（未核实） #17',
        '- **路径**：/datalake/db1',
        '- **缓存**：未核实：没有测到加载后的缓存占比',
        '- **用时**：6 分 12 秒',
        '- **发起**：ann · HTTP',
      ].join('\n'),
    )
    const nothing = verdict({ kind: 'unverified', ok: null, after: share(0, { files: 0, gb: 0 }) })
    expect(text({ task: { verdict: nothing } })).toContain('**缓存**：未核实：没有测到加载后的缓存占比\n')
    const doubted = verdict({ kind: 'unverified', ok: null, after: share(100, { files: 3, gb: 1 }) })
    expect(text({ task: { verdict: doubted } })).toContain(
      '未核实：测得 **100%**，但没有在线 worker 能证实（3 个文件，1 GB）',
    )
  })

  test('no files, copies, and metadata that were not refreshed', () => {
    const none = verdict({ kind: 'empty', ok: true, after: share(100, { files: 0, gb: 0 }) })
    expect(text({ task: { verdict: none } })).toContain('- **缓存**：路径下没有文件\n')
    const stale = { ...share(100, { files: 3, gb: 1 }), fresh: false }
    const doubled = text({ task: { verdict: verdict({ kind: 'cached', ok: true, after: stale, copies: 2 }) } })
    expect(doubled).toContain('- **副本**：要求 2 份，未逐一核实')
    expect(doubled).toContain('- **注意**：元数据没有刷新，对象存储里的新变化未计入')
  })

  test.each([
    ['metadata', '元数据刷新完成', 'cli', '命令行'],
    ['free', '释放完成', 'schedule', '定时'],
    ['forceload', '强制预热完成', 'http', 'HTTP'],
  ] as const)('%s', (action, words, via, door) => {
    expect(text({ job: { action, via, requester: 'ann' }, task: { action } })).toBe(
      `### 通知：${words} #17\n- **路径**：/datalake/db1\n- **用时**：6 分 12 秒\n- **发起**：ann · ${door}`,
    )
  })

  test('several paths: the worst ten, the rest counted, and a link', () => {
    const worst = Array.from({ length: 10 }, (_, at) => task({ path: `/p${at}`, verdict: CACHED }))
    const counts = { ...NO_COUNTS, total: 42, succeeded: 42 }
    const said = text({ job: { counts, verdict: CACHED }, tale: { worst, publicUrl: 'https://gander.example/' } })
    expect(said).toContain('- **路径**：42 个路径\n  - /p0：12% → **100%**（1,204 个文件，38.2 GB，新增 33.6 GB）\n')
    expect(said).toContain('  - 其余 32 个路径：完成 32\n- **缓存**：12% → **100%**')
    expect(said.endsWith('\n\n[查看任务](https://gander.example/api/v1/jobs/17)')).toBe(true)
  })

  test('stopped by a person', () => {
    const kind = verdict({
      kind: 'partly',
      ok: false,
      before: share(12, { files: 9, gb: 9 }),
      after: share(44, { files: 9, gb: 9 }),
    })
    expect(text({ job: { desired: 'stop' }, task: { status: 'stopped', verdict: kind } })).toBe(
      [
        '### 通知：已停止 #17',
        '- **/datalake/db1**：已停止，12% → **44%**',
        '- **用时**：6 分 12 秒（7.93 MB/s）',
        '- **发起**：张三 · 钉钉',
      ].join('\n'),
    )
  })

  test('what comes from outside cannot be markup, nor call anybody', () => {
    const said = toSummary(
      tale({
        job: { name: '<b>@all*', named: true },
        task: { path: '/a_b*/[x](http://y)\u202e <i>', verdict: CACHED },
        tale: { askers: [{ ...ZHANG, nick: '**@李四' }] },
      }),
    )
    expect(said.title).toBe('通知：预热完成 #17 <b>@all*')
    expect(said.text).not.toMatch(/<[bi]>|@all|@李|\]\(http|\u202e/)
  })
})

describe('something is wrong', () => {
  test('what the CLI said of its own failure is told, and of a path that is not there which one is near', () => {
    const exit: Exit = { reason: 'exited', code: 255, message: 'Permission denied: user=x' }
    const denied = {
      job: { action: 'metadata' as const },
      task: { status: 'failed' as const, verdict: undefined, exit },
    }
    expect(text({ ...denied, tale: { alarm: true } })).toContain(
      '- **/datalake/db1**：失败：CLI 退出码 255：Permission denied: user=x\n',
    )
    const message = 'Path "/datalake/db1" does not exist.'
    const absent = { ...denied, task: { ...denied.task, exit: { ...exit, message } } }
    expect(text({ ...absent, tale: { alarm: true, near: new Map([['/datalake/db1', '/datalake/db2']]) } })).toContain(
      '- **/datalake/db1**：路径不存在，最接近的是 /datalake/db2\n',
    )
  })

  test('elsewhere than where it was asked for it says who asked', () => {
    const bad = { task: { status: 'failed' as const, verdict: PARTLY } }
    expect(text({ ...bad, tale: { alarm: true, atHome: false } })).toContain('\n- **发起**：张三 · 钉钉')
  })

  test('a load that is not complete, as the contract shows it', () => {
    const said = text({
      job: { number: 18 },
      task: { path: '/datalake/db2', status: 'failed', verdict: PARTLY },
      tale: { alarm: true },
    })
    expect(said).toBe(
      [
        '### 告警：预热未完成 #18',
        '- **/datalake/db2**：3% → **71%**，缺 340 个文件',
        '  - 空间不足：212 个（缓存已用 99%）',
        '  - 底层文件已不存在：128 个，例如 /datalake/db2/p=9/part-0003',
        '- **下一步**：`重试 18` 只重试缺的文件；最多还需腾出 11.1 GB：`释放 /旧路径`；如果是正常删除：`预热 /datalake/db2 刷新`，只加载现有文件；如果是误删，先恢复文件',
      ].join('\n'),
    )
  })

  test('without figures of the cluster the step is the contract’s', () => {
    const { workers: _none, reasons: _too, ...bare } = PARTLY
    const only = verdict({ ...bare, missingTotal: 212, missingByCause: { 'no-space': 212 } })
    expect(text({ task: { status: 'failed', verdict: only }, tale: { alarm: true } })).toContain(
      '- **下一步**：`重试 17` 只重试缺的文件；`释放 /旧路径` 腾出空间',
    )
  })

  test('a path that does not exist, with its nearest neighbour', () => {
    const absent = verdict({
      ...{ kind: 'not-cached', ok: false, missingTotal: 1, missingByCause: { 'no-such-path': 1 } },
      missing: [{ path: '/datalake/db1', cause: 'no-such-path' }],
    })
    const near = new Map([['/datalake/db1', '/datalake/db_1']])
    const said = text({ task: { status: 'failed', verdict: absent }, tale: { alarm: true, near } })
    expect(said).toContain('### 告警：预热失败 #17\n- **/datalake/db1**：路径不存在，最接近的是 /datalake/db\\_1\n')
    expect(said).toContain('- **下一步**：检查路径拼写和挂载点')
    expect(said).not.toContain('重试')
  })

  test('several paths: those that went wrong, each with its causes', () => {
    const worst = [
      task({ path: '/x', status: 'failed', verdict: PARTLY }),
      task({ path: '/y', status: 'lost' }),
      task({ path: '/z', verdict: CACHED }),
    ]
    const counts = { ...NO_COUNTS, total: 40, succeeded: 38, failed: 1, lost: 1 }
    const said = text({ job: { status: 'partial', counts, verdict: PARTLY }, tale: { alarm: true, worst } })
    expect(said.split('\n').slice(0, 6)).toEqual([
      '### 告警：预热未完成 #17',
      '- **/x**：3% → **71%**，缺 340 个文件',
      '  - 空间不足：212 个（缓存已用 99%）',
      '  - 底层文件已不存在：128 个，例如 /datalake/db2/p=9/part-0003',
      '- **/y**：代理失联，运行结果未知',
      '- 其余 38 个路径：完成 38',
    ])
  })

  const EXITS: readonly (readonly [Exit, string])[] = [
    [{ reason: 'exited', code: 2 }, '失败：CLI 退出码 2'],
    [{ reason: 'exited', code: 137 }, '失败：CLI 被信号 SIGKILL 终止（退出码 137）'],
    [{ reason: 'signalled', signal: 'SIGSEGV' }, '失败：CLI 被信号 SIGSEGV 终止'],
    [{ reason: 'timeout' }, '失败：超过规定时间，已终止'],
    [{ reason: 'spawn-failed', message: 'no such file: goosefs_x' }, '失败：CLI 无法启动：no such file: goosefs\\_x'],
    [{ reason: 'refused' }, '失败：代理拒绝执行'],
  ]
  test.each(EXITS)('nobody could judge: %j', (exit, words) => {
    const said = text({
      job: { action: 'free' },
      task: { action: 'free', status: 'failed', exit },
      tale: { alarm: true },
    })
    expect(said).toContain(`### 告警：释放失败 #17\n- **/datalake/db1**：${words}\n`)
    expect(said).toContain('- **下一步**：`日志 17` 查看 CLI 的输出；`重试 17`')
  })

  test('stopped by nobody is an alarm', () => {
    expect(text({ task: { status: 'stopped' }, tale: { alarm: true } })).toContain('### 告警：预热未完成 #17\n')
  })
})

test('halfway', () => {
  const progress = { at: '2026-01-05T08:30:00.000Z', percent: 52.7, etaSeconds: 1_560, source: 'sample' } as const
  const running = tale({ job: { status: 'running', progress, name: '夜间', named: true } })
  expect(toHalfway(running, 1_800_000)).toEqual({
    title: '通知：预热进行中 #17 夜间',
    text: [
      '### 通知：预热进行中 #17 夜间',
      '- **路径**：/datalake/db1',
      '- **进度**：▓▓▓▓▓░░░░░ 52%',
      '- **已用**：30 分',
      '- **预计还需**：26 分',
      '- **发起**：张三 · 钉钉',
    ].join('\n'),
  })
})

test('time at work leaves pauses out', () => {
  const at = (minute: number) => `2026-01-05T08:${String(minute).padStart(2, '0')}:00.000Z`
  const spans = [
    { startedAt: at(0), endedAt: at(5) },
    { startedAt: at(2), endedAt: at(3) },
    { startedAt: at(40), endedAt: at(41) },
    { startedAt: at(50) },
  ]
  expect(toWorkMs(spans)).toBe(6 * 60_000)
  expect(toWorkMs([])).toBeUndefined()
})

test('what a job without askers is said to come from', () => {
  expect(text({ job: { via: 'agent' }, tale: { askers: [] } })).toContain('**发起**：ann · 代理')
  expect(job().via).toBe('chat')
})
