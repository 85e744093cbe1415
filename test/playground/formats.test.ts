// the playground's words against those of a real cluster, byte for byte except instants, ids and addresses
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPlayground, fixture, type Playground } from './goosefs.ts'

const FILES: [string, number][] = [
  ['/data/a', 1_048_576],
  ['/data/b', 1_048_576],
  ['/data/c', 1_048_576],
  ['/data/sub/d', 1_048_576],
  ...[1, 2, 3, 4, 5].map((n): [string, number] => [`/small/f${n}`, 2000]),
  ['/big/b1', 20_000_000],
  ['/zero/zero.bin', 0],
  ['/sp ace/file one', 10],
  ['/sp ace/two', 10],
  ['/gone/g1', 3000],
  ['/gone/g2', 3000],
  ['/gone/g3', 3000],
]

const same = (text: string): string =>
  text
    .replace(/\d\d-\d\d-\d{4} \d\d:\d\d:\d\d:\d{3}/g, 'STAMP')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'DATE')
    .replace(/127\.0\.0\.1\/<unresolved>:9\d\d\d/g, '127.0.0.1:9200')
    .replace(/127\.0\.0\.1:93\d\d/g, '127.0.0.1:9200')
    .replace(/\b\d{13}\b/g, 'ID')
    .replace(/\d+ day\(s\).*second\(s\)/g, 'UPTIME')
    .replace(/^( {4}Version: ).*$/m, '$1V')
    .replace(/2\.9\.3 {12}\w{40}|2\.9\.3-playground \w{40}/g, 'VERSION')
    .replace(/ID=\d+/g, 'ID=N')
    .replace('/var/lib/alluxio/ufs', '')

const sorted = (text: string): string[] => same(text).split('\n').sort()

async function build(version: '2.5' | '2.9'): Promise<Playground> {
  const world = createPlayground({
    BRAND: 'Alluxio',
    ERA: version === '2.5' ? 'B' : 'F',
    STRICT25: version === '2.5' ? '1' : '0',
    OWNER: 'root',
    GROUP: 'root',
    QUOTA: String(512 * 2 ** 20),
    BLOCK: String(4 * 2 ** 20),
  })
  for (const [path, bytes] of FILES) await world.run(['playground', 'put', path, '--bytes', String(bytes)])
  await world.run(['playground', 'mkdir', '/empty'])
  await world.run(['fs', 'loadMetadata', '-R', '/'])
  return world
}

type Case = [name: string, args: string[], code: number]

