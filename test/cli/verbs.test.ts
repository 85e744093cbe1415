// the other verbs as real processes: lists, logs byte for byte, agents, tokens, doctor, completion, help

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { VERBS } from '../../cli/verbs.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { createFakeApi, type FakeApi, measured, verdictOf } from '../helpers/fake-api.ts'
import { CLI, gander, watch } from '../helpers/gander.ts'

let fake: FakeApi
beforeEach(async () => {
  fake = await createFakeApi()
})
afterEach(() => fake.close())

const env = () => ({ GANDER_URL: fake.url })
const run = (...args: string[]) => gander(args, { env: env() }).ended
const isStream = ({ path }: { path: string }) => path.endsWith('/events')
const isSubmit = ({ method, path }: { method: string; path: string }) => method === 'POST' && path === '/api/v1/jobs'

describe('jobs and status', () => {
  it('lists jobs as a table, and as objects', async () => {
    fake.outcome = () => verdictOf('cached')
    await run('load', '/a', '--name', 'nightly')
    await run('free', '/b')
    const table = (await run('jobs')).stdout.split('\n')
    expect(table[0]).toMatch(/^JOB +STATUS +ACTION/)
    expect(table[1]).toMatch(/^2 +succeeded +free/)
    expect(table[2]).toMatch(/^1 +succeeded +load .* nightly$/)
    const lines = (await run('jobs', '--json', '--limit', '1')).stdout.trimEnd().split('\n')
    expect(lines.map(line => (JSON.parse(line) as { number: number }).number)).toEqual([2])
  })

  it('tells every path of a job, by number or name', async () => {
    fake.outcome = task => verdictOf(task.path === '/a' ? 'cached' : 'partly', { after: measured(80) })
    await run('load', '/a', '/b', '--name', 'nightly')
    const end = await run('status', 'nightly')
    expect(end.code).toBe(0)
    expect(end.stdout.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^job 1 partial/),
      expect.stringMatching(/^cached: \/a /),
      expect.stringMatching(/^partly cached: \/b /),
    ])
    expect((await run('status', '1', '--status', 'failed')).stdout).not.toContain('cached: /a')
  })

  it('streams the whole list of missing files', async () => {
    await run('load', '--no-wait', '/a')
    const entry = fake.jobs[0]
    if (entry !== undefined) entry.missing = 'no-space\t/a/1\nno-space\t/a/2\n'
    expect((await run('status', '1', '--missing')).stdout).toBe('no-space\t/a/1\nno-space\t/a/2\n')
  })

  it('an unknown job exits 2 with a sentence', async () => {
    expect(await run('status', '7')).toMatchObject({ code: 2, stderr: 'gander: There is no job 7.\n' })
    expect(await run('wait', 'nobody')).toMatchObject({ code: 2, stderr: expect.stringContaining('"nobody"') })
  })

  it('stop asks and returns at once', async () => {
    await run('load', '--no-wait', '/a')
    expect(await run('stop', '1')).toMatchObject({ code: 0, stdout: expect.stringContaining('job 1 is stopping') })
    expect(fake.jobs[0]?.job.desired).toBe('stop')
  })
})

describe('audit', () => {
  const entry = (n: number) => ({
    ...{ at: '2026-11-21T08:00:00.000Z', user: n === 0 ? '' : 'otto', role: n === 0 ? '' : 'operator', via: 'http' },
    ...{ view: 'native', what: `POST /api/v1/jobs/${n}/stop`, status: n === 0 ? 401 : 202, extra: n },
    ...(n === 0 ? { code: 'UNAUTHENTICATED' } : { from: '127.0.0.1' }),
  })
  beforeEach(() => {
    fake.intercept = ({ path, query }) => {
      if (path !== '/api/v1/audit') return undefined
      const page = Number(query.get('after') ?? 0)
      const items = [entry(2 * page), entry(2 * page + 1)]
      return { status: 200, body: page === 2 ? { items } : { items, next: String(page + 1) } }
    }
  })

  it('is a table, newest first, of nobody too', async () => {
    const { code, stdout } = await run('audit')
    const lines = stdout.trimEnd().split('\n')
    expect([code, lines.length]).toEqual([0, 7])
    expect(lines[0]).toMatch(/^AT +USER +ROLE +VIA +VIEW +STATUS +FROM +WHAT$/)
    expect(lines[1]).toMatch(/ - +- +http +native +401 UNAUTHENTICATED +- +POST \/api\/v1\/jobs\/0\/stop$/)
    expect(lines[2]).toMatch(/ otto +operator +http +native +202 +127\.0\.0\.1 +POST /)
  })

  it('asks for what was wanted, and no more pages than needed', async () => {
    const { stdout } = await run(
      'audit',
      '--user',
      'otto',
      '--view',
      'nomad',
      '--since',
      '2h',
      '--limit',
      '3',
      '--json',
    )
    const rows = stdout.trimEnd().split('\n')
    expect(rows.map(line => (JSON.parse(line) as { extra: number }).extra)).toEqual([0, 1, 2])
    const asked = fake.requests.filter(({ path }) => path === '/api/v1/audit')
    expect(asked).toHaveLength(2)
    expect(Object.fromEntries(asked[0]?.query ?? [])).toEqual({
      ...{ user: 'otto', view: 'nomad', limit: '3', since: expect.stringMatching(/^\d{4}-.*Z$/) },
    })
  })

  it.each(['yesterday', '2026-13-41', '9999999999999d', ''])('--since %j is a mistake', async since => {
    expect(await run('audit', '--since', since)).toMatchObject({ code: 2, stderr: expect.stringContaining('--since') })
  })

  it('a refusal exits 6', async () => {
    fake.intercept = () => ({ status: 403, body: { code: 'FORBIDDEN', message: 'this needs the role admin' } })
    expect(await run('audit')).toMatchObject({ code: 6, stderr: expect.stringContaining('role admin') })
  })
})

