// every refusal of view 001 as a row: who asks what of which cluster, and what it hears
import { expect, test } from 'vitest'
import { createAlluxioRoom, type RoomOptions } from './room.ts'

type Row = readonly [ask: string, body: unknown, status: number, sentence: RegExp, room?: RoomOptions]

const TTL_OFF = { features: { ttl: 'off' } } as const
const PIN = { features: { priority: 'pin' } } as const
const STATIC = { features: { mount: 'static' } } as const
const NS = { features: { mount: 'ns' } } as const
const ALONE = { alone: true } as const
const UUID = '54b88939-de49-46ef-acab-fe489f46d1a0'

const WORK = (['load', 'free'] as const).flatMap((noun): Row[] => [
  [
    `GET ${noun}?alias=a&index=/i`,
    undefined,
    400,
    /^at most one of index, alias, id must be given, got index and alias$/,
  ],
  [`GET ${noun}?id=${UUID}&alias=a`, undefined, 400, /got alias and id$/],
  [`GET ${noun}?count=0`, undefined, 400, /^count must be a whole number from 1, got "0"$/],
  [`GET ${noun}?count=1.5`, undefined, 400, /^count must be a whole number/],
  [`GET ${noun}?count=`, undefined, 400, /^count must be a whole number/],
  [`GET ${noun}?alias=nobody`, undefined, 404, /^No job found\.\.\.$/],
  [`GET ${noun}?index=/nothing`, undefined, 404, /^No job found\.\.\.$/],
  [`GET ${noun}?id=${UUID}`, undefined, 404, /^No job found\.\.\.$/],
  [`GET ${noun}?id=1`, undefined, 404, /^No job found\.\.\.$/],
  [`POST ${noun}`, undefined, 400, /^the body must be an object, but is missing$/],
  [`POST ${noun}`, '{"paths":', 400, /^the body must be JSON/],
  [`POST ${noun}`, [], 400, /^the body must be an object/],
  [`POST ${noun}`, {}, 400, /^index or paths must be given, but is missing$/],
  [`POST ${noun}`, { alias: 'a' }, 400, /^paths must be given, but is missing$/],
  [`POST ${noun}`, { paths: ['/a'] }, 400, /^alias must come with paths, but is missing$/],
  [`POST ${noun}`, { paths: ['/a'], index: '/i', alias: 'a' }, 400, /^index and paths must not both be given/],
  [`POST ${noun}`, { index: '/i', alias: 'a' }, 400, /^alias must come with paths: an index is its own name$/],
  [`POST ${noun}`, { paths: [], alias: 'a' }, 400, /^paths must have at least one path, got none$/],
  [`POST ${noun}`, { paths: '/a', alias: 'a' }, 400, /^paths must be an array, got "\/a"$/],
  [`POST ${noun}`, { paths: ['a'], alias: 'a' }, 400, /^paths\[0\] must start with "\/"/],
  [`POST ${noun}`, { paths: ['-f'], alias: 'a' }, 400, /^paths\[0\] must start with "\/"/],
  [`POST ${noun}`, { paths: ['/a', 7], alias: 'a' }, 400, /^paths\[1\] must be a string, got 7$/],
  [`POST ${noun}`, { paths: ['/a'], alias: '' }, 400, /^alias must have 1 to 128 characters/],
  [`POST ${noun}`, { paths: ['gs://elsewhere/x'], alias: 'a' }, 400, /mount.*got "gs:\/\/elsewhere\/x"/],
  [`POST ${noun}`, { index: '/missing' }, 400, /^index must be there: .*\/missing/],
  [`DELETE ${noun}`, undefined, 400, /^the body must be an object, but is missing$/],
  [`DELETE ${noun}`, {}, 400, /^one of alias, index, id, paths must be given, got none$/],
  [`DELETE ${noun}`, { id: UUID, alias: 'a' }, 400, /^one of .* must be given, got alias and id$/],
  [`DELETE ${noun}`, { paths: [] }, 400, /^paths must have at least one path/],
  [`DELETE ${noun}`, { alias: 'nobody' }, 410, /^No job found/],
  [`DELETE ${noun}`, { index: '/nothing' }, 410, /^No job found/],
  [`DELETE ${noun}`, { id: UUID }, 410, /^No job found/],
  [`DELETE ${noun}`, { paths: ['/nothing'] }, 410, /^No job found/],
  [`PUT ${noun}`, {}, 405, /takes GET, POST, DELETE, HEAD, got PUT$/],
])

