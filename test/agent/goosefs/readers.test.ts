// the readers against what real 2.5.0 and 2.9.3 clusters printed, and against the texts of the other versions
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCause } from '../../../agent/goosefs/causes.ts'
import { createLineSplitter, isNoise, LONGEST_LINE } from '../../../agent/goosefs/lines.ts'
import { readCount } from '../../../agent/goosefs/read-count.ts'
import { readDiskUse } from '../../../agent/goosefs/read-du.ts'
import { readConfiguration, readFlags, readVersion } from '../../../agent/goosefs/read-help.ts'
import {
  readJobLine,
  readJobPaths,
  readJobService,
  readJobStat,
  readJobStatus,
} from '../../../agent/goosefs/read-jobs.ts'
import { createLoadReader, type LoadEvent } from '../../../agent/goosefs/read-load.ts'
import { readListLine, readMissingPath } from '../../../agent/goosefs/read-ls.ts'
import { readMountLine, redactMountLine } from '../../../agent/goosefs/read-mounts.ts'
import { readReport } from '../../../agent/goosefs/read-report.ts'
import { readSize } from '../../../agent/goosefs/read-size.ts'
import { readStat } from '../../../agent/goosefs/read-stat.ts'

const CAPTURES = join(import.meta.dirname, '../../fixtures/cli')
const capture = (name: string): string[] => toLines(readFileSync(join(CAPTURES, name)))
const captures = (pattern: RegExp): string[] =>
  ['2.5', '2.9'].flatMap(version =>
    readdirSync(join(CAPTURES, version))
      .filter(name => pattern.test(name))
      .map(name => `${version}/${name}`),
  )

function toLines(bytes: Uint8Array): string[] {
  const lines: string[] = []
  const splitter = createLineSplitter(line => lines.push(line))
  splitter.push(bytes)
  splitter.end()
  return lines
}

function readLoad(text: string | readonly string[]) {
  const events: LoadEvent[] = []
  const reader = createLoadReader(event => events.push(event))
  for (const line of typeof text === 'string' ? text.split('\n') : text) reader.line(line)
  reader.end()
  return { ...reader.summary(), events }
}

describe('lines', () => {
  it('come out the same however the bytes are cut', () => {
    const text = 'Allow up to 3000 active jobs\r\n/数据 集/é loading\n\nno end'
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), sizes => {
        const bytes = Buffer.from(text)
        const lines: string[] = []
        const splitter = createLineSplitter(line => lines.push(line))
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1
          splitter.push(bytes.subarray(at, at + size))
          at += size
        }
        splitter.end()
        expect(lines).toEqual(['Allow up to 3000 active jobs', '/数据 集/é loading', '', 'no end'])
      }),
    )
  })

  it('are cut at 64 KiB, and the rest of a long one is no line', () => {
    const lines = toLines(Buffer.from(`${'x'.repeat(1_000_000)}\nnext\n`))
    expect(lines.map(line => line.length)).toEqual([LONGEST_LINE, 4])
  })

  it.each([
    'SLF4J: Class path contains multiple SLF4J bindings.',
    'log4j:ERROR setFile(null,true) call failed.',
    'WARNING: An illegal reflective access operation has occurred',
    'Picked up JAVA_TOOL_OPTIONS: -Dfile.encoding=UTF-8',
    'OpenJDK 64-Bit Server VM warning: Sharing is only supported',
    'Warning: setting alluxio.conf.dir to /opt',
  ])('%s is noise', line => expect(isNoise(line)).toBe(true))

  it('no path is noise', () => expect(isNoise('/WARNING: x loading')).toBe(false))
})

describe('sizes', () => {
  it.each([
    ['5120B', 5120],
    ['5.00KB', 5120],
    ['1500.00GB', 1500 * 1024 ** 3],
    ['117.19TB', Math.round(117.19 * 1024 ** 4)],
    ['20798', 20798],
    ['x', undefined],
    ['1.5XB', undefined],
  ])('%s', (text, bytes) => expect(readSize(text)).toBe(bytes))
})

