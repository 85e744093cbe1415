// one domain, five views: what is asked for through one is seen through all the others at once, in their own words
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../agent/until.ts'
import { ending, findings, measured } from '../core/world.ts'
import { createStack, type Stack } from '../helpers/stack.ts'
import { createWorld, type World } from './routes.ts'

type Ask = { readonly method: string; readonly path: string; readonly body: unknown }
/** How each view asks for the load of one path under a name. */
const ASKS: Readonly<Record<string, (name: string, path: string) => Ask>> = {
  '000': (name, path) => ({
    ...{ method: 'POST', path: '/api/v1/gfs' },
    body: { action: 'GooseFSDistributeLoad', task_name: name, path: [path] },
  }),
  '001': (name, path) => ({ method: 'POST', path: '/api/v1/load', body: { paths: [path], alias: name } }),
  '002': (name, path) => ({
    ...{ method: 'POST', path: '/v1/jobs' },
    body: {
      Job: {
        ID: name,
        TaskGroups: [{ Name: path, Tasks: [{ Name: 'load', Driver: 'goosefs', Config: { action: 'load', path } }] }],
      },
    },
  }),
  native: (name, path) => ({ method: 'POST', path: '/api/v1/jobs', body: { action: 'load', name, paths: [path] } }),
}

/** What each view says of a load of one path. */
type Told = {
  readonly native: string
  /** 000: by id, in the row of the group, of the whole group. */
  readonly gfs: readonly [unknown, unknown, string]
  readonly alluxio: string
  /** 002: of the newest allocation, of its task, of the job; a job that has none yet has only the last. */
  readonly nomad: readonly [string | undefined, string | undefined, string]
  readonly tag: 'NORMAL' | 'ABNORMAL'
}
const SIGNAL = expect.stringMatching(/^signal: (terminated|killed)$/)
const TABLE = {
  waiting: {
    ...{ native: 'queued', gfs: ['<nil>', '', 'running'], alluxio: 'WAITING' },
    ...{ nomad: [undefined, undefined, 'pending'], tag: 'NORMAL' },
  },
  queued: {
    ...{ native: 'queued', gfs: ['<nil>', '', 'running'], alluxio: 'WAITING' },
    ...{ nomad: ['pending', 'pending', 'pending'], tag: 'NORMAL' },
  },
  running: {
    ...{ native: 'running', gfs: ['<nil>', '', 'running'], alluxio: 'RUNNING' },
    ...{ nomad: ['running', 'running', 'running'], tag: 'NORMAL' },
  },
  succeeded: {
    ...{ native: 'succeeded', gfs: ['exit status 0', 'exit status 0', 'success'], alluxio: 'SUCCEEDED' },
    ...{ nomad: ['complete', 'dead', 'dead'], tag: 'NORMAL' },
  },
  failed: {
    ...{ native: 'failed', gfs: ['exit status 255', 'exit status 255', 'failed'], alluxio: 'FAILED' },
    ...{ nomad: ['failed', 'dead', 'dead'], tag: 'ABNORMAL' },
  },
  'failed by its verdict': {
    ...{ native: 'failed', gfs: ['exit status 0', 'exit status 0', 'failed'], alluxio: 'FAILED' },
    ...{ nomad: ['failed', 'dead', 'dead'], tag: 'ABNORMAL' },
  },
  stopped: {
    ...{ native: 'stopped', gfs: [SIGNAL, SIGNAL, 'failed'], alluxio: 'STOPPED' },
    ...{ nomad: ['complete', 'dead', 'dead'], tag: 'NORMAL' },
  },
  'lost, and to run again': {
    ...{ native: 'queued', gfs: ['restarted', 'restarted', 'running'], alluxio: 'WAITING' },
    ...{ nomad: ['lost', 'dead', 'pending'], tag: 'ABNORMAL' },
  },
  lost: {
    ...{ native: 'lost', gfs: ['restarted', 'restarted', 'failed'], alluxio: 'FAILED' },
    ...{ nomad: ['lost', 'dead', 'dead'], tag: 'ABNORMAL' },
  },
} as const satisfies Readonly<Record<string, Told>>
type State = keyof typeof TABLE

type Get = (path: string) => Promise<{ readonly status: number; readonly text: string }>

