// what becomes of a load when daemon, agent or the load's own processes die without a word
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Job, Task } from '../../shared/job.ts'
import { until } from '../agent/until.ts'
import { gander } from '../helpers/gander.ts'
import { createStack, type Stack } from '../helpers/stack.ts'

const FILES = 6

/** Starts a load that cannot end before the job worker goes on: every line of its beginning has been printed. */
async function heldLoad(stack: Stack, path: string): Promise<Task> {
  await stack.put(path, FILES)
  await stack.knob('jobworker=paused')
  const { id } = await stack.submit({ action: 'load', paths: [path] })
  await until('the beginning of its output', async () => {
    const { text } = await stack.api('GET', `/api/v1/jobs/${id}/output`)
    return text.includes(`${path}/part-0000${FILES - 1} loading`)
  })
  return stack.task(id)
}

const goOn = (stack: Stack): Promise<string> => stack.knob('jobworker=')

function outputOf(path: string): string {
  const names = Array.from({ length: FILES }, (_, n) => `${path}/part-0000${n}`)
  return [
    'Allow up to 100 active jobs',
    ...names.map(name => `${name} loading`),
    ...names.map(name => `Successfully loaded path ${name} after 1 attempts`),
    '',
  ].join('\n')
}

/** The load ended as if nothing had happened: the same ids, one attempt, the whole output once. */
async function expectUndisturbed(stack: Stack, task: Task): Promise<void> {
  const job = await stack.ended(task.job)
  expect(job).toMatchObject({ status: 'succeeded', verdict: { kind: 'cached', ok: true } })
  const now = await stack.task(task.job)
  expect(now).toMatchObject({ id: task.id, attempts: 1, status: 'succeeded', exit: { reason: 'exited', code: 0 } })
  expect(now.createdAt).toBe(task.createdAt)
  const output = await stack.api('GET', `/api/v1/output/${task.id}`)
  expect(output.text).toBe(outputOf(task.path))
}

async function restartDaemon(stack: Stack): Promise<void> {
  stack.daemon.start()
  await stack.daemonReady()
}

async function restartAgent(stack: Stack, index = 0): Promise<void> {
  stack.agents[index]?.start()
  await stack.agentReady(index)
}

/** The ledger's records of an agent. */
function ledger(stack: Stack, index = 0): { order: { path: string }; ending?: unknown }[] {
  const root = join(stack.agentDir(index), 'allocations')
  return readdirSync(root).flatMap(name => {
    try {
      return [JSON.parse(readFileSync(join(root, name, 'allocation.json'), 'utf8'))]
    } catch {
      // it has just been forgotten
      return []
    }
  })
}