const OPTIONS = Object.entries({
  batchSize: [['x', 0, -1, 1.5, '1e3', true, {}], /^options\.batchSize must be a whole number from 1 to 1000000/],
  replicas: [['x', 0, 101, '2.5', []], /^options\.replicas must be a whole number from 1 to 100/],
  skipIfExists: [['maybe', 2, {}], /^options\.skipIfExists must be true or false/],
  loadPolicy: [['ALWAYS', 'if_changed', '', 1], /^options\.loadPolicy must be IF_CHANGED, got/],
  fileFilterRegex: [['[', '(?=a)', 'x'.repeat(1001), '(a)\\1'], /^fileFilterRegex must/],
} satisfies Record<string, [unknown[], RegExp]>).flatMap(([name, [values, sentence]]) =>
  values.map((value): Row => [`POST load`, { paths: ['/a'], alias: 'a', options: { [name]: value } }, 400, sentence]),
)

const STATELESS: readonly Row[] = [
  ['GET rebalance?id=x&target=ALL', undefined, 400, /^at most one of id and target must be given, got both$/],
  ['GET rebalance?id=x', undefined, 404, /^No job found/],
  ['GET rebalance?target=ALL', undefined, 404, /^No job found/],
  ['POST rebalance', undefined, 400, /^the body must be an object, but is missing$/],
  ['POST rebalance', {}, 400, /^target must be a text, but is missing$/],
  ['POST rebalance', { target: 'ALL', options: { skipPrune: 'x' } }, 400, /^options\.skipPrune must be true or false/],
  [
    'POST rebalance',
    { target: 'ALL', options: { loadBandwidth: '10485746000' } },
    501,
    /rebalance is not implemented on cluster default/,
  ],
  ['DELETE rebalance', undefined, 400, /^the body must be an object/],
  ['DELETE rebalance', {}, 400, /^id or target must name the job, got neither$/],
  ['DELETE rebalance', { id: 'x', target: 'ALL' }, 400, /^id or target must name the job, got both$/],
  ['DELETE rebalance', { target: 'ALL' }, 410, /^no rebalance job is under way$/],
  ...(['POST cache', 'DELETE cache'] as const).flatMap((ask): Row[] => [
    [ask, undefined, 400, /^the body must be an object, but is missing$/],
    [ask, {}, 400, /^op must name the operation, but is missing$/],
    [ask, { op: 7 }, 400, /^op must be a text, got 7$/],
    [ask, { op: 'clear-stale' }, 501, /^operation clear-stale is not implemented on this cluster$/],
    [ask, { type: 'CLEAR_STALE' }, 501, /^operation CLEAR_STALE is not implemented on this cluster$/],
    [ask, { operation: 'other' }, 501, /^operation other is not implemented on this cluster$/],
  ]),
  ['GET mount?path=/nowhere', undefined, 404, /^nothing is mounted at "\/nowhere"$/],
  ['GET mount', undefined, 500, /^no agent|no cluster|There is no cluster/, ALONE],
  ['POST mount', undefined, 400, /^the body must be an object, but is missing$/],
  ['POST mount', {}, 400, /^path must be a string/],
  ['POST mount', { path: '/x' }, 400, /^ufs must be the one address to mount, got none$/],
  ['POST mount', { path: '/x', ufs: 's3://a', uri: 's3://b' }, 400, /^ufs must be the one address to mount, got 2$/],
  ['POST mount', { path: 'x', ufs: 's3://a' }, 400, /^path must start with/],
  ['POST mount', { path: 's3://x', ufs: 's3://a' }, 400, /^path must start with "\/", got "s3:\/\/x"/],
  ['POST mount', { path: '/x', ufs: 's3://a', options: { '-Dkey': 'v' } }, 400, /^options\.-Dkey must have a name/],
  ['POST mount', { path: '/x', ufs: 's3://a', options: [] }, 400, /^options must be an object of texts$/],
  ['POST mount', { path: '/x', ufs: 's3://a', options: { secret: {} } }, 400, /^options\.secret must be a text$/],
  ['POST mount', { path: '/x', ufs: 's3://a', readonly: 'x' }, 400, /^readonly must be true or false/],
  ['POST mount', { path: '/-rf', ufs: 's3://a' }, 400, /^path must not begin with a dash/, NS],
  ...(['--readonly', '0', '7', ''] as const).map(
    (wPolicy): Row => [
      'POST mount',
      { path: '/n', ufs: 's3://a', options: { wPolicy } },
      400,
      /^options\.wPolicy must be a number from 1 to 6\.$/,
      NS,
    ],
  ),
  ['POST mount', { path: '/n', ufs: 's3://a', options: { rPolicy: 6 } }, 400, /^options\.rPolicy .* 1 to 5/, NS],
  ['DELETE mount', { path: '/-rf' }, 400, /^path must not begin with a dash/, NS],
  ['DELETE mount', { path: '//-rf' }, 400, /^path must not begin with a dash/, NS],
  ['POST mount', { path: '/s3', ufs: 's3://other' }, 409, /"\/s3" is mounted already/],
  ['POST mount', { path: '/x', ufs: 's3://bucket/dir/' }, 409, /is mounted already, at "\/s3"/],
  ['POST mount', undefined, 501, /mount table of cluster default is static/, STATIC],
  ['POST mount', '{', 501, /mount table of cluster default is static/, STATIC],
  ['DELETE mount', undefined, 400, /^the body must be an object, but is missing$/],
  ['DELETE mount', {}, 400, /^path must be a string/],
  ['DELETE mount', { path: '/x' }, 410, /Nothing is mounted at "\/x"/],
  ['DELETE mount', {}, 501, /static/, STATIC],
  ...(['quota', 'cache-filter'] as const).flatMap(noun =>
    ([`GET ${noun}`, `GET ${noun}?path=/a`, `POST ${noun}`, `DELETE ${noun}`] as const).flatMap((ask): Row[] => [
      [ask, undefined, 501, new RegExp(`^${noun.replace('-', ' ')} is not enabled on cluster default$`)],
      ...(ask.startsWith('GET') ? [] : [[ask, '{"broken', 501, /is not enabled/] satisfies Row]),
    ]),
  ),
  ...(['GET ttl', 'GET ttl?path=/data', 'POST ttl', 'DELETE ttl'] as const).flatMap((ask): Row[] => [
    [ask, undefined, 501, /^TTL is not enabled on cluster default$/, TTL_OFF],
    ...(ask.startsWith('GET') ? [] : [[ask, '{', 501, /^TTL is not enabled/, TTL_OFF] as const]),
  ]),
  ['GET ttl?path=/data', undefined, 404, /^"\/data" has no TTL$/],
  ['GET ttl?path=/nowhere', undefined, 404, /\/nowhere/],
  ['GET ttl?path=gs://no/where', undefined, 404, /gs:\/\/no\/where/],
  ['POST ttl', undefined, 400, /^the body must be an object, but is missing$/],
  ['POST ttl', { path: '/data' }, 400, /^time must be given, but is missing$/],
  ['POST ttl', { time: '1h' }, 400, /^path must be a string/],
  ['POST ttl', { path: '/data', time: '1h', ttl: '2h' }, 400, /must not both be given$/],
  ...['x', '', '-1h', '1w', 0, '0', {}, '9999999999999999d'].map(
    (time): Row => ['POST ttl', { path: '/data', time }, 400, /^time must be a time such as 1h/],
  ),
  ['POST ttl', { path: '/nowhere', time: '1h' }, 400, /\/nowhere/],
  ['POST ttl', { path: 'gs://no/where', time: '1h' }, 400, /gs:\/\/no\/where/],
  ['DELETE ttl', undefined, 400, /^the body must be an object, but is missing$/],
  ['DELETE ttl', {}, 400, /^path must be a string/],
  ['DELETE ttl', { path: '/data' }, 400, /TTL/],
  ['DELETE ttl', { path: '/nowhere' }, 400, /\/nowhere/],
  ...(['GET priority', 'GET priority?path=/a', 'POST priority', 'DELETE priority'] as const).map(
    (ask): Row => [ask, undefined, 501, /^priority eviction is not enabled on cluster default$/],
  ),
  ['POST priority', {}, 501, /not enabled/],
  ['POST priority', undefined, 400, /^the body must be an object, but is missing$/, PIN],
  ['POST priority', { path: '/data' }, 400, /^priority must be one of HIGH, MEDIUM, LOW, but is missing$/, PIN],
  ['POST priority', { path: '/data', priority: 'x' }, 400, /^priority must be one of HIGH, MEDIUM, LOW, got "x"$/, PIN],
  ['POST priority', { path: '/data', priority: 'low' }, 400, /^priority must be HIGH or MEDIUM on a cluster/, PIN],
  ['POST priority', { path: '/nowhere', priority: 'HIGH' }, 400, /\/nowhere/, PIN],
  ['GET priority?path=/data', undefined, 404, /^"\/data" has no Priority$/, PIN],
  ['DELETE priority', undefined, 400, /^the body must be an object, but is missing$/, PIN],
  ['GET nodes?id=worker-x', undefined, 404, /^there is no worker "worker-x"$/],
  ['DELETE nodes?id=worker-x', undefined, 404, /^there is no worker "worker-x"$/],
  ['DELETE nodes', undefined, 404, /^id must name a worker, but is missing$/],
  ['GET nodes', undefined, 500, /cluster/, ALONE],
  ['POST file_index', { paths: ['/a'] }, 404, /^the global file index is not enabled on cluster default$/],
  ['POST file_index', undefined, 404, /not enabled/],
  ['DELETE file_index', { paths: ['/a'] }, 404, /not enabled/],
  ['GET mount?cluster=other', undefined, 404, /There is no cluster "other"/],
  ['GET load?cluster=a&cluster=b', undefined, 400, /must name one cluster|must be given once/],
]

