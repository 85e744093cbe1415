// view 002: one exchange for each row of its contract, in whole bodies
import { describe, expect, it } from 'vitest'
import { createNomadRoom, DTLE, FAILED, GROUP, toDocument, withConfig } from './room.ts'

const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
const INDEX = expect.any(Number)
// 2024-05-01T08:00:00Z, when the clock of the tests begins
const NANOS = 1_714_550_400_000_000_000
const NONE = { Queued: 0, Complete: 0, Failed: 0, Running: 0, Starting: 0, Lost: 0, Unknown: 0 }
const POLICY = { Attempts: 3, Interval: 600_000_000_000, Delay: 15_000_000_000, Mode: 'fail' }

describe('GET /v1/jobs', () => {
  it('is an empty list when there is none', async () => {
    const { send } = await createNomadRoom({ alone: true })
    const { status, text, headers } = await send('GET', '/v1/jobs')
    expect([status, text, headers.get('content-type')]).toEqual([200, '[]', 'application/json; charset=utf-8'])
    expect(headers.get('x-nomad-index')).toBe('1')
    expect(headers.get('x-nomad-knownleader')).toBe('true')
    expect(headers.get('x-nomad-lastcontact')).toBe('0')
    expect(headers.get('x-nomad-nexttoken')).toBeNull()
  })

  it('lists stubs, by their IDs', async () => {
    const { get, register, startAll, submit } = await createNomadRoom()
    await submit(['/data/db1'], 'test_task_name')
    await register({ ...DTLE, Meta: { team: 'data' } })
    await startAll('test_task_name')
    const Children = { Pending: 0, Running: 0, Dead: 0 }
    const stub = { ParentID: '', Namespace: 'default', Type: 'batch', Priority: 50, Stop: false, StatusDescription: '' }
    const indexes = { CreateIndex: INDEX, ModifyIndex: INDEX, JobModifyIndex: INDEX, SubmitTime: NANOS }
    const summary = { Namespace: 'default', Children, CreateIndex: INDEX, ModifyIndex: INDEX }
    const never = { Periodic: false, ParameterizedJob: false }
    const dtle = {
      ...{ ...stub, ...indexes, ...never, ID: 'job1', Name: 'job1', Datacenters: ['dc1'], Status: 'pending' },
      JobSummary: {
        ...{ ...summary, JobID: 'job1' },
        Summary: { src: { ...NONE, Queued: 1 }, dest: { ...NONE, Queued: 1 } },
      },
    }
    const other = {
      ...{ ...stub, ...indexes, ...never, ID: 'test_task_name', Name: 'test_task_name', Datacenters: ['default'] },
      Status: 'running',
      JobSummary: { ...summary, JobID: 'test_task_name', Summary: { '/data/db1': { ...NONE, Running: 1 } } },
    }
    expect(await get('/v1/jobs')).toEqual([dtle, other])
    expect(await get('/v1/jobs?meta=true')).toEqual([
      { ...dtle, Meta: { team: 'data' } },
      { ...other, Meta: null },
    ])
  })

  it('takes prefix, per_page, next_token, reverse and namespace', async () => {
    const { get, send, register } = await createNomadRoom()
    for (const ID of ['b', 'a/1', '数据', 'a']) await register({ ...DTLE, ID })
    const ids = async (query: string) => (await get(`/v1/jobs?${query}`)).map(({ ID }: { ID: string }) => ID)
    expect(await ids('')).toEqual(['a', 'a/1', 'b', '数据'])
    expect(await ids('reverse=true')).toEqual(['数据', 'b', 'a/1', 'a'])
    expect(await ids('prefix=a')).toEqual(['a', 'a/1'])
    expect(await ids('prefix=%E6')).toEqual([])
    expect(await ids('per_page=0')).toHaveLength(4)
    expect(await ids('namespace=default')).toHaveLength(4)
    expect(await ids('namespace=*')).toHaveLength(4)
    expect(await ids('namespace=prod')).toEqual([])
    for (const order of ['', '&reverse=true']) {
      const seen: string[] = []
      let token: string | null = ''
      while (token !== null) {
        const { json, headers } = await send('GET', `/v1/jobs?per_page=1${order}&next_token=${token}`)
        seen.push(...json.map(({ ID }: { ID: string }) => ID))
        token = headers.get('x-nomad-nexttoken')
      }
      expect(seen).toEqual(await ids(order))
    }
  })

  it('is indented when asked for', async () => {
    const { send, register } = await createNomadRoom()
    await register(DTLE)
    const plain = (await send('GET', '/v1/jobs')).json
    for (const query of ['pretty', 'pretty=1', 'pretty=true'])
      expect((await send('GET', `/v1/jobs?${query}`)).text).toBe(`${JSON.stringify(plain, null, 4)}\n`)
    expect((await send('GET', '/v1/jobs?pretty=0')).text).toBe(JSON.stringify(plain))
  })
})

