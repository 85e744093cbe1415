// every sample of the reference documents 000 to 004, typed as it is printed, against the shipped programs
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findFreePort } from '../helpers/program.ts'
import { createStack, type Stack } from '../helpers/stack.ts'
import { createShell, type Typed } from './curl.ts'

type Sample = {
  readonly says: string
  /** The literal command. */
  readonly sample: string
  /** Names and ids of the document that have to be ours. */
  readonly ours?: () => Readonly<Record<string, string>>
  readonly before?: () => Promise<unknown>
  readonly status: number
  readonly type?: 'json' | 'text' | 'none'
  readonly headers?: Readonly<Record<string, unknown>>
  /** The body as JSON, as it has to be; what is printed behind a pipe is looked at by `check`. */
  readonly body?: unknown
  /** Its keys in their order. */
  readonly keys?: readonly string[]
  readonly check?: (typed: Typed) => void
}

const TYPES = { json: 'application/json; charset=utf-8', text: 'text/plain; charset=utf-8', none: undefined }
const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
const TOKEN = 'dcabfefb6ad8feb68e6fbce876fbfe778fb'
const ENTRYPOINTS = ['http://211.10.23.23:35800', 'http://211.10.23.24:35800']
const DATA = '/data-datalake-dataprod-bj-1251949819/deltalake/npd_temp.db'
const UFS = 'cosn://playground-1250000000'
const CONFIG = `users:
  - { name: cmcc, role: operator, tokens: [${TOKEN}] }
clusters:
  - { name: default, type: cli, features: { priority: pin } }
  - { name: testrepo, type: cli }
  - { name: still, type: cli, features: { mount: static, ttl: off } }
`

let stack: Stack
let type: (line: string) => Promise<Typed>
/** What answers told, for the samples behind them. */
const known: Record<string, string> = {}

beforeAll(async () => {
  const compat = await findFreePort()
  stack = await createStack({
    start: false,
    agents: ENTRYPOINTS.map((entrypoint, index) => ({
      env: {
        ...{ GANDER_AGENT_OWNER: 'cmcc', GANDER_AGENT_ENTRYPOINT: entrypoint },
        GANDER_CLUSTER: ['default', 'testrepo'][index] ?? '',
      },
    })),
    daemonEnv: { GANDER_COMPAT_PORTS: String(compat), GANDER_TZ: 'Asia/Shanghai' },
  })
  writeFileSync(join(stack.dir, 'gander.yaml'), CONFIG)
  stack.daemon.start({ GANDER_CONFIG: join(stack.dir, 'gander.yaml') })
  await stack.daemonReady()
  // one after the other, so that it is known who came first
  for (const [index, agent] of stack.agents.entries()) {
    agent.start()
    await stack.agentReady(index)
  }
  for (const path of [DATA, '/tmp', '/testtag', '/data/db1', '/s3/a']) await stack.put(path, 2)
  type = createShell(stack.dir, {
    'localhost:8080': `localhost:${stack.port}`,
    '127.0.0.1:4646': `127.0.0.1:${compat}`,
  })
})
afterAll(() => stack?.close())

/** Waits until everything that was asked for has ended. */
async function allEnded(): Promise<void> {
  const { items } = (await stack.api('GET', '/api/v1/jobs?status=queued,running')).json
  for (const job of items) await stack.ended(job.id)
}

function replay(samples: readonly Sample[]): void {
  test.each(samples)('$says', async ({ sample, ours, before, status, type: kind = 'json', ...wanted }) => {
    await before?.()
    let line = sample
    for (const [theirs, mine] of Object.entries(ours?.() ?? {})) line = line.replaceAll(theirs, mine)
    const typed = await type(line)
    expect([typed.status, typed.headers['content-type']], typed.body).toEqual([status, TYPES[kind]])
    if (wanted.headers !== undefined) expect(typed.headers).toMatchObject(wanted.headers)
    if (wanted.body !== undefined) expect(JSON.parse(typed.body)).toEqual(wanted.body)
    if (wanted.keys !== undefined) expect(Object.keys(JSON.parse(typed.body))).toEqual(wanted.keys)
    wanted.check?.(typed)
  })
}

const APIFOX = `--header 'User-Agent: Apifox/1.0.0 (https://apifox.com)' \\
--header 'Content-Type: application/json' \\
--header 'Accept: */*' \\
--header 'Connection: keep-alive' \\
`
const APIFOX_GET = `--header 'User-Agent: Apifox/1.0.0 (https://apifox.com)' \\
--header 'Accept: */*' \\
--header 'Connection: keep-alive'`
const SAMPLE_TASK = '683877b1-d293-4b89-b5c0-4f5742502dd5'
const task = (): Record<string, string> => ({ [SAMPLE_TASK]: known['task'] ?? '' })