test.each([...WORK, ...OPTIONS, ...STATELESS])('%s %j is answered with %i', async (...row) => {
  const [ask, body, status, sentence, options] = row as unknown as Row
  const { send, room, cluster } = await createAlluxioRoom(options)
  const [method = '', path = ''] = ask.split(' ')
  const answer = await send(method, path, body)
  expect(answer).toMatchObject({ status, body: { status: expect.stringMatching(sentence) } })
  // one clear sentence, and nothing has changed
  expect(Object.keys(answer.body)).toEqual(['status'])
  expect([...room.state.jobs.rows()]).toEqual([])
  expect([...room.state.policies.rows()]).toEqual([])
  const changing = ['mount', 'unmount', 'unset-ttl', 'remove-worker']
  expect(cluster.asked.filter(({ verb }) => changing.includes(verb))).toEqual([])
})

test('the credential and the role come before everything else', async () => {
  const { send } = await createAlluxioRoom({ mode: 'token' })
  const as = (token: string) => ({ authorization: `Token ${token}` })
  expect(await send('GET', 'load')).toMatchObject({ status: 401, body: { status: expect.any(String) } })
  expect(await send('GET', 'load', undefined, as('viewer-token'))).toMatchObject({ status: 200 })
  for (const ask of ['POST load', 'DELETE load', 'POST quota', 'DELETE nodes', 'POST file_index', 'POST cache']) {
    const [method = '', path = ''] = ask.split(' ')
    const answer = await send(method, path, '{', as('viewer-token'))
    expect(answer, ask).toMatchObject({ status: 403, body: { status: expect.any(String) } })
  }
})