describe('one agent', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await createStack()
  })
  afterAll(() => stack.close())
  afterEach(() => goOn(stack))

  test('the daemon is killed: the load goes on', async () => {
    const task = await heldLoad(stack, '/daemon')
    const before = stack.processes('distributedLoad', '/daemon')
    await stack.daemon.end('SIGKILL')
    await restartDaemon(stack)
    expect(await stack.task(task.job)).toMatchObject({ id: task.id, attempts: 1, status: 'running' })
    await stack.agentReady(0)
    expect(stack.processes('distributedLoad', '/daemon')).toEqual(before)
    await goOn(stack)
    await expectUndisturbed(stack, task)
  })

  test('the agent is killed: the next one takes the load over', async () => {
    const task = await heldLoad(stack, '/agent')
    const before = stack.processes('distributedLoad', '/agent')
    await stack.agent.end('SIGKILL')
    await restartAgent(stack)
    expect(stack.processes('distributedLoad', '/agent')).toEqual(before)
    await goOn(stack)
    await expectUndisturbed(stack, task)
  })

  test('the agent is killed, and the CLI ends before there is another one', async () => {
    const task = await heldLoad(stack, '/unseen')
    await stack.agent.end('SIGKILL')
    await goOn(stack)
    await until('the end of the CLI', () => stack.processes('distributedLoad', '/unseen').length === 0)
    await restartAgent(stack)
    await expectUndisturbed(stack, task)
  })

  test('both are killed', async () => {
    const task = await heldLoad(stack, '/both')
    const before = stack.processes('distributedLoad', '/both')
    await Promise.all([stack.agent.end('SIGKILL'), stack.daemon.end('SIGKILL')])
    await restartDaemon(stack)
    await restartAgent(stack)
    expect(stack.processes('distributedLoad', '/both')).toEqual(before)
    await goOn(stack)
    await expectUndisturbed(stack, task)
  })

  test('a restart in order of both', async () => {
    const task = await heldLoad(stack, '/orderly')
    expect(await stack.agent.end('SIGTERM')).toBe(0)
    expect(await stack.daemon.end('SIGTERM')).toBe(0)
    await restartDaemon(stack)
    await restartAgent(stack)
    await goOn(stack)
    await expectUndisturbed(stack, task)
  })

  test('the daemon is away while the load ends: the agent keeps what it has to tell', async () => {
    const task = await heldLoad(stack, '/away')
    await stack.daemon.end('SIGKILL')
    await goOn(stack)
    await until('the ending in the ledger', () =>
      ledger(stack).some(record => record.order.path === '/away' && record.ending !== undefined),
    )
    await restartDaemon(stack)
    await expectUndisturbed(stack, task)
    await until('the agent may forget it', () => ledger(stack).every(record => record.order.path !== '/away'))
  })

  test('a client that waits sees the end across restarts of the daemon', async () => {
    const task = await heldLoad(stack, '/watched')
    const client = gander(['wait', '--json', task.job], { env: { GANDER_URL: stack.url } })
    await client.says('"type":"status"')
    await stack.daemon.end('SIGKILL')
    await restartDaemon(stack)
    await stack.agentReady(0)
    await goOn(stack)
    const { code, stdout, stderr } = await client.ended
    expect([code, JSON.parse(stdout.trim().split('\n').at(-1) ?? '')], stderr).toMatchObject([
      0,
      { type: 'result', exit: 0 },
    ])
  })

  test('the load and its agent are killed: lost, and run again', async () => {
    const task = await heldLoad(stack, '/gone')
    await stack.agent.end('SIGKILL')
    // wrapper, launcher and program: nobody is left to tell how it ended
    for (const { pid } of stack.processes('/gone')) process.kill(pid, 'SIGKILL')
    await until('its processes are gone', () => stack.processes('/gone').length === 0)
    await goOn(stack)
    await restartAgent(stack)
    const job = await stack.ended(task.job)
    expect(job).toMatchObject({ status: 'succeeded', verdict: { ok: true } })
    expect(await stack.task(task.job)).toMatchObject({ id: task.id, attempts: 2, status: 'succeeded' })
  })

  test('what cannot be repeated and was lost stays lost', async () => {
    await stack.put('/freed')
    await stack.knob('hang=free')
    const { id } = await stack.submit({ action: 'free', paths: ['/freed'] })
    await until('it is at work', () => stack.processes('playground/main.js', 'free', '/freed').length > 0)
    await stack.agent.end('SIGKILL')
    for (const { pid } of stack.processes('/freed')) process.kill(pid, 'SIGKILL')
    await stack.knob('hang=')
    await restartAgent(stack)
    expect(await stack.ended(id)).toMatchObject({ status: 'lost', counts: { lost: 1 } })
    const task = await stack.task(id)
    expect(task).toMatchObject({ attempts: 1, exit: { reason: 'lost' } })
    expect((await stack.api('GET', `/api/v1/status/${task.id}`)).json.status).toBe('restarted')
    const group = await stack.api('GET', `/api/v1/status?task_id=${task.id}`)
    expect(group.json).toMatchObject({ status: 'failed', data: { [task.id]: { exit_code: 'restarted' } } })
  })

  test('only the CLI is killed: it ended by a signal, and the measurement decides', async () => {
    const task = await heldLoad(stack, '/killed')
    // a line says that a file will be asked for, not that it was
    await until('its files are with the engine', async () => {
      const list = await stack.goosefs('job', 'ls')
      return list.split('\n').filter(line => /CREATED|RUNNING/.test(line)).length === FILES
    })
    const program = stack.processes('playground/main.js', 'distributedLoad', '/killed')
    for (const { pid } of program.filter(({ line }) => line.startsWith('node '))) process.kill(pid, 'SIGKILL')
    await goOn(stack)
    const job = await stack.ended(task.job)
    expect(job).toMatchObject({ status: 'succeeded', verdict: { kind: 'cached' } })
    const now = await stack.task(task.job)
    expect(now).toMatchObject({ attempts: 1, exit: { reason: 'exited', code: 137 } })
    expect(now.verdict?.notes.join()).toContain('everything is cached')
  })
})

