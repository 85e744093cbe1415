// view 002: every mistake of a caller is one plain text sentence, and nothing has changed
import { describe, expect, it } from 'vitest'
import { createNomadRoom, DTLE, type Fields, GROUP, toDocument, withConfig } from './room.ts'

const LOAD = { action: 'load', path: '/a' }
const policy = (more: Fields): Fields => toDocument({ TaskGroups: [{ ...GROUP, RestartPolicy: more }] })
const TASK = 'Job.TaskGroups[0].Tasks[0]'

const BODIES: readonly [what: string, body: unknown, text: string | RegExp][] = [
  ['nothing', undefined, 'Request body is empty'],
  ['white space', '  \n', 'Request body is empty'],
  ['what curl makes of -data', 'ata', /^the body must be JSON: .*ata/],
  ['half of a document', '{"Job":', /^the body must be JSON/],
  ['a list', [], 'the body must be an object, got []'],
  ['a number', 7, 'the body must be an object, got 7'],
  ['no job', {}, 'Job must be specified'],
  ['null', { Job: null }, 'Job must be specified'],
  ['a job that is a word', { Job: 'x' }, 'Job must be an object, got "x"'],
  ['no ID', { Job: {} }, "Job ID hasn't been provided"],
  ['an ID of null', { Job: { ID: null } }, "Job ID hasn't been provided"],
  ['an ID that is a number', { Job: toDocument({ ID: 7 }) }, /^Job\.ID must have 1 to 128 characters .*got 7$/],
  ['an empty ID', { Job: toDocument({ ID: '' }) }, /^Job\.ID must have 1 to 128 characters .*got ""$/],
  ['an ID with a line break', { Job: toDocument({ ID: 'a\nb' }) }, /^Job\.ID .*no control characters, got "a\\nb"$/],
  ['no groups', { Job: toDocument({ TaskGroups: [] }) }, 'Job.TaskGroups must have at least one group, got none'],
  ['groups left out', { Job: { ID: 'x' } }, 'Job.TaskGroups must be a list of groups, but is missing'],
  ['groups of null', { Job: { ID: 'x', TaskGroups: null } }, 'Job.TaskGroups must be a list of groups, got null'],
  [
    'a group twice',
    { Job: toDocument({ TaskGroups: [GROUP, GROUP] }) },
    /TaskGroups\[1\]\.Name must differ .* "db1" twice$/,
  ],
  [
    'no tasks',
    { Job: toDocument({ TaskGroups: [{ Name: 'g', Tasks: [] }] }) },
    /Tasks must have at least one task, got none$/,
  ],
  [
    'no driver',
    { Job: toDocument({ TaskGroups: [{ Name: 'g', Tasks: [{ Name: 't' }] }] }) },
    `${TASK}.Driver must be a string, but is missing`,
  ],
  [
    'two tasks of ours',
    { Job: toDocument({ TaskGroups: [{ Name: 'g', Tasks: [...GROUP.Tasks, ...GROUP.Tasks] }] }) },
    /Tasks must have exactly one task .* got 2$/,
  ],
  [
    'several of a group',
    { Job: withConfig(LOAD, { Count: 2 }) },
    'Job.TaskGroups[0].Count must be 1 for the driver goosefs, got 2',
  ],
  ['another namespace', { Job: toDocument({ Namespace: 'prod' }) }, 'Job.Namespace must be default, got "prod"'],
  ['a type that is none', { Job: toDocument({ Type: 'cron' }) }, /^Job\.Type must be one of .*batch.*, got "cron"$/],
  ['a priority too high', { Job: toDocument({ Priority: 101 }) }, 'Job.Priority must be at most 100, got 101'],
  [
    'a period',
    { Job: toDocument({ Periodic: { Spec: '* * * * *' } }) },
    /^Job\.Periodic must be left out: schedules are made at .*, got \{/,
  ],
  [
    'a parameter',
    { Job: toDocument({ ParameterizedJob: {} }) },
    /^Job\.ParameterizedJob must be left out: .*, got \{\}$/,
  ],
  ['a stop', { Job: toDocument({ Stop: true }) }, 'Job.Stop must not be true: DELETE stops a job, got true'],
  [
    'no config',
    { Job: withConfig({}) },
    /Config\.action must be one of load, .*, but is missing; .*Config\.path must be a string/,
  ],
  [
    'an unknown action',
    { Job: withConfig({ ...LOAD, action: 'rm' }) },
    /Config\.action must be one of load, .*, got "rm"$/,
  ],
  ['a report', { Job: withConfig({ action: 'report', path: '/' }) }, /Config\.action must be one of .*, got "report"$/],
  [
    'a relative path',
    { Job: withConfig({ ...LOAD, path: 'a' }) },
    `${TASK}.Config.path must start with "/" or a lower-case scheme such as "cosn://", got "a"`,
  ],
  ['an option for the CLI', { Job: withConfig({ ...LOAD, path: '-rf' }) }, /Config\.path must start with/],
  [
    'raw arguments',
    { Job: withConfig({ ...LOAD, args: ['-rf'] }) },
    /Config must not have "args": it takes an action, a path and options/,
  ],
  [
    'copies that are a text',
    { Job: withConfig({ ...LOAD, replication: '1' }) },
    `${TASK}.Config.replication must be a number, got "1"`,
  ],
  [
    'too many copies',
    { Job: withConfig({ ...LOAD, replication: 101 }) },
    `${TASK}.Config.replication must be at most 100, got 101`,
  ],
  [
    'restarts in the config',
    { Job: withConfig({ ...LOAD, restart: { attempts: 1 } }) },
    /Config must not have "restart"/,
  ],
  [
    'a dry run that frees',
    { Job: withConfig({ action: 'free', path: '/a', dryRun: true }) },
    /Config\.dryRun must be left out: .*, got true$/,
  ],
  [
    'a negative attempt',
    { Job: policy({ Attempts: -1 }) },
    'Job.TaskGroups[0].RestartPolicy.Attempts must be at least 0, got -1',
  ],
  [
    'a delay in words',
    { Job: policy({ Attempts: 1, Delay: '15s' }) },
    'Job.TaskGroups[0].RestartPolicy.Delay must be a number, got "15s"',
  ],
  [
    'a mode that is none',
    { Job: policy({ Mode: 'never' }) },
    /RestartPolicy\.Mode must be one of fail, delay, got "never"$/,
  ],
  [
    'a priority of the evaluation',
    { Job: toDocument(), EvalPriority: 101 },
    'eval priority must be between 1 and 100 inclusively',
  ],
  [
    'an index that is a text',
    { Job: toDocument(), EnforceIndex: true, JobModifyIndex: '7' },
    'JobModifyIndex must be a number, got "7"',
  ],
]

describe('a registration', () => {
  it.each(BODIES)('of %s is refused', async (_, body, text) => {
    const { send, operations } = await createNomadRoom()
    const before = operations.stateIndex()
    for (const [method, path] of [
      ['POST', '/v1/jobs'],
      ['PUT', '/v1/jobs'],
    ] as const) {
      const { status, headers, text: said } = await send(method, path, body)
      expect({ status, said, type: headers.get('content-type') }).toEqual({
        status: 400,
        said: typeof text === 'string' ? text : expect.stringMatching(text),
        type: 'text/plain; charset=utf-8',
      })
    }
    expect(operations.stateIndex()).toBe(before)
  })

  it('does nothing of a document of which one group is wrong', async () => {
    const { register, get } = await createNomadRoom()
    const wrong = { Name: 'g2', Tasks: [{ Name: 't', Driver: 'goosefs', Config: { action: 'load' } }] }
    const { status, text } = await register(toDocument({ TaskGroups: [GROUP, wrong] }))
    expect({ status, text }).toEqual({ status: 400, text: expect.stringMatching(/^Job\.TaskGroups\[1\]\.Tasks\[0\]/) })
    expect(await get('/v1/jobs')).toEqual([])
  })

  it('must name the job of its address', async () => {
    const { send, get } = await createNomadRoom()
    for (const method of ['POST', 'PUT']) {
      const { status, text } = await send(method, '/v1/job/other', { Job: toDocument() })
      expect({ status, text }).toEqual({ status: 400, text: 'Job ID does not match name' })
    }
    expect(await get('/v1/jobs')).toEqual([])
  })

  it('in another namespace is refused', async () => {
    const { send } = await createNomadRoom()
    const { status, text } = await send('PUT', '/v1/jobs?namespace=prod', { Job: toDocument() })
    expect({ status, text }).toEqual({ status: 400, text: 'namespace must be default, got "prod"' })
  })

  it('over a mebibyte is refused in plain text', async () => {
    const { register } = await createNomadRoom()
    const { status, headers } = await register(toDocument({ Meta: { big: 'x'.repeat(1_048_576) } }))
    expect([status, headers.get('content-type')]).toEqual([413, 'text/plain; charset=utf-8'])
  })
})

const READS = ['/v1/jobs', '/v1/allocations', '/v1/nodes', '/v1/job/x', '/v1/job/x/allocations', '/v1/status/leader']
const QUERIES: readonly [string, string][] = [
  ['index=abc', 'Invalid index'],
  ['index=-1', 'Invalid index'],
  ['index=1.5', 'Invalid index'],
  ['index=18446744073709551616', 'Invalid index'],
  ['wait=5', 'Invalid wait time'],
  ['wait=5x', 'Invalid wait time'],
  ['wait=1s&index=x', 'Invalid index'],
  ['wait=x&index=x', 'Invalid wait time'],
  ['per_page=many', 'Expect a number for `per_page` query string parameter'],
  ['per_page=2147483648', 'Expect a number for `per_page` query string parameter'],
  ['stale=maybe', 'Expect `true` or `false` for `stale` query string parameter'],
  ['next_token=%21', 'next_token must be the X-Nomad-NextToken of an earlier answer, got "!"'],
  ['filter=ID%3D%3D1', 'filter must be left out: expressions are not supported, got "ID==1"'],
]

describe('a read', () => {
  it.each(QUERIES)('with ?%s is refused', async (query, text) => {
    const { send } = await createNomadRoom()
    for (const path of READS) {
      const answer = await send('GET', `${path}?${query}`)
      expect([path, answer.status, answer.text]).toEqual([path, 400, text])
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    }
  })

  it.each([
    ['/v1/job/none', 'job not found'],
    ['/v1/job/none/summary', 'job not found'],
    ['/v1/job/none/versions', 'job versions not found'],
    ['/v1/allocation/none', 'alloc not found'],
    ['/v1/allocation/01900000-0000-7000-8000-000000000000', 'alloc not found'],
    ['/v1/node/none', 'node not found'],
    ['/v1/node/none/allocations', 'node not found'],
    ['/v1/evaluation/none', 'eval not found'],
  ])('of %s says what is not there, and at which index', async (path, text) => {
    const { send } = await createNomadRoom()
    const answer = await send('GET', path)
    expect([answer.status, answer.text, answer.headers.get('x-nomad-knownleader')]).toEqual([404, text, 'true'])
    expect(Number(answer.headers.get('x-nomad-index'))).toBeGreaterThan(0)
  })

  it.each(['/v1/job/none/allocations', '/v1/job/none/evaluations', '/v1/evaluation/none/allocations'])(
    'of %s is an empty list',
    async path => {
      const { get } = await createNomadRoom()
      expect(await get(path)).toEqual([])
    },
  )
})

describe('an address', () => {
  it.each(['/v1/nothing', '/v1/job', '/v1/job/x/plan', '/v1/kv/dtle/x/Gtid', '/v1/jobs/parse'])(
    'such as %s is an empty 404',
    async path => {
      const { send } = await createNomadRoom()
      const { status, text } = await send('GET', path)
      expect([status, text]).toEqual([404, ''])
    },
  )

  it.each([
    ['DELETE', '/v1/jobs', 'GET, POST, PUT, HEAD'],
    ['POST', '/v1/allocations', 'GET, HEAD'],
    ['PATCH', '/v1/job/x', 'POST, PUT, GET, DELETE, HEAD'],
    ['POST', '/v1/job/x/allocations', 'GET, HEAD'],
    ['PUT', '/v1/status/leader', 'GET, HEAD'],
  ])('takes not every method: %s %s', async (method, path, allow) => {
    const { send } = await createNomadRoom()
    const { status, text, headers } = await send(method, path)
    expect([status, text, headers.get('allow')]).toEqual([405, 'Invalid method', allow])
  })

  it('tolerates a slash at its end', async () => {
    const { get } = await createNomadRoom()
    expect(await get('/v1/jobs/')).toEqual([])
  })
})

describe('a stop', () => {
  it.each([
    [
      'purge=maybe',
      500,
      'Failed to parse value of "purge" (maybe) as a bool: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [
      'global=x',
      500,
      'Failed to parse value of "global" (x) as a bool: strconv.ParseBool: parsing "x": invalid syntax',
    ],
    [
      'eval_priority=x',
      500,
      'Failed to parse value of "eval_priority" (x) as a int: strconv.Atoi: parsing "x": invalid syntax',
    ],
    ['eval_priority=101', 400, 'eval priority must be between 1 and 100 inclusively'],
  ])('with ?%s is refused, and nothing is stopped', async (query, status, text) => {
    const { send, register, get } = await createNomadRoom()
    await register(toDocument())
    const answer = await send('DELETE', `/v1/job/my-job?${query}`)
    expect([answer.status, answer.text]).toEqual([status, text])
    expect(await get('/v1/job/my-job')).toMatchObject({ Stop: false, Status: 'pending' })
  })
})

describe('with tokens', () => {
  const OPERATOR = { 'x-nomad-token': 'operator-token' }
  it('whoever has none or another is denied, with our words beside', async () => {
    const { send } = await createNomadRoom({ mode: 'token' })
    for (const headers of [{}, { 'x-nomad-token': 'no' }, { authorization: 'Bearer no' }]) {
      const { status, text } = await send('GET', '/v1/jobs', undefined, headers as Record<string, string>)
      expect([status, text]).toEqual([403, 'Permission denied'])
    }
    const viewer = await send('POST', '/v1/jobs', { Job: DTLE }, { 'x-nomad-token': 'viewer-token' })
    expect([viewer.status, viewer.text]).toEqual([403, 'Permission denied'])
    expect(viewer.headers.get('x-gander-note')).toContain('operator')
    expect((await send('POST', '/v1/jobs', { Job: DTLE }, OPERATOR)).status).toBe(200)
    expect((await send('GET', '/v1/jobs', undefined, { authorization: 'Bearer viewer-token' })).json).toHaveLength(1)
  })

  it('nobody stops the job of another, and nothing of the name is stopped when one is', async () => {
    const { send } = await createNomadRoom({ mode: 'token' })
    const admin = { 'x-nomad-token': 'admin-token' }
    const job = { name: 'shared', action: 'load', paths: ['/b'] }
    await send('POST', '/api/v1/jobs', job, { authorization: 'Bearer admin-token' })
    // what another has opened is none of theirs: they get a job of their own under that name
    await send('POST', '/v1/jobs', { Job: toDocument({ ID: 'shared' }) }, OPERATOR)
    for (const query of ['', '?purge=true']) {
      const { status, text } = await send('DELETE', `/v1/job/shared${query}`, undefined, OPERATOR)
      expect([status, text]).toEqual([403, 'Permission denied'])
    }
    const read = await send('GET', '/v1/job/shared', undefined, OPERATOR)
    expect(read.json).toMatchObject({ Stop: false, Status: 'pending' })
    expect((await send('DELETE', '/v1/job/shared', undefined, admin)).status).toBe(200)
    expect((await send('GET', '/v1/job/shared', undefined, admin)).json).toMatchObject({ Stop: true, Status: 'dead' })
  })
})
