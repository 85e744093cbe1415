// view 002: what registering again, failing, stopping and waiting do, over the real operations
import { describe, expect, it } from 'vitest'
import { SECOND } from '../../../shared/time.ts'
import { ending, findings, measured, ROOT } from '../../core/world.ts'
import { openServer } from '../../http/door.ts'
import { createNomadRoom, DTLE, FAILED, type Fields, GROUP, type NomadRoom, toDocument, withConfig } from './room.ts'

type Event = { Type: string; DisplayMessage: string; ExitCode: number; Signal: number }
type Stub = {
  ID: string
  ClientStatus: string
  JobVersion: number
  NextAllocation: string
  TaskStates: Record<string, { Events: Event[] }>
}
const LOAD = { action: 'load', path: '/a' }
const policy = (Attempts: number): Fields => ({
  RestartPolicy: { Attempts, Interval: 600_000_000_000, Delay: 15_000_000_000, Mode: 'fail' },
})

const allocations = (room: NomadRoom, name = 'my-job'): Promise<Stub[]> => room.get(`/v1/job/${name}/allocations`)
const eventsOf = (stub: Stub | undefined): Event[] => Object.values(stub?.TaskStates ?? {})[0]?.Events ?? []
const told = (stub: Stub | undefined): string[][] => eventsOf(stub).map(one => [one.Type, one.DisplayMessage])
const stages = async (room: NomadRoom): Promise<string[]> =>
  (await allocations(room)).flatMap(eventsOf).flatMap(one => (one.Type === 'Driver' ? [one.DisplayMessage] : []))

const BEGINNING = [
  ['Received', 'Task received by client'],
  ['Task Setup', 'Building Task Directory'],
  ['Driver', 'job_stage_full'],
  ['Started', 'Task started by client'],
]

describe('the events of an allocation', () => {
  it.each([
    ['that succeeded', ending(), 'complete', [['Terminated', 'Exit Code: 0']]],
    [
      'that failed',
      FAILED,
      'failed',
      [
        ['Terminated', 'Exit Code: 255'],
        ['Not Restarting', 'Policy allows no restarts'],
      ],
    ],
    [
      'that a signal ended',
      ending({ exit: { reason: 'signalled', signal: 'SIGKILL' }, findings: findings() }),
      'failed',
      [
        ['Terminated', 'Exit Code: 137, Signal: 9'],
        ['Not Restarting', 'Policy allows no restarts'],
      ],
    ],
    [
      'that was stopped',
      ending({ exit: { reason: 'stopped' } }),
      'complete',
      [
        ['Killing', 'Sent interrupt'],
        ['Killed', 'Task successfully killed'],
      ],
    ],
    [
      'whose program could not start',
      ending({ exit: { reason: 'spawn-failed', message: 'goosefs: not found' } }),
      'failed',
      [
        ['Driver Failure', 'goosefs: not found'],
        ['Not Restarting', 'Policy allows no restarts'],
      ],
    ],
  ])('%s are in order', async (_, end, status, last) => {
    const room = await createNomadRoom()
    await room.register(withConfig({ ...LOAD, verify: false }, { Name: 'db1' }))
    await room.startAll('my-job')
    if (end.exit.reason === 'stopped') await room.send('DELETE', '/v1/job/my-job')
    await room.end(room.allocationOf(room.open('my-job')[0] ?? ''), end)
    const [only] = await allocations(room)
    expect(only?.ClientStatus).toBe(status)
    expect(told(only)).toEqual([...BEGINNING, ...last])
  })

  it('begin before it starts, and tell a stop that is on its way', async () => {
    const room = await createNomadRoom()
    await room.register(toDocument())
    expect((await allocations(room)).map(one => [one.ClientStatus, told(one)])).toEqual([
      ['pending', BEGINNING.slice(0, 2)],
    ])
    await room.startAll('my-job')
    await room.send('DELETE', '/v1/job/my-job')
    expect(told((await allocations(room))[0])).toEqual([...BEGINNING, ['Killing', 'Sent interrupt']])
  })

  it('follow the measurement: an exit of 0 is failed when not all is cached', async () => {
    const room = await createNomadRoom()
    await room.register(toDocument())
    await room.finish('my-job', ending({ findings: findings({ before: measured(3, 0), after: measured(3, 1) }) }))
    const [only] = await allocations(room)
    expect(only?.ClientStatus).toBe('failed')
    expect(eventsOf(only).find(({ Type }) => Type === 'Terminated')).toMatchObject({ ExitCode: 0 })
    expect(await room.get('/v1/job/my-job')).toMatchObject({ Status: 'dead', Stop: false })
  })
})