describe.each([
  ['POST', '/v1/jobs'],
  ['PUT', '/v1/jobs'],
  ['POST', '/v1/job/my-job'],
  ['PUT', '/v1/job/my-job'],
])('%s %s', (method, path) => {
  it('registers, whatever the content type', async () => {
    const { send, get, operations } = await createNomadRoom()
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const { status, json, headers } = await send(method, path, { Job: toDocument() }, type)
    const index = operations.stateIndex()
    expect([status, json]).toEqual([
      200,
      {
        ...{ EvalID: UUID, EvalCreateIndex: index, JobModifyIndex: index, Warnings: '' },
        ...{ Index: index, LastContact: 0, KnownLeader: false, NextToken: '' },
      },
    ])
    expect(headers.get('x-nomad-index')).toBe(String(index))
    expect(await get('/v1/job/my-job')).toMatchObject({ JobModifyIndex: index })
  })
})

describe('GET /v1/job/:id', () => {
  it('answers the document as it was, completed', async () => {
    const { get, register } = await createNomadRoom()
    const group = { ...GROUP, RestartPolicy: POLICY, Strange: { kept: [1] } }
    await register(toDocument({ TaskGroups: [group], Meta: { team: 'data' }, Name: null, Whatever: 'kept' }))
    const job = await get('/v1/job/my-job')
    expect(job).toMatchObject({
      ...{ ID: 'my-job', Name: 'my-job', ParentID: '', Namespace: 'default', Region: 'global', Datacenters: ['dc1'] },
      ...{ Type: 'batch', Priority: 50, Periodic: null, ParameterizedJob: null, Stop: false, Status: 'pending' },
      ...{ StatusDescription: '', Meta: { team: 'data' }, Version: 0, Stable: false, Whatever: 'kept' },
      ...{ SubmitTime: NANOS, CreateIndex: INDEX, ModifyIndex: INDEX, JobModifyIndex: INDEX },
      TaskGroups: [{ ...group, Count: 1, Tasks: [{ ...GROUP.Tasks[0], KillTimeout: 5_000_000_000, Meta: null }] }],
    })
  })

  it('writes instants as whole numbers', async () => {
    const { send, register } = await createNomadRoom()
    await register(toDocument())
    expect((await send('GET', '/v1/job/my-job')).text).toContain('"SubmitTime":1714550400000000000,')
  })

  it('writes a document for what came through another view', async () => {
    const { get, operations } = await createNomadRoom()
    const actor = { name: 'ann', role: 'operator', via: 'http' } as const
    await operations.submitJob(actor, { action: 'load', paths: ['/a'], options: { replication: 2 } })
    const [{ ID, Datacenters }] = await get('/v1/jobs')
    expect([ID, Datacenters]).toEqual([expect.stringMatching(/^gfs-[0-9a-f]{8}$/), ['default']])
    expect((await get(`/v1/job/${ID}`)).TaskGroups).toMatchObject([
      {
        ...{ Name: '/a', Count: 1, RestartPolicy: { Attempts: 0, Mode: 'fail' } },
        Tasks: [{ Name: 'load', Driver: 'goosefs', Config: { action: 'load', path: '/a', replication: 2 } }],
      },
    ])
  })

  it.each(['a/b', 'a b', '数据', 'x/allocations', '100%', 'a?b#c'])('finds the encoded name %s', async name => {
    const { get, send, register } = await createNomadRoom()
    await register({ ...DTLE, ID: name })
    const path = `/v1/job/${encodeURIComponent(name)}`
    expect(await get(path)).toMatchObject({ ID: name })
    expect(await get(`${path}/summary`)).toMatchObject({ JobID: name })
    expect(await get(`${path}/allocations`)).toEqual([])
    expect((await send('DELETE', path)).json).toMatchObject({ EvalID: UUID })
  })

  it('lets the suffix win', async () => {
    const { get, register, startAll } = await createNomadRoom()
    await register(toDocument({ ID: 'x' }))
    await register({ ...DTLE, ID: 'x/allocations' })
    await startAll('x')
    expect(await get('/v1/job/x/allocations')).toMatchObject([{ JobID: 'x' }])
  })
})

