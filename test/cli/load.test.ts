// gander load and its kin as real processes: exit codes, sentences, parts, mistakes
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JobRequest, Task } from '../../shared/job.ts'
import type { VerdictKind } from '../../shared/verdict.ts'
import { createFakeApi, type FakeApi, measured, verdictOf } from '../helpers/fake-api.ts'
import { gander } from '../helpers/gander.ts'

let fake: FakeApi
let folder: string
beforeEach(async () => {
  fake = await createFakeApi()
  folder = mkdtempSync(join(tmpdir(), 'gander-cli-'))
})
afterEach(async () => {
  await fake.close()
  rmSync(folder, { recursive: true })
})

const run = (...args: string[]) => gander(args, { env: { GANDER_URL: fake.url } }).ended
const posts = () => fake.requests.filter(({ method, path }) => method === 'POST' && path === '/api/v1/jobs')
const bodies = () => posts().map(({ body }) => body as JobRequest)

describe('the exit code is the verdict', () => {
  it.each<[VerdictKind, number]>([
    ['cached', 0],
    ['nothing-new', 0],
    ['empty', 0],
    ['partly', 3],
    ['not-cached', 1],
    ['unverified', 7],
  ])('a load that ends %s exits %i', async (kind, code) => {
    fake.outcome = () => verdictOf(kind)
    expect(await run('load', '/a')).toMatchObject({ code })
  })

  it('an unverified load that failed exits 1', async () => {
    fake.outcome = () => ({ ...verdictOf('unverified'), status: 'failed' })
    expect(await run('load', '/a')).toMatchObject({ code: 1 })
  })

  it('a partial job exits 3, a partial free 1', async () => {
    fake.outcome = (task: Task) => verdictOf(task.path === '/a' ? 'cached' : 'not-cached')
    expect(await run('load', '/a', '/b')).toMatchObject({ code: 3 })
    fake.outcome = (task: Task) => ({ status: task.path === '/a' ? 'succeeded' : 'failed' })
    expect(await run('free', '/a', '/b')).toMatchObject({ code: 1 })
  })

  it('a stopped job exits 4', async () => {
    fake.outcome = () => ({ status: 'stopped', exit: { reason: 'stopped' } })
    expect(await run('load', '/a')).toMatchObject({ code: 4 })
  })

  it('a daemon that is not there exits 5 and is named', async () => {
    await fake.goAway()
    const end = await run('load', '/a')
    expect(end.code).toBe(5)
    expect(end.stderr).toContain(fake.url)
    expect(end.stderr).toContain('node dist/bot/main.js')
    expect(end.stdout).toBe('')
  })

  it.each([
    [401, 6],
    [403, 6],
    [421, 6],
    [400, 2],
    [404, 2],
    [409, 2],
    [500, 1],
    [507, 1],
  ])('an answer %i exits %i with its sentence', async (status, code) => {
    fake.intercept = () => ({ status, body: { code: 'X', message: 'The reason is this' } })
    const end = await run('load', '/a')
    expect(end.code).toBe(code)
    expect(end.stderr).toMatch(/^gander: The reason is this\./)
  })

  it('a token is presented, and its absence exits 6', async () => {
    const guarded = await createFakeApi({ token: 'secret-1' })
    guarded.outcome = () => verdictOf('cached')
    const env = { GANDER_URL: guarded.url, GANDER_TOKEN: 'secret-1' }
    expect(await gander(['load', '/a'], { env }).ended).toMatchObject({ code: 0 })
    expect(await gander(['load', '/a', '--token', 'wrong'], { env }).ended).toMatchObject({ code: 6 })
    await guarded.close()
  })

  it.each([
    [['load']],
    [['load', 'relative/path']],
    [['load', '/a', '--replication', '0']],
    [['load', '/a', '--timeout', 'soon']],
    [['load', '/a', '--freshness', 'stale']],
    [['free', '/a', '--force']],
    [['load', '/a', '--nonsense']],
    [['load', '-f', '/there/is/no/such/list']],
    [['frobnicate']],
    [['status', '1', '2']],
    [['--url', 'ftp://x', 'jobs']],
    [['completion', 'tcsh']],
    [[]],
  ])('usage mistakes exit 2 and ask nothing: %j', async args => {
    const end = await run(...args)
    expect(end.code).toBe(2)
    expect(end.stdout).toBe('')
    expect(end.stderr).not.toBe('')
    expect(fake.requests).toEqual([])
  })
})