describe('a lost allocation', () => {
  it('is lost, and another one takes its place', async () => {
    const room = await createNomadRoom()
    await room.register(toDocument())
    await room.startAll('my-job')
    await room.desk.hello({ agent: room.agent, live: [], nextNumber: 9, connection: 'c2' })
    const [lost, next, ...more] = await allocations(room)
    expect(more).toEqual([])
    expect([lost?.ClientStatus, lost?.NextAllocation, next?.ClientStatus]).toEqual(['lost', next?.ID, 'pending'])
    expect(Object.values(lost?.TaskStates ?? {})[0]).toMatchObject({ State: 'dead', Failed: false })
  })
})

describe('registering again', () => {
  it('leaves what runs, runs what has ended, and counts versions', async () => {
    const room = await createNomadRoom()
    const second = { ...GROUP, Name: 'db2', Tasks: [{ ...GROUP.Tasks[0], Config: { ...LOAD, path: '/data/db2' } }] }
    const both = toDocument({ TaskGroups: [GROUP, second] })
    await room.register(both)
    const [one = '', two = ''] = room.open('my-job')
    await room.end(await room.start(one))
    await room.start(two)
    await room.register(both)
    expect(await room.get('/v1/job/my-job')).toMatchObject({ Version: 1 })
    const rows = (await allocations(room)).map(({ JobVersion, ClientStatus }) => [JobVersion, ClientStatus])
    expect(rows).toEqual([
      [0, 'complete'],
      [0, 'running'],
      [1, 'pending'],
    ])
    await room.startAll('my-job')
    expect(await room.get('/v1/job/my-job/summary')).toMatchObject({
      Summary: { db1: { Running: 1, Complete: 0 }, db2: { Running: 1 } },
    })
  })

  it('after everything has ended is one job still', async () => {
    const room = await createNomadRoom()
    for (const version of [0, 1, 2]) {
      await room.register(toDocument())
      await room.finish('my-job')
      expect(await room.get('/v1/job/my-job')).toMatchObject({ Version: version, Status: 'dead', Stop: false })
    }
    expect(await room.get('/v1/jobs')).toHaveLength(1)
    expect(await allocations(room)).toHaveLength(3)
    expect(await stages(room)).toEqual(['job_stage_full', 'job_stage_incr', 'job_stage_incr'])
  })

  it('after a stop goes on incrementally, after a purge starts over', async () => {
    const room = await createNomadRoom()
    await room.register(toDocument())
    await room.finish('my-job')
    await room.send('DELETE', '/v1/job/my-job')
    await room.register(toDocument())
    expect(await room.get('/v1/job/my-job')).toMatchObject({ Version: 1, Stop: false, Status: 'pending' })
    await room.finish('my-job')
    expect(await stages(room)).toEqual(['job_stage_full', 'job_stage_incr'])
    await room.send('DELETE', '/v1/job/my-job?purge=true')
    await room.register(toDocument())
    await room.finish('my-job')
    expect(await room.get('/v1/job/my-job')).toMatchObject({ Version: 0 })
    expect(await stages(room)).toEqual(['job_stage_full'])
  })

  it('with a key answers the same evaluation', async () => {
    const room = await createNomadRoom()
    const send = () => room.send('PUT', '/v1/jobs', { Job: toDocument() }, { 'idempotency-key': 'k' })
    expect((await send()).json).toEqual((await send()).json)
    expect(await room.get('/v1/job/my-job')).toMatchObject({ Version: 0 })
  })
})

