// one word, one meaning: states, roles, askers, slips of the hand, and things to copy, as people read them in chat
import { describe, expect, test } from 'vitest'
import { toChatPage } from '../../bot/chat/help-page.ts'
import { toRunText } from '../../bot/chat/schedule/words.ts'
import type { AskedOptions } from '../../shared/actions.ts'
import { said, shown } from '../../shared/errors.ts'
import { findings, measured } from '../core/world.ts'
import { createDialogue, type Dialogue } from './dialogue.ts'
import type { Played } from './reading.ts'

const WARMED = { ending: { findings: findings({ before: measured(3, 0), after: measured(3, 3) }) } }
const HALF = { ending: { findings: findings({ before: measured(3, 0), after: measured(3, 1) }) } }
const FAILED = { ending: { findings: findings({ before: measured(3, 0), after: measured(3, 0) }) } }
const ENDS: Readonly<Record<string, Played>> = { '/none': FAILED, '/half': HALF, '/all': WARMED }

describe('how a job ended', () => {
  test.each([
    ['预热 /none', '失败', '预热失败'],
    ['预热 /half', '未完成', '预热未完成'],
    ['预热 /all /none', '未完成（2 个路径：完成 1，未成功 1）', '预热未完成'],
    ['预热 /all', '已完成', '预热已完成'],
  ])('%s: in its state and in a refusal as in its summary', async (line, state, fate) => {
    const { says } = await createDialogue({ play: ({ path }) => ENDS[path] })
    await says(line)
    expect(await says('状态 1')).toContain(`- **状态**：${state}\n`)
    expect(await says('停止 1')).toBe(`\\#1 已经结束（${fate}），没有可停止的`)
  })

  test('the asker has the name that the summary tells', async () => {
    const dialogue = await createDialogue({ play: () => undefined })
    const { says } = dialogue
    await dialogue.hear('预热 /a')
    await dialogue.inbox.idle()
    Object.assign(dialogue.room, { askersOf: () => [{ place: 'conversation cid', staffId: 's-ann', nick: '小操' }] })
    expect(await says('状态 1')).toContain('**发起**：小操 · 钉钉')
    expect(await says('停止 1')).toContain('发起：小操 · 钉钉')
  })

  test('what is waited for is said once', async () => {
    const { says } = await createDialogue({ agent: false })
    await says('预热 /a')
    expect(await says('状态 1')).toContain('- **等待**：集群 default 没有在线代理')
  })
})

test('a role is called the same in help, in refusals and by 我是谁', async () => {
  const { says } = await createDialogue()
  expect(await says('帮助 预热')).toContain('**权限**：操作（operator）')
  expect(await says('帮助 列表')).toContain('**权限**：查看（viewer）')
  expect(await says('帮助 释放')).toContain('**权限**：操作（operator），先确认')
  expect(await says('我是谁')).toContain('**角色**：操作（operator）')
  expect(await says('预热 /a', { by: 'vic' })).toBe(
    '这个命令需要操作（operator）或管理（admin）角色，你的角色是查看（viewer）',
  )
})

test('help on 定时 tells who may do what, and all that 新建 takes', async () => {
  const { says } = await createDialogue()
  const told = await says('帮助 定时')
  expect(told).toContain(
    '**权限**：列表、历史：查看（viewer）；新建、暂停、恢复、执行：操作（operator）；删除：操作（operator），先确认',
  )
  for (const taken of ['[刷新]', '[副本=n]', '[超时=2h]', '[集群=c]', '[时区=z]']) expect(told).toContain(taken)
})

