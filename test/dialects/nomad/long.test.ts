// view 002 with jobs of many groups and many allocations: nobody else waits for a long answer, and its size is bounded
import { describe, expect, it } from 'vitest'
import { readDurationMs } from '../../../bot/http/dialects/nomad/query.ts'
import { ROOT } from '../../core/world.ts'
import { createNomadRoom, type Fields, type NomadRoom, toDocument } from './room.ts'

const GROUPS = 300
const toGroups = (count: number): Fields => ({
  TaskGroups: Array.from({ length: count }, (_, at) => ({
    Name: `g${at}`,
    Tasks: [{ Name: `t${at}`, Driver: 'goosefs', Config: { action: 'load', path: `/p/${at}` } }],
  })),
})

/** Every group has one allocation. */
async function createLongRoom(count = GROUPS) {
  const room = await createNomadRoom({ alone: true })
  await room.desk.hello({
    agent: { ...room.agent, capacity: { ...room.agent.capacity, work: count } },
    live: [],
    nextNumber: 1,
    connection: 'c1',
  })
  await room.register(toDocument(toGroups(count)))
  return room
}
const idsOf = (rows: readonly { ID: string }[]): string[] => rows.map(({ ID }) => ID)
const allocationIds = (room: NomadRoom): string[] => [...room.state.allocations.rows()].map(({ id }) => id).sort()

describe('a long list', () => {
  it.each(['/v1/job/my-job/allocations', '/v1/allocations'])('%s is told whole', async path => {
    const room = await createLongRoom()
    const { json, headers } = await room.send('GET', path)
    expect(idsOf(json)).toEqual(allocationIds(room))
    expect(headers.get('content-type')).toContain('application/json')
    expect(Number(headers.get('x-nomad-index'))).toBeGreaterThan(0)
    expect(json[0].TaskStates).toHaveProperty('t0')
  })

  it('is indented as a short one is', async () => {
    const room = await createLongRoom(30)
    for (const path of ['/v1/allocations', '/v1/job/my-job/versions']) {
      for (let at = 0; at < 25; at += 1) if (path.endsWith('versions')) await room.register(toDocument(toGroups(1)))
      const { text, json } = await room.send('GET', `${path}?pretty`)
      expect(text).toBe(`${JSON.stringify(json, null, 4)}\n`)
      expect((await room.send('GET', path)).text).toBe(JSON.stringify(json))
    }
  })

  it('is paged forwards and backwards', async () => {
    const room = await createLongRoom()
    for (const reverse of [false, true]) {
      const told: string[] = []
      let token = ''
      do {
        const query = `per_page=70&reverse=${reverse ? '1' : '0'}&next_token=${token}`
        const { json, headers } = await room.send('GET', `/v1/allocations?${query}`)
        told.push(...idsOf(json))
        token = headers.get('x-nomad-nexttoken') ?? ''
      } while (token !== '')
      expect(reverse ? told.reverse() : told).toEqual(allocationIds(room))
    }
  })
})

describe('the allocations of a node', () => {
  it('have of their job the group that they are of', async () => {
    const room = await createLongRoom()
    const rows = await room.get(`/v1/node/${room.agent.id}/allocations`)
    expect(idsOf(rows)).toEqual(allocationIds(room))
    for (const { TaskGroup, Job } of rows)
      expect([Job.ID, Job.TaskGroups.map(({ Name }: { Name: string }) => Name)]).toEqual(['my-job', [TaskGroup]])
    // one of them alone has all of it
    expect((await room.get(`/v1/allocation/${rows[0].ID}`)).Job.TaskGroups).toHaveLength(GROUPS)
  })
})

describe('a wait', () => {
  it('that is a very long number without a unit is refused without a long look', () => {
    // a look whose length grows with the square would be over long after this test was given up
    expect(readDurationMs(`${'1'.repeat(300_000)}x`)).toBeUndefined()
    expect(['1.s', '.5s', '1h2m', '-3s', '1ms'].map(readDurationMs)).toEqual([1_000, 500, 3_720_000, -3_000, 1])
  })
})