/** Looks at a job of a name with one path through every view. */
async function look(get: Get, name: string, path: string): Promise<Told> {
  const read = async (where: string) => {
    const { status, text } = await get(where)
    if (status !== 200) throw new Error(`GET ${where}: ${status} ${text}`)
    return JSON.parse(text)
  }
  const [job] = (await read(`/api/v1/jobs?name=${name}&limit=1`)).items
  const [task] = (await read(`/api/v1/jobs/${job.id}/tasks`)).items
  const group = await read(`/api/v1/status?task_name=${name}`)
  const listed = (await read('/api/v1/load')).results.find(({ id }: { id: string }) => id === job.id)
  const alluxio = await read(`/api/v1/load?alias=${name}`)
  const nomad = await read(`/v1/job/${name}`)
  const stub = (await read('/v1/jobs')).find(({ ID }: { ID: string }) => ID === name)
  type Stub = { NextAllocation: string; ClientStatus: string; TaskStates: Record<string, { State: string }> }
  const allocations: Stub[] = await read(`/v1/job/${name}/allocations`)
  const newest = allocations.find(({ NextAllocation }) => NextAllocation === '')
  const tags = await read(`/daemon/tags/status?repname=default&itemname=${name}&tagname=${encodeURIComponent(path)}`)
  // what a list says of it is what it says itself
  expect([listed.state, stub.Status, task.status]).toEqual([alluxio.state, nomad.Status, job.status])
  expect([alluxio.id, alluxio.alias, alluxio.paths, nomad.TaskGroups.length]).toEqual([job.id, name, [path], 1])
  return {
    native: job.status,
    gfs: [(await read(`/api/v1/status/${task.id}`)).status, group.data[task.id]?.exit_code, group.status],
    alluxio: alluxio.state,
    nomad: [newest?.ClientStatus, Object.values(newest?.TaskStates ?? {})[0]?.State, nomad.Status],
    tag: tags.status,
  }
}

const taskOf = ({ room }: World, name: string): string => {
  const [job] = room.state.jobs.find('name', name)
  const [task] = room.state.tasks.find('job', job?.id ?? '')
  if (task === undefined) throw new Error(`${name} has no task`)
  return task.id
}
const run = (world: World, name: string): Promise<string> => world.room.start(taskOf(world, name))
const end = async (world: World, name: string, last: Parameters<World['room']['end']>[1]): Promise<void> =>
  world.room.end(await run(world, name), last)
/** The agent comes back and knows of nothing. */
const forget = ({ room }: World, connection: string): Promise<unknown> =>
  room.desk.hello({ agent: room.agent, live: [], nextNumber: 1, connection })
const FAILED = ending({ exit: { reason: 'exited', code: 255 }, findings: findings() })
const PARTLY = ending({ findings: findings({ before: measured(3, 0), after: measured(3, 1), missingTotal: 2 }) })
const STOPPED = ending({ exit: { reason: 'stopped', signal: 'SIGTERM' } })

/** Brings the only task of a name into a state. */
const REACH: Readonly<Record<State, (world: World, name: string) => Promise<unknown>>> = {
  waiting: async () => {},
  queued: async () => {},
  running: run,
  succeeded: (world, name) => end(world, name, ending()),
  failed: (world, name) => end(world, name, FAILED),
  'failed by its verdict': (world, name) => end(world, name, PARTLY),
  async stopped(world, name) {
    const allocation = await run(world, name)
    const [job] = world.room.state.jobs.find('name', name)
    await world.send('POST', `/api/v1/jobs/${job?.id}/stop`)
    await world.room.end(allocation, STOPPED)
  },
  async 'lost, and to run again'(world, name) {
    await run(world, name)
    await world.room.desk.gone(world.room.agent.id, 'c1')
    world.room.move(121_000)
    await world.room.engine.dispatch({ type: 'tick' })
  },
  async lost(world, name) {
    for (const connection of ['c2', 'c3', 'c4']) {
      await run(world, name)
      await forget(world, connection)
    }
  },
}

const STATES = Object.keys(TABLE) as State[]
describe.each(Object.keys(ASKS))('asked for through view %s', view => {
  test.each(STATES)('and %s, a load is so in every view', async state => {
    const world = await createWorld('off', state === 'waiting')
    const { method, path, body } = ASKS[view]?.('nightly', '/data/db1') ?? { method: '', path: '', body: '' }
    const answer = await world.send(method, path, { body: JSON.stringify(body) })
    expect([200, 201]).toContain(answer.status)
    await REACH[state](world, 'nightly')
    expect(await look(where => world.send('GET', where), 'nightly', '/data/db1')).toEqual(TABLE[state])
    world.end()
  })
})