describe('GET /v1/job/:id/summary, /evaluations, /versions, /deployment', () => {
  it('tell of a job', async () => {
    const { get, register, finish } = await createNomadRoom()
    const first = (await register(toDocument())).json
    await finish('my-job')
    const second = (await register(toDocument({ Meta: { v: '2' } }))).json
    const summary = { JobID: 'my-job', Namespace: 'default', CreateIndex: INDEX, ModifyIndex: INDEX }
    expect(await get('/v1/job/my-job/summary')).toEqual({
      ...summary,
      Summary: { db1: { ...NONE, Queued: 1 } },
      Children: { Pending: 0, Running: 0, Dead: 0 },
    })
    const shared = { JobID: 'my-job', Type: 'batch', TriggeredBy: 'job-register', Status: 'complete' }
    expect(await get('/v1/job/my-job/evaluations')).toMatchObject([
      { ...shared, ID: second.EvalID, JobModifyIndex: second.JobModifyIndex, QueuedAllocations: { db1: 1 } },
      { ...shared, ID: first.EvalID, CreateIndex: first.EvalCreateIndex, QueuedAllocations: {} },
    ])
    expect(await get('/v1/job/my-job/versions')).toMatchObject({
      Versions: [
        { Version: 1, Meta: { v: '2' }, JobModifyIndex: second.JobModifyIndex },
        { Version: 0, Meta: null, JobModifyIndex: first.JobModifyIndex },
      ],
      Diffs: null,
    })
    expect(await get('/v1/job/my-job/deployment')).toBeNull()
  })
})