describe('two agents', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await createStack({ agents: 2, daemonEnv: { GANDER_AGENT_GRACE_SECONDS: '1' } })
  })
  afterAll(() => stack.close())

  const indexOf = (task: Task): number => Number(task.agent?.split('-')[1])

  test('an agent that does not come back: after the grace the other one loads', async () => {
    const task = await heldLoad(stack, '/silent')
    const first = indexOf(task)
    const other = 1 - first
    await stack.agents[first]?.end('SIGKILL')
    const again = await until('it is placed again', async () => {
      const now = await stack.task(task.job)
      return now.attempts === 2 && now
    })
    expect(again).toMatchObject({ id: task.id, agent: `agent-${other}` })
    const down = (await stack.api('GET', '/api/v1/agents')).json.items as { name: string; status: string }[]
    expect(down.find(agent => agent.name === `agent-${first}`)?.status).toBe('down')
    await goOn(stack)
    expect(await stack.ended(task.job)).toMatchObject({ status: 'succeeded', verdict: { ok: true } })
    // it comes back too late: what it ran is an older attempt, and says nothing about the task any more
    await restartAgent(stack, first)
    await until('the first agent has nothing left', () => ledger(stack, first).length === 0)
    expect(await stack.task(task.job)).toMatchObject({ status: 'succeeded', attempts: 2, agent: `agent-${other}` })
    expect((await stack.job(task.job)).status).toBe('succeeded')
  })

  test('it comes back when the other one is at it: its run is stopped', async () => {
    const task = await heldLoad(stack, '/late')
    const first = indexOf(task)
    await stack.agents[first]?.end('SIGKILL')
    await until('the second attempt is at work', async () => {
      const now = await stack.task(task.job)
      return now.attempts === 2 && stack.processes('playground/main.js', 'distributedLoad', '/late').length === 2
    })
    await restartAgent(stack, first)
    await until('one run is left', () => stack.processes('playground/main.js', 'distributedLoad', '/late').length === 1)
    await goOn(stack)
    const job: Job = await stack.ended(task.job)
    expect(await stack.task(job.id)).toMatchObject({ attempts: 2, agent: `agent-${1 - first}` })
    await until('the first agent has nothing left', () => ledger(stack, first).length === 0)
  })

  test('nobody else is there: it returns before it was placed again, and is believed', async () => {
    onTestFinished(() => stack.agents[1]?.start())
    await stack.agents[1]?.end('SIGTERM')
    const task = await heldLoad(stack, '/believed')
    await stack.agents[0]?.end('SIGKILL')
    await until('it is lost', async () => (await stack.task(task.job)).status === 'queued')
    const group = await stack.api('GET', `/api/v1/status?task_id=${task.id}`)
    expect(group.json).toMatchObject({ status: 'running', data: { [task.id]: { exit_code: 'restarted' } } })
    expect((await stack.job(task.job)).notes.join()).toContain('no agent of cluster default is connected')
    await restartAgent(stack, 0)
    await goOn(stack)
    await expectUndisturbed(stack, task)
  })
})
