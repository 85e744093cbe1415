// 定时: schedules made, listed, paused, run and removed by what people say
import { describe, expect, test } from 'vitest'
import { createCalendar } from '../../bot/schedule/calendar.ts'
import { findings, measured } from '../core/world.ts'
import { createDialogue, type Dialogue } from './dialogue.ts'

const WARMED = { ending: { findings: findings({ before: measured(3, 0), after: measured(3, 3) }) } }
const calendar = createCalendar({ zone: 'Asia/Shanghai', dialect: 'standard', now: () => 0 })
const rows = ({ state }: Dialogue) => [...state.schedules.rows()]

/** The clock says that a slot is due. */
async function fall(dialogue: Dialogue, slot: string, number = 1): Promise<void> {
  const row = rows(dialogue).find(one => one.number === number)
  if (row === undefined) throw new Error('no such schedule')
  dialogue.move(Math.max(0, Date.parse(slot) - dialogue.clock.now()))
  const firings = [calendar.toFiring(row, Date.parse(slot))]
  await dialogue.engine.dispatch({ type: 'schedule.due', due: [{ scheduleId: row.id, version: row.version, firings }] })
  await dialogue.settled()
}

describe('新建', () => {
  test('tells the name, the words and the next three instants', async () => {
    const dialogue = await createDialogue()
    expect(await dialogue.says('定时 新建 "0 2 * * *" 预热 /p 副本=2 超时=1h 名称=夜间')).toBe(
      [
        '已新建定时 **#1 夜间**',
        [
          '- **时间**：每天 02:00',
          '- **动作**：预热 /p（副本 2，超时 1 小时）',
          '- **接下来**：',
          '  - 2024-05-02 02:00:00（Asia/Shanghai）',
          '  - 2024-05-03 02:00:00（Asia/Shanghai）',
          '  - 2024-05-04 02:00:00（Asia/Shanghai）',
        ].join('\n'),
      ].join('\n\n'),
    )
    expect(rows(dialogue)[0]).toMatchObject({
      owner: 'ann',
      home: { place: 'conversation cid', staffId: 's-ann', nick: 'ann' },
      work: { action: 'load', paths: ['/p'], options: { replication: 2, timeoutSeconds: 3600 } },
    })
  })

  test('tells that nobody is there to do it', async () => {
    const { says } = await createDialogue({ agent: false })
    expect(await says('定时 新建 "0 2 * * *" 预热 /p')).toContain('\n- 等待代理：集群 default 没有在线代理\n')
  })

  test('takes every rule, in English too, and makes a name', async () => {
    const dialogue = await createDialogue()
    const zh =
      '定时 新建 工作日 05:00 强制预热 /a 集群=default 时区=America/New_York 通知=总是 重叠=停旧 错过=跳过 等待=/m/_SUCCESS 就绪=8:30 静默=22:00至6:00'
    expect(await dialogue.says(zh)).toContain('（时区 America/New\\_York）')
    const en =
      'schedule new weekdays 05:00 forceload /a cluster=default zone=America/New_York notify=always overlap=stop-old misfire=skip wait=/m/_SUCCESS ready=08:30 quiet=22:00-06:00'
    const answer = await dialogue.says(en)
    // 05:00 is within the quiet hours
    expect(answer).toContain(
      '2024-05-01 17:00:00（Asia/Shanghai），当地 2024-05-01 05:00:00 -04:00，延到 2024-05-01 18:00:00（Asia/Shanghai）',
    )
    const [one, other] = rows(dialogue)
    expect([one?.name, other?.name]).toEqual(['定时-1', '定时-2'])
    expect(one?.policy).toMatchObject({ overlap: 'stop-old', misfire: 'skip', notify: 'always', readyBy: '08:30' })
    expect(one?.policy.waitFor).toMatchObject({ path: '/m/_SUCCESS' })
    expect(one?.timing).toMatchObject({
      zone: 'America/New_York',
      quietHours: { from: '22:00', to: '06:00', mode: 'wait' },
    })
    expect({ ...other?.policy, ...other?.work, cron: other?.timing.cron }).toEqual({
      ...one?.policy,
      ...one?.work,
      cron: one?.timing.cron,
    })
  })

  test.each(['静默=22:00至6:00：跳过', 'quiet=22:00-06:00:skip'])('takes quiet hours that skip: %s', async words => {
    const dialogue = await createDialogue()
    await dialogue.says(`定时 新建 每天 02:00 预热 /a ${words}`)
    expect(rows(dialogue)[0]?.timing.quietHours).toEqual({ from: '22:00', to: '06:00', mode: 'skip' })
  })

  test.each([
    ['每天 02:00 预热 /a', '0 0 2 * * * *'],
    ['"每周一 06:30" 预热 /a', '0 30 6 * * 1 *'],
    ['每周一、三 ０６：３０ 预热 /a', '0 30 6 * * 1,3 *'],
    ['每小时 15分 预热 /a', '0 15 * * * * *'],
    ['每天02:00预热/a', '0 0 2 * * * *'],
    ['“每天 02:00” 预热：/a', '0 0 2 * * * *'],
    ['0 2 * * * 预热 /a', '0 0 2 * * * *'],
    ['*/5 * * * * ? 预热 /a', '*/5 * * * * * *'],
    ['@daily 预热 /a', '0 0 0 * * * *'],
    ['weekly mon 06:30 load /a', '0 30 6 * * 1 *'],
    ['hourly :15 warm /a', '0 15 * * * * *'],
    ['/a 每天 02:00 预热', '0 0 2 * * * *'],
  ])('%s', async (said, cron) => {
    const dialogue = await createDialogue()
    expect(await dialogue.says(`定时 新建 ${said}`)).toContain('已新建定时 **#1 定时-1**')
    expect(rows(dialogue)[0]?.timing.cron).toBe(cron)
    expect(rows(dialogue)[0]?.work).toMatchObject({ kind: 'ask', action: 'load', paths: ['/a'] })
  })

  test.each([
    ['每天 8点和20点 预热 /a、/b', '0 0 8,20 * * * *'],
    ['每天8点、20点预热/a、/b', '0 0 8,20 * * * *'],
    ['每天 ０８：００，２０：００ 预热 /a，/b', '0 0 8,20 * * * *'],
    ['工作日 8:30, 12:30 和 18:30 预热：/a /b', '0 30 8,12,18 * * 1-5 *'],
    ['/a、/b 每天 08:00、20:00 预热', '0 0 8,20 * * * *'],
    ['“每天 8:00 和 20:00” 预热 /a、“/b”', '0 0 8,20 * * * *'],
    ['every day at 8:00 and 20:00 load /a, /b', '0 0 8,20 * * * *'],
  ])('tells several times of day from several paths: %s', async (said, cron) => {
    const dialogue = await createDialogue()
    expect(await dialogue.says(`定时 新建 ${said}`)).toContain('已新建定时 **#1 定时-1**')
    expect(rows(dialogue)[0]).toMatchObject({ timing: { cron }, work: { action: 'load', paths: ['/a', '/b'] } })
  })

  test('leaves 和 and 、 in a path alone, and * behind several times', async () => {
    const dialogue = await createDialogue()
    const told = await dialogue.says('定时 新建 每天 8点和20点 预热 /数据和日志、旧')
    expect(told).toContain('**时间**：每天 08:00、20:00')
    expect(rows(dialogue)[0]?.work).toMatchObject({ paths: ['/数据和日志、旧'] })
    await dialogue.says('定时 新建 每天 08:00、20:00 *')
    expect(rows(dialogue)[1]).toMatchObject({ timing: { cron: '0 0 8,20 * * * *' }, work: { kind: 'warmed' } })
  })

  test('keeps date macros whole, whatever keyboard typed them', async () => {
    const dialogue = await createDialogue()
    const line = `定时 新建 每天 02:00 预热 /d/\${yyyy-MM-dd HH:mm-1d} ／ｅ／＄｛ｙｙｙｙＭＭｄｄ－６ｄ．．０ｄ｝ 等待=/m/\${yyyyMMdd}/_SUCCESS 名称=日\${MMdd}`
    expect(await dialogue.says(line)).toContain('已新建')
    const [row] = rows(dialogue)
    expect(row).toMatchObject({
      name: `日\${MMdd}`,
      work: { paths: [`/d/\${yyyy-MM-dd HH:mm-1d}`, `/e/\${yyyyMMdd-6d..0d}`] },
      policy: { waitFor: { path: `/m/\${yyyyMMdd}/_SUCCESS` } },
    })
  })

  test('everything that was ever loaded, a report, metadata', async () => {
    const dialogue = await createDialogue()
    expect(await dialogue.says('定时 新建 每天 02:00 * 集群=default')).toContain(
      '重新预热成功预热过的所有路径（集群 default）',
    )
    expect(await dialogue.says('定时 新建 "0 3 * * *" load *')).toContain('重新预热成功预热过的所有路径')
    expect(await dialogue.says('定时 新建 每天 02:00 报告')).toContain('**动作**：报告')
    expect(await dialogue.says('定时 新建 每天 02:00 元数据 /a')).toContain('**动作**：元数据刷新 /a')
    expect(rows(dialogue).map(({ work }) => work.kind)).toEqual(['warmed', 'warmed', 'ask', 'ask'])
  })

  test('of many paths, or of what is freed, asks first', async () => {
    const dialogue = await createDialogue({ room: { confirmAbove: 2 } })
    const { says } = dialogue
    expect(await says(`定时 新建 每天 02:00 预热 /a/\${yyyyMMdd-2d..0d}`)).toMatch(
      /^要新建定时（每天 02:00），每次预热 3 个路径吗？/,
    )
    expect(rows(dialogue)).toEqual([])
    expect(await says('确认')).toContain('已新建定时 **#1 定时-1**')
    expect(await says('定时 执行 1')).toContain('要现在执行定时 **#1 定时-1** 吗？')
    expect(await says('确认')).toContain('已受理 #1 执行定时“定时-1” 3 个路径（集群 default）')
    expect(await says('定时 新建 每天 02:00 释放 /old')).toMatch(/^要新建定时（每天 02:00），每次释放 1 个路径吗？/)
    expect(await says('取消')).toContain('已取消，没有执行')
  })

  test('says what is wrong, in which part, and where', async () => {
    const dialogue = await createDialogue({ settings: { clusters: ['c1', 'default'] } })
    const { says } = dialogue
    await says('定时 新建 每天 02:00 预热 /a 名称=夜间')
    const wrong: readonly (readonly [line: string, told: string])[] = [
      ['每天 25:00 预热 /a', '时间不对：时刻应为 00:00 到 23:59，收到 "25:00"（第 4 个字符）'],
      [
        '每天 8:30 和 20:00 预热 /a、/b',
        '时间不对：几个时刻的分钟都要与 8:30 相同，不同的请另建一个定时，收到 "20:00"（第 11 个字符）',
      ],
      ['每天 8点和25点 预热 /a', '时间不对：时刻应为 00:00 到 23:59，收到 "25点"（第 7 个字符）'],
      ['"0 25 * * *" 预热 /a', '时间不对：小时应为 0 到 23，收到 "25"（第 3 个字符）'],
      ['"*/0 * * * *" 预热 /a', '时间不对：分钟的步长应为 1 到 60，收到 "0"（第 3 个字符）'],
      ['"0 2 32 * *" 预热 /a', '时间不对：日期应为 1 到 31，或 L、LW、15W 这样的，收到 "32"（第 5 个字符）'],
      [
        '"0 2 * * 8" 预热 /a',
        '时间不对：星期应为 0 到 7（0 和 7 是周日），或 SUN 到 SAT、FRIL、MON#2 这样的，收到 "8"（第 9 个字符）',
      ],
      ['"0 2 31 2 *" 预热 /a', '时间不对：要有会到来的日期，收到 "31"（第 5 个字符）'],
      ['"0 2 * *" 预热 /a', '时间不对：要有 5、6 或 7 个字段，收到 "0 2 * *"（第 8 个字符）'],
      ['@reboot 预热 /a', '时间不对：应为其中之一：@yearly、'],
      ['"0 0 L-2 * *" 预热 /a', '时间不对：L、LW、15W 这样的要单独写，不能带范围或步长，收到 "L-2"（第 5 个字符）'],
      [
        '每季度 03:00 预热 /a',
        '时间不对：要写成 每天 02:00、每周一 06:30、每30分钟，或 `"0 2 * * *"` 这样的，收到 "每季度 03:00"（第 1 个字符）',
      ],
      ['每 2 天 预热 /a', '时间不对：间隔要均匀：cron 每月从头数日期，不能每隔几天或几周，'],
      [
        '每天晚上12点 预热 /a',
        '时间不对：时刻要写清楚，例如 凌晨2点、下午2点 或 14:00，收到 "晚上12点"（第 3 个字符）',
      ],
      ['每天下午2点和4点 预热 /a', '时间不对：每个时刻前都要写上午、下午之类，收到 "4点"（第 8 个字符）'],
      [`每天 02:00 预热 /\${YYYYMMDD}`, `日期宏要写成 \${yyyyMMdd} 这样的`],
      [`每天 02:00 预热 /\${yyyyMMdd-1}`, `每个数字后面要有单位 y、M、w、d、h 或 m，例如 \${yyyyMMdd-1d}`],
      [`每天 02:00 预热 /\${yyyyMMdd-6d..0h}`, `范围两端的单位要相同，例如 \${yyyyMMdd-6d..0d}`],
      [`每天 02:00 预热 /\${yyyyMMdd-1d..}`, `范围要写在最后，例如 \${yyyyMMdd-6d..0d}`],
      [`每天 02:00 预热 /\${yyyymmdd}`, `MM 是月份，mm 是分钟，例如 \${yyyyMMdd}`],
      [`每天 02:00 预热 /\${yyyyMMdd-d}`, `日期宏的单位前要有数字，例如 \${yyyyMMdd-1d}`],
      [`每天 02:00 预热 /\${yyyyMMdd`, `日期宏要以 } 结束，例如 \${yyyyMMdd-1d}`],
      [
        '每天 02:00 预热 /a 名称=12',
        '名称不对：不能是编号（如 12、#12）、UUID 或空白，也不能是 preview、pause、resume，收到 "12"',
      ],
      ['每 7 分钟 预热 /a', '时间不对：间隔的分钟数要能整除 60，收到 "7"（第 3 个字符）'],
      ['每天 02:00 预热 /a 时区=Asia/Shangai', '时区不对：应为 Asia/Shanghai 这样的，收到 "Asia/Shangai"'],
      [
        `每天 02:00 预热 /a /b/\${x}`,
        `第 2 个路径不对：日期宏要写成 \${yyyyMMdd-1d} 这样的，由 yyyy yy MM M dd d HH H mm ss 组成（要原样写 \${ 时写成 $\${），收到 "\${x}"（第 4 个字符）`,
      ],
      ['每天 02:00 预热 /a 通知=有时', '通知应为其中之一：告警（alarm）、总是（always）、从不（never），收到 "有时"'],
      [
        '每天 02:00 预热 /a 重叠=x',
        '重叠应为其中之一：跳过（skip）、排队（queue）、并行（allow）、停旧（stop-old），收到 "x"',
      ],
      ['每天 02:00 预热 /a 错过=x', '错过应为其中之一：补跑（run-once）、跳过（skip），收到 "x"'],
      ['每天 02:00 预热 /a 就绪=24:00', '就绪应为 00:00 到 23:59 的时刻，收到 "24:00"'],
      ['每天 02:00 预热 /a 静默=08:00-20:00:停', '静默要写成 08:00-20:00 这样的两个时刻，收到 "08:00-20:00:停"'],
      ['每天 02:00 预热 /a 静默=8', '静默要写成 08:00-20:00 这样的两个时刻，收到 "8"'],
      ['每天 02:00 预热 /a 静默=08:00-8:00', '静默的开始和结束不能相同，收到 "08:00-8:00"'],
      ['每天 02:00 预热 /a 等待=m', '等待的路径要以 / 或小写的协议'],
      ['每天 02:00 预热 /a 通之=always', '没有参数 "通之"，是不是 通知=…？'],
      ['每天 02:00 报告 副本=2', '报告 不带参数 副本'],
      ['每天 02:00 预热', '缺少路径：至少需要一个以 / 或 gfs:// 开头的路径'],
      ['每天 02:00', '缺少要做的事：'],
      [
        '"0 2 * * *" x 预热 /a',
        '缺少要做的事：时间后面写 预热、强制预热、元数据、释放 或 报告，例如 `定时 新建 每天 02:00 预热 /路径`，收到 "x"',
      ],
      ['每天 02:00 预热 /a 集群=c2', '没有集群 c2'],
      ['预热 /a', '缺少时间：'],
      ['每天 02:00 预热 /a 名称=夜间', '已有名为 "夜间" 的定时：#1（ann），请换一个名称，或先 `定时 删除 #1`'],
    ]
    for (const [line, told] of wrong) {
      const unescaped = (await says(`定时 新建 ${line}`)).replace(/\\(?=[^\w\s])|\u200b/g, '')
      expect(unescaped, line).toContain(told)
    }
    expect(rows(dialogue)).toHaveLength(1)
  })
})

