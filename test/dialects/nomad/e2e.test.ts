// view 002 as its reference document's curl lines find it: a real daemon, a real agent, a simulated GooseFS
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../agent/until.ts'
import { createStack, type Stack } from '../../helpers/stack.ts'
import { DTLE, toDocument, withConfig } from './room.ts'

let stack: Stack
beforeAll(async () => {
  stack = await createStack()
})
afterAll(() => stack.close())

/** What curl prints: the body, then status and type on a line of their own. */
function curl(...args: string[]): Promise<{ text: string; status: string }> {
  const told = args.map(arg => arg.replace('127.0.0.1:4646', `127.0.0.1:${stack.port}`))
  return new Promise((resolve, reject) => {
    execFile('curl', ['-sS', '-w', '\n%{http_code} %{content_type}', ...told], { cwd: stack.dir }, (error, stdout) => {
      const at = stdout.lastIndexOf('\n')
      // curl fails on the second address of the defective line, after the first has been answered
      if (at === -1) reject(error)
      else resolve({ text: stdout.slice(0, at), status: stdout.slice(at + 1) })
    })
  })
}
const JSON_TYPE = '200 application/json; charset=utf-8'
// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
async function read(...args: string[]): Promise<any> {
  const { text, status } = await curl('-XGET', ...args)
  expect(status).toBe(JSON_TYPE)
  return JSON.parse(text)
}
const post = async (document: unknown) => {
  writeFileSync(join(stack.dir, 'job.json'), JSON.stringify({ Job: document }))
  return curl('-XPOST', '-d', '@job.json', '127.0.0.1:4646/v1/jobs')
}
const grepStages = async (name: string): Promise<string[]> => {
  const { text } = await curl('-XGET', `127.0.0.1:4646/v1/job/${name}/allocations?pretty`)
  return text.split('\n').flatMap(line => /"DisplayMessage": "(job_stage_\w+)"/.exec(line)?.[1] ?? [])
}
const dead = (name: string): Promise<unknown> =>
  until(`the end of ${name}`, async () => (await read(`127.0.0.1:4646/v1/job/${name}`)).Status === 'dead', 30_000)

describe('the lines of the reference document', () => {
  it('add, list, look at, tell stages, stop and purge', async () => {
    await stack.put('/data/db1')
    expect(await read('127.0.0.1:4646/v1/jobs')).toEqual([])
    expect((await post(toDocument())).status).toBe(JSON_TYPE)
    await dead('my-job')
    expect(await read('127.0.0.1:4646/v1/jobs')).toMatchObject([{ ID: 'my-job', Status: 'dead', Stop: false }])
    const [{ ID, ClientStatus }] = await read('127.0.0.1:4646/v1/job/my-job/allocations')
    expect(ClientStatus).toBe('complete')
    expect(await read(`127.0.0.1:4646/v1/allocation/${ID}`)).toMatchObject({
      ID,
      TaskStates: { load: { State: 'dead' } },
    })
    expect(await grepStages('my-job')).toEqual(['job_stage_full'])

    await curl('-XDELETE', '127.0.0.1:4646/v1/job/my-job')
    expect(await read('127.0.0.1:4646/v1/job/my-job')).toMatchObject({ Stop: true, Status: 'dead' })
    await post(toDocument())
    await dead('my-job')
    expect(await grepStages('my-job')).toEqual(['job_stage_full', 'job_stage_incr'])

    await curl('-XDELETE', '127.0.0.1:4646/v1/job/my-job?purge=true')
    expect(await curl('127.0.0.1:4646/v1/job/my-job')).toEqual({
      text: 'job not found',
      status: '404 text/plain; charset=utf-8',
    })
    expect(await grepStages('my-job')).toEqual([])
  })

  it('show the nodes', async () => {
    expect(await read('127.0.0.1:4646/v1/nodes')).toMatchObject([
      {
        Name: 'agent-0',
        Status: 'ready',
        Drivers: { goosefs: { Attributes: { 'driver.goosefs': 'true' }, Detected: true } },
      },
    ])
  })

  it('answer 400 to the line that curl takes for another', async () => {
    const { text, status } = await curl('-XPOST', '-data', '@job.json', '127.0.0.1:4646/v1/jobs')
    expect(status).toBe('400 text/plain; charset=utf-8')
    // its first address, @job.json, is none
    expect(text).toMatch(/the body must be JSON: .*ata/)
    expect(await read('127.0.0.1:4646/v1/jobs')).toEqual([])
  })
})

describe('a job', () => {
  it('that fails is tried again after its delay, and survives kill -9 of the daemon', async () => {
    const group = { RestartPolicy: { Attempts: 1, Interval: 6e11, Delay: 0, Mode: 'fail' } }
    await post({ ...withConfig({ action: 'load', path: '/none' }, group), ID: 'failing' })
    await dead('failing')
    const [first, second, ...more] = await read('127.0.0.1:4646/v1/job/failing/allocations')
    expect(more).toEqual([])
    expect([first.ClientStatus, second.ClientStatus, first.NextAllocation]).toEqual(['failed', 'failed', second.ID])
    await post(DTLE)
    const before = await read('127.0.0.1:4646/v1/jobs')
    await stack.daemon.end('SIGKILL')
    stack.daemon.start()
    await stack.daemonReady()
    await stack.agentReady(0)
    expect(await read('127.0.0.1:4646/v1/jobs')).toEqual(before)
    expect(await read('127.0.0.1:4646/v1/job/failing/allocations')).toEqual([first, second])
  })

  it('is watched by blocking queries to its end', async () => {
    await stack.put('/data/db2')
    await post({ ...withConfig({ action: 'load', path: '/data/db2' }), ID: 'watched' })
    const seen: string[] = []
    let index = '0'
    while (seen.at(-1) !== 'dead') {
      const { json, headers } = await stack.api('GET', `/v1/job/watched?index=${index}&wait=20s`)
      expect(Number(headers['x-nomad-index'])).toBeGreaterThan(Number(index))
      index = String(headers['x-nomad-index'])
      if (json.Status !== seen.at(-1)) seen.push(json.Status)
    }
    expect(seen.at(-1)).toBe('dead')
  })

  it('that waits is let go when the daemon ends', async () => {
    const waiting = stack.api('GET', '/v1/jobs?index=999999&wait=10m')
    // its answer is the only thing that is open: the daemon does not wait for its grace
    await stack.api('GET', '/v1/status/leader')
    await stack.daemon.end('SIGTERM')
    expect((await waiting).status).toBe(200)
    stack.daemon.start()
    await stack.daemonReady()
    await stack.agentReady(0)
  })
})