describe('000, goosefs-cli2api', () => {
  replay([
    {
      says: 'GooseFSList',
      sample: `curl --location --request POST 'http://localhost:8080/api/v1/gfs' \\
${APIFOX}--data-raw '{
  "action": "GooseFSList",
  "path": [
    "/"
  ]
}'`,
      ...{ status: 200, type: 'text' },
      check: ({ body }) => expect(body).toMatch(/DIR \/tmp *$/m),
    },
    {
      says: 'GooseFSDistributeLoad',
      sample: `curl --location --request POST 'http://localhost:8080/api/v1/gfs' \\
${APIFOX}--data-raw '{
  "action": "GooseFSDistributeLoad",
  "task_name": "test_task_name",
  "path": [
    "${DATA}"
  ]
}'`,
      status: 200,
      body: [UUID],
      check: ({ body }) => {
        known['task'] = JSON.parse(body)[0]
      },
    },
    {
      says: 'the status of a task, its id in the path',
      sample: `curl --request GET 'http://localhost:8080/api/v1/status/${SAMPLE_TASK}'`,
      ...{ ours: task, before: allEnded, status: 200, keys: ['id', 'status'] },
      check: ({ body }) => expect(JSON.parse(body)).toEqual({ id: known['task'], status: 'exit status 0' }),
    },
    {
      says: 'the status of a task that is not ours',
      sample: `curl --request GET 'http://localhost:8080/api/v1/status/${SAMPLE_TASK}'`,
      ...{ status: 404, body: { error: expect.any(String) } },
    },
    {
      says: 'the output of a task, its id in the path',
      sample: `curl --request GET 'http://localhost:8080/api/v1/output/${SAMPLE_TASK}'`,
      ...{ ours: task, status: 200, type: 'text' },
      check: ({ body }) => expect(body).toContain(`Successfully loaded path ${DATA}/part-00001 after 1 attempts\n`),
    },
    {
      says: 'loadMetadata: action 1, one path',
      sample: `curl --location --request POST 'http://localhost:8080/api/v1/gfs' \\
${APIFOX}--data-raw '{
  "action": 1,
  "path": "/tmp/"
}'`,
      ...{ status: 200, body: [UUID] },
    },
    {
      says: 'the output of a name',
      sample: `curl --location --request GET 'http://localhost:8080/api/v1/output?task_name=test_task_name' \\
${APIFOX_GET}`,
      ...{ before: allEnded, status: 200 },
      check: ({ body }) =>
        expect(JSON.parse(body)).toEqual({ [known['task'] ?? '']: expect.stringContaining('Successfully loaded') }),
    },
    {
      says: 'the status of a name',
      sample: `curl --location --request GET 'http://localhost:8080/api/v1/status?task_name=test_task_name' \\
${APIFOX_GET}`,
      ...{ status: 200, keys: ['data', 'status', 'total_task'] },
      check: ({ body }) =>
        expect(JSON.parse(body)).toEqual({
          data: {
            [known['task'] ?? '']: {
              ...{ task_name: 'test_task_name', path: DATA, exit_code: 'exit status 0', success_count: 2 },
              ...{ total_file: 2, created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}\+08:00$/) },
            },
          },
          ...{ status: 'success', total_task: 1 },
        }),
    },
    {
      says: 'the status of a name, with the parameter as the prose names it',
      sample: `curl --location --request GET 'http://localhost:8080/api/v1/status?test_task_name=test_task_name'`,
      ...{ status: 200, body: { data: expect.any(Object), status: 'success', total_task: 1 } },
    },
    {
      says: 'the report',
      sample: `curl --request GET 'http://localhost:8080/api/v1/gfs/report'`,
      status: 200,
      body: expect.stringMatching(
        /^GooseFS cluster summary: \n {4}Master Address: \S+\n {4}Web Port: \d+\n {4}Rpc Port: \d+\n {4}Started: /,
      ),
    },
  ])
})

const alluxio = (method: string, rest: string, body?: string): string =>
  `curl -X ${method} 'http://localhost:8080/api/v1/${rest}'${body === undefined ? '' : ` -H 'Content-Type: application/json' -d '${body}'`}`
const E1 = { status: expect.any(String) }
const SUBMITTED = { id: UUID, jobId: UUID, alias: 'nightly' }
const keep =
  (name: string) =>
  ({ body }: Typed): void => {
    known[name] = JSON.parse(body).id
  }
const off = (noun: string, methods = ['GET', 'POST', 'DELETE']): Sample[] =>
  methods.map(method => ({
    says: `${noun}: ${method} where it is not enabled`,
    sample: alluxio(method, noun, method === 'GET' ? undefined : '{"path":"/s3/a"}'),
    ...{ status: 501, body: E1 },
  }))
const empty = (...asks: (readonly [method: string, noun: string, status: number])[]): Sample[] =>
  asks.map(([method, noun, status]) => ({
    says: `${noun}: ${method} without a body`,
    sample: `curl -X ${method} 'http://localhost:8080/api/v1/${noun}' -H 'Content-Type: application/json'`,
    ...{ status, body: E1 },
  }))