describe('what is told', () => {
  it('one path: before, after, files, bytes, time, rate', async () => {
    fake.outcome = () => verdictOf('cached', { before: measured(40), after: measured(100) })
    const end = await run('load', '/data/db1')
    expect(end.stdout).toBe(
      'cached: /data/db1 40 % -> 100 %, 10 files of 10.0 MiB, 6.00 MiB added in 10 s (614 KiB/s)\n',
    )
    expect(end.stderr).not.toContain('\u001b')
  })

  it('missing files by cause, with examples and what to do', async () => {
    const missing = [
      { path: '/a/1', cause: 'no-space' as const },
      { path: '/a/2', cause: 'no-space' as const },
      { path: '/a/3', cause: 'permission' as const },
    ]
    const more = { before: measured(0), after: measured(70), missing, missingTotal: 30 }
    fake.outcome = () => verdictOf('partly', { ...more, missingByCause: { 'no-space': 29, permission: 1 } })
    const end = await run('load', '/a')
    expect(end.stdout).toMatch(/^partly cached: \/a 0 % -> 70 %/)
    expect(end.stdout).toContain('30 files not cached')
    expect(end.stdout).toMatch(
      /no-space +29 +not enough space\n +\/a\/1\n +\/a\/2\n +-> free what .*: gander free PATH; then gander retry 1\n/,
    )
    expect(end.stdout).toMatch(
      /permission +1 +permission denied\n +\/a\/3\n +-> give the user .* then gander retry 1\n/,
    )
  })

  it('how much room there is and how much has to be freed, when the workers are known', async () => {
    const workers = { live: 1, lost: 0, silent: 0, capacityBytes: 8 * 1024 ** 2, usedBytes: 7 * 1024 ** 2 }
    const more = { before: measured(0, 10, 8 * 1024 ** 2), after: measured(50, 10, 8 * 1024 ** 2), workers }
    fake.outcome = () => verdictOf('partly', { ...more, missingTotal: 5, missingByCause: { 'no-space': 5 } })
    const end = await run('load', '/a')
    expect(end.stdout).toContain('not enough space: 4.00 MiB missing, 1.00 MiB free of a cache of 8.00 MiB\n')
    expect(end.stdout).toContain('-> free at least 3.00 MiB: gander free PATH; then gander retry 1\n')
  })

  it('the daemon’s own sentences go before, and commands stand ready to be typed', async () => {
    const reasons = [
      {
        ...{ cause: 'gone' as const, files: 7, text: { en: 'vanished \u001b[2J', zh: '没了' } },
        next: { en: 'gander load --refresh PATH, or gander logs JOB', zh: '刷新' },
      },
    ]
    fake.outcome = () => verdictOf('partly', { missingTotal: 7, missingByCause: { 'no-space': 7 }, reasons })
    const end = await run('load', "/a b/it's")
    expect(end.stdout).toContain('gone   7      vanished \\u001b[2J\n')
    expect(end.stdout).toContain(String.raw`-> gander load --refresh '/a b/it'\''s', or gander logs 1`)
    expect(end.stdout).not.toContain('no-space')
  })

  it('a load that the cache has no room for: the numbers, and the command that loads it all the same', async () => {
    const message = 'needs 6.00 MiB, 1.00 MiB of the cache are free'
    const workers = { live: 1, lost: 0, silent: 0, capacityBytes: 8 * 1024 ** 2, usedBytes: 7 * 1024 ** 2 }
    const seen = {
      before: measured(40),
      after: measured(40),
      workers,
      missingTotal: 6,
      missingByCause: { 'no-space': 6 },
    }
    fake.outcome = () => ({
      ...verdictOf('partly', { ...seen, notes: [`nothing was loaded: ${message}`] }),
      ...{ exit: { reason: 'refused', message }, notes: [message] },
    })
    const end = await run('load', '--replication', '2', '/a b')
    expect(end.code).toBe(3)
    expect(end.stdout.split('\n')).toEqual([
      `refused: /a b 40 % cached, 10 files of 10.0 MiB, 6.00 MiB missing: ${message}`,
      '  6 files not cached:',
      expect.stringContaining('CAUSE'),
      '    no-space  6      not enough space: 6.00 MiB missing, 1.00 MiB free of a cache of 8.00 MiB',
      expect.stringMatching(/^ +-> it needs 10\.0 MiB, the whole cache has 8\.00 MiB/),
      "  to load it all the same: gander load --force --replication 2 '/a b'",
      '',
    ])
  })

  it('another refusal is not one for lack of room', async () => {
    fake.outcome = () => ({ status: 'failed', exit: { reason: 'refused', message: 'the directory is full' } })
    const { stdout } = await run('load', '/a')
    expect(stdout).toContain('refused by the agent (the directory is full)')
    expect(stdout).not.toContain('--force')
  })

  it('a stopped load: what was loaded so far, and no cause that would be none', async () => {
    const more = { before: measured(0), after: measured(12), missingTotal: 9, missingByCause: {} }
    fake.outcome = () => ({ ...verdictOf('partly', more), status: 'stopped', exit: { reason: 'stopped' } })
    const end = await run('load', '/p')
    expect(end).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(/^stopped: \/p 0 % -> 12 %, 10 files of 10.0 MiB/),
    })
    expect(end.stdout).toContain('  9 files not cached when it was stopped\n')
    expect(end.stdout).not.toContain('unknown')
  })

  it('many paths: only the bad ones and a summary', async () => {
    fake.outcome = (task: Task) => verdictOf(task.path === '/p7' ? 'not-cached' : 'cached', { after: measured(100) })
    const end = await run('load', ...Array.from({ length: 12 }, (_, index) => `/p${index}`))
    expect(end.code).toBe(3)
    expect(end.stdout.split('\n')).toEqual([
      expect.stringMatching(/^not cached: \/p7 /),
      expect.stringMatching(/^job 1 partial: 11 paths good, 1 not; 120 files/),
      '',
    ])
  })

  it('no escape sequence of a path reaches the terminal', async () => {
    fake.outcome = task => ({ ...verdictOf('cached'), path: `${task.path}\u001b[31m` })
    expect((await run('load', '/a')).stdout).toContain('/a\\u001b[31m')
  })

  it('--no-wait prints the id and nothing else on stdout', async () => {
    const end = await run('load', '--no-wait', '/a')
    expect(end).toMatchObject({ code: 0, stdout: `${fake.jobs[0]?.job.id}\n` })
  })

  it('--json is one object per line, the last one the result', async () => {
    fake.outcome = () => verdictOf('partly', { after: measured(50) })
    const end = await run('load', '--json', '/a', '/b')
    const objects = end.stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as { type: string; exit?: number })
    expect(objects.map(({ type }) => type)).toEqual(['submitted', 'task', 'task', 'result'])
    expect(objects.at(-1)).toMatchObject({ exit: 3, job: { number: 1 } })
    expect(end.code).toBe(3)
  })
})