describe('ls', () => {
  it.each(
    captures(/ls.*\.out$/).filter(
      name => !/(joblist|jobls|jmdown|noargs|badflag|missing|none|job-ls|ls-du|poolsize)/.test(name),
    ),
  )('every line of %s is an entry or an error', name => {
    for (const line of capture(name)) {
      const known =
        readListLine(line) !== undefined || readMissingPath(line) !== undefined || readCause(line) !== undefined
      expect({ line, known }).toEqual({ line, known: true })
    }
  })

  it.each([
    [
      '-rw-r--r--  hadoop         supergroup               20798       NOT_PERSISTED 03-26-2021 16:49:37:215   0% /LICENSE',
      { path: '/LICENSE', size: 20798, percent: 0, persistence: 'NOT_PERSISTED' },
    ],
    ['          20798           PERSISTED 03-26-2021 16:49:37:215 100% /a', { path: '/a', size: 20798, percent: 100 }],
    [
      '-rw-rw-r--+ root           root                   1048576       PERSISTED 11-21-2026 06:16:46:382 100% /data/ b loading ',
      { path: '/data/ b loading ', mode: '-rw-rw-r--+' },
    ],
    [
      'drwxr-xr-x  root           root                         1       PERSISTED 11-21-2026 06:16:46:193  DIR /big ',
      { path: '/big', directory: true, size: 1 },
    ],
    [
      '-rw-r--r--  averyveryverylongownergroupwithoutblank42       PERSISTED 11-21-2026 06:16:46:193 451% /x/100% /y',
      { path: '/x/100% /y', percent: 100 },
    ],
    [
      '-rw-r--r--  u              g                      4096.00MB       PERSISTED 2021/03/26 16:49   7% /数据 集/é',
      { path: '/数据 集/é', size: 4096 * 1024 ** 2, percent: 7 },
    ],
  ])('%s', (line, expected) => expect(readListLine(line)).toMatchObject(expected))

  it('names the path that does not exist', () => {
    expect(readMissingPath('Path "/a "b" c" does not exist.')).toBe('/a "b" c')
    expect(readMissingPath('/data/*.x does not exist.')).toBe('/data/*.x')
    expect(readMissingPath('/data/x')).toBeUndefined()
  })
})

describe('du and count', () => {
  it.each([
    ['2.5/du-s.out', [{ path: '/data', bytes: 4194304, cachedBytes: 0, percent: 0 }]],
    ['2.5/du-loaded-g.out', [{ path: '/data', bytes: 4194304, cachedBytes: 4194304, percent: 100 }]],
    ['2.5/du-sh-mem.out', [{ path: '/data', bytes: 4194304, cachedBytes: 0, percent: 0 }]],
    ['2.5/f4-du.out', [{ path: '/tiny', bytes: 28893, cachedBytes: 28863, percent: 99 }]],
    ['2.5/du-missing.out', []],
    ['2.9/du-loaded-g.out', [{ path: '/data', bytes: 4194304, cachedBytes: 4194304, percent: 100 }]],
  ])('%s', (name, rows) => expect(readDiskUse(capture(name))).toEqual(rows))

  it('reads the captured counts', () => {
    expect(readCount(capture('2.5/count.out'))).toEqual({ files: 4, folders: 1, bytes: 4194304 })
    expect(readCount(capture('2.5/count-h.out'))).toMatchObject({ files: 2024, folders: 14 })
    expect(readCount(capture('2.5/count-missing.out'))).toBeUndefined()
  })
})

