// work that is taken in at the chat's door: asked for twice under one name, and for clusters that no agent serves yet
import { describe, expect, test } from 'vitest'
import { createDialogue } from './dialogue.ts'

const forever = () => undefined
const LINK = '[查看任务](http://gander.example:8080/api/v1/jobs/1)'

describe('预热', () => {
  test('twice under one name is one: what is open is not added again, for others or other options it is', async () => {
    const { says, jobs, state } = await createDialogue({ play: forever })
    await says('预热 /a /b 名称=夜间')
    expect(await says('预热 /b/ /a 名称=夜间')).toBe(`已受理 #1，已在加载这些路径  \n  ${LINK}`)
    expect(await says('预热 /a /c 名称=夜间')).toBe(
      [
        '已受理 #1 预热 1 个路径（集群 default）',
        '已加入进行中的任务“夜间”，现共 3 个路径',
        '另有 1 个路径该任务已在处理',
        '集群 default 队列中第 1 位',
        LINK,
      ].join('  \n  '),
    )
    expect([...state.tasks.rows()].map(({ path }) => path)).toEqual(['/a', '/b', '/c'])
    await says('预热 /a 名称=夜间 副本=2')
    expect(await says('元数据 /a 名称=夜间')).toContain('现共 5 个路径')
    expect(await says('元数据 /a 名称=夜间')).toContain('已受理 #1，已在处理这些路径')
    expect(jobs()).toHaveLength(1)
  })

  test('twice under one name, over a crash: it is told once what the first try came to', async () => {
    const { says, saysAndCrashes, state } = await createDialogue({ play: forever })
    await says('预热 /a 名称=夜间')
    expect(await saysAndCrashes('预热 /a 名称=夜间')).toContain('已受理 #1，已在加载这些路径')
    expect([...state.tasks.rows()]).toHaveLength(1)
  })

  test('on a cluster whose name is a slip is refused, as 释放 is; one that a job named is none', async () => {
    const { says, jobs, operations } = await createDialogue()
    const refused = '没有集群 defualt（现有：default），是不是“default”？'
    for (const line of [
      '预热 /a 集群=defualt',
      '元数据 /a cluster=defualt',
      '释放 /a 集群=defualt',
      '报告 集群=defualt',
    ])
      expect(await says(line)).toBe(refused)
    for (const line of ['预热 /a 集群=defualt', '* 集群=defualt', '报告 集群=defualt'])
      expect(await says(`定时 新建 每天 03:00 ${line}`)).toBe(refused)
    expect(jobs()).toEqual([])
    expect(await operations.findSchedules({ name: 'ann', role: 'operator', via: 'cli' }, {})).toEqual([])
    const elsewhere = { action: 'load' as const, paths: ['/x'], cluster: 'defaults', options: {} }
    await operations.submitJob({ name: 'ann', role: 'operator', via: 'http' }, elsewhere)
    expect(await says('预热 /a 集群=defaults')).toContain('等待代理：集群 defaults 没有在线代理')
    expect(await says('定时 新建 每天 03:00 预热 /a 集群=defaults')).toContain('已新建定时')
  })

  test('on a cluster whose agent has not connected yet is taken in, and waits', async () => {
    const { says, jobs, state } = await createDialogue()
    const waits = '等待代理：集群 c1 没有在线代理'
    expect(await says('预热 /a 集群=c1')).toBe(['已受理 #1 预热 1 个路径（集群 c1）', waits, LINK].join('  \n  '))
    expect(await says('元数据 /a cluster=c1')).toContain(waits)
    expect(jobs().map(({ cluster }) => cluster)).toEqual(['c1', 'c1'])
    expect(await says('定时 新建 每天 03:00 预热 /a 集群=c2')).toContain('\n- 等待代理：集群 c2 没有在线代理\n')
    expect(await says('定时 新建 每天 04:00 * 集群=c3')).toContain('\n- 等待代理：集群 c3 没有在线代理\n')
    expect([...state.schedules.rows()].map(({ work }) => work)).toMatchObject([
      { kind: 'ask', cluster: 'c2' },
      { kind: 'warmed', cluster: 'c3' },
    ])
    expect(await says('报告 集群=later')).toContain('没有集群 later（现有：')
  })

  test('of many paths is refused before it asks: a slip, or none of the clusters that are configured', async () => {
    const { says } = await createDialogue({ room: { confirmAbove: 1 } })
    for (const line of ['预热 /a /b', '定时 新建 每天 03:00 预热 /a /b', '定时 新建 每天 03:00 释放 /a'])
      expect(await says(`${line} 集群=defualt`)).toContain('，是不是“default”？')
    expect(await says('预热 /a /b 集群=c1')).toContain('要预热 2 个路径（集群 c1）吗？')
    expect(await says('定时 新建 每天 03:00 释放 /a 集群=c1')).toContain('每次释放 1 个路径吗？')
    const listed = await createDialogue({ room: { confirmAbove: 1 }, settings: { clusters: ['c1', 'default'] } })
    for (const line of ['预热 /a /b', '定时 新建 每天 03:00 预热 /a /b', '定时 新建 每天 03:00 *'])
      expect(await listed.says(`${line} 集群=c2`)).toBe('没有集群 c2（现有：c1、default）')
  })
})