describe('a document', () => {
  it('that was read here may be registered again, and says nothing of the state', async () => {
    const room = await createNomadRoom()
    await room.register(toDocument({ Status: 'dead', Version: 7, Stable: true, ParentID: 'p', CreateIndex: 1e9 }))
    const read = await room.get('/v1/job/my-job')
    expect(read).toMatchObject({ Status: 'pending', Version: 0, Stable: false, ParentID: '' })
    await room.finish('my-job')
    await room.register(read)
    const again = await room.get('/v1/job/my-job')
    expect(again).toMatchObject({ Version: 1, CreateIndex: read.CreateIndex, TaskGroups: read.TaskGroups })
    expect(room.state.tasks.get(room.open('my-job')[0] ?? '')?.options).not.toHaveProperty('restart.attempts', 3)
  })
})

describe('an enforced index', () => {
  it('registers only when it is the one that is there', async () => {
    const room = await createNomadRoom()
    const enforce = async (JobModifyIndex?: number) => {
      const { status, text } = await room.register(toDocument(), { EnforceIndex: true, JobModifyIndex })
      return status === 200 ? 200 : [status, text]
    }
    const prefix = 'Enforcing job modify index'
    expect(await enforce(7)).toEqual([500, `${prefix} 7: job does not exist`])
    expect(await room.get('/v1/jobs')).toEqual([])
    expect(await enforce()).toBe(200)
    const { JobModifyIndex: index } = await room.get('/v1/job/my-job')
    expect(await enforce(0)).toEqual([500, `${prefix} 0: job already exists`])
    const other = `job exists with conflicting job modify index: ${index}`
    expect(await enforce(index + 1)).toEqual([500, `${prefix} ${index + 1}: ${other}`])
    expect(await room.get('/v1/job/my-job')).toMatchObject({ Version: 0, JobModifyIndex: index })
    await room.startAll('my-job')
    expect(await enforce(index)).toBe(200)
    expect(await enforce(index)).toEqual([500, expect.stringContaining('conflicting')])
    // not enforced, whatever the index
    expect((await room.register(toDocument(), { JobModifyIndex: 1 })).status).toBe(200)
  })

  it('lets only one of two at the same time through', async () => {
    const room = await createNomadRoom()
    const both = [1, 2].map(() => room.register(toDocument(), { EnforceIndex: true, JobModifyIndex: 0 }))
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([200, 500])
  })
})

describe('a restart policy', () => {
  it('places again after its delay, as a new allocation linked to the old one', async () => {
    const room = await createNomadRoom()
    await room.register(withConfig({ ...LOAD, verify: false }, policy(1)))
    const failing = ending({ exit: { reason: 'exited', code: 1 } })
    await room.finish('my-job', failing)
    expect(told((await allocations(room))[0]).at(-1)).toEqual(['Restarting', 'Task restarting in 15s'])
    expect(await room.get('/v1/job/my-job')).toMatchObject({ Status: 'pending' })
    room.move(15 * SECOND)
    await expect.poll(async () => (await allocations(room)).length).toBe(2)
    const [first, second] = await allocations(room)
    expect([first?.NextAllocation, second?.NextAllocation]).toEqual([second?.ID, ''])
    expect(await room.get(`/v1/allocation/${second?.ID}`)).toMatchObject({ PreviousAllocation: first?.ID })
    await room.finish('my-job', failing)
    room.move(60 * SECOND)
    const all = await allocations(room)
    expect(all.map(({ ClientStatus }) => ClientStatus)).toEqual(['failed', 'failed'])
    expect(told(all[1]).at(-1)).toEqual(['Not Restarting', 'Exceeded allowed attempts 1'])
    expect(await room.get('/v1/job/my-job')).toMatchObject({ Status: 'dead' })
  })

  it('that tells only a part is completed as Nomad does it, one that is not there restarts nothing', async () => {
    const room = await createNomadRoom()
    await room.register(withConfig(LOAD, { RestartPolicy: { Attempts: 2 } }))
    const partly = { Attempts: 2, Interval: 86_400_000_000_000, Delay: 15_000_000_000, Mode: 'fail' }
    expect((await room.get('/v1/job/my-job')).TaskGroups[0].RestartPolicy).toEqual(partly)
    const [id = ''] = room.open('my-job')
    expect(room.state.tasks.get(id)?.options.restart).toEqual({ attempts: 2, delaySeconds: 15 })
    await room.register({ ...withConfig({ ...LOAD, path: '/o', verify: false }), ID: 'other' })
    await room.finish('other', ending({ exit: { reason: 'exited', code: 1 } }))
    expect(await room.get('/v1/job/other')).toMatchObject({ Status: 'dead' })
    expect((await room.get('/v1/job/other')).TaskGroups[0].RestartPolicy).toMatchObject({ Attempts: 0 })
  })
})

