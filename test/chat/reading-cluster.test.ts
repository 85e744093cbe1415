// 列表, 占比, 报告, 代理: what is asked of a cluster, and told in words that stand here as they are said
import { describe, expect, it, vi } from 'vitest'
import { agents } from '../../bot/chat/commands/agents.ts'
import { cached } from '../../bot/chat/commands/cached.ts'
import { list } from '../../bot/chat/commands/list.ts'
import { report } from '../../bot/chat/commands/report.ts'
import type { ListEntry } from '../../shared/cluster.ts'
import { MINUTE, SECOND } from '../../shared/time.ts'
import { asActor, complaintOf, createReadingRoom, type Play, type Played, say } from './reading.ts'

const GIB = 2 ** 30

const entry = (path: string, cachedPercent?: number, bytes = 2 * GIB): ListEntry =>
  cachedPercent === undefined ? { path, directory: true } : { path, directory: false, bytes, cachedPercent }
const lineOf = ({ path, directory, cachedPercent, bytes = 3 }: ListEntry): string =>
  `drwxr-xr-x  root  supergroup  ${bytes}  PERSISTED 05-01-2024 08:00:00:000  ${directory ? 'DIR' : `${cachedPercent}%`} ${path}`
const listing = (entries: ListEntry[]): Played => ({
  output: entries.map(one => `${lineOf(one)}\n`).join(''),
  ending: { listing: entries.slice(0, 100) },
})
const missing = (path: string): Played => ({
  output: `Path "${path}" does not exist.\n`,
  ending: { exit: { reason: 'exited', code: 255 } },
})

describe('列表', () => {
  it('shows entries with their share, directories marked, and counts them', async () => {
    const entries = [entry('/d/db 1'), entry('/d/a_b', 52), entry('/d/<c>', 100, 512)]
    const room = await createReadingRoom({ play: () => listing(entries) })
    expect(await say(room, list, '列表 /d/')).toEqual({
      title: '列表',
      text: [
        '### 列表：/d/\n',
        '- **"db 1/"**（目录）',
        '- **a\\_b**：已缓存 52%，2 GB',
        '- **&lt;c\\>**：已缓存 100%，512 B',
        '\n共 3 项（目录 1，文件 2）',
      ].join('\n'),
    })
  })

  it('shows the first twenty, also of more than the agent read', async () => {
    const entries = Array.from({ length: 1234 }, (_, at) => entry(`/d/p=${at}`, at % 2 === 0 ? 0 : undefined))
    const room = await createReadingRoom({ play: () => listing(entries) })
    const { text } = await say(room, list, 'ls /d')
    expect(text.split('\n').filter(line => line.startsWith('- '))).toHaveLength(20)
    expect(text.endsWith('共 1,234 项（目录 617，文件 617），其余 1,214 项未列出')).toBe(true)
  })

  it('says that a directory is empty', async () => {
    const room = await createReadingRoom({ play: () => listing([]) })
    expect((await say(room, list, '列表 /d')).text).toBe('### 列表：/d\n\n空目录，没有任何条目')
  })

  it('names the nearest sibling of a path that does not exist, even the thousandth', async () => {
    const siblings = Array.from({ length: 1500 }, (_, at) => `other${at}`)
    siblings[1400] = 'orders_2024'
    const asked: string[] = []
    const names = (path: string) => {
      asked.push(path)
      return siblings
    }
    const room = await createReadingRoom({ play: ({ path }) => missing(path), names })
    const { text } = await say(room, list, '列表 /warehouse/order_2024')
    expect(text).toBe('路径不存在：/warehouse/order\\_2024，最接近的是 **/warehouse/orders\\_2024**')
    expect(asked).toEqual(['/warehouse'])
    // no job that somebody sees, and no number
    expect([...room.state.jobs.rows()].map(({ number }) => number)).toEqual([1])
  })

  it('names none where nothing is alike, or where the parent is not there either', async () => {
    const names = vi.fn((path: string) =>
      path === '/' ? ['zzz'] : path === '/slow' ? new Promise<string[]>(() => {}) : undefined,
    )
    const room = await createReadingRoom({ play: ({ path }) => missing(path), names })
    expect((await say(room, list, '列表 /warehouse')).text).toBe('路径不存在：/warehouse')
    const slow = say(room, list, '列表 /slow/a')
    await vi.waitFor(() => expect(names).toHaveBeenCalledWith('/slow'))
    room.move(MINUTE)
    expect((await slow).text).toBe('路径不存在：/slow/a')
    expect((await say(room, list, '列表 /a/b/c')).text).toBe('路径不存在：/a/b/c')
  })

  it('tells what the CLI said when it failed otherwise', async () => {
    const play = (): Played => ({ output: 'Permission <denied>\n', ending: { exit: { reason: 'exited', code: 255 } } })
    const room = await createReadingRoom({ play })
    expect((await say(room, list, '列表 /d')).text).toBe('列出 /d 失败：Permission &lt;denied\\>')
  })

  it('says at once that nobody is there, and which clusters there are', async () => {
    const away = await createReadingRoom({ agent: false, settings: { clusters: ['c1', 'c2'] } })
    expect((await say(away, list, '列表 /d 集群=c1')).text).toBe('集群 c1 没有在线代理，现在无法列出 /d')
    expect((await say(away, list, '列表 /d 集群=c9')).text).toBe('没有集群 c9（现有：c1、c2），现在无法列出 /d')
    expect((await say(away, list, '列表 /d')).text).toBe('没有在线代理，现在无法列出 /d')
    expect(away.state.jobs.size).toBe(0)
  })

  it('says after half a minute how to look later', async () => {
    const room = await createReadingRoom({ play: () => undefined })
    const asked = say(room, list, '列表 /d')
    await vi.waitFor(() => expect(room.delays()).toContain(30 * SECOND))
    room.move(30 * SECOND)
    expect((await asked).text).toBe('/d 在 30 秒内没有列完，列表 #1 在后台继续，稍后用 `日志 1` 查看')
  })

  it.each([
    ['列表', '缺少路径：需要一个以 / 或 gfs:// 开头的路径'],
    ['列表 db1', '路径要以 / 或 gfs:// 开头，收到 "db1"'],
    ['列表 /a /b', '只能给一个路径，收到 2 个，第二个是 "/b"'],
    ['列表 /a/*', '路径不能含 *（不支持通配符），收到 "/a/*"'],
    ['列表 /a/../b', '路径不能含 . 或 .. 这样的段，收到 "/a/../b"'],
    ['列表 /a clustr=c', '没有参数 "clustr"，是不是 集群=…？'],
    ['列表 /a 副本=2', '没有参数 "副本"，可用的有 集群=…'],
    ['列表 /a 集群=', '参数 集群 需要一个值，收到的是空值'],
    ['列表 /a 集群=a cluster=b', '参数 集群 给了两次，只能给一次'],
  ])('%s: %s', (line, complaint) => expect(complaintOf(list, line)).toBe(complaint))
})

