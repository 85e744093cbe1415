// view 003 over a real daemon with real agents: whose agents, the log, tags, and what stays after the daemon was killed
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../agent/until.ts'
import { createStack, type Stack } from '../../helpers/stack.ts'
import { SAMPLE_TOKEN } from './door.ts'

const ENTRYPOINTS = ['http://211.10.23.23:35800', 'http://211.10.23.24:35800']
const CONFIG = `users:
  - { name: cmcc, role: operator, tokens: ["${SAMPLE_TOKEN}"] }
  - { name: vera, role: viewer, tokens: [vera-token] }
`
const dir = mkdtempSync(join(tmpdir(), 'gander-datahub-'))
let stack: Stack

const as = (token: string) => ({ authorization: `Token ${token}` })
const get = async (path: string, token = SAMPLE_TOKEN) => {
  const { status, json } = await stack.api('GET', path, undefined, as(token))
  return { status, json }
}
const log = async (): Promise<string[]> => (await get('/daemon/log/0?range=99')).json.log

beforeAll(async () => {
  const file = join(dir, 'gander.yaml')
  writeFileSync(file, CONFIG)
  stack = await createStack({
    start: false,
    token: 'agents',
    agents: ENTRYPOINTS.map(entrypoint => ({
      env: { GANDER_AGENT_OWNER: 'cmcc', GANDER_AGENT_ENTRYPOINT: entrypoint },
    })),
    daemonEnv: {
      ...{ GANDER_AUTH: 'token', GANDER_AGENT_TOKEN: 'agents', GANDER_ADMIN_TOKEN: 'root' },
      ...{ GANDER_CONFIG: file, GANDER_TZ: 'Asia/Shanghai' },
    },
  })
  stack.daemon.start()
  await stack.daemonReady()
  // one after the other, so that it is known who came first
  for (const [index, agent] of stack.agents.entries()) {
    agent.start()
    await stack.agentReady(index)
  }
})
afterAll(async () => {
  await stack.close()
  rmSync(dir, { recursive: true })
})

test('tokens decide who asks', async () => {
  expect((await get('/daemon/id', 'nobody')).json).toEqual({ code: 1005, msg: 'unauthorized', data: {} })
  expect(await get('/daemon/ep/cmcc')).toEqual({ status: 200, json: { entrypoint: ENTRYPOINTS } })
  expect(await get('/daemon/ep/cmcc', 'root')).toEqual({ status: 200, json: { entrypoint: ENTRYPOINTS } })
  expect(await get('/daemon/ep/cmcc', 'vera-token')).toEqual({
    status: 403,
    json: { code: 1006, msg: 'permission denied', data: {} },
  })
  expect(await get('/daemon/ep/admin', 'root')).toEqual({ status: 200, json: { entrypoint: [] } })
  expect(await get('/daemon/ep/nobody', 'root')).toMatchObject({ status: 404, json: { code: 6002 } })
  expect((await get('/daemon/status')).json).toEqual({ status: 'online', entrypoint: ENTRYPOINTS })
  expect((await get('/daemon/status', 'vera-token')).json).toEqual({ status: 'offline', entrypoint: [] })
})

test('a load shows in the log and as a tag', async () => {
  await stack.put('/good')
  const body = { action: 'GooseFSDistributeLoad', task_name: 'item', path: ['/good', '/missing'] }
  const { json: ids } = await stack.api('POST', '/api/v1/gfs', body, as(SAMPLE_TOKEN))
  await until('its line', async () => (await log()).some(line => / job 1 item ended: partial/.test(line)))
  expect(await log()).toEqual([
    expect.stringMatching(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d job 1 item ended: partial, 1 of 2 succeeded$/),
    expect.stringMatching(/ job 1 item created: load of 2 paths on cluster default$/),
    expect.stringMatching(/ agent agent-[01] of cluster default connected$/),
    expect.stringMatching(/ agent agent-[01] of cluster default connected$/),
  ])
  const item = '/daemon/tags/status?repname=default&itemname=item'
  expect((await get(item, 'vera-token')).json).toEqual({ status: 'ABNORMAL', total: 1, results: ['/missing'] })
  expect((await get(`${item}&tagname=${ids[0]}`)).json).toEqual({ status: 'NORMAL', total: 0, results: null })
  expect((await get(`${item}&tagname=${ids[1]}`)).json).toMatchObject({ total: 1, results: ['/missing'] })
})

test('what was given and said is there after the daemon was killed', async () => {
  const ids = await Promise.all([get('/daemon/id'), get('/daemon/id/'), get('/daemon/id', 'vera-token')])
  const [{ json: mine }, { json: again }, { json: hers }] = ids
  expect(mine.daemonid).toMatch(/^[0-9a-f]{21}$/)
  expect(again).toEqual(mine)
  expect(hers).not.toEqual(mine)
  const said = { daemonid: hers.daemonid, entrypoint: ['http://vera:1'], log: ['2015/12/01 14:58:29 testlog7'] }
  const beat = await stack.api('POST', '/heartbeat', { ...said, abnormaltags: ['r/i:t'] }, as('vera-token'))
  expect(beat).toMatchObject({ status: 200, text: '' })
  const before = (await log()).filter(line => line.includes(' job '))
  await stack.daemon.end('SIGKILL')
  stack.daemon.start()
  await stack.daemonReady()
  expect((await get('/daemon/id')).json).toEqual(mine)
  expect((await get('/daemon/id', 'vera-token')).json).toEqual(hers)
  expect((await get('/daemon/log/0', 'vera-token')).json).toEqual({ log: ['2015/12/01 14:58:29 testlog7'] })
  expect((await get('/daemon/status', 'vera-token')).json).toMatchObject({ entrypoint: ['http://vera:1'] })
  expect((await get('/daemon/tags/status?repname=r&itemname=i')).json).toMatchObject({ results: ['t'] })
  expect((await log()).filter(line => line.includes(' job '))).toEqual(before)
  for (const index of stack.agents.keys()) await stack.agentReady(index)
  expect((await get('/daemon/status')).json).toEqual({ status: 'online', entrypoint: ENTRYPOINTS })
})

test('the agents of a user who are gone leave their addresses', async () => {
  for (const agent of stack.agents) await agent.end('SIGTERM')
  await until('the end of both', async () => (await get('/daemon/status')).json.status === 'offline')
  expect((await get('/daemon/status')).json.entrypoint).toEqual(ENTRYPOINTS)
  expect((await log()).slice(0, 2).sort()).toEqual([
    expect.stringMatching(/ agent agent-0 of cluster default is down$/),
    expect.stringMatching(/ agent agent-1 of cluster default is down$/),
  ])
})