describe('a document of dtle', () => {
  it('is registered, told of, pending and never placed', async () => {
    const room = await createNomadRoom()
    const { status, json } = await room.register(DTLE)
    expect([status, json.Warnings]).toEqual([
      200,
      '2 warnings:\n\n* Group "src": no node offers the driver "dtle", so it stays pending\n' +
        '* Group "dest": no node offers the driver "dtle", so it stays pending',
    ])
    expect(await room.get('/v1/job/job1')).toMatchObject({ Status: 'pending', Stop: false })
    expect(await allocations(room, 'job1')).toEqual([])
    await room.send('DELETE', '/v1/job/job1')
    expect(await room.get('/v1/job/job1')).toMatchObject({ Status: 'dead', Stop: true })
    expect(await room.get('/v1/job/job1/summary')).toMatchObject({
      Summary: { src: { Queued: 0 }, dest: { Queued: 0 } },
    })
    await room.register(DTLE)
    expect(await room.get('/v1/job/job1')).toMatchObject({ Status: 'pending', Stop: false, Version: 1 })
  })

  it('runs what of it is ours', async () => {
    const room = await createNomadRoom()
    const { json } = await room.register({ ...DTLE, TaskGroups: [...DTLE.TaskGroups, GROUP] })
    expect(json.Warnings).toContain('2 warnings')
    await room.finish('job1')
    expect(await allocations(room, 'job1')).toMatchObject([{ TaskGroup: 'db1', ClientStatus: 'complete' }])
    expect(await room.get('/v1/job/job1')).toMatchObject({ Status: 'pending' })
    expect((await room.get('/v1/job/job1/summary')).Summary).toMatchObject({ src: { Queued: 1 }, db1: { Complete: 1 } })
  })
})

describe('datacenters', () => {
  it('are clusters; one that nobody knows is told of', async () => {
    const room = await createNomadRoom()
    expect((await room.register(toDocument({ ID: 'a', Datacenters: ['default'] }))).json.Warnings).toBe('')
    expect((await room.register(toDocument({ ID: 'b', Datacenters: ['*'] }))).json.Warnings).toBe('')
    const { Warnings } = (await room.register(toDocument({ ID: 'c', Datacenters: ['mars'] }))).json
    expect(Warnings).toBe(
      '1 warning:\n\n* Datacenters mars name no cluster, known are default: the default one is used',
    )
    expect(await room.get('/v1/job/c')).toMatchObject({ Datacenters: ['mars'], Status: 'pending' })
  })
})