describe('占比', () => {
  const estimates: Readonly<Record<string, Played>> = {
    '/d/a': { ending: { estimate: { files: 1204, bytes: 40 * GIB, missingBytes: 35 * GIB, seconds: 372 } } },
    '/d/a/sub': { ending: { estimate: { files: 4, bytes: 5 * GIB, missingBytes: 0 } } },
    '/d/b': { ending: { estimate: { files: 6, bytes: 1000, missingBytes: 1 } } },
    '/d/empty': { ending: { estimate: { files: 0, bytes: 0, missingBytes: 0 } } },
    '/d/zero': { ending: { estimate: { files: 2, bytes: 0, missingBytes: 0 } } },
  }
  const play: Play = ({ path }) => {
    const exit = { reason: 'exited', code: 1, message: `Path "${path}" does not exist.` } as const
    return estimates[path] ?? { ending: { exit } }
  }

  it('measures several paths and their total, where a path within another counts once', async () => {
    const room = await createReadingRoom({ play })
    expect(await say(room, cached, '占比 /d/a /d/a/sub /d/b')).toEqual({
      title: '缓存占比',
      text: [
        '### 缓存占比\n',
        '- **/d/a**：已缓存 **12%**，共 1,204 个文件，40 GB（已缓存 5 GB）',
        '- **/d/a/sub**：已缓存 **100%**，共 4 个文件，5 GB（已缓存 5 GB）',
        '- **/d/b**：已缓存 **99%**，共 6 个文件，1000 B（已缓存 999 B）',
        '- **合计**：已缓存 **12%**，共 1,210 个文件，40 GB（已缓存 5 GB）',
      ].join('\n'),
    })
  })

  it('may be asked by viewers, loads nothing, and leaves nobody to be told', async () => {
    const room = await createReadingRoom({ play })
    await say(room, cached, '占比 /d/a', asActor('viewer', 'vic'))
    const [job] = room.state.jobs.rows()
    expect(job).toMatchObject({ requester: 'vic', status: 'succeeded' })
    expect(job?.askers ?? []).toEqual([])
    expect([...room.state.tasks.rows()].map(({ options }) => options)).toEqual([{ dryRun: true }])
  })

  it('says what has no share, and what does not exist', async () => {
    const room = await createReadingRoom({ play, names: path => (path === '/d' ? ['a', 'b'] : undefined) })
    expect((await say(room, cached, 'du /d/empty /d/zero /d/bb')).text.split('\n').slice(2)).toEqual([
      '- **/d/empty**：路径下没有文件',
      '- **/d/zero**：没有数据，共 2 个文件，0 B',
      '- **/d/bb**：路径不存在，最接近的是 **/d/b**',
    ])
  })

  it('shows the ten least cached of many', async () => {
    const room = await createReadingRoom({
      play: ({ path }) => ({ ending: { estimate: { files: 1, bytes: 100, missingBytes: Number(path.slice(2)) } } }),
      settings: {},
    })
    const paths = Array.from({ length: 30 }, (_, at) => `/p${at}`)
    const { text } = await say(room, cached, `占比 ${paths.join(' ')}`)
    const entries = text.split('\n').slice(2)
    expect(entries[0]).toBe('- **/p29**：已缓存 **71%**，共 1 个文件，100 B（已缓存 71 B）')
    expect(entries.slice(10)).toEqual([
      '- 其余 20 个路径未列出',
      '- **合计**：已缓存 **85%**，共 30 个文件，2.93 KB（已缓存 2.5 KB）',
    ])
  })

  it('says after a minute what is known and how to look later', async () => {
    const room = await createReadingRoom({ play: task => (task.path === '/slow' ? undefined : play(task)) })
    const asked = say(room, cached, '占比 /d/b /slow')
    await vi.waitFor(() => expect([...room.state.tasks.rows()].map(({ status }) => status)).toContain('succeeded'))
    room.move(MINUTE)
    expect((await asked).text.split('\n').slice(2)).toEqual([
      '- **/d/b**：已缓存 **99%**，共 6 个文件，1000 B（已缓存 999 B）',
      '',
      '60 秒内还有 1 个路径没有量完，测量 #1 在后台继续，稍后用 `状态 1` 查看',
    ])
  })
})

