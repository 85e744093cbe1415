// dialogues: what people say, what comes back, what is done, and when there is silence
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { Operations } from '../../bot/engine/operations/port.ts'
import { until } from '../agent/until.ts'
import { findings, measured } from '../core/world.ts'
import { createDialogue, type DialogueOptions } from './dialogue.ts'

const fail = (): never => {
  throw new TypeError('a secret detail')
}
const forever = () => undefined
const LINK = '[查看任务](http://gander.example:8080/api/v1/jobs/1)'
const PARTLY = { ending: { findings: findings({ before: measured(3, 0), after: measured(3, 1), missingTotal: 2 }) } }

describe('预热', () => {
  test('is taken in at once, with the link, and shown as a card', async () => {
    const { says, jobs, lettersIn, state, records } = await createDialogue()
    expect(await says('@Gander 预热 /a "/b c" 副本=2 超时=1h30m 集群=default')).toBe(
      `已受理 #1 预热 2 个路径（集群 default）  \n  ${LINK}`,
    )
    const [job] = jobs()
    expect(job).toMatchObject({ requester: 'ann', via: 'chat', named: false })
    expect(job?.askers).toEqual([{ place: 'conversation cid', staffId: 's-ann', nick: 'ann' }])
    expect([...state.tasks.rows()].map(({ path, options }) => [path, options])).toEqual([
      ['/a', { replication: 2, timeoutSeconds: 5400 }],
      ['/b c', { replication: 2, timeoutSeconds: 5400 }],
    ])
    expect(lettersIn('cid')[0]).toMatchObject({ card: job?.id, alarm: false, kind: 'answer' })
    expect(records).toEqual([{ who: 'ann', what: '预热 /a "/b c" 副本=2 超时=1h30m 集群=default', status: 200 }])
  })

  test('says that nobody is there, the place in the queue, and what is loaded already', async () => {
    const alone = await createDialogue({ agent: false })
    expect(await alone.says('预热 /a')).toContain('\n  等待代理：集群 default 没有在线代理  \n')
    const { says } = await createDialogue({ play: forever })
    await says('预热 /a /b')
    expect(await says('预热 /a/x /c')).toContain('\n  #1 已在加载 /a，跟随它的结果  \n  集群 default 队列中第 1 位  \n')
  })

  test('with its metadata, by flag and by word; 元数据 alone', async () => {
    const { says, state } = await createDialogue()
    expect(await says('load /a refresh')).toContain('已受理 #1 刷新并预热 1 个路径')
    expect(await says('刷新预热 /b 名称=夜间')).toBe(
      '已受理 #2 强制预热 1 个路径（集群 default）  \n  **名称**：夜间  \n  [查看任务](http://gander.example:8080/api/v1/jobs/2)',
    )
    expect(await says('元数据 /c')).toContain('已受理 #3 元数据 1 个路径')
    expect([...state.tasks.rows()].map(({ action, options }) => [action, options.refresh])).toEqual([
      ['load', true],
      ['forceload', undefined],
      ['metadata', undefined],
    ])
  })

  test('under the name of an open job adds to it, and says so', async () => {
    const { says, jobs } = await createDialogue({ play: forever })
    await says('预热 /a 名称=夜间')
    expect(await says('预热 /b 名称=夜间', { by: 'ann' })).toContain('已加入进行中的任务“夜间”，现共 2 个路径')
    expect(jobs()).toHaveLength(1)
    // somebody else's of that name is another job
    expect(await says('预热 /c 名称=夜间', { by: 'bob' })).toContain('已受理 #2')
  })

  test('of many paths asks first', async () => {
    const { says, jobs, code } = await createDialogue({ room: { confirmAbove: 2 } })
    const asked = await says('预热 /a /b /c')
    expect(asked).toBe(
      `要预热 3 个路径吗？\n\n- /a\n- /b\n- /c\n\n5 分钟内回复 **确认 ${code()}** 执行，**取消 ${code()}** 放弃`,
    )
    expect(jobs()).toEqual([])
    expect(await says(`确认 ${code().toLowerCase()}`)).toContain('已受理 #1 预热 3 个路径')
    expect(await says('确认')).toBe('这个问题已经确认过了')
    expect(jobs()).toHaveLength(1)
  })

  test('is what a bare path means, once it is confirmed', async () => {
    const { says, jobs, records } = await createDialogue()
    expect(await says('／数据：2024')).toMatch(/^要预热 1 个路径吗？\n\n- \/数据：2024\n/)
    expect(jobs()).toEqual([])
    expect(await says('yes')).toContain('已受理 #1 预热 1 个路径')
    expect(records).toEqual([{ who: 'ann', what: '预热 /数据：2024', status: 200 }])
    expect(await says('/a 副本=2')).toBe('缺少命令：命令要写在最前面，例如 `预热 /路径`')
  })
})