describe('001, the coordinator of Alluxio Enterprise AI', () => {
  replay([
    {
      says: 'load: a new job',
      sample: alluxio(
        'POST',
        'load',
        `{"paths":["${UFS}/data/db1"],"alias":"nightly","options":{"batchSize":200,"fileFilterRegex":".*","replicas":1,"skipIfExists":true,"loadPolicy":"IF_CHANGED"}}`,
      ),
      ...{ status: 200, body: SUBMITTED, check: keep('load') },
    },
    {
      says: 'load: the progress of an alias, without what is empty',
      sample: alluxio('GET', 'load?alias=nightly'),
      ...{ before: allEnded, status: 200 },
      check: ({ body }) =>
        expect(JSON.parse(body)).toEqual({
          ...{ id: known['load'], alias: 'nightly', state: 'SUCCEEDED', paths: [`${UFS}/data/db1`] },
          startTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}\+08:00$/),
          ...{ skipIfExists: true, loadMetadataOnly: false, verify: false, bandwidth: 0 },
          ...{ timeElapsedMilliseconds: expect.any(Number), loadedBytes: 8_192, skippedBytes: 0, totalBytes: 8_192 },
          ...{ loadedNonEmptyFiles: 2, failedFiles: 0, scannedFiles: 2, quota: { totalBytes: 0, remaining: 0 } },
        }),
    },
    {
      says: 'load: all jobs',
      sample: alluxio('GET', 'load'),
      ...{ status: 200, keys: ['results'] },
      check: ({ body }) => {
        const ids = JSON.parse(body).results.map(({ id }: { id: string }) => id)
        expect(ids).toEqual([...ids].sort())
        expect(ids.at(-1)).toBe(known['load'])
      },
    },
    {
      says: 'load: the first one, and from the last key on',
      sample: alluxio('GET', 'load?count=1'),
      ...{ status: 200, body: { results: [expect.objectContaining({ id: UUID })] } },
    },
    {
      says: 'load: from the last key on',
      sample: alluxio('GET', 'load?lastKey=LAST&count=5'),
      ...{ ours: () => ({ LAST: known['load'] ?? '' }), status: 200, body: { results: [] } },
    },
    {
      says: 'load: no such job',
      sample: alluxio('GET', 'load?alias=nobody'),
      ...{ status: 404, body: { status: 'No job found...' } },
    },
    { says: 'load: two names at once', sample: alluxio('GET', 'load?alias=a&index=/b'), status: 400, body: E1 },
    {
      says: 'load: paths without alias',
      sample: alluxio('POST', 'load', '{"paths":["/data/db1"]}'),
      status: 400,
      body: E1,
    },
    {
      says: 'load: a stop of what has ended',
      sample: alluxio('DELETE', 'load', '{"alias":"nightly"}'),
      ...{ status: 410, body: E1 },
    },
    {
      says: 'load: the same paths again while they are loaded',
      sample: alluxio('POST', 'load', '{"paths":["/data/db1"],"alias":"again"}'),
      before: async () => {
        await stack.knob('jobworker=paused')
        await stack.goosefs('fs', 'free', '/data/db1')
        const first = await type(alluxio('POST', 'load', '{"paths":["/data/db1"],"alias":"held"}'))
        keep('held')(first)
      },
      status: 409,
      check: ({ body }) =>
        expect(JSON.parse(body)).toEqual({
          id: known['held'],
          jobId: known['held'],
          alias: 'held',
          status: expect.any(String),
        }),
    },
    {
      says: 'load: a stop',
      sample: alluxio('DELETE', 'load', '{"alias":"held"}'),
      status: 200,
      check: ({ body }) => expect(JSON.parse(body)).toEqual({ id: known['held'], state: 'STOPPED' }),
    },
    {
      says: 'free: a new job',
      sample: alluxio('POST', 'free', '{"paths":["/data/db1"],"alias":"old-model"}'),
      before: async () => {
        await allEnded()
        await stack.knob('jobworker=')
      },
      ...{ status: 200, body: { ...SUBMITTED, alias: 'old-model' }, check: keep('free') },
    },
    {
      says: 'free: the progress of an alias',
      sample: alluxio('GET', 'free?alias=old-model'),
      ...{ before: allEnded, status: 200 },
      check: ({ body }) =>
        expect(JSON.parse(body)).toEqual({
          ...{ id: known['free'], alias: 'old-model', startTime: expect.any(String), state: 'SUCCEEDED' },
          ...{ paths: ['/data/db1'], timeElapsedMilliseconds: expect.any(Number) },
          ...{ freedFiles: 1, failedFiles: 0, totalFiles: 1 },
        }),
    },
    { says: 'free: all jobs', sample: alluxio('GET', 'free'), status: 200, body: { results: [expect.any(Object)] } },
    {
      says: 'free: no such job',
      sample: alluxio('GET', 'free?index=/x'),
      status: 404,
      body: { status: 'No job found...' },
    },
    { says: 'free: a stop of nothing', sample: alluxio('DELETE', 'free', '{"alias":"x"}'), status: 410, body: E1 },
    { says: 'rebalance: all jobs', sample: alluxio('GET', 'rebalance'), status: 200, body: { results: [] } },
    { says: 'rebalance: no such job', sample: alluxio('GET', 'rebalance?target=ALL'), status: 404, body: E1 },
    {
      says: 'rebalance: no ring here',
      sample: alluxio(
        'POST',
        'rebalance',
        '{"target":"ALL","options":{"loadBandwidth":10485746000,"pruneBandwidth":10485746000,"skipPrune":false}}',
      ),
      ...{ status: 501, body: E1 },
    },
    {
      says: 'rebalance: a stop of nothing',
      sample: alluxio('DELETE', 'rebalance', '{"target":"worker-54b88939-de49-46ef-acab-fe489f46d1a0"}'),
      ...{ status: 410, body: E1 },
    },
    ...['POST', 'DELETE'].map(method => ({
      says: `cache: ${method}`,
      sample: alluxio(method, 'cache', '{"op":"clear-stale"}'),
      ...{ status: 501, body: { status: 'operation clear-stale is not implemented on this cluster' } },
    })),
    {
      says: 'mount: a new one',
      sample: alluxio('POST', 'mount', '{"path":"/s3-new","ufs":"s3://bucket/dir"}'),
      status: 200,
      body: {},
    },
    {
      says: 'mount: the same',
      sample: alluxio('POST', 'mount', '{"path":"/s3-new","ufs":"s3://bucket/dir"}'),
      status: 409,
      body: E1,
    },
    {
      says: 'mount: all, without empty options',
      sample: alluxio('GET', 'mount'),
      status: 200,
      body: {
        results: expect.arrayContaining([
          { path: '/', ufs: expect.stringMatching(/^cosn:/) },
          { path: '/s3-new', ufs: 's3://bucket/dir' },
        ]),
      },
    },
    {
      says: 'mount: one',
      sample: alluxio('GET', 'mount?path=/s3-new'),
      status: 200,
      body: { path: '/s3-new', ufs: 's3://bucket/dir' },
    },
    { says: 'mount: away', sample: alluxio('DELETE', 'mount', '{"path":"/s3-new"}'), status: 200, body: {} },
    { says: 'mount: away twice', sample: alluxio('DELETE', 'mount', '{"path":"/s3-new"}'), status: 410, body: E1 },
    { says: 'mount: none there', sample: alluxio('GET', 'mount?path=/s3-new'), status: 404, body: E1 },
    ...off('mount?cluster=still', ['POST', 'DELETE']),
    ...off('quota'),
    ...off('ttl?cluster=still'),
    { says: 'ttl: set', sample: alluxio('POST', 'ttl', '{"path":"/s3/a","time":"1h"}'), status: 200, body: {} },
    {
      says: 'ttl: all',
      sample: alluxio('GET', 'ttl'),
      status: 200,
      body: { results: [{ path: '/s3/a', time: '1h' }] },
    },
    { says: 'ttl: one', sample: alluxio('GET', 'ttl?path=/s3/a'), status: 200, body: { path: '/s3/a', time: '1h' } },
    { says: 'ttl: away', sample: alluxio('DELETE', 'ttl', '{"path":"/s3/a"}'), status: 200, body: {} },
    { says: 'ttl: away twice', sample: alluxio('DELETE', 'ttl', '{"path":"/s3/a"}'), status: 400, body: E1 },
    { says: 'ttl: none there', sample: alluxio('GET', 'ttl?path=/s3/a'), status: 404, body: E1 },
    ...off('priority?cluster=testrepo'),
    {
      says: 'priority: set',
      sample: alluxio('POST', 'priority', '{"path":"/s3/a","priority":"HIGH"}'),
      status: 200,
      body: {},
    },
    {
      says: 'priority: all',
      sample: alluxio('GET', 'priority'),
      status: 200,
      body: { results: [{ path: '/s3/a', priority: 'HIGH' }] },
    },
    {
      says: 'priority: one',
      sample: alluxio('GET', 'priority?path=/s3/a'),
      status: 200,
      body: { path: '/s3/a', priority: 'HIGH' },
    },
    {
      says: 'priority: no word for it',
      sample: alluxio('POST', 'priority', '{"path":"/s3/a","priority":"x"}'),
      status: 400,
      body: E1,
    },
    { says: 'priority: away', sample: alluxio('DELETE', 'priority', '{"path":"/s3/a"}'), status: 200, body: {} },
    { says: 'priority: none there', sample: alluxio('GET', 'priority?path=/s3/a'), status: 404, body: E1 },
    {
      says: 'nodes: all',
      sample: alluxio('GET', 'nodes'),
      status: 200,
      check: ({ body }) => {
        const [first] = JSON.parse(body).results
        expect(first).toMatchObject({ id: expect.stringMatching(/^worker-[0-9a-f-]{36}$/), status: 'ONLINE' })
        known['worker'] = first.id
      },
    },
    {
      says: 'nodes: one',
      sample: alluxio('GET', 'nodes?id=WORKER'),
      ...{ ours: () => ({ WORKER: known['worker'] ?? '' }), status: 200 },
      check: ({ body }) => expect(JSON.parse(body)).toMatchObject({ id: known['worker'] }),
    },
    {
      says: 'nodes: no such worker',
      sample: alluxio('GET', 'nodes?id=worker-587899dd-5da5-45d4-af40-ce481acc4087'),
      status: 404,
      body: E1,
    },
    {
      says: 'nodes: away with nobody',
      sample: alluxio('DELETE', 'nodes?id=worker-587899dd-5da5-45d4-af40-ce481acc4087'),
      status: 404,
      body: E1,
    },
    { says: 'file_index: all', sample: alluxio('GET', 'file_index'), status: 200, body: { results: [] } },
    { says: 'file_index: add', sample: alluxio('POST', 'file_index', '{"paths":["/a"]}'), status: 404, body: E1 },
    { says: 'file_index: remove', sample: alluxio('DELETE', 'file_index', '{"paths":["/a"]}'), status: 404, body: E1 },
    ...off('cache-filter'),
    ...empty(
      ...(['load', 'free', 'rebalance', 'cache', 'mount', 'ttl', 'priority'] as const).flatMap(noun => [
        ['POST', noun, 400] as const,
        ['DELETE', noun, 400] as const,
      ]),
    ),
  ])
})

