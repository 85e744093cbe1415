// view 000 in front of a cluster that has a coordinator and no CLI: what has no call there is not implemented
import { afterEach, expect, it } from 'vitest'
import { createCoordinatorRoom } from '../coordinator/room.ts'
import { createDoor } from '../http/door.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const one of undo.splice(0)) await one()
})

async function open() {
  const room = await createCoordinatorRoom()
  undo.push(() => room.close())
  return { room, door: createDoor({ operations: room.operations, defaultCluster: 'ai' }) }
}

const LISTS = [
  { action: 'GooseFSList', path: '/a' },
  { action: 2, path: ['/a'], options: { cluster: 'ai' } },
]

it('lists and reports are 501, at once and without a job', async () => {
  const { room, door } = await open()
  const answers = [
    ...LISTS.map(body => () => door.send('POST', '/api/v1/gfs', body)),
    ...['', '?cluster=ai', '?format=json'].map(query => () => door.send('GET', `/api/v1/gfs/report${query}`)),
  ]
  for (const ask of answers) {
    const response = await ask()
    expect([response.status, await response.json()]).toEqual([
      501,
      {
        error: expect.stringMatching(
          /^Cluster ai has only a coordinator: a (list|report) needs an agent with a CLI\.$/,
        ),
      },
    ])
  }
  const native = await door.send('GET', '/api/v1/clusters/ai/report')
  expect([native.status, await native.json()]).toEqual([501, expect.objectContaining({ code: 'NOT_IMPLEMENTED' })])
  expect((await room.operations.listJobs({ name: 'x', role: 'admin', via: 'http' }, {})).items).toEqual([])
  expect(room.fake.heard).toEqual([])
})

it.each([
  ['GooseFSDistributeLoad', 'load', undefined],
  ['GooseFSForceLoad', 'load', { loadPolicy: 'IF_CHANGED' }],
  ['GooseFSFree', 'free', undefined],
] as const)('%s goes to the coordinator', async (action, noun, options) => {
  const { room, door } = await open()
  const response = await door.send('POST', '/api/v1/gfs', { action, path: '/a' })
  expect(response.status).toBe(200)
  await room.given('/a')
  const [ask] = room.fake.heard.filter(({ method }) => method === 'POST')
  expect(ask?.url).toContain(`/api/v1/${noun}`)
  if (options !== undefined) expect(JSON.parse(String(ask?.body))).toMatchObject({ options })
})