describe('a job that was purged', () => {
  it('begins anew while its last run is still being stopped', async () => {
    const room = await createNomadRoom()
    await room.register(toDocument())
    await room.register(toDocument())
    await room.startAll('my-job')
    await room.send('DELETE', '/v1/job/my-job?purge=true')
    await room.register(toDocument())
    expect((await room.get('/v1/job/my-job')).Version).toBe(0)
    expect((await room.get('/v1/job/my-job/versions')).Versions).toHaveLength(1)
  })
})

describe('a name with a thousand jobs', () => {
  it('is purged in a few frames', async () => {
    const room = await createNomadRoom({ alone: true })
    const ask = { name: 'n', action: 'load', paths: ['/a'] }
    for (let at = 0; at < 1_000; at += 1) {
      const { id } = (await room.send('POST', '/api/v1/jobs', ask)).json
      await room.operations.stopJob(ROOT, id)
    }
    expect([...room.state.jobs.rows()]).toHaveLength(1_000)
    const before = room.operations.stateIndex()
    await room.send('DELETE', '/v1/job/n?purge=true')
    expect([...room.state.jobs.rows()]).toEqual([])
    expect(room.operations.stateIndex() - before).toBeLessThan(10)
  })
})

describe('a group whose driver is another now', () => {
  it('waits', async () => {
    const room = await createNomadRoom()
    await room.register(toDocument(toGroups(1)))
    await room.finish('my-job')
    await room.register(toDocument({ TaskGroups: [{ Name: 'g0', Tasks: [{ Name: 't', Driver: 'dtle' }] }] }))
    expect((await room.get('/v1/job/my-job/summary')).Summary.g0).toMatchObject({ Queued: 1, Complete: 0 })
  })
})

describe('a name with several jobs', () => {
  it('is not stopped when another view has stopped an older one of them', async () => {
    const room = await createNomadRoom()
    const ask = { name: 'n', action: 'load', paths: ['/a'] }
    const older = (await room.send('POST', '/api/v1/jobs', ask)).json
    await room.finish('n')
    await room.send('POST', '/api/v1/jobs', ask)
    await room.finish('n')
    await room.send('POST', `/api/v1/jobs/${older.id}/stop`)
    expect(await room.get('/v1/job/n')).toMatchObject({ Stop: false, Status: 'dead' })
    await room.send('DELETE', '/v1/job/n')
    expect(await room.get('/v1/job/n')).toMatchObject({ Stop: true, Status: 'dead' })
  })
})

describe('the document', () => {
  it('tells the headers of a read, and that its numbers need 64 bits', async () => {
    const { get } = await createNomadRoom()
    const { paths, components } = await get('/api/openapi.json')
    expect(Object.keys(paths['/v1/jobs'].get.responses['200'].headers)).toEqual(
      expect.arrayContaining(['X-Nomad-Index', 'X-Nomad-KnownLeader', 'X-Nomad-LastContact', 'X-Nomad-NextToken']),
    )
    const { SubmitTime } = components.schemas.NomadJobStub.properties
    expect(SubmitTime).toEqual({ type: 'integer', format: 'int64', minimum: 0 })
    expect(components.schemas.NomadAllocationStub.properties.CreateTime).toMatchObject({ format: 'int64' })
  })
})

describe('names', () => {
  it('are in the order of their code points, on all pages and backwards', async () => {
    const room = await createNomadRoom({ alone: true })
    const names = ['A', 'AB', 'a', 'a/b', '作业', '\uff5e', '\u{1f600}', '\u{1f600}x', '\u{1f680}']
    for (const ID of names.toReversed()) await room.register(toDocument({ ID }))
    for (const reverse of [false, true]) {
      const told: string[] = []
      let token = ''
      do {
        const { json, headers } = await room.send('GET', `/v1/jobs?per_page=2&reverse=${reverse}&next_token=${token}`)
        told.push(...idsOf(json))
        token = headers.get('x-nomad-nexttoken') ?? ''
      } while (token !== '')
      expect(reverse ? told.reverse() : told).toEqual(names)
    }
    const prefix = encodeURIComponent('\u{1f600}')
    expect(idsOf(await room.get(`/v1/jobs?prefix=${prefix}`))).toEqual(['\u{1f600}', '\u{1f600}x'])
  })
})
