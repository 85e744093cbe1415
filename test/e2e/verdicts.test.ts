// every verdict there is, from the client to the cache and back: status, kind, causes, exit codes, view 000
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Job, Task } from '../../shared/job.ts'
import { until } from '../agent/until.ts'
import { createStack, type Stack } from '../helpers/stack.ts'

type Wanted = {
  readonly exit: number
  readonly status: Task['status']
  readonly kind: string
  readonly ok: boolean | null
  readonly causes?: Record<string, number>
  /** In view 000: the exit string, and the word for the whole. */
  readonly cli?: string
  readonly word: 'success' | 'failed'
  readonly files?: Partial<Task['files']>
}

const CACHED = { exit: 0, status: 'succeeded', kind: 'cached', ok: true, word: 'success' } as const
const PARTLY = { exit: 3, status: 'failed', kind: 'partly', ok: false, word: 'failed' } as const
const NOTHING = { exit: 1, status: 'failed', kind: 'not-cached', ok: false, word: 'failed' } as const

let stack: Stack

/** Loads by the client and looks at what every view says about it. */
async function expectVerdict(path: string, wanted: Wanted, args: readonly string[] = []): Promise<Task> {
  const { code, stdout, stderr } = await stack.gander(['load', '--json', ...args, path])
  const objects = stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line) as { type: string; job: Job })
  const id = objects[0]?.job.id ?? ''
  return await check(await stack.task(id), wanted, { code, stdout, stderr })
}

async function check(task: Task, wanted: Wanted, client: { code: number; stdout: string; stderr: string }) {
  const told = { kind: task.verdict?.kind, ok: task.verdict?.ok, causes: task.verdict?.missingByCause }
  expect({ ...told, status: task.status, attempts: task.attempts, exit: client.code }, client.stderr).toEqual({
    ...{ kind: wanted.kind, ok: wanted.ok, causes: wanted.causes, status: wanted.status },
    ...{ attempts: 1, exit: wanted.exit },
  })
  expect(JSON.parse(client.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ type: 'result', exit: wanted.exit })
  if (wanted.files !== undefined) expect(task.files).toMatchObject(wanted.files)
  const one = await stack.api('GET', `/api/v1/status/${task.id}`)
  const cli = wanted.cli ?? 'exit status 0'
  expect(one.json).toEqual({ id: task.id, status: cli })
  const group = await stack.api('GET', `/api/v1/status?task_id=${task.id}`)
  expect(group.json).toMatchObject({ status: wanted.word, total_task: 1, data: { [task.id]: { exit_code: cli } } })
  const missing = await stack.api('GET', `/api/v1/jobs/${task.job}/missing?task=${task.id}`)
  const total = Object.values(wanted.causes ?? {}).reduce((sum, files) => sum + files, 0)
  expect(missing.text.split('\n').filter(Boolean)).toHaveLength(total)
  return task
}

beforeAll(async () => {
  stack = await createStack({ agentEnv: { GANDER_AGENT_CONCURRENCY: '3' } })
})
afterAll(() => stack.close())

describe('files that fare differently', () => {
  beforeAll(async () => {
    for (const path of ['/all', '/known', '/partly', '/none', '/silent', '/denied']) await stack.put(path)
    await stack.goosefs('playground', 'mkdir', '/empty')
    await stack.goosefs('fs', 'distributedLoad', '/known')
    await stack.knob('fail=/partly/part-00001,/none/*', 'silent=/silent/part-00002', 'denied=/denied/part-00000')
  })
  afterAll(() => stack.knob('fail=', 'silent=', 'denied='))

  test.concurrent.each<[string, string, Wanted]>([
    ['all of it', '/all', { ...CACHED, files: { loaded: 3, alreadyCached: 0, failed: 0, total: 3 } }],
    ['all was there', '/known', { ...CACHED, kind: 'nothing-new', files: { loaded: 0, alreadyCached: 3, total: 3 } }],
    ['no files', '/empty', { ...CACHED, kind: 'empty', files: { total: 0 } }],
    ['one failed', '/partly', { ...PARTLY, causes: { gone: 1 }, files: { loaded: 2, failed: 1, total: 3 } }],
    ['one without a last word', '/silent', { ...PARTLY, causes: { unknown: 1 } }],
    ['one that may not be read', '/denied', { ...PARTLY, causes: { permission: 1 } }],
    ['all failed', '/none', { ...NOTHING, causes: { gone: 3 }, files: { loaded: 0, failed: 3, total: 3 } }],
    ['no such path', '/nowhere', { ...NOTHING, causes: { 'no-such-path': 1 }, cli: 'exit status 255' }],
    ['no such file', '/all/part-00009', { ...NOTHING, causes: { 'no-such-path': 1 }, cli: 'exit status 255' }],
  ])('%s', async (_, path, wanted) => {
    await expectVerdict(path, wanted)
  })
})

