// 状态 and 日志: what is known of jobs, in words that stand here as they are said
import { describe, expect, it } from 'vitest'
import { logs } from '../../bot/chat/commands/logs.ts'
import { status } from '../../bot/chat/commands/status.ts'
import type { Progress } from '../../shared/allocation.ts'
import { MINUTE, toInstant } from '../../shared/time.ts'
import { findings, measured, START } from '../core/world.ts'
import { asActor, complaintOf, createReadingRoom, type Played, type ReadingRoom, say } from './reading.ts'

const GIB = 2 ** 30
const all = (files: number): Played => ({
  ending: { findings: findings({ before: measured(files, 0), after: measured(files, files) }) },
})
const PROGRESS: Progress = {
  ...{ at: toInstant(START), source: 'sample', filesDone: 620, filesTotal: 1204, bytesDone: 20 * GIB },
  ...{ bytesTotal: 38.2 * GIB, bytesPerSecond: 92 * 2 ** 20, percent: 52.4, etaSeconds: 203 },
}

async function submit(room: ReadingRoom, paths: string[], more: { name?: string; by?: string } = {}) {
  const { name, by = 'ann' } = more
  const request = { action: 'load' as const, paths, options: {}, ...(name !== undefined && { name }) }
  const submitted = await room.operations.submitJob(asActor('operator', by), request)
  await room.settled()
  return submitted
}

