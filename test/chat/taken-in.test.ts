// work that is taken in at the chat's door: asked for twice under one name, and for clusters that nobody ever saw
import { describe, expect, test } from 'vitest'
import { createDialogue } from './dialogue.ts'

const forever = () => undefined
const LINK = '[查看任务](http://gander.example:8080/api/v1/jobs/1)'

describe('预热', () => {
  test('twice under one name is one: what is open is not added again, for others or other options it is', async () => {
    const { says, jobs, state } = await createDialogue({ play: forever })
    await says('预热 /a /b 名称=夜间')
    expect(await says('预热 /b/ /a 名称=夜间')).toBe(`#1 已在加载这些路径  \n  ${LINK}`)
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
    expect(await says('元数据 /a 名称=夜间')).toContain('#1 已在处理这些路径')
    expect(jobs()).toHaveLength(1)
  })

  test('twice under one name, over a crash: it is told once what the first try came to', async () => {
    const { says, saysAndCrashes, state } = await createDialogue({ play: forever })
    await says('预热 /a 名称=夜间')
    expect(await saysAndCrashes('预热 /a 名称=夜间')).toContain('#1 已在加载这些路径')
    expect([...state.tasks.rows()]).toHaveLength(1)
  })

  test('on a cluster that nobody ever saw is refused, as 释放 is; one that a job named is known', async () => {
    const { says, jobs, operations } = await createDialogue()
    const refused = '没有集群 defualt（现有：default），是不是“default”？'
    for (const line of [
      '预热 /a 集群=defualt',
      '元数据 /a cluster=defualt',
      '释放 /a 集群=defualt',
      '报告 集群=defualt',
    ])
      expect(await says(line)).toBe(refused)
    expect(await says('定时 新建 每天 03:00 预热 /a 集群=defualt')).toBe(refused)
    expect(await says('预热 /a 集群=nope')).toBe('没有集群 nope（现有：default）')
    expect(jobs()).toEqual([])
    expect(await operations.findSchedules({ name: 'ann', role: 'operator', via: 'cli' }, {})).toEqual([])
    const elsewhere = { action: 'load' as const, paths: ['/x'], cluster: 'later', options: {} }
    await operations.submitJob({ name: 'ann', role: 'operator', via: 'http' }, elsewhere)
    expect(await says('预热 /a 集群=later')).toContain('等待代理：集群 later 没有在线代理')
    expect(await says('定时 新建 每天 03:00 预热 /a 集群=later')).toContain('已新建定时')
    expect(await says('报告 集群=later')).toBe('没有集群 later（现有：default）')
  })

  test('of many paths on a cluster that nobody ever saw is refused before it asks', async () => {
    const { says } = await createDialogue({ room: { confirmAbove: 1 } })
    expect(await says('预热 /a /b 集群=nope')).toBe('没有集群 nope（现有：default）')
  })
})