describe('占比', () => {
  test('of many paths is asked about too, and a viewer may answer', async () => {
    const estimate = { files: 3, bytes: 3072, missingBytes: 1024 }
    const { says, state } = await createDialogue({ play: () => ({ ending: { estimate } }), room: { confirmAbove: 2 } })
    const vic = { by: 'vic' }
    expect(await says('占比 /a /b /c', vic)).toMatch(/^要测量 3 个路径吗？\n\n- \/a\n- \/b\n- \/c\n\n5 分钟内回复/)
    expect([...state.tasks.rows()]).toEqual([])
    expect(await says('确认', vic)).toContain('**/c**：已缓存 **66%**')
    expect(await says('占比 /a /b', vic)).toContain('**/b**：已缓存 **66%**')
    expect(await says('帮助', vic)).toContain('`确认 [代码]`')
  })
})

describe('释放', () => {
  test('names paths that do not exist instead of waiting for them', async () => {
    const missing = {
      output: 'Path "/b" does not exist.\n',
      ending: { exit: { reason: 'exited' as const, code: 255, message: 'Path "/b" does not exist.' } },
    }
    const { says } = await createDialogue({
      play: ({ path }) =>
        path === '/b' ? missing : { ending: { estimate: { files: 3, bytes: 3072, missingBytes: 1024 } } },
    })
    const both = await says('释放 /a /b')
    expect(both).toContain('这些路径不存在：\n\n- /b\n\n将释放缓存中的 2 KB（这些路径下共 3 个文件，3 KB）')
    const none = await says('释放 /b')
    expect(none).toContain('这些路径不存在：\n\n- /b')
    expect(none).not.toContain('未知')
    expect(none).not.toContain('将释放缓存中的')
  })

  test('a cluster that nobody knows is refused before anything is asked', async () => {
    const { says } = await createDialogue({ settings: { clusters: ['c1', 'default'] } })
    expect(await says('释放 /a 集群=c3')).toBe('没有集群 c3（现有：c1、default）')
    expect(await says('确认')).toBe('没有等待确认的问题')
  })

  const estimate = { files: 1204, bytes: 48 * 2 ** 30, missingBytes: 10 * 2 ** 30 }
  const measuring: DialogueOptions = {
    play: ({ options }) => (options.dryRun ? { ending: { estimate } } : {}),
  }

  test('asks first, and shows what is there', async () => {
    const { says, state, code, lettersIn } = await createDialogue(measuring)
    expect(await says('释放 /a /b')).toBe(
      [
        '要从缓存释放 2 个路径吗？底层存储里的文件不受影响',
        '- /a\n- /b',
        '将释放缓存中的 76 GB（这些路径下共 2,408 个文件，96 GB）',
        `5 分钟内回复 **确认 ${code()}** 执行，**取消 ${code()}** 放弃`,
      ].join('\n\n'),
    )
    expect(await says('确认')).toContain('已受理 #2 释放 2 个路径（集群 default）')
    expect([...state.tasks.rows()].map(({ action }) => action)).toEqual(['load', 'load', 'free', 'free'])
    expect(lettersIn('cid').at(-1)?.card).toBeUndefined()
  })

  test('counts what lies below another of its paths once', async () => {
    const of: Record<string, number> = { '/': 904, '/datasets': 46, '/datasets/a/': 6, 'gfs://m:9200/datasets': 46 }
    const play: DialogueOptions['play'] = ({ path }) => ({
      ending: { estimate: { files: of[path] ?? 0, bytes: (of[path] ?? 0) * 2 ** 20, missingBytes: 0 } },
    })
    const { says } = await createDialogue({ play })
    expect(await says('释放 /datasets/a/ /datasets gfs://m:9200/datasets')).toContain(
      '将释放缓存中的 46 MB（这些路径下共 46 个文件，46 MB）',
    )
    expect(await says('释放 / /datasets')).toContain('将释放缓存中的 904 MB（这些路径下共 904 个文件，904 MB）')
    expect(await says('占比 /datasets gfs://m:9200/datasets /')).toContain(
      '**合计**：已缓存 **100%**，共 904 个文件，904 MB',
    )
  })

  test('says that it is unknown without an agent, and after ten seconds', async () => {
    const alone = await createDialogue({ agent: false })
    expect(await alone.says('释放 /a')).toContain(
      '将释放多少：未知（集群 default 没有在线代理）'.replace('集群 default ', ''),
    )
    const slow = await createDialogue({ play: forever })
    await slow.hear('释放 /a')
    // the next command of the same conversation is not held up
    await slow.hear('我是谁')
    expect(await slow.answers(1)).toEqual([expect.stringContaining('**角色**：操作（operator）')])
    slow.move(1000)
    expect((await slow.answers(2))[1]).toBe('正在查看 /a…')
    slow.move(9000)
    expect((await slow.answers(3))[2]).toContain('将释放多少：未知（10 秒内没有测完）')
    await slow.inbox.idle()
    // nobody waits for the dry run any more
    expect(slow.jobs()[0]?.desired).toBe('stop')
  })

  test('of a question that a later command of the same person voided is not done', async () => {
    const { hear, says, answers, move, inbox, jobs } = await createDialogue({ play: forever })
    await says('预热 /x')
    await hear('释放 /a')
    await hear('停止 1')
    expect((await answers(2))[1]).toContain('要停止 #1 吗？')
    move(10_000)
    const late = ['正在查看 /a…', '你后来的命令取代了这个问题，没有执行：释放 /a']
    expect((await answers(4)).slice(2)).toEqual(late)
    await inbox.idle()
    expect(await says('确认')).toContain('正在停止 #1')
    expect(jobs()).toHaveLength(2)
  })
})

