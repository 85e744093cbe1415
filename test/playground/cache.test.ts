// the worker's cache: its quota, who is evicted, what free and pin do; and the reports about it
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPlayground, type Playground } from './goosefs.ts'

let world: Playground
beforeEach(async () => {
  world = createPlayground()
  await world.run(['playground', 'put', '/h', '--files', '10', '--bytes', '1000'])
})
afterEach(() => world.close())

const du = async (path = '/h'): Promise<string> => (await world.run(['fs', 'du', '-s', path])).out.split('\n')[1] ?? ''

it('more data than room: every file is loaded with success, the earlier ones are gone', async () => {
  await world.run(['playground', 'knob', 'quota=8000', 'block=500'])
  const first = await world.run(['fs', 'distributedLoad', '/h'])
  expect(first.out.match(/^Successfully/gm)).toHaveLength(10)
  expect(await du()).toBe('10000         8000 (80%)       /h')
  expect((await world.run(['fs', 'ls', '/h/part-00000'])).out).toContain('   0% /h/part-00000')
  await world.run(['fs', 'distributedLoad', '/h'])
  expect(await du()).toContain('8000 (80%)')
})

it('pinned files stay, free needs -f for them', async () => {
  await world.run(['fs', 'distributedLoad', '/h'])
  await world.run(['fs', 'pin', '/h/part-00003'])
  const refused = await world.run(['fs', 'free', '/h'])
  expect(refused.code).toBe(255)
  expect(refused.out).toMatch(/^Cannot free file \/h\/part-00003 which is pinned\. Please unpin it first/)
  expect((await world.run(['fs', 'free', '-f', '/h'])).out).toBe('/h was successfully freed from GooseFS space.\n')
  expect(await du()).toContain('0 (0%)')
})

it('free gives up waiting although the bytes go', async () => {
  await world.run(['fs', 'distributedLoad', '/h'])
  const { out, code } = await world.run(['fs', 'free', '/h'], { FREE: 'timeout' })
  expect(code).toBe(255)
  expect(out).toContain('Timed out waiting for file to be freed. Another user may be loading it.')
  expect(await du()).toContain('0 (0%)')
})

it('fs load reads file after file', async () => {
  const { out } = await world.run(['fs', 'load', '/h'])
  expect(out).toContain('/h/part-00000 loaded\n')
  expect(out).toMatch(/\/h loaded\n$/)
  expect((await world.run(['fs', 'load', '/h'])).out).toContain('/h/part-00000 already in GooseFS fully\n')
  expect((await world.run(['fs', 'cat', '/h/part-00000'])).bytes).toHaveLength(1000)
})

it('summary with tiers, ZooKeeper, raft and a key that nobody knows', async () => {
  const { out } = await world.run(['fsadmin', 'report'], { TIERS: '2', ZK: '1', RAFT: '1', EXTRA: '1' })
  expect(out).toMatch(/^GooseFS cluster summary: \n {4}Master Address: /)
  expect(out).toContain('    Zookeeper Enabled: true\n    Zookeeper Addresses: \n        10.0.0.1:2181\n')
  expect(out).toContain('    Raft-based Journal: true\n    Raft Journal Addresses: \n        10.0.0.1:9202\n')
  expect(out).toContain('    Playground Weather: fair\n')
  expect(out).toMatch(
    / {4}Total Capacity: 10\.00GB\n {8}Tier: MEM {2}Size: 2560\.00MB\n {8}Tier: SSD {2}Size: 7\.50GB\n/,
  )
})

it('capacity tables', async () => {
  const table = async (env: Record<string, string>): Promise<string[]> =>
    (await world.run(['fsadmin', 'report', 'capacity'], env)).out.split('\n').slice(8)
  expect((await table({ TABLE: 'short' })).slice(0, 3)).toEqual([
    'Worker Name      Last Heartbeat   Storage       SSD',
    '127.0.0.1        0                capacity      10.00GB',
    '                                  used          0B (0%)',
  ])
  expect((await table({ TABLE: 'long' }))[1]).toMatch(/^worker-0\.storage\.playground\.example {6}0 {16}capacity/)
  expect((await table({ TABLE: '2.10' }))[0]).toMatch(
    /^Worker Name {6}State {12}Last Heartbeat {3}Storage {7}SSD {14}Version/,
  )
  expect((await world.run(['fsadmin', 'report', 'capacity'], { WORKERS: '0' })).out).toBe('No workers found.\n')
  const lost = (await table({ WORKER: 'lost' }))[1] ?? ''
  expect(Number(lost.slice(17, 33))).toBeGreaterThan(9)
})

it('metrics have commas and rates', async () => {
  const { out } = await world.run(['fsadmin', 'report', 'metrics'])
  expect(out).toContain('Cluster.CapacityTotal  (Type: GAUGE, Value: 10,737,418,240)\n')
  expect(out).toMatch(/^Cluster\.BytesReadUfsThroughput {2}\(Type: GAUGE, Value: \S+\/MIN\)$/m)
})
