// view 003: golden exchanges for each row of its contract, and the samples of its reference document
import { describe, expect, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { type Exchange, exchange, openDoor, SAMPLE_TOKEN, SEED_HEADERS } from './door.ts'

const ENTRYPOINTS = ['http://211.10.23.23:35800', 'http://211.10.23.24:35800']
const ID = '0aef69daefb06d0afbe6c'
// 14:58:29 in the zone of the door, which is Asia/Shanghai
const LINES = [
  { at: '2015-12-01T06:58:29.000Z', text: 'testlog7' },
  { at: '2015-12-01T06:56:21.999Z', text: 'testlog6' },
  { at: '2015-12-01T06:52:54.500Z', text: 'testlog5' },
]
const LOG = ['2015/12/01 14:58:29 testlog7', '2015/12/01 14:56:21 testlog6', '2015/12/01 14:52:54 testlog5']
const ABNORMAL = ['abnormaltag1', 'abnormaltag2', 'abnormaltag3']
const NORMAL = { status: 'NORMAL', total: 0, results: null }
const ITEM = '/daemon/tags/status?repname=testrepo&itemname=testitem'
const HIGHEST = Number.MAX_SAFE_INTEGER
const error = (code: number, msg: string) => ({ code, msg, data: {} })
const whole = (field: string, min: number, got: string) =>
  error(1007, `${field} must be a whole number from ${min} to ${HIGHEST}, got "${got}"`)

const SAMPLES: readonly Exchange[] = [
  {
    what: 'the daemon id',
    ask: ['GET', '/daemon/id'],
    says: { daemonIdOf: ID },
    status: 200,
    body: { daemonid: ID },
    args: [],
  },
  {
    what: 'entry points of a user',
    ask: ['GET', '/daemon/ep/cmcc'],
    says: { entrypointsOf: ENTRYPOINTS },
    status: 200,
    body: { entrypoint: ENTRYPOINTS },
    args: ['cmcc'],
  },
  {
    what: 'the log with a range, both ends told',
    ask: ['GET', '/daemon/log/5?range=2'],
    says: { userLog: LINES },
    status: 200,
    body: { log: LOG },
    args: [5, 3],
  },
  {
    what: 'the status',
    ask: ['GET', '/daemon/status'],
    says: { companionStatus: { online: true, entrypoints: ENTRYPOINTS } },
    status: 200,
    body: { status: 'online', entrypoint: ENTRYPOINTS },
    args: [],
  },
  {
    what: 'abnormal tags of an item',
    ask: ['GET', ITEM],
    says: { tagStatus: { total: 3, abnormal: ABNORMAL } },
    status: 200,
    body: { status: 'ABNORMAL', total: 3, results: ABNORMAL },
    args: [{ cluster: 'testrepo', name: 'testitem' }],
  },
  {
    what: 'one tag that is well',
    ask: ['GET', `${ITEM}&tagname=testtag`],
    says: { tagStatus: { total: 0, abnormal: [] } },
    status: 200,
    body: NORMAL,
    args: [{ cluster: 'testrepo', name: 'testitem', tag: 'testtag' }],
  },
]

const ANSWERS: readonly Exchange[] = [
  {
    what: 'no entry points',
    ask: ['GET', '/daemon/ep/cmcc'],
    says: { entrypointsOf: [] },
    status: 200,
    body: { entrypoint: [] },
  },
  {
    what: 'a user whose name is percent-encoded',
    ask: ['GET', '/daemon/ep/%E7%94%A8%2Fa'],
    says: { entrypointsOf: [] },
    status: 200,
    body: { entrypoint: [] },
    args: ['用/a'],
  },
  {
    what: 'the log: ten lines without a range',
    ask: ['GET', '/daemon/log/0'],
    says: { userLog: [] },
    status: 200,
    body: { log: [] },
    args: [0, 10],
  },
  {
    what: 'the log: range 0 is one line',
    ask: ['GET', '/daemon/log/7?range=0'],
    says: { userLog: LINES.slice(0, 1) },
    status: 200,
    body: { log: LOG.slice(0, 1) },
    args: [7, 1],
  },
  {
    what: 'offline, nothing known',
    ask: ['GET', '/daemon/status'],
    says: { companionStatus: { online: false, entrypoints: [] } },
    status: 200,
    body: { status: 'offline', entrypoint: [] },
  },
  {
    what: 'a page of the abnormal ones: the total counts all',
    ask: ['GET', `${ITEM}&page=2&size=2`],
    says: { tagStatus: { total: 3, abnormal: ['abnormaltag3'] } },
    status: 200,
    body: { status: 'ABNORMAL', total: 3, results: ['abnormaltag3'] },
    args: [{ cluster: 'testrepo', name: 'testitem', page: 2, size: 2 }],
  },
  {
    what: 'a page behind the last one',
    ask: ['GET', `${ITEM}&page=9&size=2`],
    says: { tagStatus: { total: 3, abnormal: [] } },
    status: 200,
    body: { status: 'ABNORMAL', total: 3, results: [] },
  },
  {
    what: 'none abnormal',
    ask: ['GET', ITEM],
    says: { tagStatus: { total: 0, abnormal: [] } },
    status: 200,
    body: NORMAL,
  },
  {
    what: 'an empty tagname is none',
    ask: ['GET', `${ITEM}&tagname=`],
    says: { tagStatus: { total: 0, abnormal: [] } },
    status: 200,
    body: NORMAL,
    args: [{ cluster: 'testrepo', name: 'testitem' }],
  },
  {
    what: 'one tag that is not well',
    ask: ['GET', `${ITEM}&tagname=%2Fa`],
    says: { tagStatus: { total: 1, abnormal: ['/a'] } },
    status: 200,
    body: { status: 'ABNORMAL', total: 1, results: ['/a'] },
    args: [{ cluster: 'testrepo', name: 'testitem', tag: '/a' }],
  },
  {
    what: 'a heartbeat',
    ask: [
      'POST',
      '/heartbeat',
      { daemonid: ID, entrypoint: ENTRYPOINTS, log: [LOG[2], 'no time'], role: 1, abnormaltags: ['repo1/item1:tag1'] },
    ],
    says: { heard: undefined },
    status: 200,
    body: '',
    args: [
      ID,
      {
        entrypoints: ENTRYPOINTS,
        abnormal: ['repo1/item1:tag1'],
        lines: [{ at: '2015-12-01T06:52:54.000Z', text: 'testlog5' }, { text: 'no time' }],
      },
    ],
  },
  {
    what: 'a heartbeat that says nothing',
    ask: ['POST', '/heartbeat', { daemonid: ID, log: null, more: 1 }],
    says: { heard: undefined },
    status: 200,
    body: '',
    args: [ID, { entrypoints: [], abnormal: [], lines: [] }],
  },
  {
    what: 'whether a daemon was heard',
    ask: ['GET', '/heartbeat/status/cmcc'],
    says: { companionStatus: { online: true, entrypoints: ENTRYPOINTS } },
    status: 200,
    body: { status: 'online' },
    args: ['cmcc'],
  },
]

const forbidden = new AppError('FORBIDDEN', 'Only an admin may ask.')
const noUser = new AppError('USER_NOT_FOUND', 'There is no user "x".')
const noTag = new AppError('NOT_FOUND', 'There is no tag "x".')
const REFUSALS: readonly Exchange[] = [
  {
    what: 'entry points of somebody else',
    ask: ['GET', '/daemon/ep/x'],
    says: { entrypointsOf: forbidden },
    status: 403,
    body: error(1006, 'permission denied'),
  },
  {
    what: 'entry points of nobody',
    ask: ['GET', '/daemon/ep/x'],
    says: { entrypointsOf: noUser },
    status: 404,
    body: error(6002, 'There is no user "x".'),
  },
  {
    what: 'the heartbeat of nobody',
    ask: ['GET', '/heartbeat/status/x'],
    says: { companionStatus: noUser },
    status: 404,
    body: error(6002, 'There is no user "x".'),
  },
  ...['x', '-1', '1.5', '1e3', '%20', '0x1', '٣'].map(index => ({
    what: `log index ${index}`,
    ask: ['GET', `/daemon/log/${index}`] as const,
    status: 400,
    body: whole('index', 0, decodeURIComponent(index)),
  })),
  ...['x', '-1', '1.5', ''].map(range => ({
    what: `log range ${range}`,
    ask: ['GET', `/daemon/log/0?range=${range}`] as const,
    status: 400,
    body: whole('range', 0, range),
  })),
  {
    what: 'two ranges',
    ask: ['GET', '/daemon/log/0?range=1&range=2'],
    status: 400,
    body: error(1007, 'range must be given once, got ["1","2"]'),
  },
  {
    what: 'tags of nothing',
    ask: ['GET', '/daemon/tags/status'],
    status: 400,
    body: error(
      1400,
      'repname must be the name of a repository (a cluster), but is missing; itemname must be the name of an item (a job), but is missing',
    ),
  },
  {
    what: 'tags without a repname',
    ask: ['GET', '/daemon/tags/status?itemname=i&page=0'],
    status: 400,
    body: error(
      1400,
      `repname must be the name of a repository (a cluster), but is missing; page must be a whole number from 1 to ${HIGHEST}, got "0"`,
    ),
  },
  {
    what: 'tags with an empty itemname',
    ask: ['GET', '/daemon/tags/status?repname=r&itemname='],
    status: 400,
    body: error(1400, 'itemname must be the name of an item (a job), but is missing'),
  },
  ...['0', '-1', 'x', ''].flatMap(value =>
    ['page', 'size'].map(field => ({
      what: `tags with ${field}=${value}`,
      ask: ['GET', `${ITEM}&${field}=${value}`] as const,
      status: 400,
      body: whole(field, 1, value),
    })),
  ),
  {
    what: 'unknown tags',
    ask: ['GET', ITEM],
    says: { tagStatus: noTag },
    status: 404,
    body: error(1009, noTag.message),
  },
  ...[undefined, '', {}, { daemonid: '' }, { daemonid: null, role: 7 }].map(body => ({
    what: `a heartbeat of ${JSON.stringify(body)}`,
    ask: ['POST', '/heartbeat', body] as const,
    status: 400,
    body: expect.objectContaining({ code: 6201, msg: expect.stringMatching(/but is missing/), data: {} }),
  })),
  ...(
    [
      ['{', 'the body must be JSON: '],
      [[], 'the body must be an object, got []'],
      [{ daemonid: 7 }, 'daemonid must be the id of a daemon, got 7'],
      [{ daemonid: ID, role: 2 }, 'role must be 0 or 1, got 2'],
      [{ daemonid: ID, log: 'x' }, 'log must be a list, got "x"'],
      [{ daemonid: ID, log: ['a', 7] }, 'log[1] must be a text, with a time of the calendar when it begins like'],
      [{ daemonid: ID, log: ['2015/02/30 14:58:29 x'] }, 'log[0] must be a text, with a time of the calendar'],
      [{ daemonid: ID, log: ['2015/02/03 24:00:00 x'] }, 'log[0] must be a text, with a time of the calendar'],
      [
        { daemonid: ID, entrypoint: ['211.10.23.23:35800'] },
        'entrypoint[0] must be a URL such as http://host:port, got',
      ],
      [{ daemonid: ID, abnormaltags: ['tag1'] }, 'abnormaltags[0] must be like "repository/item:tag", got "tag1"'],
    ] as const
  ).map(([body, msg]) => ({
    what: `a heartbeat of ${JSON.stringify(body)}`,
    ask: ['POST', '/heartbeat', body] as const,
    status: 400,
    body: { code: 1007, msg: expect.stringMatching(toBeginning(msg)), data: {} },
  })),
  {
    what: 'a heartbeat of nobody',
    ask: ['POST', '/heartbeat', { daemonid: 'x' }],
    says: { heard: noTag },
    status: 404,
    body: error(1009, noTag.message),
  },
  {
    what: "somebody else's heartbeat",
    ask: ['POST', '/heartbeat', { daemonid: ID }],
    says: { heard: forbidden },
    status: 403,
    body: error(1006, 'permission denied'),
  },
  {
    what: 'a heartbeat that is too large',
    ask: ['POST', '/heartbeat', { daemonid: ID, log: ['x'.repeat(1_048_576)] }],
    status: 413,
    body: error(1007, 'the body must have at most 1048576 bytes'),
  },
  {
    what: 'a wrong method',
    ask: ['POST', '/daemon/id'],
    status: 405,
    body: error(1003, '/daemon/id takes GET, HEAD, got POST'),
  },
  {
    what: 'no room on the disk',
    ask: ['GET', '/daemon/id'],
    says: { daemonIdOf: new AppError('STORAGE_FULL', 'the disk of the daemon is full') },
    status: 507,
    body: error(507, 'storage full'),
  },
]

function toBeginning(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`)
}

describe('the samples of the reference document, with its headers', () => {
  test.each(SAMPLES)('$what', async sample => {
    const came = await exchange({ ...sample, headers: SEED_HEADERS })
    expect(came).toMatchObject({ status: sample.status, body: sample.body, type: 'application/json; charset=utf-8' })
    expect(came.asked[0]?.args.slice(1).filter(arg => arg !== undefined)).toEqual(sample.args)
  })

  test.each(SAMPLES)('$what, with a slash at the end', async sample => {
    const [method, path] = sample.ask
    const came = await exchange({ ...sample, ask: [method, path.replace(/(\?|$)/, '/$1')], headers: SEED_HEADERS })
    expect(came).toMatchObject({ status: sample.status, body: sample.body })
  })

  test.each(SAMPLES)('$what, wrapped', async sample => {
    const came = await exchange({ ...sample, headers: { ...SEED_HEADERS, 'X-DataHub-Version': '1' } })
    expect(came).toMatchObject({ status: 200, body: { code: 0, msg: 'OK', data: sample.body } })
  })
})

test.each([...ANSWERS, ...REFUSALS])('$what', async row => {
  const came = await exchange(row)
  expect({ status: came.status, body: came.body }).toEqual({ status: row.status, body: row.body })
  if (row.args !== undefined) expect(came.asked[0]?.args.slice(1).filter(arg => arg !== undefined)).toEqual(row.args)
  // what is refused at the door never reaches a verb
  if (row.says === undefined) expect(came.asked).toEqual([])
})

test('another version is not wrapped, an error never', async () => {
  const headers = { 'x-datahub-version': '2' }
  const [sample] = SAMPLES
  if (sample === undefined) throw new Error('there is no sample')
  expect((await exchange({ ...sample, headers })).body).toEqual({ daemonid: ID })
  const refused = await openDoor().send('GET', '/daemon/log/x', undefined, { 'x-datahub-version': '1' })
  expect(await refused.json()).toEqual(whole('index', 0, 'x'))
  const heard = await exchange({
    ...{ what: '', status: 200, body: '', headers: { 'x-datahub-version': '1' } },
    ...{ ask: ['POST', '/heartbeat', { daemonid: ID }], says: { heard: undefined } },
  })
  expect(heard.body).toEqual({ code: 0, msg: 'OK', data: {} })
})

describe('who asks', () => {
  const says = { daemonIdOf: ID }
  test('off: an unknown token is the default user', async () => {
    const door = openDoor(says, { defaultUser: { name: 'cmcc', role: 'operator' } })
    await door.send('GET', '/daemon/id', undefined, { authorization: `Token ${SAMPLE_TOKEN}` })
    expect(door.asked[0]?.args[0]).toEqual({ name: 'cmcc', role: 'operator', via: 'http' })
  })

  test.each([
    ['/daemon/id', 'GET'],
    ['/daemon/ep/cmcc', 'GET'],
    ['/daemon/log/x', 'GET'],
    ['/daemon/status', 'GET'],
    ['/daemon/tags/status', 'GET'],
    ['/heartbeat/status/x', 'GET'],
    ['/heartbeat', 'POST'],
  ])('token: %s without a known one', async (path, method) => {
    const door = openDoor({}, { mode: 'token' })
    for (const headers of [undefined, { authorization: `Token ${SAMPLE_TOKEN}` }]) {
      const response = await door.send(method, path, undefined, headers)
      expect(response.status).toBe(401)
      expect(await response.json()).toEqual(error(1005, 'unauthorized'))
    }
  })

  test.each(['Token', 'Bearer', 'Pandora'])('token: a known one as %s', async scheme => {
    const door = openDoor(says, { mode: 'token' })
    const response = await door.send('GET', '/daemon/id', undefined, { authorization: `${scheme} viewer-token` })
    expect(response.status).toBe(200)
    expect(door.asked[0]?.args[0]).toMatchObject({ name: 'vera', role: 'viewer' })
  })

  test('a viewer says what is their own', async () => {
    const door = openDoor({ heard: undefined }, { mode: 'token' })
    const headers = { authorization: 'Token viewer-token' }
    expect((await door.send('POST', '/heartbeat', { daemonid: ID }, headers)).status).toBe(200)
  })

  test('a refusal says beside its fixed words why', async () => {
    const { note } = await exchange(REFUSALS[0] as Exchange)
    expect(note).toBe('Only an admin may ask.')
  })
})