describe('停止', () => {
  test('asks, with how far it is, and 取消 17 is the same', async () => {
    const { says, code, jobs, records } = await createDialogue({ play: forever })
    await says('预热 /a /b /c 名称=夜间')
    const asked = await says('取消 #1')
    expect(asked).toContain('要停止 #1 夜间 吗？')
    expect(asked).toContain('预热 3 个路径（集群 default），进行中，发起：ann · 钉钉')
    expect(asked).toContain('已结束 0 个路径，进度未知')
    expect(await says(`取消 ${code()}`)).toBe('已取消，没有执行：停止 1')
    expect(await says('确认')).toBe('这个问题已经取消，要执行请重新发送：`停止 1`')
    await says('停止 夜间')
    expect(await says('确认')).toBe('正在停止 #1，GooseFS 里排队的部分也会取消')
    expect(jobs()[0]?.desired).toBe('stop')
    expect(records.at(-1)).toEqual({ who: 'ann', what: '停止 1', status: 200 })
  })

  test('is for who asked, and for admins', async () => {
    const { says, jobs } = await createDialogue({ play: forever })
    await says('预热 /a')
    expect(await says('停止 1', { by: 'bob' })).toBe('\\#1 是 ann 的任务，只有本人或管理员（admin）可以停止')
    expect(await says('停止 1', { by: 'vic' })).toBe(
      '这个命令需要操作（operator）或管理（admin）角色，你的角色是查看（viewer）',
    )
    await says('停止 1', { by: 'root' })
    expect(await says('确认', { by: 'root' })).toContain('正在停止 #1')
    expect(jobs()[0]?.desired).toBe('stop')
  })

  test('of what has ended, or is not there, says so', async () => {
    const { says } = await createDialogue()
    await says('预热 /a')
    expect(await says('停止 ＃１')).toBe('\\#1 已经结束（预热已完成），没有可停止的')
    expect(await says('停止 99')).toContain('没有任务 \\#99')
    expect(await says('停止')).toBe('缺少任务：需要一个任务号（如 17）或名称')
    expect(await says('停止 1 2')).toContain('只能给一个任务号或名称')
  })
})