describe('logs', () => {
  it('copies bytes as they are', async () => {
    await run('load', '--no-wait', '/a')
    const bytes = Buffer.from([0x61, 0xff, 0xfe, 0x00, 0x0a, 0x80])
    const entry = fake.jobs[0]
    if (entry !== undefined) entry.output = bytes
    const client = gander(['logs', '1'], { env: env() })
    const chunks: Buffer[] = []
    client.child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
    await client.ended
    expect(Buffer.concat(chunks)).toEqual(bytes)
  })

  it('-f goes on until the job has ended', async () => {
    await run('load', '--no-wait', '/a')
    fake.append(1, 'one\ntwo\nthree\n')
    const client = gander(['logs', '-f', '--tail', '2', '1'], { env: env() })
    await client.says('two\nthree\n')
    await fake.heard(isStream)
    fake.append(1, 'four\n')
    await client.says('four\n')
    fake.append(1, 'five\n')
    fake.end(1, () => verdictOf('cached'))
    expect(await client.ended).toMatchObject({ code: 0, stdout: 'two\nthree\nfour\nfive\n' })
  })

  it('-f goes on where it was when the daemon comes back', async () => {
    await run('load', '--no-wait', '/a')
    fake.append(1, 'one\n')
    const client = gander(['logs', '-f', '1'], { env: env() })
    await client.says('one\n')
    await fake.heard(isStream)
    await fake.goAway()
    await client.says('The daemon is away')
    fake.append(1, 'two\n')
    await fake.comeBack()
    await client.says('two\n')
    fake.end(1, () => verdictOf('cached'))
    expect(await client.ended).toMatchObject({ code: 0, stdout: 'one\ntwo\n' })
  })

  it('a reader that leaves ends it quietly', async () => {
    await run('load', '--no-wait', '/a')
    fake.append(1, 'a line of output\n'.repeat(200_000))
    const script = `"${process.execPath}" "$0" logs 1 | head -1; echo "\${PIPESTATUS[0]}"`
    const shell = watch(spawn('bash', ['-c', script, CLI], { env: { ...process.env, ...env() }, stdio: 'pipe' }))
    expect(await shell.ended).toMatchObject({ stdout: 'a line of output\n0\n', stderr: '' })
  })
})

it('ls prints what the CLI printed', async () => {
  const client = gander(['ls', '/a'], { env: env() })
  await fake.heard(isSubmit)
  await fake.heard(isStream)
  fake.append(1, 'drwxr-xr-x /a/b\n')
  fake.end(1, () => ({ status: 'succeeded' }))
  expect(await client.ended).toMatchObject({ code: 0, stdout: 'drwxr-xr-x /a/b\n' })
  expect((await fake.heard(isSubmit)).body).toMatchObject({ action: 'list', paths: ['/a'] })
})

it('Ctrl-C leaves a listing without a word about our insides', async () => {
  const client = gander(['ls', '/a'], { env: env() })
  await fake.heard(isStream)
  client.child.kill('SIGINT')
  const end = await client.ended
  expect(end.code).toBe(130)
  expect(end.stderr).not.toContain('Error')
})

it('report asks every cluster', async () => {
  fake.fixed['GET /api/v1/clusters'] = { items: [{ name: 'c1' }, { name: 'c 2' }] }
  fake.fixed['GET /api/v1/clusters/c1/report'] = { cluster: 'c1', text: 'one\n' }
  fake.fixed['GET /api/v1/clusters/c%202/report'] = { cluster: 'c 2', text: 'two\n' }
  expect(await run('report')).toMatchObject({ code: 0, stdout: '==> c1 <==\none\n==> c 2 <==\ntwo\n' })
})