const INDEXED = {
  'x-nomad-index': expect.stringMatching(/^\d+$/),
  'x-nomad-knownleader': 'true',
  'x-nomad-lastcontact': '0',
}
const JOB = {
  Job: {
    ...{ ID: 'my-job', Datacenters: ['dc1'], Type: 'batch' },
    TaskGroups: [
      {
        Name: 'db1',
        Tasks: [
          {
            Name: 'load',
            Driver: 'goosefs',
            Config: { action: 'GooseFSDistributeLoad', path: '/data/db1', replication: 1 },
          },
        ],
        RestartPolicy: { Attempts: 3, Interval: 600_000_000_000, Delay: 15_000_000_000, Mode: 'fail' },
      },
    ],
  },
}
const named = () => ({ '<job_name>': 'my-job', '<jobId>': 'my-job', '<alloc_id>': known['alloc'] ?? '' })
const REGISTERED = {
  ...{ EvalID: UUID, EvalCreateIndex: expect.any(Number), JobModifyIndex: expect.any(Number), Warnings: '' },
  ...{ Index: expect.any(Number), LastContact: 0, KnownLeader: false, NextToken: '' },
}
// the details of an event hold the same word once more, which the document leaves out
const stagesIn = ({ stdout }: Typed): string[] =>
  stdout
    .trimEnd()
    .split('\n')
    .filter(line => !line.includes('"driver_message"'))