describe('what is asked', () => {
  it('options reach the daemon, marked as coming from the command line', async () => {
    const flags = ['--name', 'n', '--cluster', 'c', '--replication', '2', '--refresh', '--timeout', '2h', '--no-verify']
    await run('load', '/a', ...flags, '--force', '--freshness', 'known', '--no-wait')
    const known = { force: true, freshness: 'known' }
    const options = { replication: 2, refresh: true, timeoutSeconds: 7200, verify: false, ...known }
    expect(bodies()).toEqual([{ action: 'load', paths: ['/a'], name: 'n', cluster: 'c', options }])
    expect(posts()[0]?.headers).toMatchObject({ 'x-gander-via': 'cli', 'idempotency-key': expect.any(String) })
  })

  it('paths from a file and from stdin, one a line, as they are', async () => {
    const file = join(folder, 'list')
    writeFileSync(file, '\ufeff/a b \r\n\n# a remark\n/中文\n')
    const env = { GANDER_URL: fake.url }
    await gander(['load', '--no-wait', '/first', '-f', file, '-'], { env, input: '/from/stdin\n' }).ended
    expect(bodies()[0]?.paths).toEqual(['/first', '/a b ', '/中文', '/from/stdin'])
  })

  it('a wrong line is named before anything is sent', async () => {
    const file = join(folder, 'list')
    writeFileSync(file, '/good\nbad\n/a/../b\n')
    const end = await run('load', '-f', file)
    expect(end.code).toBe(2)
    expect(end.stderr).toContain(`${file} line 2: must start with`)
    expect(end.stderr).toContain(`${file} line 3: must not contain "." or ".."`)
    expect(fake.requests).toEqual([])
  })

  it('a long list goes in parts under one name, each with a key of its own', async () => {
    const file = join(folder, 'list')
    writeFileSync(file, Array.from({ length: 25_000 }, (_, index) => `/p/${index}`).join('\n'))
    fake.outcome = undefined
    const client = gander(['load', '--no-wait', '-f', file], { env: { GANDER_URL: fake.url } })
    expect((await client.ended).code).toBe(0)
    expect(bodies().map(({ paths }) => paths.length)).toEqual([10_000, 10_000, 5_000])
    expect(new Set(bodies().map(({ name }) => name)).size).toBe(1)
    expect(new Set(posts().map(({ headers }) => headers['idempotency-key'])).size).toBe(3)
    expect(fake.jobs).toHaveLength(1)
  })

  it('long paths make smaller parts, so that no body is over 1 MiB', async () => {
    const file = join(folder, 'list')
    const long = 'x'.repeat(4_000)
    writeFileSync(file, Array.from({ length: 500 }, (_, index) => `/${long}${index}`).join('\n'))
    await run('load', '--no-wait', '-f', file)
    expect(posts().length).toBeGreaterThan(1)
    for (const { body } of posts()) expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(1024 * 1024)
  })

  it('an ask whose answer was cut off is repeated with the same key', async () => {
    let cuts = 1
    fake.outcome = () => verdictOf('cached')
    fake.intercept = ({ method }) => (method === 'POST' && cuts-- > 0 ? 'cut' : undefined)
    expect(await run('load', '/a')).toMatchObject({ code: 0 })
    expect(posts()).toHaveLength(2)
    expect(posts()[0]?.headers['idempotency-key']).toBe(posts()[1]?.headers['idempotency-key'])
  })
})