describe('状态 of one job', () => {
  it('shows bar, time to go, amounts and who asked', async () => {
    const room = await createReadingRoom({ play: () => undefined })
    const { tasks } = await submit(room, ['/datalake/db_1'], { name: '夜间' })
    const allocation = room.allocationOf(tasks[0]?.id ?? '')
    await room.report({ type: 'progress', allocation, progress: PROGRESS })
    expect(await say(room, status, '状态 1')).toEqual({
      title: '状态 #1',
      text: [
        '### 预热 #1 夜间\n',
        '▓▓▓▓▓░░░░░ 52%，剩余约 3 分 23 秒\n',
        '- **状态**：进行中',
        '- **文件**：620 / 1,204',
        '- **数据**：20 GB / 38.2 GB（92 MB/s）',
        '- **集群**：default',
        '- **发起**：ann · 钉钉',
        '- **开始**：2024-05-01 16:00:00（Asia/Shanghai）',
        '\n- **/datalake/db\\_1**：进行中，52%，剩余约 3 分 23 秒',
        '\n[查看任务](http://gander.example:8080/api/v1/jobs/1)',
      ].join('\n'),
    })
  })

  it('shows what became of it, and why not all of it', async () => {
    const missing = [
      { path: '/d/b/part-0003', cause: 'gone' },
      { path: '/d/b/<x>', cause: 'no-space' },
    ] as const
    const verdict = findings({
      before: measured(340, 10),
      after: measured(340, 240),
      ...{ missing: [...missing], missingTotal: 100, missingByCause: { gone: 40, 'no-space': 60 } },
    })
    const room = await createReadingRoom({
      play: ({ path }) => (path === '/d/b' ? { ending: { findings: verdict } } : all(3)),
    })
    await submit(room, ['/d/a', '/d/b'])
    // a cause that may pass is waited for, at most twice
    for (let at = 0; at < 3; at += 1) {
      room.move(30 * MINUTE)
      await room.settled()
    }
    const { text } = await say(room, status, 'status #1')
    expect(text.split('\n').filter(line => !/^- \*\*(?:开始|结束|用时)/.test(line))).toEqual([
      '### 预热 #1',
      '',
      '- **状态**：未完成（2 个路径：完成 1，未成功 1）',
      expect.stringMatching(/^- \*\*缓存\*\*：\d+% → \*\*70%\*\*，缺 100 个文件$/),
      '- **集群**：default',
      '- **发起**：ann · 钉钉',
      '',
      '**各路径（较差的在前）**',
      '',
      '- **/d/b**：2% → **70%**，缺 100 个文件',
      '  - 空间不足：60 个，例如 /d/b/&lt;x\\>',
      '  - 底层文件已不存在：40 个，例如 /d/b/part-0003',
      '- **/d/a**：0% → **100%**（3 个文件，30 B，新增 30 B）',
      '',
      '**下一步**：`释放 /路径` 腾出空间，再 `重试 1`；如果是正常删除：`预热 /路径 刷新`，只加载现有文件；如果是误删，先恢复文件',
      '',
      '[查看任务](http://gander.example:8080/api/v1/jobs/1)',
    ])
  })

  it('counts missing paths as paths, and of nothing there is no share', async () => {
    const absent = (path: string) => ({
      ...{ before: measured(0, 0), after: measured(0, 0), missing: [{ path, cause: 'no-such-path' as const }] },
      ...{ missingTotal: 1, missingByCause: { 'no-such-path': 1 } },
    })
    const there = { before: measured(0, 0), after: measured(2, 2) }
    const room = await createReadingRoom({
      play: ({ path }) => ({ ending: { findings: findings(path === '/d/a' ? there : absent(path)) } }),
    })
    await submit(room, ['/d/no', '/d/none'])
    await submit(room, ['/d/a', '/d/no'])
    expect((await say(room, status, '状态 1')).text).toContain('- **缓存**：缺 2 个路径（不存在）\n')
    const share = '其余 0% → **100%**（2 个文件，20 B，新增 20 B）'
    expect((await say(room, status, '状态 2')).text).toContain(`- **缓存**：缺 1 个路径（不存在），${share}\n`)
  })

  it('puts the path of a single one into the next step', async () => {
    const lost = findings({ after: measured(2, 1), missingTotal: 1, missingByCause: { gone: 1 } })
    const room = await createReadingRoom({ play: () => ({ ending: { findings: lost } }) })
    await submit(room, ['/d/b'])
    expect((await say(room, status, '状态 1')).text).toContain('如果是正常删除：`预热 /d/b 刷新`')
  })

  it('shows the worst ten paths and counts the rest', async () => {
    const room = await createReadingRoom({
      play: ({ path }) =>
        path.endsWith('7')
          ? { ending: { exit: { reason: 'exited', code: 1, message: 'bad *luck*' }, findings: findings() } }
          : all(3),
    })
    await submit(
      room,
      Array.from({ length: 120 }, (_, at) => `/p${at}`),
    )
    room.move(MINUTE)
    await room.settled()
    const lines = (await say(room, status, '状态 1')).text.split('\n')
    expect(lines.filter(line => line.startsWith('- **/p'))).toHaveLength(10)
    expect(lines.filter(line => line.startsWith('- **/p')).every(line => /\/p\d*7\*\*/.test(line))).toBe(true)
    expect(lines).toContain('- 其余 110 个路径未列出')
  })

  it.each<[string, Played, string]>([
    [
      'all was cached',
      { ending: { findings: findings({ before: measured(3, 3), after: measured(3, 3) }) } },
      '全部已在缓存，未加载新文件',
    ],
    [
      'no files',
      { ending: { findings: findings({ before: measured(0, 0), after: measured(0, 0) }) } },
      '路径下没有文件',
    ],
    ['nobody measured', { ending: { findings: findings() } }, '未核实'],
    [
      'no such path',
      { ending: { findings: findings({ trouble: { cause: 'no-such-path', message: 'Path "/d" does not exist.' } }) } },
      '路径不存在',
    ],
  ])('says of a path when %s', async (_, played, told) => {
    const room = await createReadingRoom({ play: () => played })
    await submit(room, ['/d'])
    expect((await say(room, status, '状态 1')).text).toContain(`- **/d**：${told}`)
  })

  it('tells the share that a dry run measured', async () => {
    const estimate = { files: 2, bytes: 100, missingBytes: 40, seconds: 65 }
    const room = await createReadingRoom({ play: () => ({ ending: { estimate } }) })
    await room.operations.submitJob(asActor('operator'), { action: 'load', paths: ['/d'], options: {}, dryRun: true })
    await room.settled()
    const { text } = await say(room, status, '状态 1')
    expect(text).toContain('### 占比 #1')
    expect(text).toContain('- **/d**：已缓存 **60%**，共 2 个文件，100 B（已缓存 60 B），预热约需 1 分 5 秒')
  })

  it('says what it waits for', async () => {
    const room = await createReadingRoom({ play: () => undefined })
    const { job } = await submit(room, ['/a', '/b'])
    await submit(room, ['/c'])
    await submit(room, ['/d'], { name: '17' })
    expect((await say(room, status, '状态 3')).text).toContain('- **等待**：集群 default 队列中第 2 位')
    await submit(room, ['/a/sub'])
    expect((await say(room, status, '状态 4')).text).toContain('- **/a/sub**：#1 已在加载 /a，跟随它的结果')
    await room.operations.stopJob(asActor('operator'), job.id)
    expect((await say(room, status, '状态 1')).text).toContain('- **状态**：正在停止（2 个路径：进行中 2）')
    const away = await createReadingRoom({ agent: false })
    await away.submit(['/a'])
    expect((await say(away, status, '状态 1')).text).toContain('- **等待**：集群 default 没有在线代理')
  })

  it('is found by number, by name, and by a name of figures', async () => {
    const room = await createReadingRoom({ play: () => all(1) })
    for (const name of ['夜间', '夜间', '2024']) await submit(room, ['/a'], { name })
    const titles = ['状态 夜间', '状态 ＃１', '状态 2024'].map(line => say(room, status, line))
    expect((await Promise.all(titles)).map(({ title }) => title)).toEqual(['状态 #2', '状态 #1', '状态 #3'])
    await expect(say(room, status, '状态 #99')).rejects.toMatchObject({
      code: 'JOB_NOT_FOUND',
      message: '没有任务 #99',
    })
    await expect(say(room, status, '状态 周报')).rejects.toMatchObject({ message: '没有名为 "周报" 的任务' })
    expect(complaintOf(status, '状态 1 2')).toBe('只能给一个任务号或名称，收到 2 个，第二个是 "2"')
  })
})