const STAGES = (stage: string): string[] => [
  `            "DisplayMessage": "job_stage_${stage}",`,
  `            "DriverMessage": "job_stage_${stage}",`,
]

describe('002, dtle on Nomad', () => {
  beforeAll(() => writeFileSync(join(stack.dir, 'job.json'), JSON.stringify(JOB, null, 2)))

  replay([
    {
      says: 'all jobs',
      sample: 'curl -XGET 127.0.0.1:4646/v1/jobs | jq',
      ...{ status: 200, headers: INDEXED },
      check: ({ code, body, stdout }) => {
        expect(code).toBe(0)
        expect(stdout).toBe(`${JSON.stringify(JSON.parse(body), null, 2)}\n`)
        const ids = JSON.parse(body).map(({ ID }: { ID: string }) => ID)
        expect(ids).toContain('test_task_name')
        expect(ids).toEqual([...ids].sort())
      },
    },
    {
      says: 'add a job, as printed: the body is `ata`',
      sample: 'curl -XPOST -data @job.json 127.0.0.1:4646/v1/jobs | jq',
      ...{ status: 400, type: 'text' },
      check: ({ body }) => expect(body).toMatch(/JSON/),
    },
    {
      says: 'add a job, as meant',
      sample: 'curl -XPOST -d @job.json 127.0.0.1:4646/v1/jobs | jq',
      ...{ status: 200, body: REGISTERED },
    },
    {
      says: 'one job',
      sample: 'curl -XGET 127.0.0.1:4646/v1/job/<job_name> | jq',
      ...{ ours: named, before: allEnded, status: 200, headers: INDEXED },
      check: ({ body }) =>
        expect(JSON.parse(body)).toMatchObject({ ...JOB.Job, Name: 'my-job', Status: 'dead', Stop: false, Version: 0 }),
    },
    {
      says: 'all allocations of a job, with its quote closed',
      sample: 'curl -XGET "127.0.0.1:4646/v1/job/<job_name>/allocations" | jq',
      ...{ ours: named, status: 200, headers: INDEXED },
      check: ({ body }) => {
        const [only] = JSON.parse(body)
        expect(JSON.parse(body)).toEqual([
          expect.objectContaining({
            ...{ ID: UUID, JobID: 'my-job', TaskGroup: 'db1', Name: 'my-job.db1[0]', ClientStatus: 'complete' },
            ...{ DesiredStatus: 'run', NodeName: 'agent-0' },
            TaskStates: { load: expect.objectContaining({ State: 'dead', Failed: false, Restarts: 0 }) },
          }),
        ])
        known['alloc'] = only.ID
      },
    },
    {
      says: 'one allocation',
      sample: 'curl -XGET "127.0.0.1:4646/v1/allocation/<alloc_id>" | jq',
      ...{ ours: named, status: 200, headers: INDEXED },
      check: ({ body }) =>
        expect(JSON.parse(body)).toMatchObject({ ID: known['alloc'], ClientStatus: 'complete', Job: { ID: 'my-job' } }),
    },
    {
      says: 'the stage: full while all of it is loaded for the first time',
      sample: `curl -XGET "127.0.0.1:4646/v1/job/<jobId>/allocations" | jq '.' | grep job_stage`,
      before: async () => {
        // what other views have loaded before would go on incrementally
        await stack.put('/data/db2', 2)
        const fresh = JSON.parse(JSON.stringify(JOB).replaceAll('my-job', 'fresh').replaceAll('/data/db1', '/data/db2'))
        writeFileSync(join(stack.dir, 'fresh.json'), JSON.stringify(fresh))
        await type('curl -XPOST -d @fresh.json 127.0.0.1:4646/v1/jobs')
        await allEnded()
      },
      ...{ ours: () => ({ '<jobId>': 'fresh' }), status: 200 },
      check: typed => expect(stagesIn(typed)).toEqual(STAGES('full')),
    },
    {
      says: 'the stage: incremental when it is added again',
      sample: `curl -XGET "127.0.0.1:4646/v1/job/<jobId>/allocations" | jq '.' | grep job_stage`,
      before: async () => {
        await type('curl -XPOST -d @fresh.json 127.0.0.1:4646/v1/jobs')
        await allEnded()
      },
      ...{ ours: () => ({ '<jobId>': 'fresh' }), status: 200 },
      check: typed => expect(stagesIn(typed).sort()).toEqual([...STAGES('full'), ...STAGES('incr')].sort()),
    },
    {
      says: 'stop a job',
      sample: 'curl -XDELETE 127.0.0.1:4646/v1/job/my-job',
      status: 200,
      check: ({ body }) => expect(JSON.parse(body)).toMatchObject({ EvalID: UUID, JobModifyIndex: expect.any(Number) }),
    },
    {
      says: 'what was stopped is there for a while',
      sample: 'curl -XGET 127.0.0.1:4646/v1/job/<job_name> | jq',
      ...{ ours: named, status: 200 },
      check: ({ body }) => expect(JSON.parse(body)).toMatchObject({ Stop: true, Status: 'dead' }),
    },
    {
      says: 'purge a job',
      sample: 'curl -XDELETE 127.0.0.1:4646/v1/job/my-job?purge=true',
      status: 200,
      check: ({ body }) => expect(JSON.parse(body)).toMatchObject({ EvalID: UUID }),
    },
    {
      says: 'what was purged is gone',
      sample: 'curl -XGET 127.0.0.1:4646/v1/job/<job_name>',
      ...{ ours: named, status: 404, type: 'text' },
      check: ({ body }) => expect(body).toBe('job not found'),
    },
    {
      says: 'stop a job that is not there',
      sample: 'curl -XDELETE 127.0.0.1:4646/v1/job/my-job',
      status: 200,
      check: ({ body }) =>
        expect(JSON.parse(body)).toMatchObject({ EvalID: '', EvalCreateIndex: 0, JobModifyIndex: 0 }),
    },
    {
      says: 'all nodes',
      sample: 'curl -XGET "127.0.0.1:4646/v1/nodes" | jq',
      ...{ status: 200, headers: INDEXED },
      check: ({ body }) => {
        const nodes = JSON.parse(body)
        const ids = nodes.map(({ ID }: { ID: string }) => ID)
        expect(ids).toEqual([...ids].sort())
        expect(nodes.map(({ Name }: { Name: string }) => Name).sort()).toEqual(['agent-0', 'agent-1'])
        const version = nodes[0].Drivers.goosefs.Attributes['driver.goosefs.version']
        expect(nodes[0]).toMatchObject({
          ...{ Address: expect.stringMatching(/./), Datacenter: expect.stringMatching(/^default|testrepo$/), ID: UUID },
          ...{ Status: 'ready', Version: expect.stringMatching(/^\d+\.\d+/) },
          Drivers: {
            goosefs: {
              Attributes: {
                ...{ 'driver.goosefs': 'true', 'driver.goosefs.version': expect.stringMatching(/^\d/) },
                'driver.goosefs.full_version': expect.stringContaining(version),
              },
              ...{ Detected: true, Healthy: true },
            },
          },
        })
      },
    },
  ])

  test('the line with the open quote is refused by the shell itself', async () => {
    const typed = await type('curl -XGET "127.0.0.1:4646/v1/job/<job_name>/allocations | jq')
    expect([typed.code, typed.status]).toEqual([2, 0])
  })
})