describe('distributedLoad', () => {
  it.each([
    ['2.5/dl-dir.out', { started: 3, loaded: 3, alreadyCached: 1 }],
    ['2.5/dl-dir-again.out', { started: 0, loaded: 0, alreadyCached: 4 }],
    ['2.5/f1-load.out', { started: 3, loaded: 2, attemptsFailed: 1, failed: 0 }],
    ['2.5/dl-repl2.out', { started: 5, attemptsFailed: 5 }],
    ['2.5/f4-load-jmdown.out', { started: 2, submitFailed: 1 }],
    ['2.5/dl-utf8-space.out', { started: 2, loaded: 2 }],
    ['2.9/dl-dir.out', { loaded: 3 }],
    ['2.9/dl-repl2.out', { loaded: 5 }],
  ])('%s', (name, lines) => expect(readLoad(capture(name)).lines).toMatchObject(lines))

  it('knows why', () => {
    expect(readLoad(capture('2.5/f1-load.out')).causes).toEqual({ gone: 1 })
    expect(readLoad(capture('2.5/dl-repl2.out')).causes).toEqual({ replicas: 5 })
    expect(readLoad(capture('2.5/wd-load.out')).causes).toEqual({ 'worker-lost': 3 })
    expect(readLoad(capture('2.5/f4-load-jmdown.out'))).toMatchObject({
      jobServiceAway: true,
      causes: { 'job-service-down': 1 },
    })
    expect(readLoad(capture('2.9/f4-load-jmdown.out')).problem).toMatchObject({ cause: 'job-service-down' })
    expect(readLoad(capture('2.5/md-load.out')).problem).toMatchObject({ cause: 'master-unreachable' })
    expect(readLoad(capture('2.5/dl-missing.out')).problem).toMatchObject({ cause: 'no-such-path' })
    expect(readLoad(capture('2.5/dl-badflag.out')).problem).toMatchObject({ cause: 'refused-by-cli' })
  })

  it('2.9 tells counters, control id, failed files and the list of all of them', () => {
    const read = readLoad(capture('2.9/f1-load.out'))
    expect(read).toMatchObject({
      footer: { completed: 2, failed: 1 },
      jobControlId: '1795242558786',
      csvPath: './logs/user/distributedLoad_gone_failures.csv',
    })
    expect(read.events).toContainEqual({ kind: 'failed', path: '/gone/g2', cause: 'unknown' })
  })

  it('2.7 glues fragments to what follows', () => {
    const read = readLoad(
      [
        'files: [/a/1,/a/2] loadingIgnored load because: /a/3 is in incomplete statusfiles: [/b/1,/b/2...] loading',
        'Successfully loaded path [/a/1,/a/2] after 1 attempts',
        'Retry 1 Failed to start job with error: no local job workers: [h1]',
        'Attempt 1 to load [/b/1,/b/2...] failed because: Failed to request 1048576 bytes',
        'second line of the message',
        'Failed to complete loading /c after 4 retries.',
        'Completed count is 2,Failed count is 1.',
        'Here are recent failed files: ',
        '/c,',
        'Check out ./logs/user/distributedLoad__a_failures.csv for full list of failed files.',
      ].join('\n'),
    )
    expect(read.lines).toEqual({
      started: 2,
      loaded: 1,
      alreadyCached: 0,
      attemptsFailed: 1,
      failed: 1,
      submitFailed: 1,
    })
    expect(read.causes).toEqual({ 'no-job-worker': 1, 'no-space': 1 })
    expect(read.examples.find(one => one.cause === 'no-space')?.message).toContain('second line')
    expect(read.events).toContainEqual({ kind: 'failed', path: '/b/1', cause: 'no-space' })
    expect(read.events).toContainEqual({ kind: 'failed', path: '/a/3', cause: 'incomplete' })
    expect(read.footer).toEqual({ completed: 2, failed: 1 })
  })

  it('2.6 and 2.8 count in their own words', () => {
    expect(readLoad('Completed count is 203,Failed count is 617.').footer).toEqual({ completed: 203, failed: 617 })
    expect(readLoad('Completed command count is 3,Failed count is 0.').footer).toEqual({ completed: 3, failed: 0 })
  })

  it.each([
    ['/a loading loading', 'started', '/a loading'],
    [
      '/n/Successfully loaded path z after 1 attempts loading',
      'started',
      '/n/Successfully loaded path z after 1 attempts',
    ],
    [
      '/n/x is already fully loaded in GooseFS is already fully loaded in GooseFS',
      'skipped',
      '/n/x is already fully loaded in GooseFS',
    ],
    ['/a loading is already fully loaded in Alluxio', 'skipped', '/a loading'],
    ['Successfully loaded path /a after 3 attempts after 1 attempts', 'loaded', '/a after 3 attempts'],
    ['Successfully loaded path /n/trail  after 1 attempts', 'loaded', '/n/trail '],
    ['Successfully loaded path /数据 集/文件 1.bin after 1 attempts', 'loaded', '/数据 集/文件 1.bin'],
  ])('hostile name: %s', (line, kind, path) => expect(readLoad(line).events).toEqual([{ kind, path }]))

  it('a failure message that goes on does not swallow the next file', () => {
    const read = readLoad(
      'Attempt 1 to load /a failed because: Temp blockId 1 is not available\nmore {\n}\n/b loading\nSLF4J: x\nSuccessfully loaded path /b after 1 attempts',
    )
    expect(read.lines).toMatchObject({ attemptsFailed: 1, started: 1, loaded: 1 })
  })
})