describe('a dry run', () => {
  const estimate = { files: 5, bytes: 1_000, seconds: 90, missingFiles: 2 }

  it.each([
    [0, 0, '100 % cached'],
    [400, 3, '60 % cached'],
    [1_000, 1, '0 % cached'],
  ])('with %i missing bytes of 1000 exits %i, as cached or as load', async (missingBytes, code, text) => {
    fake.outcome = () => ({ estimate: { ...estimate, missingBytes } })
    const stdout = expect.stringContaining(text)
    expect(await run('cached', '/a')).toMatchObject({ code, stdout })
    expect(await run('load', '--dry-run', '/a')).toMatchObject({ code, stdout })
    const body = { action: 'load', paths: ['/a'], options: {}, dryRun: true }
    expect(bodies()).toEqual([body, body])
  })

  it('tells files, bytes, what is missing, time and room', async () => {
    fake.outcome = () => ({ estimate: { ...estimate, missingBytes: 400, freeAfterBytes: 1024 } })
    expect((await run('load', '--dry-run', '/a')).stdout).toBe(
      '/a: 60 % cached, 5 files of 1000 B, 400 B missing (2 files), about 1 min 30 s to load, 1.00 KiB of cache free afterwards\n',
    )
  })

  it('tells how much has to be freed first', async () => {
    fake.outcome = () => ({ estimate: { ...estimate, missingBytes: 400, freeAfterBytes: -2048 } })
    const { stdout } = await run('forceload', '--dry-run', '--freshness', 'known', '/a')
    expect(stdout).toContain('2.00 KiB more than the cache has free\n')
    expect(stdout).toContain('  to make room: free at least 2.00 KiB with gander free PATH\n')
    expect(bodies()[0]).toMatchObject({ action: 'forceload', dryRun: true, options: { freshness: 'known' } })
  })

  it('of a path that is not there exits 1 and says why', async () => {
    const message = 'Path "/a" does not exist.'
    fake.outcome = () => ({ status: 'failed', exit: { reason: 'exited', code: 255, message } })
    const end = await run('load', '--dry-run', '/a')
    expect(end).toMatchObject({ code: 1, stdout: expect.stringContaining(message) })
  })
})