const datahub = (path: string, more = ` -H 'Content-Type: application/json'`): string =>
  `curl -H 'Accept: application/json'${more} -H 'Authorization: Token ${TOKEN}' 'http://localhost:8080${path}'`
const daemonId = { daemonid: expect.stringMatching(/^[0-9a-f]{21}$/) }

describe('003, datahub', () => {
  beforeAll(async () => {
    await allEnded()
    const mine = { authorization: `Token ${TOKEN}` }
    const own = (await stack.api('GET', '/daemon/log/0?range=99', undefined, mine)).json.log.length
    const daemonid = (await stack.api('GET', '/daemon/id', undefined, mine)).json.daemonid
    const log = [
      ...['2015/12/01 14:52:54 testlog5', '2015/12/01 14:56:21 testlog6', '2015/12/01 14:58:29 testlog7'],
      // so many newer ones that these are the fifth and those behind it
      ...Array.from({ length: 5 - own }, (_, n) => `2015/12/01 15:00:0${n} newer`),
    ]
    const abnormaltags = ['abnormaltag1', 'abnormaltag2', 'abnormaltag3'].map(tag => `testrepo/testitem:${tag}`)
    expect((await stack.api('POST', '/heartbeat', { daemonid, log, abnormaltags }, mine)).status).toBe(200)
    const load = { action: 'load', paths: ['/testtag'], name: 'testitem', cluster: 'testrepo' }
    await stack.ended((await stack.submit(load)).id)
  })

  replay([
    { says: 'the id, as in the heading', sample: datahub('/daemon/id/'), status: 200, body: daemonId },
    {
      says: 'the id, as in the request',
      ...{ sample: datahub('/daemon/id'), status: 200, body: daemonId },
      check: ({ headers }) => expect(headers['content-type']).toMatch(/^application\/json/),
    },
    {
      says: 'entry points of a user',
      ...{ sample: datahub('/daemon/ep/cmcc'), status: 200, body: { entrypoint: ENTRYPOINTS } },
    },
    {
      says: 'the log from a line on',
      ...{ sample: datahub('/daemon/log/5?range=2'), status: 200 },
      body: {
        log: ['2015/12/01 14:58:29 testlog7', '2015/12/01 14:56:21 testlog6', '2015/12/01 14:52:54 testlog5'],
      },
    },
    {
      says: 'the status, as in the heading',
      ...{ sample: datahub('/daemon/status/'), status: 200, keys: ['status', 'entrypoint'] },
      body: { status: 'online', entrypoint: ENTRYPOINTS },
    },
    {
      says: 'the status, as in the request',
      ...{ sample: datahub('/daemon/status'), status: 200, body: { status: 'online', entrypoint: ENTRYPOINTS } },
    },
    {
      says: 'abnormal tags of an item',
      ...{ sample: datahub('/daemon/tags/status?repname=testrepo&itemname=testitem', ''), status: 200 },
      keys: ['status', 'total', 'results'],
      body: { status: 'ABNORMAL', total: 3, results: ['abnormaltag1', 'abnormaltag2', 'abnormaltag3'] },
    },
    {
      says: 'one tag that is well',
      sample: datahub('/daemon/tags/status?repname=testrepo&itemname=testitem&tagname=testtag', ''),
      ...{ ours: () => ({ 'tagname=testtag': 'tagname=/testtag' }), status: 200 },
      body: { status: 'NORMAL', total: 0, results: null },
    },
    {
      says: 'a page of abnormal tags',
      sample: datahub('/daemon/tags/status?repname=testrepo&itemname=testitem&page=2&size=2', ''),
      ...{ status: 200, body: { status: 'ABNORMAL', total: 3, results: ['abnormaltag3'] } },
    },
  ])
})