describe('slips', () => {
  const refused = async (line: string): Promise<string> => (await createDialogue()).says(line)

  test.each([
    ['预热 /a 副本 2', '参数写成 `副本=2`'],
    ['预热 /a 副本：2', '参数写成 `副本=2`'],
    ['load /a --replicas=2', '参数写成 `副本=2`'],
    ['load /a -name "a b"', '参数写成 `名称="a b"`'],
    ['预热 /a 副本', '参数写成 `副本=…`'],
    ['预热 /a --refresh', '参数写成 `刷新`'],
    ['日志 1 行 50', '参数写成 `行=50`'],
    ['定时 新建 每天 02:00 预热 /a 副本 2', '参数写成 `副本=2`'],
    ['定时 新建 每天 02:00 预热 /a 通知：总是', '参数写成 `通知=总是`'],
    ['释放 /a 刷新', '这个命令不带“刷新”'],
    ['释放 /a 副本 2', '没有参数 "副本"，可用的有 集群=…'],
    ['定时 新建 每天 02:00 释放 /a 刷新', '这个命令不带“刷新”'],
    ['预热 /a 刷新 副本 2', '参数写成 `副本=2`'],
    ['load /a name "a_b"', '参数写成 名称=a\\_b'],
    ['load /a name \'say "x"\'', '参数写成 名称="say \\\\"x\\\\""'],
  ])('%s', async (line, told) => {
    expect(await refused(line)).toBe(told)
  })

  test.each([
    ['预热 /a 刷新 副本=0', '副本要是 1 到 100 的整数，收到 "0"'],
    ['预热 刷新', '缺少路径'],
    ['强制预热 刷新', '缺少路径'],
    ['预热 /a 刷新 foo', '路径要以 / 或 gfs:// 开头，收到 "foo"'],
    ['load /a refresh foo', '路径要以 / 或 gfs:// 开头，收到 "foo"'],
    ['定时 新建 每天 预热 /a 刷新', '缺少几点'],
    ['帮助 预热 刷新', '帮助后面最多一个命令名'],
  ])('%s: the mistake is another one', async (line, told) => {
    expect(await refused(line)).toContain(told)
  })

  test.each(['定时 新建 每天', '定时 新建 每天 预热 /a', 'schedule new weekdays load /a', '定时 新建 每周一 预热 /a'])(
    'a time of day is missed: %s',
    async line => {
      expect(await refused(line)).toBe('缺少几点：写成 `每天 02:00` 这样，后面跟要做的事')
    },
  )

  test.each([
    ['停 1', '是不是“停止”'],
    ['释 /a', '是不是“释放”'],
    ['停值 1', '是不是“停止”'],
    ['定时 删出 1', '是不是“删除”'],
    ['定时 删 1', '是不是“删除”'],
  ])('%s has a nearest word', async (line, told) => {
    expect(await refused(line)).toContain(told)
  })
})