describe('agents', () => {
  const agent = {
    id: 'a-1',
    name: 'node-1',
    cluster: 'c1',
    status: 'ready',
    capacity: { work: 2, read: 1 },
    running: 1,
  }

  it('are listed with what they can do', async () => {
    const capabilities = { brand: 'GooseFS', version: '1.4', simulated: true }
    fake.fixed['GET /api/v1/agents'] = { items: [{ ...agent, capabilities }] }
    const end = await run('agents')
    expect(end.stdout).toMatch(/node-1 +ready +c1 +1\/2 +GooseFS 1.4 \(simulated\)/)
    expect(JSON.parse((await run('agents', '--json')).stdout)).toMatchObject(agent)
  })

  it('are drained by name', async () => {
    fake.fixed['GET /api/v1/agents'] = { items: [agent] }
    fake.fixed['POST /api/v1/agents/a-1/drain'] = { ...agent, status: 'draining' }
    expect(await run('agents', 'drain', 'node-1')).toMatchObject({ code: 0, stdout: 'agent node-1 is draining\n' })
    expect(await run('agents', 'drain', 'node-2')).toMatchObject({ code: 2 })
  })
})

describe('token', () => {
  it('is shown once on stdout, alone', async () => {
    fake.fixed['POST /api/v1/tokens'] = { id: 't-1', name: 'airflow', token: 'gander_secret' }
    const end = await run('token', 'create', 'airflow', '--role', 'operator')
    expect(end).toMatchObject({ code: 0, stdout: 'gander_secret\n' })
    expect(fake.requests.at(-1)?.body).toEqual({ name: 'airflow', role: 'operator' })
  })

  it('hash needs no daemon', async () => {
    await fake.goAway()
    const end = await gander(['token', 'hash'], { env: env(), input: 'abc\n' }).ended
    expect(end).toMatchObject({ code: 0, stdout: `sha256:${createHash('sha256').update('abc').digest('hex')}\n` })
  })
})

describe('doctor', () => {
  beforeEach(() => {
    fake.fixed['GET /healthz'] = { status: 'ok' }
    fake.fixed['GET /api/v1/me'] = { name: 'local', role: 'admin' }
    fake.fixed['GET /api/openapi.json'] = { info: { version: packageJson.version } }
    fake.fixed['GET /api/v1/doctor'] = { items: [{ name: 'disk', ok: true, answer: '1 GiB free' }] }
  })

  it('exits 0 when all is well', async () => {
    const end = await run('doctor')
    expect(end.code).toBe(0)
    expect(end.stdout).toMatch(/^ok +address/)
    expect(end.stdout).toMatch(/ok +disk +1 GiB free/)
  })

  it('exits 1 when the daemon is of another version, with a remedy', async () => {
    fake.fixed['GET /api/openapi.json'] = { info: { version: '99.0.0' } }
    expect(await run('doctor')).toMatchObject({ code: 1, stdout: expect.stringMatching(/bad +version .*99\.0\.0 -> /) })
  })

  it('exits 1 when a check of the daemon fails, 5 when nobody answers', async () => {
    fake.fixed['GET /api/v1/doctor'] = { items: [{ name: 'disk', ok: false, answer: 'full', remedy: 'make room' }] }
    expect(await run('doctor')).toMatchObject({ code: 1, stdout: expect.stringContaining('full -> make room') })
    await fake.goAway()
    expect(await run('doctor', '--json')).toMatchObject({ code: 5, stdout: expect.stringContaining('"ok":false') })
  })

  it('exits 6 when the token is refused', async () => {
    fake.refusals['GET /api/v1/me'] = { status: 401, code: 'UNAUTHENTICATED', message: 'This token is not known.' }
    expect(await run('doctor')).toMatchObject({ code: 6, stdout: expect.stringMatching(/bad +token +This token/) })
  })
})

describe('help', () => {
  it.each(VERBS.map(verb => verb.name))('%s has examples', async name => {
    const end = await run(name, '--help')
    expect(end).toMatchObject({ code: 0, stderr: '' })
    expect(end.stdout).toMatch(/Examples:\n {2}\S/)
  })

  it('--version prints the version', async () => {
    expect(await run('--version')).toMatchObject({ code: 0, stdout: `${packageJson.version}\n` })
  })

  it('a mistyped verb is corrected', async () => {
    expect((await run('laod', '/a')).stderr).toContain('Did you mean load?')
  })

  it('completion for bash is a script that bash accepts and that completes', async () => {
    const { stdout } = await run('completion', 'bash')
    const ask = 'COMP_WORDS=(gander lo); COMP_CWORD=1; _gander; echo "$COMPREPLY"'
    const bash = spawnSync('bash', ['-c', `${stdout}\n${ask}`], { encoding: 'utf8' })
    expect(bash).toMatchObject({ status: 0, stderr: '', stdout: 'load\n' })
    const words = 'COMP_WORDS=(gander load --freshness k); COMP_CWORD=3; _gander; echo "$COMPREPLY"'
    const value = spawnSync('bash', ['-c', `${stdout}\n${words}`], { encoding: 'utf8' })
    expect(value).toMatchObject({ status: 0, stderr: '', stdout: 'known\n' })
  })

  it.each(['zsh', 'fish'])('completion for %s names every verb', async shell => {
    const { stdout } = await run('completion', shell)
    for (const verb of VERBS) expect(stdout).toContain(verb.name)
  })
})