const exporting = (method: string, path: string, body = ''): string =>
  `curl -X${method} -H 'Content-Type: application/json' ${body === '' ? '' : `-d '${body}' `}'http://localhost:8080/api/v1/export/${path}'`
const EXPORT = `{
    "name": "<导出任务名字>",
    "spl": "<SPL语句>",
    "interval": {
        "type": <"cronDate"|"crontab">,
        "cronDate": {  // 如果type是cronDate,该字段非空
            "frequency": "day",
            "month": "1",
            "date": "1",
            "hour": "16",
            "minute": "0"
        },
        "crontab": "*/5 * * * * ?" // 如果type 是 crontab,非空
    }
}`
const BATCH = `{
    "tasks": ["任务id1", "任务id2"],
    "status": <"running"|"stopped">,  // 目标状态 running 代表运行,stopped 代表停止
}`
const PAGING = 'sort=<SortColumn>&order=<asc|desc>&pageNo=<PageNo>&pageSize=<PageSize>&prefix=<prefix>'
const paged = (sort: string, prefix: string) => ({
  ...{ '<SortColumn>': sort, '<asc|desc>': 'desc', '<PageNo>': '1', '<PageSize>': '10', '<prefix>': prefix },
})
const exported = (): Record<string, string> => ({
  '<TaskId>': known['export'] ?? '',
  '<TaskID>': known['export'] ?? '',
})
const filled = (name: string, spl: string, type: string) => (): Record<string, string> => ({
  ...{
    '<导出任务名字>': name,
    '<SPL语句>': spl,
    '<"cronDate"|"crontab">': `"${type}"`,
    '<任务ID>': known['export'] ?? '',
  },
})
const TASK_KEYS = [
  ...['id', 'name', 'description', 'operations', 'spl', 'owner', 'interval', 'status', 'count', 'updateTime'],
  ...['createTime', 'lastRunTime'],
]