describe('what is to be copied', () => {
  test('stands in code', async () => {
    const { says } = await createDialogue()
    const line = '`- { name: 名字, role: operator, staffIds: ["s-eve"] }`'
    expect(await says('我是谁', { by: 'eve' })).toContain(line)
    expect(await says('预热 /a', { by: 'eve' })).toContain(line)
    expect(await says('我是谁')).toContain('- **staffId**：`s-ann`')
    expect(await says('预冷 /a')).toBe(
      '没有命令“预冷”，是不是“预热”？用法：`预热 /路径… [刷新] [副本=n] [名称=x] [集群=c] [超时=2h]`',
    )
    expect(await says('定时 恢复')).toBe('缺少定时的名称或编号，用法：`定时 恢复 名称|编号…`')
    expect(await says('定时 新建')).toContain('`"0 2 * * *"`')
  })

  test('so does the id of a group that is not listed, once escaped', async () => {
    const { says } = await createDialogue({ groups: ['other'] })
    expect(await says('帮助', { in: 'cid+1==' })).toContain('`"cid+1=="`')
    expect(await says('帮助', { in: 'cid_1==' })).toContain('里加上："cid\\_1=="')
  })

  test('is never what somebody typed that could be more than text', async () => {
    const dialogue = await createDialogue({ groups: ['cid'] })
    const { says } = dialogue
    expect(await says('预热 /a 名称 "[点](http://e)"')).toBe('参数写成 名称="\\[点\\]\\(http://e\\)"')
    expect(await says('报告 集群=x`[a](http://e)`y')).toContain('没有集群 x\\`\\[a\\]\\(http://e\\)\\`y（')
    expect(await says('x`[a](h)`y')).toContain('没有命令“x\\`\\[a\\]\\(h\\)\\`y”')
    expect(await says('状态 x`[a](h)`y')).toContain('没有名为 "x\\`\\[a\\]\\(h\\)\\`y" 的任务')
    // the mark itself can be typed no more than a backtick
    expect(await says('x\u0001[a](h)\u0001y')).not.toMatch(/`|[^\\]\[|\u0001/)
    expect(await says('预热 /a 名称="x\u0001[a](h)\u0001y"')).not.toMatch(/`|[^\\]\[|\u0001/)
  })

  test.each([
    ['释放 "/a`b"', '释放 /a\\`b'],
    ['释放 /a_b', '释放 /a\\_b'],
    ['释放 /ab', '`释放 /ab`'],
    [`释放 /${'a'.repeat(600)}`, `释放 /${'a'.repeat(495)}…`],
  ])('a line to be sent again is whole, or not in code: %s', async (line, told) => {
    const { says } = await createDialogue()
    await says(line)
    await says('取消')
    expect(await says('确认')).toBe(`这个问题已经取消，要执行请重新发送：${told}`)
  })
})

test('what came is told as it was typed, and cut with its closing quote', async () => {
  const { says } = await createDialogue()
  expect(await says('预热 "/unclosed')).toBe('第 4 个字符处的引号没有在这一行闭合，收到 “"/unclosed”')
  expect(said('x'.repeat(100))).toBe(`"${'x'.repeat(79)}…"`)
  expect(shown('x'.repeat(100))).toBe(`"${'x'.repeat(75)}..."`)
  expect(JSON.parse(shown('"'.repeat(100)))).toMatch(/^"+\.\.\.$/)
})

describe('options of a schedule', () => {
  const list = async ({ says }: Dialogue): Promise<string> => says('定时 列表')

  test('that are not the default are told when it is made and in the list', async () => {
    const dialogue = await createDialogue()
    const options =
      '通知 总是（always），错过 跳过（skip），静默 08:00-20:00（跳过），重叠 排队（queue），等待 /m/\\_SUCCESS（最多 2 小时），就绪 01:00（下次 2024-05-03 01:00）'
    const made = await dialogue.says(
      '定时 新建 每天 02:00 预热 /x 集群=default 副本=2 超时=1h 刷新 名称=tt 通知=always 错过=跳过 静默=08:00-20:00:跳过 重叠=排队 等待=/m/_SUCCESS 就绪=01:00',
    )
    expect(made).toContain(`\n- **选项**：${options}\n`)
    expect(made).toContain('- **动作**：预热 /x（集群 default，副本 2，超时 1 小时，刷新）')
    const listed = await list(dialogue)
    expect(listed).toContain(`\n  - ${options}\n`)
    expect(await dialogue.says('定时 历史 tt')).toContain(options)
  })

  test('that are the default are not told', async () => {
    const dialogue = await createDialogue()
    expect(await dialogue.says('定时 新建 每天 02:00 预热 /x 通知=alarm 错过=补跑 重叠=跳过')).not.toContain('选项')
    expect(await list(dialogue)).toContain('\n  - 预热 /x\n  - 还没有执行过')
  })

  test('of its work, which other doors set, are told when it is listed; those as they are without a word are not', async () => {
    const dialogue = await createDialogue()
    const make = (options: AskedOptions) =>
      dialogue.room.operations.createSchedule(
        { name: 'ann', role: 'operator', via: 'http' },
        { expression: '0 2 * * *', action: 'load', paths: ['/x'], options },
      )
    await make({ force: true, verify: false, freshness: 'known', activeJobs: 20, batchSize: 100, dryRun: true })
    await make({ restart: { attempts: 3, delaySeconds: 60 }, verify: true })
    await make({ force: false, freshness: 'refreshed', refresh: false, dryRun: false })
    const told = await list(dialogue)
    expect(told).toContain(
      '\n  - 预热 /x（空间不足也加载，不核实，核实时不问底层存储，最多 20 个引擎作业，每个引擎作业 100 个文件，只测量）\n',
    )
    expect(told).toContain('\n  - 预热 /x（一定核实，失败后最多再试 3 次，间隔 1 分）\n')
    expect(told).toContain('\n  - 预热 /x\n')
  })

  test('jitter, begin and end, which other doors set, are told too', async () => {
    const dialogue = await createDialogue()
    await dialogue.room.operations.createSchedule(
      { name: 'ann', role: 'operator', via: 'http' },
      {
        ...{ expression: '0 2 * * *', action: 'load', paths: ['/x'], jitterSeconds: 300, misfireWithinSeconds: 3600 },
        ...{ startAt: '2024-06-01T00:00:00+08:00', endAt: '2024-12-01T00:00:00+08:00' },
        ...{ waitFor: { path: '/m', stableMinutes: 5, withinMinutes: 60, everySeconds: 30, otherwise: 'load' } },
      },
    )
    expect(await list(dialogue)).toContain(
      '\n  - 错过 补跑（迟到不超过 1 小时），等待 /m（5 分不变，最多 1 小时，每 30 秒查看，否则照常执行），抖动 最多 5 分，起 2024-06-01 00:00，止 2024-12-01 00:00\n',
    )
  })
})

test('what 执行 starts is told with the schedule’s name', async () => {
  const { says } = await createDialogue()
  await says('定时 新建 每天 02:00 预热 /x 名称=每夜')
  expect(await says('定时 执行 每夜')).toContain('已受理 #1 执行定时“每夜” 1 个路径（集群 default）')
})

test.each([
  ['waiting', 'turn', '等待中（等其他几次先执行）'],
  ['skipped', 'merged', '已跳过（已并入后面的一次）'],
] as const)('a slot that is %s: %s', (status, why, told) => {
  const at = '2024-05-01T18:00:00.000Z'
  const run = { id: 'r1', schedule: 's1', number: 1, kind: 'clock', slot: at, dueAt: at, at, status, why } as const
  expect(toRunText(run)).toBe(told)
})

test('the page of the commands tells in both languages of which sub-word it asks first', () => {
  expect(toChatPage()).toContain('删除：操作（operator），先确认 · asks first |')
})
