// who lives and since when: over the webs, over the CLI, and what differs before and after a load
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { askWorkers, readServers, type Servers } from '../../../agent/goosefs/cluster-facts.ts'
import { findWebs } from '../../../agent/goosefs/find-webs.ts'
import { countChildren } from '../../../agent/goosefs/master-web.ts'
import { createProber } from '../../../agent/goosefs/probe.ts'
import { compareServers } from '../../../agent/goosefs/restarts.ts'
import { SILENT_LOG } from '../../../shared/log.ts'
import { scratch } from '../scratch.ts'
import { createClusterWeb, type Told } from './cluster-web.ts'
import { createWorld, usePlayground } from './world.ts'

usePlayground()

const worker = { host: 'w1', capacity: 100, used: 30 }

describe('workers', () => {
  it('come from the web without a call, lost ones too', async () => {
    const web = await createClusterWeb({ master: { since: 5, workers: [worker], lost: [{ host: 'w2', silent: 400 }] } })
    const world = createWorld()
    const answer = await askWorkers({ ...world, webs: web.webs })
    expect(answer).toMatchObject({ calls: 0, cheap: true })
    expect(answer.workers).toMatchObject([
      { host: 'w1', silentSeconds: 0, capacityBytes: 100, usedBytes: 30, lost: false },
      { host: 'w2', silentSeconds: 400, lost: true },
    ])
  })

  it('that answer themselves live, however old the word is that the master has of them', async () => {
    const told: Told = {}
    const web = await createClusterWeb(told)
    const one = { ...worker, host: '127.0.0.1', web: Number(new URL(web.base).port), silent: 4 }
    told.master = { since: 5, workers: [one, { ...one, port: 2, silent: 40 }], lost: [{ host: 'w2', silent: 400 }] }
    const world = createWorld()
    const answer = await askWorkers({ ...world, webs: web.webs }, world.clock.now())
    expect(answer).toMatchObject({ calls: 0, cheap: true })
    expect(answer.workers?.map(({ silentSeconds }) => silentSeconds)).toEqual([0, 40, 400])
  })

  it('tell themselves how much they hold: the word of the web may be from before the load', async () => {
    const told: Told = { self: { total: 100, used: 98 } }
    const web = await createClusterWeb(told)
    const port = Number(new URL(web.base).port)
    told.master = { since: 5, workers: [{ ...worker, host: '127.0.0.1', web: port }] }
    const world = createWorld()
    const answer = await askWorkers({ ...world, webs: web.webs }, world.clock.now())
    expect(answer).toMatchObject({ calls: 0, workers: [{ capacityBytes: 100, usedBytes: 98 }] })
    expect(await askWorkers({ ...world, webs: web.webs })).toMatchObject({ calls: 0, workers: [{ usedBytes: 98 }] })
    // a web of other words: the report tells it
    told.self = {}
    expect(await askWorkers({ ...world, webs: web.webs }, world.clock.now())).toMatchObject({ calls: 1, cheap: false })
  })

  it('are told by the CLI where one of them does not answer: the word of the web may be old', async () => {
    const web = await createClusterWeb({ master: { since: 5, workers: [{ ...worker, host: '127.0.0.1', web: 1 }] } })
    const world = createWorld()
    const answer = await askWorkers({ ...world, webs: web.webs }, world.clock.now())
    expect(answer).toMatchObject({ calls: 1, cheap: false })
  })

  it('come from the CLI where the web is away, and as young as they are wanted', async () => {
    const web = await createClusterWeb({})
    const world = createWorld()
    const tools = { ...world, webs: web.webs }
    expect(await askWorkers(tools)).toMatchObject({ calls: 1, cheap: false, workers: [{ silentSeconds: 0 }] })
    expect((await askWorkers(tools)).calls).toBe(0)
    expect((await askWorkers(tools, world.clock.now())).calls).toBe(1)
  })

  it('nobody tells: trouble, not an exception', async () => {
    const world = createWorld({ MASTER: 'down' })
    expect(await askWorkers(world)).toMatchObject({ trouble: { cause: 'master-unreachable' }, calls: 1 })
  })
})