const ITEM = '/daemon/tags/status?repname=default&itemname='

describe('the shipped programs', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await createStack({ agentEnv: { GANDER_AGENT_CONCURRENCY: '8' } })
  })
  afterAll(() => stack?.close())
  const get: Get = path => stack.api('GET', path)
  const jobOf = async (name: string): Promise<string> =>
    (await stack.api('GET', `/api/v1/jobs?name=${name}`)).json.items[0].id
  const SUBMITTERS: Readonly<Record<string, (name: string, path: string) => Promise<void>>> = {
    ...Object.fromEntries(
      Object.entries(ASKS).map(([view, toAsk]) => [
        view,
        async (name: string, where: string) => {
          const { method, path, body } = toAsk(name, where)
          const { status, text } = await stack.api(method, path, body)
          if (status >= 300) throw new Error(`${status} ${text}`)
        },
      ]),
    ),
    async gander(name, path) {
      const { code, stderr } = await stack.gander(['load', path, '--name', name, '--no-wait'])
      if (code !== 0) throw new Error(stderr)
    },
  }
  const NAMES = Object.keys(SUBMITTERS).map(view => ({ view, name: `of-${view}`, path: `/views/${view}` }))
  const STOPS: Readonly<Record<string, (name: string) => Promise<unknown>>> = {
    'of-000': async name => stack.api('POST', `/api/v1/jobs/${await jobOf(name)}/stop`),
    'of-001': name => stack.api('DELETE', '/api/v1/load', { alias: name }),
    'of-002': name => stack.api('DELETE', `/v1/job/${name}`),
    'of-native': name => stack.api('DELETE', `/v1/job/${name}`),
    'of-gander': name => stack.api('DELETE', '/api/v1/load', { alias: name }),
  }

  test('show each load in every view, while it runs, when it has ended, and when it was stopped', async () => {
    for (const { path } of NAMES) await stack.put(path, 2)
    await stack.knob('jobworker=paused')
    for (const { view, name, path } of NAMES) {
      await SUBMITTERS[view]?.(name, path)
      // at once: before anything else has happened
      const id = await jobOf(name)
      for (const where of [
        `/api/v1/status?task_name=${name}`,
        `/api/v1/load?alias=${name}`,
        `/v1/job/${name}`,
        ITEM + name,
      ])
        expect([where, (await get(where)).status]).toEqual([where, 200])
      expect((await get('/v1/jobs')).text).toContain(`"${name}"`)
      expect((await get('/api/v1/load')).text).toContain(id)
    }
    for (const { name, path } of NAMES) {
      await until(`${name} at work`, async () => (await stack.job(await jobOf(name))).status === 'running')
      expect(await look(get, name, path), name).toEqual(TABLE.running)
    }
    const every = async (doing: (one: (typeof NAMES)[number]) => Promise<unknown>) => Promise.all(NAMES.map(doing))
    await every(async ({ name }) => {
      await STOPS[name]?.(name)
      await stack.ended(await jobOf(name))
    })
    for (const { name, path } of NAMES) expect(await look(get, name, path), name).toEqual(TABLE.stopped)
    await stack.knob('jobworker=')
    // view 001 takes up what was stopped; the others ask for a new job
    const again = NAMES.map(({ view, name, path }) => ({ view, name: view === '001' ? name : `${name}-again`, path }))
    const none = NAMES.map(({ view }) => ({ view, name: `none-of-${view}`, path: `/nowhere/${view}` }))
    await Promise.all(
      [...again, ...none].map(async ({ view, name, path }) => {
        await SUBMITTERS[view]?.(name, path).catch(thrown => {
          if (name !== 'of-001' || !/^409 /.test(thrown.message)) throw thrown
        })
        await stack.ended(await jobOf(name))
      }),
    )
    for (const { name, path } of again) expect(await look(get, name, path), name).toEqual(TABLE.succeeded)
    for (const { name, path } of none) expect(await look(get, name, path), name).toEqual(TABLE.failed)
  }, 90_000)
})
