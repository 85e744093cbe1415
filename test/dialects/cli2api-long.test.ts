// view 000 with a name of many tasks: all of them are told, whether the answer is written at once or flows
import { expect, it } from 'vitest'
import { createNomadRoom } from './nomad/room.ts'

it.each([3, 50])('output and status of %i tasks of a name', async count => {
  const room = await createNomadRoom()
  const path = Array.from({ length: count }, (_, at) => `/p/${at}`)
  const ask = { action: 'GooseFSDistributeLoad', task_name: 'n', path }
  const ids: string[] = (await room.send('POST', '/api/v1/gfs', ask)).json
  const { json, headers } = await room.send('GET', '/api/v1/output?task_name=n')
  expect(headers.get('content-type')).toContain('application/json')
  expect(json).toEqual(Object.fromEntries(ids.map(id => [id, ''])))
  const { data, status, total_task } = await room.get('/api/v1/status?task_name=n')
  expect([Object.keys(data), status, total_task]).toEqual([ids, 'running', count])
})