describe('004, Pandora export tasks', () => {
  beforeAll(allEnded)

  replay([
    {
      says: 'create a task',
      sample: exporting('POST', 'task', EXPORT),
      ...{ ours: filled('exported', '*', 'cronDate'), status: 200, body: {} },
      headers: { location: expect.stringMatching(/^\/api\/v1\/export\/task\/[0-9a-f-]{36}$/) },
      check: ({ headers }) => {
        known['export'] = headers['location']?.replace(/^.*\//, '') ?? ''
      },
    },
    {
      says: 'the list of tasks',
      sample: exporting('GET', `task/list?${PAGING}`),
      ...{ ours: () => paged('createTime', 'exp'), status: 200, keys: ['total', 'pageNo', 'pageSize', 'tasks'] },
      check: ({ body }) => {
        const { tasks, ...paging } = JSON.parse(body)
        expect([paging, tasks.map(Object.keys)]).toEqual([{ total: 1, pageNo: 1, pageSize: 10 }, [TASK_KEYS]])
        expect(tasks[0]).toMatchObject({
          ...{ id: known['export'], name: 'exported', description: null, spl: '*', status: 'running', count: 0 },
          operations: ['create', 'edit', 'list', 'share', 'delete'],
          interval: { type: 'cronDate', cronDate: { frequency: 'day', month: 1, date: 1, hour: 16, minute: 0 } },
          lastRunTime: -1,
        })
      },
    },
    {
      says: 'stop it',
      sample: exporting('PUT', 'tasks/status', BATCH),
      ours: () => ({
        任务id1: known['export'] ?? '',
        任务id2: known['export'] ?? '',
        '<"running"|"stopped">': '"stopped"',
      }),
      ...{ status: 200, body: {} },
    },
    {
      says: 'change it',
      sample: exporting('PUT', 'task/<任务ID>', EXPORT),
      ...{ ours: filled('exported', 'load /data/db1', 'crontab'), status: 200, body: {} },
    },
    {
      says: 'what was changed, still stopped',
      sample: exporting('GET', `task/list?${PAGING}`),
      ...{ ours: () => paged('name', 'exp'), status: 200 },
      check: ({ body }) =>
        expect(JSON.parse(body).tasks).toMatchObject([
          { status: 'stopped', spl: 'load /data/db1', interval: { type: 'crontab', crontab: '*/5 * * * * ?' } },
        ]),
    },
    {
      says: 'its history',
      sample: exporting('GET', `task/<TaskID>/history?${PAGING}`),
      before: async () => {
        const { job } = (await stack.api('POST', `/api/v1/schedules/${known['export']}/run`, {})).json
        await stack.ended(job.id)
      },
      ours: () => ({ ...exported(), ...paged('time', '') }),
      ...{ status: 200, keys: ['total', 'pageNo', 'pageSize', 'histories'] },
      check: ({ body }) => {
        const { histories, total } = JSON.parse(body)
        const item = { taskId: known['export'], count: 1, status: 'success', message: null }
        expect([total, histories]).toEqual([1, [{ ...item, time: expect.any(Number), tookMillis: expect.any(Number) }]])
        expect(Object.keys(histories[0])).toEqual(['taskId', 'count', 'time', 'status', 'message', 'tookMillis'])
      },
    },
    {
      says: 'delete it',
      ...{ sample: exporting('DELETE', 'task/<TaskId>'), ours: exported, status: 200, body: {} },
    },
    {
      says: 'delete it again',
      ...{ sample: exporting('DELETE', 'task/<TaskId>'), ours: exported, status: 404, keys: ['error'] },
    },
  ])
})