describe('allocations', () => {
  it('are told as stubs, and one whole', async () => {
    const { get, register, startAll, agent } = await createNomadRoom()
    const { EvalID } = (await register(toDocument())).json
    await startAll('my-job')
    const [stub, ...more] = await get('/v1/job/my-job/allocations')
    const StartedAt = '2024-05-01T08:00:00.000Z'
    const stage = { Type: 'Driver', DisplayMessage: 'job_stage_full', DriverMessage: 'job_stage_full' }
    expect(more).toEqual([])
    expect(stub).toEqual({
      ...{ ID: UUID, EvalID, Name: 'my-job.db1[0]', Namespace: 'default', NodeID: agent.id, NodeName: 'a1' },
      ...{ JobID: 'my-job', JobType: 'batch', JobVersion: 0, TaskGroup: 'db1', DesiredStatus: 'run' },
      ...{ DesiredDescription: '', ClientStatus: 'running', ClientDescription: 'Tasks are running' },
      TaskStates: {
        load: {
          ...{ State: 'running', Failed: false, Restarts: 0, LastRestart: null, StartedAt, FinishedAt: null },
          Events: [
            expect.objectContaining({ Type: 'Received', DisplayMessage: 'Task received by client', Time: NANOS }),
            expect.objectContaining({ Type: 'Task Setup', DisplayMessage: 'Building Task Directory' }),
            expect.objectContaining({
              ...stage,
              Details: { driver_message: 'job_stage_full' },
              ExitCode: 0,
              Signal: 0,
            }),
            expect.objectContaining({ Type: 'Started', DisplayMessage: 'Task started by client' }),
          ],
        },
      },
      ...{ DeploymentStatus: null, FollowupEvalID: '', NextAllocation: '', RescheduleTracker: null },
      ...{ PreemptedAllocations: null, PreemptedByAllocation: '' },
      ...{ CreateIndex: INDEX, ModifyIndex: INDEX, CreateTime: NANOS, ModifyTime: NANOS },
    })
    expect(await get('/v1/job/my-job/allocations?all=true')).toEqual([stub])
    expect(await get(`/v1/evaluation/${EvalID}/allocations`)).toEqual([stub])
    expect(await get('/v1/allocations')).toEqual([stub])
    expect(await get('/v1/allocations?task_states=false&resources=true')).toEqual([{ ...stub, TaskStates: null }])
    const { JobType: _type, JobVersion: _version, ...shared } = stub
    const whole = await get(`/v1/allocation/${stub.ID}`)
    expect(whole).toMatchObject({ ...shared, PreviousAllocation: '', AllocModifyIndex: stub.ModifyIndex })
    expect(whole.Job).toEqual(await get('/v1/job/my-job'))
    expect(await get(`/v1/node/${agent.id}/allocations`)).toEqual([whole])
  })

  it('are listed by prefix and by pages, oldest first', async () => {
    const { get, send, submit, startAll } = await createNomadRoom()
    await submit(['/a'], 'a')
    await submit(['/b'], 'b')
    await startAll('a')
    const all = await get('/v1/allocations')
    expect(all.map(({ JobID }: { JobID: string }) => JobID)).toEqual(['a', 'b'])
    expect(await get(`/v1/allocations?prefix=${all[1].ID.toUpperCase()}`)).toEqual([all[1]])
    expect(await get('/v1/allocations?namespace=prod')).toEqual([])
    const { json, headers } = await send('GET', '/v1/allocations?per_page=1')
    expect(json).toEqual([all[0]])
    const next = await send('GET', `/v1/allocations?per_page=1&next_token=${headers.get('x-nomad-nexttoken')}`)
    expect([next.json, next.headers.get('x-nomad-nexttoken')]).toEqual([[all[1]], null])
    expect(await get('/v1/allocations?reverse=true')).toEqual([...all].reverse())
  })
})

describe('GET /v1/nodes', () => {
  it('tells agents in the shape of the reference document', async () => {
    const { get, agent } = await createNomadRoom()
    const [node, ...more] = await get('/v1/nodes')
    expect(more).toEqual([])
    expect(node).toEqual({
      ...{ Address: agent.host, ID: agent.id, Datacenter: 'default', Name: 'a1', NodeClass: '', NodePool: 'default' },
      ...{ Version: agent.version, Drain: false, SchedulingEligibility: 'eligible', Status: 'ready' },
      ...{ StatusDescription: '', LastDrain: null, CreateIndex: INDEX, ModifyIndex: INDEX },
      Drivers: {
        goosefs: {
          Attributes: expect.objectContaining({ 'driver.goosefs': 'true' }),
          ...{ Detected: true, Healthy: true, HealthDescription: 'Healthy', UpdateTime: '2024-05-01T08:00:00.000Z' },
        },
      },
    })
    const { Address: _address, Version: _version, ...shared } = node
    expect(await get(`/v1/node/${agent.id}`)).toMatchObject({ ...shared, HTTPAddr: '' })
    expect(await get(`/v1/nodes?prefix=${agent.id.slice(0, 8)}`)).toEqual([node])
    expect(await get('/v1/nodes?prefix=ffff')).toEqual([])
  })

  it('tells who drains and who is away', async () => {
    const { get, operations, agent, desk } = await createNomadRoom()
    const root = { name: 'root', role: 'admin', via: 'http' } as const
    await operations.drainAgent(root, agent.id, true)
    const draining = { Drain: true, SchedulingEligibility: 'ineligible', Status: 'ready' }
    expect(await get('/v1/nodes')).toMatchObject([draining])
    await operations.drainAgent(root, agent.id, false)
    await desk.gone(agent.id, 'c1')
    const away = { Healthy: false, HealthDescription: 'the agent is not connected' }
    expect(await get('/v1/nodes')).toMatchObject([{ Status: 'down', Drain: false, Drivers: { goosefs: away } }])
  })
})