describe('reports', () => {
  it.each(captures(/^(.*-)?(report(-after)?|capacity)\.out$/))('%s', name => {
    // captured while the master was down
    const down = name.endsWith('md-report.out')
    const bytes = name.includes('evict') ? 64 * 1024 ** 2 : 512 * 1024 ** 2
    expect(readReport(capture(name))?.capacityBytes).toBe(down ? undefined : bytes)
  })

  it('tells silent workers by their heartbeat', () => {
    expect(readReport(capture('2.5/wd-capacity.out'))?.workers).toEqual([
      { host: '127.0.0.1', heartbeatSeconds: 17, capacityBytes: 512 * 1024 ** 2, usedBytes: Math.round(42.83 * 1024) },
    ])
    expect(readReport(capture('2.9/report-capacity.out'))?.workers).toHaveLength(1)
  })

  it('reads tiers, the state column of 2.10 and no workers at all', () => {
    const report = readReport([
      'Capacity information for all workers: ',
      '    Total Capacity: 3.00GB',
      '        Tier: MEM  Size: 1.00GB',
      '        Tier: SSD  Size: 2048.00MB',
      '    Used Capacity: 0B',
      '        Tier: MEM  Size: 0B',
      '    Something New: 7',
      '',
      'Worker Name      State           Last Heartbeat   Storage       Total            MEM           SSD           Version  Revision',
      'w-1              ACTIVE          3                capacity      3.00GB           1.00GB        2048.00MB     2.10     abc',
      '                                                  used          5B (0%)          5B            -',
    ])
    expect(report?.tiers.capacity).toEqual([
      { tier: 'MEM', bytes: 1024 ** 3 },
      { tier: 'SSD', bytes: 2 * 1024 ** 3 },
    ])
    expect(report?.workers).toEqual([{ host: 'w-1', heartbeatSeconds: 3, capacityBytes: 3 * 1024 ** 3, usedBytes: 5 }])
    expect(readReport(['Cannot connect to Alluxio leader master.'])).toBeUndefined()
  })

  it('the summary knows the version', () =>
    expect(readReport(capture('2.9/report.out'))).toMatchObject({
      version: '2.9.3',
      liveWorkers: 1,
      lostWorkers: 0,
      safeMode: false,
    }))
})