const BOTH: Case[] = [
  ['ls-R', ['fs', 'ls', '-R', '/data'], 0],
  ['ls-file', ['fs', 'ls', '/big/b1'], 0],
  ['ls-empty', ['fs', 'ls', '/empty'], 0],
  ['ls-missing', ['fs', 'ls', '/nope'], 255],
  ['ls-glob-none', ['fs', 'ls', '/nope*'], 255],
  ['ls-noargs', ['fs', 'ls'], 255],
  ['ls-badflag', ['fs', 'ls', '--zzz', '/'], 255],
  ['count', ['fs', 'count', '/data'], 0],
  ['count-missing', ['fs', 'count', '/nope'], 255],
  ['du', ['fs', 'du', '/data'], 0],
  ['du-h', ['fs', 'du', '-h', '/data'], 0],
  ['du-s', ['fs', 'du', '-s', '/data'], 0],
  ['du-s-g', ['fs', 'du', '-s', '-g', '/data'], 0],
  ['du-sh-mem', ['fs', 'du', '-h', '-s', '--memory', '/data'], 0],
  ['du-missing', ['fs', 'du', '-s', '/nope'], 255],
  ['stat-fmt', ['fs', 'stat', '-f', '%N %z %b %u %g %y', '/data/a'], 0],
  ['stat-missing', ['fs', 'stat', '/nope'], 255],
  ['test-e', ['fs', 'test', '-e', '/data'], 0],
  ['test-missing', ['fs', 'test', '-e', '/nope'], 1],
  ['leader', ['fs', 'leader'], 0],
  ['masterInfo', ['fs', 'masterInfo'], 0],
  ['getCapacityBytes', ['fs', 'getCapacityBytes'], 0],
  ['loadMetadata', ['fs', 'loadMetadata', '/data'], 0],
  ['loadMetadata-missing', ['fs', 'loadMetadata', '-R', '/nope'], 255],
  ['free-missing', ['fs', 'free', '/nope'], 255],
  ['report-bad', ['fsadmin', 'report', 'nodeStatus'], 255],
  ['job-noargs', ['job'], 255],
  ['job-stat-missing', ['job', 'stat', '12345'], 255],
  ['job-stat-notnum', ['job', 'stat', 'abc'], 255],
  ['job-cancel-missing', ['job', 'cancel', '12345'], 255],
  ['job-leader', ['job', 'leader'], 0],
  ['dl-missing', ['fs', 'distributedLoad', '/nope'], 255],
  ['dl-noargs', ['fs', 'distributedLoad'], 255],
  ['dl-two-paths', ['fs', 'distributedLoad', '/data', '/small'], 255],
  ['dl-badflag', ['fs', 'distributedLoad', '--nosuch', '/data'], 255],
  ['dl-emptydir', ['fs', 'distributedLoad', '/empty'], 0],
  ['dl-zerofile', ['fs', 'distributedLoad', '/zero'], 0],
  ['dl-file', ['fs', 'distributedLoad', '/data/a'], 0],
  ['dl-file-again', ['fs', 'distributedLoad', '/data/a'], 0],
  ['dl-dir', ['fs', 'distributedLoad', '/data'], 0],
  ['dl-dir-again', ['fs', 'distributedLoad', '/data'], 0],
  ['dl-space', ['fs', 'distributedLoad', '/sp ace'], 0],
  ['ls-loaded', ['fs', 'ls', '-R', '/data'], 0],
  ['du-loaded', ['fs', 'du', '-h', '-s', '--memory', '/data'], 0],
  ['du-loaded-g', ['fs', 'du', '-s', '-g', '/data'], 0],
  ['dl-repl2', ['fs', 'distributedLoad', '--replication', '2', '/small'], 0],
  ['dl-activejobs', ['fs', 'distributedLoad', '--active-jobs', '2', '/small'], 0],
  ['checkConsistency', ['fs', 'checkConsistency', '-r', '/data'], 0],
  ['pin', ['fs', 'pin', '/data'], 0],
  ['free-pinned-f', ['fs', 'free', '-f', '/data'], 0],
  ['unpin', ['fs', 'unpin', '/data'], 0],
  ['mkdir', ['fs', 'mkdir', '/newdir'], 0],
  ['mkdir-again', ['fs', 'mkdir', '/newdir'], 255],
  ['f1-ls-before', ['fs', 'ls', '-R', '/gone'], 0],
  ['f1-drop', ['playground', 'rm', '/gone/g2'], 0],
  ['f1-load', ['fs', 'distributedLoad', '/gone'], 0],
  ['f1-du', ['fs', 'du', '/gone'], 0],
  ['f1-du-s', ['fs', 'du', '-s', '/gone'], 0],
]

const ONLY_25: Case[] = [
  ['dl-index', ['fs', 'distributedLoad', '--index', 'idx.txt'], 255],
  ['loadMetadata-RF', ['fs', 'loadMetadata', '-R', '-F', '/data'], 255],
  ['f1-load-sync0', ['fs', 'distributedLoad', '-Dgoosefs.user.file.metadata.sync.interval=0', '/gone'], 0],
  ['f1-ls-sync0', ['fs', 'ls', '-Dgoosefs.user.file.metadata.sync.interval=0', '-R', '/gone'], 0],
]

describe.each([
  ['2.5', [...BOTH, ...ONLY_25]],
  ['2.9', BOTH],
] as const)('the words of %s', (version, cases) => {
  let world: Playground
  beforeAll(async () => {
    world = await build(version)
  })
  afterAll(() => world.close())

  it.each(cases.map(one => [...one] as Case))('%s', async (name, args, code) => {
    const ended = await world.run(args)
    expect(ended.code, ended.out + ended.err).toBe(code)
    if (name !== 'f1-drop') expect(sorted(ended.out)).toEqual(sorted(fixture(version, name)))
  })
})