describe('the other views', () => {
  it('see what is registered here, and the other way round', async () => {
    const room = await createNomadRoom()
    await room.register(toDocument())
    expect(await room.get('/api/v1/status?task_name=my-job')).toMatchObject({ total_task: 1, status: 'running' })
    expect(await room.get('/api/v1/jobs?name=my-job')).toMatchObject({ items: [{ name: 'my-job', action: 'load' }] })
    await room.send('POST', '/api/v1/gfs', { action: 'GooseFSForceLoad', path: ['/b', '/c'], task_name: 'named' })
    expect((await room.get('/v1/job/named/summary')).Summary).toMatchObject({ '/b': {}, '/c': {} })
    await room.startAll('named')
    const states = (await allocations(room, 'named')).map(({ TaskStates }) => Object.keys(TaskStates))
    expect(states).toContainEqual(['forceload'])
  })

  it('stop what is shown as stopped here, and taken up again as running', async () => {
    const room = await createNomadRoom()
    const { job } = await room.submit(['/a'], 'x')
    await room.operations.stopJob(ROOT, job.id)
    expect(await room.get('/v1/job/x')).toMatchObject({ Stop: true, Status: 'dead' })
    await room.finish('x', ending({ exit: { reason: 'stopped' } }))
    await room.operations.retryJob(ROOT, job.id, 'all')
    expect(await room.get('/v1/job/x')).toMatchObject({ Stop: false, Status: 'pending' })
  })
})

describe('a blocking query', () => {
  const READS = ['/v1/jobs', '/v1/nodes', '/v1/allocations', '/v1/job/x', '/v1/job/x/allocations', '/v1/status/leader']

  it.each(READS)('of %s answers as soon as the state has moved on', async path => {
    const room = await createNomadRoom()
    const index = room.operations.stateIndex()
    const waiting = room.send('GET', `${path}?index=${index}&wait=1m`)
    await room.register({ ...DTLE, ID: 'x' })
    const { status, headers } = await waiting
    expect([status, headers.get('x-nomad-index')]).toEqual([200, String(room.operations.stateIndex())])
    expect(room.operations.stateIndex()).toBeGreaterThan(index)
  })

  it('of an earlier index, of 0 or without one answers at once', async () => {
    const { get, operations } = await createNomadRoom()
    for (const index of ['', '0', String(operations.stateIndex() - 1)])
      expect(await get(`/v1/jobs?index=${index}`)).toEqual([])
  })

  it.each([
    ['index=1000&wait=10s', 10, 10.625],
    ['index=1000&wait=1.5m', 90, 95.625],
    ['index=1000', 300, 318.75],
    ['index=1000&wait=0', 300, 318.75],
    ['index=1000&wait=-5s', 300, 318.75],
    ['index=1000&wait=1h', 600, 637.5],
    ['index=1000&wait=1500ms', 1.5, 1.594],
  ])('with ?%s waits from %d to %d seconds', async (query, least, most) => {
    const { send, delays, move } = await createNomadRoom()
    const before = delays().length
    const waiting = send('GET', `/v1/jobs?${query}`)
    await expect.poll(() => delays().length).toBe(before + 1)
    const longest = delays().at(-1) ?? 0
    expect(longest).toBeGreaterThanOrEqual(least * SECOND)
    expect(longest).toBeLessThanOrEqual(most * SECOND)
    move(longest)
    expect((await waiting).status).toBe(200)
  })

  it('answers at once with the whole body when the daemon closes', async () => {
    const room = await createNomadRoom()
    const { server, url } = await openServer({ operations: room.operations, clock: room.clock })
    const before = room.delays().length
    const waiting = fetch(`${url}/v1/nodes?index=1000`)
    await expect.poll(() => room.delays().length).toBe(before + 1)
    await server.close()
    const response = await waiting
    expect([response.status, await response.json()]).toMatchObject([200, [{ Name: 'a1' }]])
  })

  it('of what is not there answers 404 after the wait', async () => {
    const room = await createNomadRoom()
    const waiting = room.send('GET', `/v1/job/none?index=${room.operations.stateIndex()}`)
    await room.register(DTLE)
    expect((await waiting).status).toBe(404)
  })
})

describe('the index', () => {
  it('is raised by changes, and not by reads or heartbeats', async () => {
    const room = await createNomadRoom()
    const index = async () => Number((await room.send('GET', '/v1/jobs')).headers.get('x-nomad-index'))
    const before = await index()
    await room.get('/v1/nodes')
    expect(await index()).toBe(before)
    await room.register(toDocument())
    const registered = await index()
    expect(registered).toBeGreaterThan(before)
    await room.startAll('my-job')
    expect(await index()).toBeGreaterThan(registered)
  })
})
