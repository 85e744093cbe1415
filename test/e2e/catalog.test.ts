// asks of a cluster through everything that is shipped: verbs, hub, socket, the agent's program, a simulated CLI
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { scratch } from '../agent/scratch.ts'
import { until } from '../agent/until.ts'
import { ROOT } from '../core/world.ts'
import { createAskingStage } from '../helpers/asking-stage.ts'

const C = 'default'
const SECRET = 's3cr3t-of-a-mount'

async function createStage(env: Record<string, string> = {}, more: { token?: string; bin?: string } = {}) {
  const stage = await createAskingStage({ dir: scratch(), env, ...more })
  onTestFinished(stage.close)
  const goosefs = (...args: string[]): string =>
    execFileSync(stage.env.GOOSEFS_BIN, args, { env: stage.env, stdio: ['ignore', 'pipe', 'pipe'] }).toString()
  return { ...stage, goosefs }
}

/** Every file below a directory that holds these words. */
function filesWith(dir: string, words: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .filter(file => readFileSync(file).includes(words))
}

test.each([
  ['GooseFS', {}],
  ['Alluxio 2.9', { GANDER_PLAYGROUND_ERA: 'F', GANDER_PLAYGROUND_BRAND: 'Alluxio' }],
])('a cluster of %s is asked, and changed', { timeout: 120_000 }, async (_, knobs) => {
  const stage = await createStage(knobs)
  stage.goosefs('playground', 'put', '/d/部分 1', '--bytes', '10', '--files', '9000')
  stage.goosefs('playground', 'put', '/list', '--text', '/d\n/d/部分 1\n')
  await stage.ready()
  const options = { 'fs.secretKey': SECRET, 'account.key': SECRET, region: 'ap' }
  const mount = { path: '/m', ufs: 'cosn://m-1/x', shared: true, options }
  await stage.addMount(ROOT, C, mount)
  await expect(stage.addMount(ROOT, C, mount)).rejects.toMatchObject({ code: 'CONFLICT' })
  // one place in the under storage below another: only the CLI minds
  const nested = stage.addMount(ROOT, C, { ...mount, path: '/n', ufs: 'cosn://m-1/x/y' })
  await expect(nested).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('is a prefix of') })
  const mounts = await stage.listMounts(ROOT, C)
  expect(mounts).toMatchObject([
    { path: '/m', ufs: 'cosn://m-1/x', shared: true, options: { 'fs.secretKey': '******', region: 'ap' } },
    { path: '/' },
  ])
  expect(await stage.toNamespace(ROOT, C, 'cosn://m-1/x/y')).toBe('/m/y')
  await stage.setTtl(ROOT, C, { path: '/d/部分 1', ms: 3_600_000 })
  await stage.setPinned(ROOT, C, { path: '/d', pinned: true })
  expect(await stage.pathFacts(ROOT, C, '/d/部分 1')).toEqual({
    ...{ path: '/d/部分 1', directory: true, ttlMs: 3_600_000, ttlAction: 'FREE', pinned: true },
  })
  await stage.unsetTtl(ROOT, C, '/d/部分 1')
  await expect(stage.unsetTtl(ROOT, C, '/d/部分 1')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  expect([...stage.state.policies.rows()].map(({ kind, path }) => [kind, path])).toEqual([['priority', '/d']])
  expect(await stage.readLines(ROOT, C, 'cosn://playground-1250000000/list')).toEqual(['/d', '/d/部分 1'])
  expect(await stage.listFiles(ROOT, C, { path: '/d', most: 9_000 })).toHaveLength(9_000)
  await expect(stage.listFiles(ROOT, C, { path: '/d', most: 8_999 })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  expect(await stage.listWorkers(ROOT, C)).toMatchObject([{ host: '127.0.0.1', live: true }])
  await expect(stage.removeWorker(ROOT, C, '127.0.0.1:9204')).rejects.toMatchObject({ code: 'NOT_IMPLEMENTED' })
  await stage.removeMount(ROOT, C, '/m')
  await expect(stage.removeMount(ROOT, C, '/m')).rejects.toMatchObject({ code: 'GONE' })
  // neither in what was answered nor in anything that the agent wrote
  expect(JSON.stringify(mounts)).not.toContain(SECRET)
  expect(filesWith(join(stage.dir, 'agent-data'), SECRET)).toEqual([])
  expect(stage.agent.log()).not.toContain(SECRET)
})

test('an agent that dies in the middle is told at once; the next one ends what was left and answers', async () => {
  const stage = await createStage({ GANDER_PLAYGROUND_HANG: 'pin' })
  await stage.ready()
  const pinning = stage.setPinned(ROOT, C, { path: '/', pinned: true }).catch((thrown: unknown) => thrown)
  const left = join(stage.dir, 'agent-data/calls')
  const begun = () => existsSync(left) && readdirSync(left).length > 0
  await until('the call to run', begun)
  await stage.agent.end('SIGKILL')
  expect(await pinning).toMatchObject({
    code: 'COMMAND_FAILED',
    message:
      'The call pin failed: the connection to agent a1 was lost before it answered; whether it was done is not known.',
  })
  await stage.away()
  await expect(stage.listMounts(ROOT, C)).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: 'The call mounts of cluster default failed: no agent of cluster default is connected.',
  })
  stage.agent.start()
  await stage.ready()
  expect(await stage.listMounts(ROOT, C)).toHaveLength(1)
  expect(begun()).toBe(false)
})

test('an agent without the token is not let in, and nobody can be asked', async () => {
  const stage = await createStage({}, { token: 'another-token' })
  await until('the refusal', () => stage.agent.log().includes("does not know this agent's token"))
  await expect(stage.listWorkers(ROOT, C)).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
})

test('an agent without a CLI is not asked, and says what is amiss', async () => {
  const stage = await createStage({}, { bin: '/no/such/goosefs' })
  await until('the agent', () => stage.state.agents.countOf('ready', C) > 0)
  const refused = await stage.listWorkers(ROOT, C).catch((thrown: unknown) => thrown)
  expect(refused).toMatchObject({ code: 'COMMAND_FAILED', message: expect.stringContaining('/no/such/goosefs') })
})