describe('engine jobs', () => {
  it('reads every line of the captured lists', () => {
    for (const name of ['2.5/job-ls.out', '2.9/job-ls.out', '2.5/f6-tiny-joblist.out']) {
      const jobs = capture(name).map(readJobLine)
      expect(jobs.filter(job => job !== undefined).length).toBeGreaterThan(3)
    }
    expect(readJobLine('Failed to list the jobs')).toBeUndefined()
  })

  it('reads one job from the CLI and from the web', () => {
    expect(readJobStat(capture('2.5/f1-job-stat-v.out'))).toMatchObject({ status: 'FAILED', paths: ['/gone/g2'] })
    const json: unknown = JSON.parse(readFileSync(join(CAPTURES, '2.5/rest/job-status.json'), 'utf8'))
    expect(readJobStatus(json)).toMatchObject({ name: 'Persist', status: 'COMPLETED', paths: ['/newdir/t'] })
    expect(readJobPaths('LoadConfig{FilePath=/a, b/c, Replication=1}')).toEqual(['/a, b/c'])
  })

  it('reads the job service', () => {
    expect(readJobService(capture('2.5/report-jobservice.out'))).toMatchObject({ workers: 1, unfinished: 0 })
    expect(readJobService(capture('2.5/f4-jobls-jmdown.out'))).toBeUndefined()
  })
})

describe('mounts', () => {
  it('reads every captured line', () => {
    const mounts = capture('2.9/mount-list2.out').map(readMountLine)
    expect(mounts).toMatchObject([{ path: '/mnt2', type: 'local', readOnly: false, shared: false }, { path: '/' }])
  })

  it('never lets a secret out', () => {
    const line =
      'cosn://id:s3cr3t@b/x  on  /x  (cosn, capacity=-1B, used=-1B, not read-only, shared, properties={fs.cosn.userinfo.secretKey=s3cr3t, aws.accessKeyId=s3cr3t, region=ap, x=a,b})'
    expect(JSON.stringify(readMountLine(line))).not.toContain('s3cr3t')
    expect(redactMountLine(line)).not.toContain('s3cr3t')
    expect(readMountLine(line)?.properties['region']).toBe('ap')
  })
})

describe('stat, help, version, configuration', () => {
  it('stat of both versions', () => {
    expect(readStat(capture('2.9/stat-dir.out'))).toMatchObject({ directory: true, path: '/data' })
    expect(readStat(capture('2.5/stat-loaded.out'))).toMatchObject({
      directory: false,
      length: 20000000,
      percent: 100,
      completed: true,
    })
    expect(readStat(capture('2.5/stat-missing.out'))).toBeUndefined()
  })

  it('flags', () => {
    expect(readFlags('distributedLoad', capture('2.5/dl-help.out'))).toEqual(['--replication', '--active-jobs'])
    expect(readFlags('distributedLoad', capture('2.9/dl-help.out'))).toContain('--async')
    expect(readFlags('loadMetadata', capture('2.5/loadMetadata-RF.out'))).toEqual(['-R'])
    expect(readFlags('loadMetadata', capture('2.5/fs-unknown.out'))).toEqual(['-R'])
    expect(readFlags('distributedLoad', ['distributedLoad is an unknown command.'])).toBeUndefined()
  })

  it('versions', () => {
    expect(readVersion(['SLF4J: x', '2.5.0'])?.version).toBe('2.5.0')
    expect(readVersion(['1.4.5.3'])?.version).toBe('1.4.5.3')
    expect(readVersion(['playground 1.4.5.3 (simulated)'])).toEqual({
      version: '1.4.5.3',
      text: 'playground 1.4.5.3 (simulated)',
    })
    expect(readVersion(['no'])).toBeUndefined()
  })

  it('configuration of either brand', () => {
    const found = readConfiguration(['alluxio.job.master.web.port=9206', 'goosefs.x=a=b', 'noise'])
    expect([...found]).toEqual([
      ['job.master.web.port', '9206'],
      ['x', 'a=b'],
    ])
  })
})