describe('报告', () => {
  const play = (): Played => ({
    output: 'GooseFS cluster summary: \n',
    ending: {
      report: {
        ...{ version: '1.4.5', capacityBytes: 512 * GIB, usedBytes: 511.9 * GIB, liveWorkers: 2, lostWorkers: 1 },
        ...{ tiers: [], simulated: true, safeMode: true },
      },
    },
  })

  it('tells capacity, share, workers and version', async () => {
    const room = await createReadingRoom({ play })
    expect(await say(room, report, '报告')).toEqual({
      title: '集群报告',
      text: [
        '### 集群 default\n',
        '- **版本**：1.4.5（模拟）',
        '- **容量**：512 GB',
        '- **已用**：512 GB（99%）',
        '- **在线 worker**：2 个',
        '- **失联 worker**：1 个',
        '- **安全模式**：是，暂时不能写入',
      ].join('\n'),
    })
  })

  it('names few workers each, the lost ones first, and of many only those that are lost', async () => {
    const room = await createReadingRoom({ play })
    const worker = (host: string, live = true) => {
      return { host, live, heartbeatSeconds: live ? 2 : 700, capacityBytes: 4 * GIB, usedBytes: GIB }
    }
    const workers = [worker('w1'), worker('w2', false)]
    const chat = { ...room.chat, operations: { ...room.operations, listWorkers: async () => workers } }
    expect((await say({ chat }, report, '报告')).text.split('\n').slice(-2)).toEqual([
      '- **w2**：失联，已用 1 GB / 4 GB（25%），心跳 11 分 40 秒前',
      '- **w1**：在线，已用 1 GB / 4 GB（25%），心跳 2 秒前',
    ])
    for (let at = 3; at < 30; at += 1) workers.push(worker(`w${at}`))
    expect((await say({ chat }, report, '报告')).text.match(/\*\*w\d+\*\*/g)).toEqual(['**w2**'])
  })

  it('shows the CLI’s own words when nobody understood them, and says why there is none', async () => {
    const room = await createReadingRoom({ play: () => ({ output: 'strange *words*\n' }) })
    expect((await say(room, report, '报告 集群=default')).text).toBe('### 集群 default\n\n- strange \\*words\\*')
    const away = await createReadingRoom({ agent: false, settings: { clusters: ['c1', 'c2'] } })
    expect((await say(away, report, '集群')).text).toBe(
      '### 集群 c1\n\n没有拿到报告：等待代理：集群 c1 没有在线代理\n\n### 集群 c2\n\n没有拿到报告：等待代理：集群 c2 没有在线代理',
    )
  })
})

describe('代理', () => {
  it('tells who is there, how busy, and since when one is gone; and the chat connection', async () => {
    const room = await createReadingRoom({ play: () => undefined })
    await room.submit(['/a'])
    await room.settled()
    room.move(6 * MINUTE + 12 * SECOND)
    const chat = { ...room.chat, connection: () => '已连接，1 分前有消息' }
    expect(await say({ chat }, agents, '代理')).toEqual({
      title: '代理',
      text: [
        '### 代理\n',
        '- **a1**（集群 default）：在线，运行 1/2，心跳正常，已连接 6 分 12 秒',
        '  - 代理 1，goosefs（模拟）',
        '\n**钉钉连接**：已连接，1 分前有消息',
      ].join('\n'),
    })
    await room.desk.gone(room.agent.id, 'c1')
    room.move(MINUTE)
    expect((await say(room, agents, 'agents')).text.split('\n')[2]).toMatch(
      /^- \*\*a1\*\*（集群 default）：离线，运行 1\/2，最后心跳 2024-05-01 16:06:12（Asia\/Shanghai），1 分前$/,
    )
    expect((await say(room, agents, '代理 集群=c9')).text).toBe('### 代理\n\n集群 c9 没有代理')
    expect(complaintOf(agents, '代理 a1')).toBe('这个命令不需要 "a1"')
  })
})