describe('what changes behind the cache', () => {
  test('between two loads: the second one sees it', async () => {
    await stack.put('/behind')
    await stack.goosefs('fs', 'distributedLoad', '/behind')
    await stack.goosefs('playground', 'replace', '/behind/part-00000', '--bytes', '4096')
    await stack.goosefs('playground', 'replace', '/behind/part-00001', '--bytes', '9k')
    await stack.goosefs('playground', 'rm', '/behind/part-00002')
    await stack.put('/behind/part-00003', 0)
    const task = await expectVerdict('/behind', CACHED)
    expect(task.verdict).toMatchObject({
      before: { files: 3, cachedFiles: 0, fresh: true },
      after: { files: 3, cachedFiles: 3, bytes: 4096 + 9 * 1024 + 4096, cachedPercent: 100, fresh: true },
    })
  })

  test('while it is loaded: what was removed, replaced or grown is named', async () => {
    await stack.put('/moving', 5)
    await stack.knob('jobworker=paused')
    const client = stack.gander(['load', '--json', '/moving'])
    await until('the files are asked for', async () => (await engineJobs('/moving')).length === 5)
    await stack.goosefs('playground', 'rm', '/moving/part-00000')
    await stack.goosefs('playground', 'replace', '/moving/part-00001', '--bytes', '4096')
    await stack.goosefs('playground', 'replace', '/moving/part-00002', '--bytes', '9k')
    await stack.goosefs('playground', 'replace', '/moving/part-00003', '--bytes', '1k')
    await stack.knob('jobworker=')
    const ended = await client
    const { job } = JSON.parse(ended.stdout.split('\n')[0] ?? '') as { job: Job }
    const task = await stack.task(job.id)
    expect(task.verdict?.after).toMatchObject({ files: 4, cachedFiles: 1, fresh: true })
    await check(task, { ...PARTLY, causes: { gone: 1, changed: 3 } }, ended)
    const named = Object.fromEntries(task.verdict?.missing?.map(file => [file.path, file.cause]) ?? [])
    expect(named).toMatchObject({ '/moving/part-00000': 'gone', '/moving/part-00002': 'changed' })
  })
})

async function engineJobs(path: string): Promise<string[]> {
  const list = await stack.goosefs('job', 'ls')
  const ids = list
    .split('\n')
    .filter(line => /CREATED|RUNNING/.test(line))
    .map(line => line.split(/\s+/)[0] ?? '')
  const stats = await Promise.all(ids.map(id => stack.goosefs('job', 'stat', id)))
  return stats.filter(text => text.includes(`FilePath=${path}/`))
}

describe('a cluster in trouble', () => {
  // a cause that does not pass makes the verdict final
  test('some may not be read, for the others there is no job worker', async () => {
    await stack.put('/idle', 8)
    await stack.knob('jobworker=none', 'denied=/idle/part-00000')
    await expectVerdict('/idle', { ...NOTHING, causes: { permission: 1, 'no-job-worker': 7 } })
    await stack.knob('jobworker=', 'denied=')
  })

  // causes that pass: it waits for another attempt, and nobody is told that all is well or lost meanwhile
  test.each<[string, string, string[], string]>([
    ['no space', '/large', ['quota=16384', 'block=4096'], 'no-space: 4'],
    ['the worker is lost', '/unserved', ['worker=lost'], 'worker-lost: 8'],
    ['no job worker', '/unworked', ['jobworker=none'], 'no-job-worker: 8'],
    ['the job service is down', '/unasked', ['jobmaster=down'], 'job-service-down: 8'],
    ['the master is away', '/unknown', ['master=down'], 'could not be measured'],
  ])('%s: it waits and says why; asked again it is loaded', async (_, path, knobs, words) => {
    await stack.put(path, 8)
    await stack.knob(...knobs)
    // the guard would not even begin where there is no room
    const { id } = await stack.submit({ action: 'load', paths: [path], options: { force: true } })
    const waiting = await until('the first attempt is over', async () => {
      const task = await stack.task(id)
      return (task.notes.length > 0 || task.endedAt !== undefined) && task
    })
    expect(waiting).toMatchObject({ status: 'queued', attempts: 1 })
    expect(waiting.notes.at(-1)).toContain(words)
    const group = await stack.api('GET', `/api/v1/status?task_id=${waiting.id}`)
    expect(group.json).toMatchObject({ status: 'running', data: { [waiting.id]: { exit_code: '' } } })
    await stack.knob(...knobs.map(pair => `${pair.split('=')[0]}=`))
    // a person need not wait for the minute to pass
    expect((await stack.api('POST', `/api/v1/jobs/${id}/stop`)).status).toBe(202)
    expect((await stack.ended(id)).status).toBe('stopped')
    expect((await stack.api('POST', `/api/v1/jobs/${id}/retry`, { only: 'all' })).status).toBe(200)
    expect((await stack.ended(id)).verdict).toMatchObject({ ok: true, kind: 'cached' })
    expect(await stack.task(id)).toMatchObject({ id: waiting.id, status: 'succeeded', attempts: 2 })
  })
})

describe('nobody measures', () => {
  let blind: Stack
  beforeAll(async () => {
    blind = await createStack({ daemonEnv: { GANDER_VERIFY: 'off' } })
  })
  afterAll(() => blind.close())

  test('unverified: exit and failure lines decide', async () => {
    await blind.put('/good')
    await blind.put('/bad')
    await blind.put('/quiet')
    await blind.knob('fail=/bad/part-00000', 'silent=/quiet/part-00001')
    for (const [path, code, status] of [
      ['/good', 7, 'succeeded'],
      // nobody looked: this is what "unverified" means
      ['/quiet', 7, 'succeeded'],
      ['/bad', 1, 'failed'],
      ['/nowhere', 1, 'failed'],
    ] as const) {
      const ended = await blind.gander(['load', '--json', path])
      const { job } = JSON.parse(ended.stdout.split('\n')[0] ?? '') as { job: Job }
      const task = await blind.task(job.id)
      expect([path, ended.code, task.status, task.verdict?.kind, task.verdict?.ok]).toEqual([
        ...[path, code, status, 'unverified'],
        null,
      ])
      const group = await blind.api('GET', `/api/v1/status?task_id=${task.id}`)
      expect(group.json.status).toBe(status === 'succeeded' ? 'success' : 'failed')
    }
  })

  test('one load may ask for it', async () => {
    await stack.put('/unmeasured')
    await expectVerdict('/unmeasured', { ...CACHED, exit: 7, kind: 'unverified', ok: null }, ['--no-verify'])
  })
})