test('列表 and 历史 tell what there is, what comes, and what became of it', async () => {
  const dialogue = await createDialogue({ play: ({ path }) => (path === '/long' ? undefined : WARMED) })
  const { says } = dialogue
  const vic = { by: 'vic' }
  expect(await says('定时', vic)).toContain('还没有任何定时')
  await says('定时 新建 每天 02:00 预热 /a 名称=夜间')
  await says('定时 新建 每小时 load /long name=hourly')
  expect(await says('定时 历史 夜间', vic)).toContain('还没有执行过')
  await fall(dialogue, '2024-05-01T18:00:00.000Z')
  await fall(dialogue, '2024-05-01T18:00:00.000Z', 2)
  await fall(dialogue, '2024-05-01T19:00:00.000Z', 2)
  await says('定时 暂停 hourly')
  const list = await says('定时 列表', vic)
  expect(list).toBe(await says('schedule list', vic))
  expect(list).toBe(
    [
      '### 定时：2 个',
      [
        '- **#1 夜间**：每天 02:00，下次 2024-05-03 02:00:00（Asia/Shanghai）',
        '  - 预热 /a',
        '  - 上次 2024-05-02 02:00:00（Asia/Shanghai）：已完成，0% → **100%**（3 个文件，30 B，新增 30 B）',
        '- **#2 hourly**：每小时，已暂停',
        '  - 预热 /long',
        '  - 上次 2024-05-02 02:00:00（Asia/Shanghai）：进行中',
      ].join('\n'),
    ].join('\n\n'),
  )
  const history = await says('schedule history ＃2', vic)
  expect(history).toContain('- **第 2 次** 2024-05-02 03:00:00（Asia/Shanghai）：已跳过（上一次还在进行）')
  expect(history).toContain(
    '- **第 1 次** 2024-05-02 02:00:00（Asia/Shanghai）：进行中，[任务 #2](http://gander.example:8080/api/v1/jobs/2)',
  )
  expect(await says('定时 历史 叶间', vic)).toContain('没有名为 "叶间" 的定时，最接近的是“夜间”（\\#1）')
})