describe('GET /v1/evaluation/:id, /v1/status', () => {
  it('answer one evaluation, the leader and its peers', async () => {
    const { get, register } = await createNomadRoom()
    const { EvalID, EvalCreateIndex } = (await register(DTLE)).json
    expect(await get(`/v1/evaluation/${EvalID}`)).toMatchObject({
      ...{ ID: EvalID, Priority: 50, Type: 'batch', TriggeredBy: 'job-register', Namespace: 'default', JobID: 'job1' },
      ...{ Status: 'complete', CreateIndex: EvalCreateIndex, ModifyIndex: EvalCreateIndex, CreateTime: NANOS },
      QueuedAllocations: { src: 1, dest: 1 },
      FailedTGAllocs: { src: { ConstraintFiltered: { 'missing drivers': 1 } } },
    })
    expect(await get('/v1/status/leader')).toBe('127.0.0.1:4647')
    expect(await get('/v1/status/peers')).toEqual(['127.0.0.1:4647'])
  })
})

describe('DELETE /v1/job/:id', () => {
  it('of what is not there is 200, empty', async () => {
    const { send } = await createNomadRoom()
    for (const query of ['', '?purge=true', '?purge=0&global=T&eval_priority=50&no_shutdown_delay=f']) {
      const { status, json } = await send('DELETE', `/v1/job/none${query}`)
      expect([status, json]).toEqual([
        200,
        {
          ...{ EvalID: '', EvalCreateIndex: 0, JobModifyIndex: 0, Index: 0, LastContact: 0, KnownLeader: false },
          NextToken: '',
        },
      ])
    }
  })

  it('stops, and what was stays readable', async () => {
    const { send, get, register, startAll, open } = await createNomadRoom()
    await register(toDocument())
    await startAll('my-job')
    const { status, json } = await send('DELETE', '/v1/job/my-job')
    expect([status, json]).toMatchObject([200, { EvalID: UUID, EvalCreateIndex: INDEX, JobModifyIndex: INDEX }])
    expect(await get('/v1/job/my-job')).toMatchObject({
      Stop: true,
      Status: 'dead',
      JobModifyIndex: json.JobModifyIndex,
    })
    expect(await get(`/v1/evaluation/${json.EvalID}`)).toMatchObject({ TriggeredBy: 'job-deregister', JobID: 'my-job' })
    expect(await get('/v1/job/my-job/allocations')).toMatchObject([{ DesiredStatus: 'stop', ClientStatus: 'running' }])
    expect(open('my-job')).toHaveLength(1)
  })

  it('of what has ended marks it, and twice is once', async () => {
    const { send, get, register, finish } = await createNomadRoom()
    await register(toDocument())
    await finish('my-job', FAILED)
    const first = (await send('DELETE', '/v1/job/my-job')).json
    const second = (await send('DELETE', '/v1/job/my-job')).json
    expect(second).toEqual(first)
    expect(await get('/v1/job/my-job')).toMatchObject({ Stop: true, Status: 'dead' })
  })

  it('purges at once', async () => {
    const { send, get, register, startAll } = await createNomadRoom()
    const { EvalID } = (await register(toDocument())).json
    await startAll('my-job')
    const [{ ID }] = await get('/v1/allocations')
    const purged = (await send('DELETE', '/v1/job/my-job?purge=true')).json
    expect(await get(`/v1/evaluation/${purged.EvalID}`)).toMatchObject({
      ...{ ID: purged.EvalID, TriggeredBy: 'job-deregister', JobID: 'my-job', Status: 'complete' },
      ...{ CreateIndex: purged.EvalCreateIndex, QueuedAllocations: {} },
    })
    for (const path of ['job/my-job', `allocation/${ID}`, `evaluation/${EvalID}`])
      expect([path, (await send('GET', `/v1/${path}`)).status]).toEqual([path, 404])
    for (const path of ['jobs', 'allocations', 'job/my-job/allocations']) expect(await get(`/v1/${path}`)).toEqual([])
  })

  it('in another namespace finds nothing', async () => {
    const { send, get, register } = await createNomadRoom()
    await register(withConfig({ action: 'load', path: '/a' }))
    expect((await send('DELETE', '/v1/job/my-job?namespace=prod&purge=true')).json).toMatchObject({ EvalID: '' })
    expect(await get('/v1/jobs')).toMatchObject([{ Stop: false }])
  })
})