describe('重试', () => {
  test('takes what failed, or all', async () => {
    const { says, bend, lettersIn, jobs } = await createDialogue({
      play: ({ path }) => (path === '/bad' ? PARTLY : {}),
    })
    await says('预热 /good /bad')
    bend.play = () => ({})
    expect(await says('重试 1', { by: 'bob' })).toBe('\\#1 是 ann 的任务，只有本人或管理员（admin）可以重试')
    expect(await says('重试 1')).toContain('已受理 #1 重试 1 个路径（集群 default）')
    expect(lettersIn('cid').at(-1)?.card).toBe(jobs()[0]?.id)
    expect(await says('重试 1')).toBe('\\#1 没有失败的路径；要重试所有路径请发送：`重试 1 全部`')
    expect(await says('retry #1 ALL')).toContain('已受理 #1 重试 2 个路径')
  })

  test('of many paths asks first', async () => {
    const { says, jobs } = await createDialogue({ play: () => PARTLY, room: { confirmAbove: 1 } })
    await says('预热 /a /b')
    await says('确认')
    expect(await says('重试 1')).toMatch(/^要重试 #1 的 2 个路径吗？/)
    expect(jobs()[0]?.status).toBe('failed')
    expect(await says('确认')).toContain('已受理 #1 重试 2 个路径')
  })

  test('waits for nobody', async () => {
    const { says } = await createDialogue({ play: forever })
    await says('预热 /a')
    expect(await says('重试 1')).toBe('\\#1 还没有结束的路径，没有可重试的')
    await says('停止 1')
    await says('确认')
    expect(await says('重试 1 全部')).toBe('\\#1 正在停止，结束后才能重试')
  })
})

describe('who speaks', () => {
  test('is known by staffId alone', async () => {
    const { says, records, jobs } = await createDialogue()
    const told = '我不认识你，现在只能用“我是谁”和“帮助”。请管理员在 gander.yaml 的 users 里加一行（名字和角色自定）：'
    for (const line of ['预热 /a', '状态', '确认', '你好', '/a']) {
      const answer = await says(line, { by: 'eve' })
      expect(answer).toContain(told)
      expect(answer).toContain('- { name: 名字, role: operator, staffIds: ["s-eve"] }')
    }
    expect(await says('whoami', { by: 'eve' })).toContain('**staffId**：`s-eve`')
    expect(await says('帮助', { by: 'eve' })).toBe(
      '### 命令\n\n- `我是谁` 你的 staffId、角色和本会话的编号\n- `帮助 [命令]` 你能用的命令；带命令名看它的用法',
    )
    expect(jobs()).toEqual([])
    const refused = { who: '', what: '预热 /a', status: 403, code: 'FORBIDDEN' }
    expect(records).toEqual([refused, refused])
  })

  test('without a staffId is nobody', async () => {
    const { says } = await createDialogue({ room: { userOf: () => ({ name: 'x', role: 'admin' }) } })
    expect(await says('状态', { by: '' })).toContain('收不到你的 staffId')
    expect(await says('我是谁', { by: '' })).toContain('**角色**：无')
  })

  test('a viewer reads and no more, and help shows that', async () => {
    const { says, jobs } = await createDialogue()
    const denial = '这个命令需要操作（operator）或管理（admin）角色，你的角色是查看（viewer）'
    expect(await says('预热 /a', { by: 'vic' })).toBe(denial)
    expect(await says('帮助 预热', { by: 'vic' })).toBe(denial)
    expect(await says('预热', { by: 'vic' })).toBe(
      '这个命令需要操作（operator）或管理（admin）角色，你的角色是查看（viewer）',
    )
    const help = await says('help', { by: 'vic' })
    expect(help).toContain('`列表 ')
    expect(help).not.toContain('`释放')
    expect(await says('状态', { by: 'vic' })).toContain('没有正在进行的任务')
    expect(jobs()).toEqual([])
  })

  test('in a group that is not listed is told so once a day, and nothing else', async () => {
    const { says, move, jobs } = await createDialogue({ groups: ['other'] })
    expect(await says('预热 /a')).toBe('这个群还没有开通。请管理员在 gander.yaml 的 chat.groups 里加上：`"cid"`')
    expect(await says('预热 /a')).toBe('')
    expect(await says('whoami', { by: 'eve' })).toBe('')
    move(24 * 3_600_000)
    expect(await says('帮助')).toContain('还没有开通')
    expect(jobs()).toEqual([])
    expect(await says('预热 /a', { kind: 'direct', in: 'dir' })).toContain('已受理 #1')
    expect(await says('预热 /a', { in: 'other' })).toContain('已受理 #2')
  })
})

describe('what is not understood', () => {
  test.each([
    ['预冷 /a', '没有命令“预冷”，是不是“预热”？用法：`预热 /路径… [刷新] [副本=n] [名称=x] [集群=c] [超时=2h]`'],
    ['stauts', '没有命令“stauts”，是不是“status”？用法：`状态 [任务号|名称]`'],
    ['你好', '没有命令“你好”，发送“帮助”查看命令'],
    ['', '发送“帮助”查看命令'],
    ['@Gander', '发送“帮助”查看命令'],
    [undefined, '我只看得懂文字消息，发送“帮助”查看命令'],
    ['预热', '缺少路径：至少需要一个以 / 或 gfs:// 开头的路径'],
    ['预热 db1', '路径要以 / 或 gfs:// 开头，收到 "db1"'],
    ['预热 /a?', '路径不能含 ?（GooseFS 会丢掉它之后的部分），收到 "/a?"'],
    ['预热 /a 副木=2', '没有参数 "副木"，是不是 副本=…？'],
    ['预热 /a replica=2', '没有参数 "replica"，是不是 副本=…？'],
    ['预热 /a 副本=0', '副本要是 1 到 100 的整数，收到 "0"'],
    ['预热 /a 副本=２００', '副本要是 1 到 100 的整数，收到 "200"'],
    ['预热 /a 超时=2', '超时要写成 2h、30m、1h30m 这样，最短 1 秒、最长 7 天，收到 "2"'],
    ['预热 /a 超时=8d', '超时要写成 2h、30m、1h30m 这样，最短 1 秒、最长 7 天，收到 "8d"'],
    ['预热 /a 副本=1 replicas=2', '参数 副本 给了两次，只能给一次'],
    ['预热 /a 名称=""', '参数 名称 需要一个值，收到的是空值'],
    ['释放 /a 副本=1', '没有参数 "副本"，可用的有 集群=…'],
    ['预热 "/a b', '第 4 个字符处的引号没有在这一行闭合，收到 “"/a b”'],
    ['释放 "/a b"/c', '第 10 个字符紧跟在引号后面，引号后要有空格，收到 "/c"'],
    ['预热 /a 副本=1 副本=2', '参数 副本 给了两次，只能给一次'],
    ['确认 1 2', '确认只需要问题里的四位代码，或什么都不带'],
    ['确认', '没有等待确认的问题'],
    ['取消', '没有等待确认的问题'],
    ['确认 AB2C', '没有等待确认的问题 AB2C'],
    ['帮助 预冷', '没有命令 "预冷"，是不是“预热”？'],
  ])('%j: one sentence', async (line, answer) => {
    const { says, jobs } = await createDialogue()
    expect(await says(line)).toBe(answer)
    expect(jobs()).toEqual([])
  })

  test('operations are told in Chinese, with the value', async () => {
    const { says, records } = await createDialogue({ settings: { clusters: ['c1', 'default'] } })
    expect(await says('预热 /a 集群=c2')).toBe('没有集群 c2（现有：c1、default）')
    expect(records).toEqual([{ who: 'ann', what: '预热 /a 集群=c2', status: 404, code: 'CLUSTER_NOT_FOUND' }])
  })

  test('a mistake of our own has a number that is in the log', async () => {
    const { says, logged, records } = await createDialogue({
      room: { operations: new Proxy({} as Operations, { get: () => fail }) },
    })
    const answer = await says('预热 /a')
    const id = /^内部错误（编号 (\w{8})），请把编号告诉管理员$/.exec(answer)?.[1]
    expect(id).toBeDefined()
    expect(logged.find(({ message }) => message === 'a chat command failed')?.fields).toMatchObject({ id })
    expect(records).toEqual([{ who: 'ann', what: '预热 /a', status: 500, code: 'INTERNAL' }])
  })
})

describe('a look that takes longer than a second', () => {
  const HANGING: DialogueOptions = { play: forever }

  test.each([
    ['列表 /a_b', '正在查看 /a\\_b…'],
    ['占比 /a /b /c /d', '正在查看 /a 等 4 个路径…'],
    ['释放 "/a b" /c', '正在查看 "/a b" 等 2 个路径…'],
    ['报告', '正在查看…'],
  ])('%s: says so once, before its answer', async (line, word) => {
    const { hear, answers, textsIn, move, delays, inbox, lettersIn } = await createDialogue(HANGING)
    await hear(line)
    await vi.waitFor(() => expect(delays()).toContain(1000))
    move(999)
    expect(textsIn()).toEqual([])
    move(1)
    expect(await answers(1)).toEqual([word])
    expect(lettersIn('cid')[0]).toMatchObject({ kind: 'answer', alarm: false })
    move(60_000)
    const [first, ...rest] = await answers(2)
    await inbox.idle()
    expect([first, rest.length]).toEqual([word, 1])
    expect(textsIn()).toHaveLength(2)
  })

  test('is not told of when it is answered sooner, nor of what looks at nothing', async () => {
    const { says, textsIn, move, delays } = await createDialogue()
    for (const line of ['列表 /a', '预热 /a', '状态', '释放 /a']) await says(line)
    expect(delays()).not.toContain(1000)
    move(1000)
    expect(textsIn()).toHaveLength(4)
  })

  test('is not told of any more when the process ends', async () => {
    const { hear, inbox, delays, move, textsIn } = await createDialogue(HANGING)
    await hear('列表 /a')
    await vi.waitFor(() => expect(delays()).toContain(1000))
    await inbox.close()
    move(1000)
    expect(textsIn()).toEqual([])
  })
})

describe('questions', () => {
  test('that are still being measured are answered by nobody', async () => {
    const { says, hear, answers, move, inbox, delays, jobs, code } = await createDialogue({
      play: forever,
      room: { confirmAbove: 3 },
    })
    const none = '新命令的确认问题还没有发出，请等它出来后再回复：释放 /x'
    await says('预热 /a /b /c /d')
    const first = code()
    await hear('释放 /x')
    await vi.waitFor(() => expect(delays()).toContain(1000))
    expect(await Promise.all([hear('YES'), hear('取消'), answers(3)])).toMatchObject([{}, {}, { 1: none, 2: none }])
    // by its code the older one is meant
    await hear(`确认 ${first}`)
    expect((await answers(4))[3]).toContain('已受理 #2 预热 4 个路径')
    await hear('YES')
    expect((await answers(5))[4]).toBe(none)
    // another person's is another one's
    await hear('YES', { by: 'root' })
    expect((await answers(6))[5]).toBe('没有等待确认的问题')
    move(10_000)
    expect((await answers(8)).at(-1)).toContain('要从缓存释放 1 个路径吗？')
    await inbox.idle()
    await hear('确认')
    expect((await answers(9)).at(-1)).toContain('已受理 #3 释放 1 个路径')
    expect(jobs()).toHaveLength(3)
  })

  test('belong to a person in a conversation, the newest counts', async () => {
    const { says, code, jobs } = await createDialogue()
    await says('/a')
    const first = code()
    expect(await says(`确认 ${first}`, { by: 'bob' })).toBe(`没有等待确认的问题 ${first}`)
    expect(await says('确认', { in: 'elsewhere' })).toBe('没有等待确认的问题')
    await says('/b')
    const second = code()
    expect(await says(`确认 ${first}`)).toBe(`代码 ${first} 不对，或已被新的问题取代；等待确认的是 ${second}：预热 /b`)
    expect(jobs()).toEqual([])
    expect(await says(`确认 ${second}`)).toContain('已受理 #1')
  })

  test('end after five minutes', async () => {
    const { says, move, jobs } = await createDialogue()
    await says('/a')
    move(5 * 60_000)
    expect(await says('确认')).toBe('这个问题已超过 5 分钟，要执行请重新发送：`预热 /a`')
    await says('/a')
    move(5 * 60_000 - 1)
    expect(await says('确认')).toContain('已受理 #1')
    expect(jobs()).toHaveLength(1)
  })

  test('end with the process; the answer repeats the command', async () => {
    const { says, restart, code, move, jobs } = await createDialogue()
    await says('/a')
    const asked = code()
    await restart()
    const lost = '服务重启过，重启前的问题不再有效，要执行请重新发送：`预热 /a`'
    expect(await says('确认')).toBe(lost)
    expect(await says(`确认 ${asked}`)).toBe(lost)
    expect(await says('确认 ZZZZ')).toBe('没有等待确认的问题 ZZZZ')
    move(5 * 60_000)
    expect(await says('确认')).toBe('这个问题已超过 5 分钟，要执行请重新发送：`预热 /a`')
    expect(jobs()).toEqual([])
  })
})

describe('a message', () => {
  test('that comes again is answered once, and does nothing twice', async () => {
    const { says, jobs, textsIn, restart } = await createDialogue()
    expect(await says('预热 /a', { key: 'k' })).toContain('已受理 #1')
    expect(await says('预热 /a', { key: 'k' })).toBe('')
    await restart()
    expect(await says('预热 /a', { key: 'k' })).toBe('')
    expect(jobs()).toHaveLength(1)
    expect(textsIn()).toHaveLength(1)
  })

  test('that was heard, and not answered, is answered after the restart', async () => {
    const { messageDesk, restart, textsIn, jobs } = await createDialogue()
    const conversation = { id: 'cid', kind: 'direct' } as const
    const sender = { staffId: 's-ann', nick: 'ann' }
    await messageDesk.heard({ key: 'k1', text: '预热 /a', conversation, sender })
    await messageDesk.heard({ key: 'k2', text: '状态', conversation, sender })
    await restart()
    expect(textsIn()).toEqual([expect.stringContaining('已受理 #1'), expect.any(String)])
    expect(jobs()).toHaveLength(1)
  })

  test('that was done, and not answered, is told as it would have been', async () => {
    const { saysAndCrashes, says, jobs } = await createDialogue({ play: forever })
    expect(await saysAndCrashes('预热 /a /bad 名称=夜间')).toContain(
      '已受理 #1 预热 2 个路径（集群 default）  \n  **名称**：夜间',
    )
    expect(await saysAndCrashes('预热 /c /d')).toContain('集群 default 队列中第 1 位')
    await says('停止 1')
    expect(await saysAndCrashes('确认')).toBe('正在停止 #1，GooseFS 里排队的部分也会取消')
    expect(jobs()).toHaveLength(2)
  })

  test('that was done, and what it was about has changed since, is told all the same', async () => {
    const { saysAndCrashes, says, jobs, bend } = await createDialogue({ play: () => PARTLY })
    await says('预热 /a /b')
    bend.play = forever
    expect(await saysAndCrashes('重试 1')).toContain('已受理 #1 重试 2 个路径（集群 default）')
    expect(jobs()[0]?.askers).toHaveLength(1)
  })

  test('that was confirmed, done, and not answered, is told after the restart', async () => {
    const { saysAndCrashes, says, jobs } = await createDialogue()
    await says('释放 /a')
    expect(await saysAndCrashes('确认')).toContain('已受理 #2 释放 1 个路径')
    expect(jobs()).toHaveLength(2)
  })

  test('that was confirmed under many paths is told without being asked again', async () => {
    const { saysAndCrashes, says, jobs } = await createDialogue({
      room: { confirmAbove: 1 },
    })
    await says('预热 /a /b')
    expect(await saysAndCrashes('确认')).toContain('已受理 #1 预热 2 个路径')
    expect(jobs()).toHaveLength(1)
  })

  test('that asked is asked again when the answer was not kept', async () => {
    const { saysAndCrashes, says, jobs } = await createDialogue()
    expect(await saysAndCrashes('/a')).toContain('要预热 1 个路径吗？')
    expect(await says('确认')).toContain('已受理 #1')
    expect(jobs()).toHaveLength(1)
  })
})

describe('whatever is said', () => {
  const bits = [
    '预热',
    '释放',
    '停止',
    '取消',
    '确认',
    'help',
    '状态',
    '日志',
    '1',
    '#1',
    '/a',
    '／ａ',
    '副本=2',
    '名称=',
    '“',
    '"',
    '<b>',
    '@',
  ]
  const line = fc.oneof(
    fc.array(fc.constantFrom(...bits, ' ', '　', '，')).map(all => all.join(' ')),
    fc.string({ unit: 'binary', maxLength: 40 }),
  )

  test('is answered once, without a mistake of ours, a raw mark or a call of people', async () => {
    const { says, logged, messageDesk } = await createDialogue()
    await fc.assert(
      fc.asyncProperty(line, fc.constantFrom('root', 'ann', 'vic', 'eve'), async (text, by) => {
        const answer = await says(text, { by })
        expect(answer).not.toBe('')
        expect(answer).not.toMatch(/<|@(?!\u200b)|\n---\n|undefined/)
        expect(messageDesk.open()).toEqual([])
      }),
      { numRuns: 150 },
    )
    expect(logged.filter(({ message }) => message === 'a chat command failed')).toEqual([])
  })
})

describe('an answer that could not be kept', () => {
  test('is kept a little later', async () => {
    const { hear, broken, delays, move, answers, jobs, inbox } = await createDialogue()
    broken.answered = async () => {
      throw new Error('full')
    }
    await hear('预热 /a')
    await until('the answer to be tried', () => delays().includes(1000))
    broken.answered = undefined
    move(1000)
    expect(await answers(1)).toEqual([expect.stringContaining('已受理 #1')])
    await inbox.idle()
    expect(jobs()).toHaveLength(1)
  })

  test('is given up after a while, and taken up when the message comes again', async () => {
    const { hear, broken, delays, move, inbox, says, jobs } = await createDialogue()
    broken.answered = async () => {
      throw new Error('full')
    }
    await hear('预热 /a', { key: 'k' })
    for (let tries = 1; tries < 6; tries += 1) {
      await until('the answer to be tried', () => delays().includes(tries * 1000))
      move(tries * 1000)
    }
    await inbox.idle()
    broken.answered = undefined
    expect(await says('预热 /a', { key: 'k' })).toContain('已受理 #1')
    expect(jobs()).toHaveLength(1)
  })
})