describe('状态 without a job', () => {
  it('lists the asker’s own that are under way, the newest ten', async () => {
    const room = await createReadingRoom({ play: () => undefined })
    for (let at = 0; at < 12; at += 1) await submit(room, [`/p${at}`])
    await submit(room, ['/other'], { by: 'bob' })
    const { title, text } = await say(room, status, '进度', asActor('operator', 'ann'))
    const lines = text.split('\n')
    expect(title).toBe('我的任务')
    expect(lines[0]).toBe('### 正在进行的任务：ann')
    expect(lines.slice(2, 12).map(line => /#\d+/.exec(line)?.[0])).toEqual(
      Array.from({ length: 10 }, (_, at) => `#${12 - at}`),
    )
    expect(lines[2]).toBe('- **#12** 预热，排队中，集群 default 队列中第 10 位')
    expect(lines.at(-1)).toBe('只列出最新的 10 个')
    expect((await say(room, status, '状态', asActor('viewer', 'bob'))).text).toBe(
      '### 正在进行的任务：bob\n\n- **#13** 预热，排队中，集群 default 队列中第 11 位',
    )
  })

  it('names the last one when there is none, passing over what only looked', async () => {
    const room = await createReadingRoom({ play: task => (task.action === 'load' ? all(3) : {}) })
    expect((await say(room, status, '状态')).text).toBe('没有正在进行的任务')
    await submit(room, ['/a'], { name: 'a_b' })
    const dryRun = { action: 'load' as const, paths: ['/a'], options: {}, dryRun: true }
    await room.operations.submitJob(asActor('operator'), dryRun)
    await room.operations.submitJob(asActor('operator'), { action: 'list', paths: ['/a'], options: {} })
    await room.settled()
    expect((await say(room, status, '状态')).text).toBe(
      '没有正在进行的任务\n\n- 最近一次：**#1 a\\_b** 预热，已完成，0% → **100%**（3 个文件，30 B，新增 30 B）',
    )
  })
})

describe('日志', () => {
  const printing = (output: string) => createReadingRoom({ play: () => ({ ...all(1), output }) })

  it('shows the last lines, escaped, with a link to all of them', async () => {
    const room = await printing('one\n\n- two <b>\n\u001b[31mthree\u001b[0m\r\n   four @bob\n')
    await submit(room, ['/d'], { name: '夜间' })
    expect(await say(room, logs, '日志 夜间')).toEqual({
      title: '日志 #1',
      text: [
        '### 日志：#1 夜间 预热，已完成\n',
        'one  \n  \\- two &lt;b\\>  \n  three  \n  \u00a0\u00a0\u00a0four @\u200bbob\n',
        '[查看完整输出](http://gander.example:8080/api/v1/jobs/1/output)',
      ].join('\n'),
    })
  })

  it('shows as many lines as asked for, cut where they are long', async () => {
    const room = await printing(Array.from({ length: 100 }, (_, at) => `${at} ${'x'.repeat(400)}\n`).join(''))
    await submit(room, ['/d'])
    const { text } = await say(room, logs, '日志 1 行=3')
    const [, note, lines = ''] = text.split('\n\n')
    expect(note).toBe('（前面未显示：更早的输出 38.3 KB）')
    expect(lines.split('  \n  ').map(line => [line.slice(0, 3), line.length, line.slice(-1)])).toEqual([
      ...['97 ', '98 ', '99 '].map(begin => [begin, 300, '…']),
    ])
  })

  it('keeps within what a message holds, and says what is left out', async () => {
    const room = await printing(Array.from({ length: 200 }, (_, at) => `${at} ${'_'.repeat(30)}\n`).join(''))
    await submit(room, ['/d'])
    const { text } = await say(room, logs, 'logs 1 lines=200')
    expect(text.length).toBeLessThanOrEqual(3_500)
    expect(text).toMatch(/（前面未显示：1[45]\d 行放不下）/)
    expect(text).toContain(`199 ${'\\_'.repeat(30)}`)
  })

  it('shows each of several paths, the worst first, at most five', async () => {
    const room = await createReadingRoom({
      play: ({ path }) =>
        path === '/p3'
          ? { output: 'no\n', ending: { exit: { reason: 'exited', code: 1 }, findings: findings() } }
          : { output: `${path} ok\n`, ...all(1) },
    })
    await submit(
      room,
      Array.from({ length: 7 }, (_, at) => `/p${at}`),
    )
    const blocks = (await say(room, logs, '日志 1')).text.split('\n\n')
    expect(blocks.slice(1, 5)).toEqual(['**/p3**', 'no', '**/p0**', '/p0 ok'])
    expect(blocks.at(-2)).toBe('其余 2 个路径的输出未列出')
  })

  it('says that there is none yet, and why', async () => {
    const room = await createReadingRoom({ agent: false })
    await room.submit(['/a'])
    expect((await say(room, logs, '日志 1')).text).toContain('还没有输出，等待代理：集群 default 没有在线代理')
    const quiet = await printing('')
    await submit(quiet, ['/a'])
    expect((await say({ chat: { ...quiet.chat, publicUrl: undefined as never } }, logs, '日志 1')).text).toBe(
      '### 日志：#1 预热，已完成\n\n没有输出',
    )
  })

  it.each([
    ['日志', '缺少任务号或名称，例如：日志 17'],
    ['日志 1 行=0', '参数 行 要是 1 到 200 的整数，收到 "0"'],
    ['日志 1 行=201', '参数 行 要是 1 到 200 的整数，收到 "201"'],
    ['日志 1 lines=many', '参数 行 要是 1 到 200 的整数，收到 "many"'],
    ['日志 1 line=5', '没有参数 "line"，是不是 行=…？'],
  ])('%s: %s', (line, complaint) => expect(complaintOf(logs, line)).toBe(complaint))
})