test('执行 is taken in like a load, and its end is told to the person who asked', async () => {
  const dialogue = await createDialogue({ play: () => WARMED })
  const { says, jobs, lettersIn, records } = dialogue
  await says('定时 新建 每天 02:00 预热 /a /b 名称=夜间', { by: 'root' })
  expect(await says('定时 执行 夜间', { by: 'bob' })).toBe(
    '\\#1 夜间 是 root 的定时，只有本人或管理员（admin）可以执行',
  )
  expect(await says('定时 执行 夜间', { by: 'vic' })).toBe(
    '这个命令需要操作（operator）或管理（admin）角色，你的角色是查看（viewer）',
  )
  expect(await says('schedule run 1', { by: 'root' })).toBe(
    '已受理 #1 执行定时“夜间” 2 个路径（集群 default）  \n  [查看任务](http://gander.example:8080/api/v1/jobs/1)',
  )
  expect(jobs()[0]?.askers).toEqual([{ place: 'conversation cid', staffId: 's-root', nick: 'root' }])
  expect(lettersIn('cid').at(-1)?.card).toBe(jobs()[0]?.id)
  const history = await says('定时 历史 夜间')
  expect(history).toContain('（手动：root）：已完成，0% → **100%**')
  expect(history).toMatch(/用时 \S+ 秒，\[任务 #1\]/)
  expect(records.at(-1)).toMatchObject({ who: 'root', what: 'schedule run 1', status: 200 })
})

test('暂停 and 恢复 take several, all or none', async () => {
  const dialogue = await createDialogue()
  const { says } = dialogue
  await says('定时 新建 每天 02:00 预热 /a 名称=夜间')
  await says('定时 新建 每天 03:00 预热 /b 名称="每天 三点"')
  await says('定时 新建 每天 04:00 预热 /c 名称=别人', { by: 'bob' })
  const paused = () => rows(dialogue).map(row => row.paused)
  expect(await says('定时 暂停 夜间 别人')).toContain('是 bob 的定时，只有本人或管理员（admin）可以暂停')
  expect(await says('定时 暂停 夜间 没有')).toContain('没有名为 "没有" 的定时')
  expect(paused()).toEqual([false, false, false])
  expect(await says('定时 暂停 夜间 "每天 三点"')).toContain('已暂停 2 个定时')
  expect(paused()).toEqual([true, true, false])
  expect(await says('schedule resume #1 2')).toContain('- **#1 夜间**：下次 2024-05-02 02:00:00（Asia/Shanghai）')
  expect(await says('schedule pause 1 2 3', { by: 'root' })).toContain('已暂停 3 个定时')
  expect(paused()).toEqual([true, true, true])
  expect(await says('定时 恢复')).toBe('缺少定时的名称或编号，用法：`定时 恢复 名称|编号…`')
})

test('删除 asks first, with what it is and what is at work', async () => {
  const dialogue = await createDialogue({ play: () => undefined })
  const { says, code, jobs } = dialogue
  await says('定时 新建 每天 02:00 预热 /a 名称=夜间')
  await says('定时 执行 夜间')
  expect(await says('定时 删除 夜间', { by: 'bob' })).toContain('只有本人或管理员（admin）可以删除')
  expect(await says('定时 删除 夜间', { by: 'vic' })).toContain('需要操作（operator）或管理（admin）角色')
  expect(await says('定时 删除 夜间')).toBe(
    [
      '要删除定时 **#1 夜间** 吗？',
      [
        '- **时间**：每天 02:00，下次 2024-05-02 02:00:00（Asia/Shanghai）',
        '- **动作**：预热 /a',
        '- **进行中**：',
        '  - 2024-05-01 16:00:00（Asia/Shanghai） #1：进行中，会继续到结束',
      ].join('\n'),
      `5 分钟内回复 **确认 ${code()}** 执行，**取消 ${code()}** 放弃`,
    ].join('\n\n'),
  )
  expect(rows(dialogue)).toHaveLength(1)
  expect(await says('确认')).toBe('已删除定时 **#1 夜间**，不再有新的执行')
  expect(rows(dialogue)).toEqual([])
  expect(jobs()[0]?.desired).toBe('run')
  expect(await says('schedule delete 1')).toBe('没有定时 \\#1，还没有任何定时')
})

test('one of several of one name is meant by its number', async () => {
  const dialogue = await createDialogue()
  const { says, operations } = dialogue
  await says('定时 新建 每天 02:00 预热 /a 名称=夜间')
  const request = { expression: '0 3 * * *', action: 'load' as const, paths: ['/b'], name: '夜间' }
  await operations.createSchedule({ name: 'bob', role: 'operator', via: 'http' }, request, { sameName: true })
  expect(await says('定时 历史 夜间')).toBe(
    '有 2 个名为 "夜间" 的定时：\\#1（ann）、\\#2（bob），请改用编号，例如 \\#1',
  )
  expect(await says('定时 历史 #2')).toContain('### 定时历史：#2 夜间')
  await operations.createSchedule(
    { name: 'bob', role: 'operator', via: 'http' },
    { ...request, name: '1' },
    { sameName: true },
  )
  expect(await says('定时 暂停 1')).toContain('1 是 \\#1 的编号，也是 \\#3 的名称，请写成 \\#1 或 \\#3')
  expect(await says('定时 暂停 #1')).toContain('夜间')
})

test('what was done before a crash is told, not done again', async () => {
  const dialogue = await createDialogue({ play: () => WARMED })
  const { says, saysAndCrashes, jobs } = dialogue
  expect(await saysAndCrashes('定时 新建 每天 02:00 预热 /a')).toContain('已新建定时 **#1 定时-1**')
  expect(rows(dialogue)).toHaveLength(1)
  expect(await saysAndCrashes('定时 执行 1')).toContain('已受理 #1 执行定时“定时-1” 1 个路径（集群 default）')
  expect(jobs()).toHaveLength(1)
  expect([...dialogue.state.courses.rows()]).toMatchObject([{ runs: 1 }])
  expect(await saysAndCrashes('定时 暂停 定时-1')).toContain('已暂停 1 个定时')
  expect(rows(dialogue)[0]?.version).toBe(2)
  expect(await says('定时 新建 每天 02:00 预热 /b', { key: 'same' })).toContain('已新建定时 **#2 定时-2**')
  expect(await says('定时 新建 每天 02:00 预热 /b', { key: 'same' })).toBe('')
  await says('定时 删除 2')
  expect(await saysAndCrashes('确认')).toContain('已删除定时')
  expect(rows(dialogue)).toHaveLength(1)
})

test('sub-words that are none, and people who are unknown', async () => {
  const { says, records } = await createDialogue()
  expect(await says('定时 新键 每天 02:00')).toMatch(
    /^定时没有子命令 "新键"，是不是“新建”？用法：`定时 新建 每天 02:00/,
  )
  expect(await says('schedule histroy 1')).toContain('是不是“history”？用法：`定时 历史 名称|编号`')
  expect(await says('定时 每天 02:00 预热 /a')).toContain('定时后面要写 列表、新建、暂停、恢复、执行、删除 或 历史')
  expect(await says('定时 列表 名称=x')).toBe('没有参数 "名称"，这个命令不带 键=值')
  expect(await says('定时 执行 a b')).toContain('只能给一个定时的名称或编号，第二个是 "b"')
  expect(await says('定时 x', { by: 'eve' })).toContain('我不认识你')
  // what only looks is in no book
  const tried = records.length
  await says('定时')
  await says('schedule list', { by: 'vic' })
  expect(records).toHaveLength(tried)
  await says('定时 新建 每天 02:00 预热 /a', { by: 'vic' })
  expect(records.slice(tried)).toMatchObject([{ who: 'vic', status: 403, code: 'FORBIDDEN' }])
})
