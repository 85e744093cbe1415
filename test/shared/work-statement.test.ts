// what a schedule does, read from a line
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readWork } from '../../shared/work-statement.ts'
import { WORK_WORDS, type WorkAction } from '../../shared/work-words.ts'

const ask = (action: WorkAction, paths: readonly string[], more: object = {}) => ({
  ...{ kind: 'ask', action, paths, options: {} },
  ...more,
})

test.each([
  ['load /a', ask('load', ['/a'])],
  [
    'load /a /b replicas=2 cluster=c refresh',
    ask('load', ['/a', '/b'], { cluster: 'c', options: { replication: 2, refresh: true } }),
  ],
  [
    '预热 /a 副本=2 超时=1h30m 刷新',
    ask('load', ['/a'], { options: { replication: 2, timeoutSeconds: 5400, refresh: true } }),
  ],
  ['LOAD /a replication=３ timeout=90分钟', ask('load', ['/a'], { options: { replication: 3, timeoutSeconds: 5400 } })],
  // it does so anyhow
  ['强制预热 /a 刷新', ask('forceload', ['/a'])],
  ['forceload gfs://h:1/p "/a b"', ask('forceload', ['gfs://h:1/p', '/a b'])],
  ['metadata /a', ask('metadata', ['/a'])],
  ['释放 /a 集群="c 1"', ask('free', ['/a'], { cluster: 'c 1' })],
  ['report', ask('report', [])],
  ['集群 集群=c', ask('report', [], { cluster: 'c' })],
  [`load /a/\${yyyy-MM-dd HH:mm-1d}/b`, ask('load', [`/a/\${yyyy-MM-dd HH:mm-1d}/b`])],
  [`预热 ／ａ／＄｛ｙｙｙｙＭＭｄｄ－６ｄ．．０ｄ｝`, ask('load', [`/a/\${yyyyMMdd-6d..0d}`])],
  ['*', { kind: 'warmed' }],
  ['load *', { kind: 'warmed' }],
  ['预热 * 集群=c', { kind: 'warmed', cluster: 'c' }],
  ['* cluster=c', { kind: 'warmed', cluster: 'c' }],
])('%j', (text, work) => {
  expect(readWork(text)).toEqual({ work: { ...work, statement: text } })
})

test('every word of chat is understood', () => {
  for (const [action, words] of Object.entries(WORK_WORDS))
    for (const word of words)
      expect(readWork(`${word}${action === 'report' ? '' : ' /a'}`).work).toMatchObject({ kind: 'ask', action })
})

test.each(['task_name=夜间', 'name=夜间', '名称="夜间"', 'Task_Name＝夜间'])(
  'a name, said as %s, is handed back beside it',
  said => {
    expect(readWork(`load /a ${said}`)).toMatchObject({ work: { kind: 'ask', paths: ['/a'] }, name: '夜间' })
    expect(readWork(`* ${said}`)).toMatchObject({ work: { kind: 'warmed' }, name: '夜间' })
  },
)

describe('what nobody can read says why', () => {
  test.each([
    ['', 'The statement must begin with one of load, forceload, metadata, free, report, *, got "".'],
    ['/a', 'The statement must begin with one of load, forceload, metadata, free, report, *, got "".'],
    ['select 1', 'The statement must begin with one of load, forceload, metadata, free, report, *, got "select".'],
    ['load', 'The statement must have at least one path for load, got none.'],
    ['load a', 'A path must start with "/" or a scheme such as "cosn://", got "a".'],
    ['load /a x', 'A path must start with "/" or a scheme such as "cosn://", got "x".'],
    ['load /a/../b', 'A path must not contain "." or ".." segments, got "/a/../b".'],
    ['free /a/*', 'A path must not contain "*" (wildcards are not supported), got "/a/*".'],
    ['forceload *', 'A path must start with "/" or a scheme such as "cosn://", got "*".'],
    ['load * /a', 'Nothing but keys may stand beside *, got "/a".'],
    ['* x', 'Nothing but keys may stand beside *, got "x".'],
    ['* replicas=2', 'The key must be one of name, cluster, got "replicas".'],
    ['free /a replicas=2', 'The key must be one of name, cluster, got "replicas".'],
    ['load /a replica=2', 'The key must be one of replicas, name, cluster, timeout, got "replica".'],
    ['load /a replicas=0', 'The replicas must be an integer from 1 to 100, got "0".'],
    ['load /a timeout=8d', 'The timeout must be a duration such as 2h or 1h30m, from 1s to 7d, got "8d".'],
    ['load /a name=', 'The key name must be given once, with a value.'],
    ['load /a name=x 名称=y', 'The key name must be given once.'],
    ['load /a name=x name=y', 'The key "name" must be given once.'],
    [`load /a cluster=${'x'.repeat(129)}`, 'The cluster must have 1 to 128 characters and no control characters, got'],
    ['report /a', 'The statement must have no paths for report, got "/a".'],
    ['load "/a', 'The quote at character 6 must be closed on its line, got "\\"/a".'],
  ])('%j', (text, problem) => {
    const { work } = readWork(text)
    expect(work).toMatchObject({ kind: 'unreadable', statement: text })
    expect('problem' in work && work.problem).toContain(problem)
  })
})

test('whatever is written is read without a throw, and an ask is one that jobs accept', () => {
  const bits = fc.constantFrom('load', '释放', '*', '/a', `\${yyyy MM}`, 'name=', '副本=2', 'x', '"', '刷新', ' ', '=')
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(bits, fc.string({ maxLength: 3 }))).map(all => all.join(' ')),
  )
  fc.assert(
    fc.property(line, text => {
      const { work } = readWork(text)
      if (work.kind === 'ask') expect(work.paths.length > 0).toBe(work.action !== 'report')
      if (work.kind === 'unreadable') expect(work.problem).toMatch(/^[A-Z].*\.$/su)
    }),
    { numRuns: 500 },
  )
})