describe('servers that were away', () => {
  const life = { since: 1, workers: [worker] }
  const read = async (told: Told): Promise<Servers> => readServers({ webs: (await createClusterWeb(told)).webs })
  const compare = async (after: Told, masterAway = false) => {
    const before = await read({ master: life, jobMaster: { ...life, workers: [{ host: 'j1' }, { host: 'j2' }] } })
    return compareServers(before, await read(after), masterAway)
  }
  const jobs = [{ host: 'j1' }, { host: 'j2' }]

  it.each<[string, Told, string[], boolean]>([
    ['all were there', { master: life, jobMaster: { since: 1, workers: jobs } }, [], false],
    [
      'a new job master: its workers had to come anew',
      { master: life, jobMaster: { since: 2, workers: jobs.map(one => ({ ...one, since: 9 })) } },
      ['job-master'],
      false,
    ],
    ['no job master any more', { master: life }, ['job-master'], false],
    [
      'one job worker came anew',
      { master: life, jobMaster: { since: 1, workers: [{ host: 'j1', since: 7 }, { host: 'j2' }] } },
      ['job-worker'],
      false,
    ],
    [
      'no job worker is left',
      { master: life, jobMaster: { since: 1, workers: [{ host: 'j1', silent: 30 }] } },
      ['job-worker'],
      true,
    ],
    [
      'a new master: its workers had to come anew',
      { master: { since: 2, workers: [{ ...worker, since: 8 }] }, jobMaster: { since: 1, workers: jobs } },
      ['master'],
      false,
    ],
    [
      'a new job master that knows no worker yet',
      { master: life, jobMaster: { since: 2, workers: [] } },
      ['job-master'],
      false,
    ],
    [
      'a lost worker',
      { master: { since: 1, workers: [], lost: [worker] }, jobMaster: { since: 1, workers: jobs } },
      ['worker'],
      false,
    ],
    [
      'a silent worker',
      { master: { since: 1, workers: [{ ...worker, silent: 11 }] }, jobMaster: { since: 1, workers: jobs } },
      ['worker'],
      false,
    ],
  ])('%s', async (_, after, restarted, allJobWorkers) => {
    expect(await compare(after)).toEqual({ restarted, allJobWorkers })
  })

  it('a web of the master that is silent proves nothing, unless the master is', async () => {
    const after = { jobMaster: { since: 1, workers: jobs } }
    expect((await compare(after)).restarted).toEqual([])
    expect((await compare(after, true)).restarted).toEqual(['master'])
  })

  it('what was not known before is not missed afterwards', async () => {
    expect(compareServers({}, await read({ master: life }), true)).toEqual({ restarted: [], allJobWorkers: false })
  })
})

describe('the webs', () => {
  it.each(['goosefs', 'alluxio'])('are found by the CLI’s own configuration (%s)', async brand => {
    const { base } = await createClusterWeb({ master: { since: 1, workers: [] }, jobMaster: { since: 1, workers: [] } })
    const port = new URL(base).port
    const bin = join(scratch(), brand)
    const keys = ['job.master.web.port', 'master.web.port'].map(key => `echo ${brand}.${key}=${port}`)
    const hosts = [`echo ${brand}.master.hostname=127.0.0.1`, `echo ${brand}.master.rpc.addresses=`]
    writeFileSync(
      bin,
      `#!/bin/sh\n[ "$1" = version ] && echo 2.5.0\n[ "$1" = getConf ] || exit 0\n${[...keys, ...hosts].join('\n')}\n`,
    )
    chmodSync(bin, 0o755)
    const { driver, clock, dir } = createWorld({}, bin)
    const prober = createProber({ driver, clock, bin, dir: join(dir, 'p'), log: SILENT_LOG, graceMs: 200, webs: {} })
    expect(await prober.webs()).toEqual({ masterWeb: base, jobMasterWeb: base })
    expect((await prober.capabilities()).jobWeb).toBe(true)
  })

  it('of several masters the one that answers is taken', async () => {
    const { base } = await createClusterWeb({ master: { since: 1, workers: [] } })
    const { port } = new URL(base)
    const configuration = new Map([
      ['master.rpc.addresses', '127.0.0.2:9200,127.0.0.1:9200'],
      ['master.web.port', port],
    ])
    expect(await findWebs({}, configuration)).toEqual({ masterWeb: base })
  })

  it('children of a directory are counted', async () => {
    const { base } = await createClusterWeb({ children: { '/a b/中': 3 } })
    expect(await countChildren(base, 'gfs://h:1/a b//中/')).toBe(3)
    expect(await countChildren(`${base}/nowhere`, '/')).toBeUndefined()
  })
})
