// how the daemon begins, refuses to begin and ends; who is let in; what a full disk does
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { isRunning, until } from '../agent/until.ts'
import { createProgram, findFreePort } from '../helpers/program.ts'
import { createStack, type Stack, type StackOptions } from '../helpers/stack.ts'

async function stackFor(options: StackOptions): Promise<Stack> {
  const stack = await createStack(options)
  onTestFinished(() => stack.close())
  return stack
}

/** Runs a daemon to its end. */
async function runDaemon(stack: Stack, env: Record<string, string>, name = 'other') {
  const program = createProgram({
    file: join(stack.dist, 'bot/main.js'),
    logFile: join(stack.dir, `${name}.log`),
    env: { ...stack.env, GANDER_COMPAT_PORTS: '', ...env },
  })
  program.start()
  onTestFinished(async () => void (await program.end('SIGKILL')))
  return { code: await program.ended(), log: program.log() }
}

describe('begin and end', () => {
  test('a second daemon on the directory: 75, naming the first', async () => {
    const stack = await stackFor({ agents: 0 })
    const port = String(await findFreePort())
    const { code, log } = await runDaemon(stack, { GANDER_DATA_DIR: stack.dataDir, GANDER_HTTP_PORT: port })
    expect(code).toBe(75)
    expect(log).toContain(String(stack.daemon.pid))
    expect((await stack.api('GET', '/readyz')).status).toBe(200)
  })

  test('a port that is taken: 69', async () => {
    const stack = await stackFor({ agents: 0 })
    const data = join(stack.dir, 'other-data')
    const { code } = await runDaemon(stack, { GANDER_DATA_DIR: data, GANDER_HTTP_PORT: String(stack.port) })
    expect(code).toBe(69)
    // a compatibility port that is taken is only a warning
    const port = await findFreePort()
    const program = createProgram({
      file: join(stack.dist, 'bot/main.js'),
      logFile: join(stack.dir, 'compat.log'),
      env: {
        ...{ ...stack.env, GANDER_DATA_DIR: data, GANDER_HTTP_PORT: String(port) },
        GANDER_COMPAT_PORTS: String(stack.port),
      },
    })
    program.start()
    await until('it is ready', () => program.lines().some(line => line['msg'] === 'the daemon is ready'))
    expect(program.lines().some(line => line['level'] === 40)).toBe(true)
    expect(await program.end('SIGTERM')).toBe(0)
  })

  test('SIGTERM: 0, with a client that waits and a load at work; what was acknowledged is there again', async () => {
    const stack = await stackFor({})
    await stack.put('/ended')
    const { id } = await stack.submit({ action: 'load', paths: ['/ended'] })
    await stack.ended(id)
    const waiting = stack.api('GET', '/api/v1/events').catch(() => undefined)
    expect(await stack.daemon.end('SIGTERM')).toBe(0)
    await waiting
    stack.daemon.start()
    await stack.daemonReady()
    expect(await stack.job(id)).toMatchObject({ status: 'succeeded', verdict: { kind: 'cached' } })
    expect(await stack.agent.end('SIGTERM')).toBe(0)
  })

  test('damage in the middle of the state: 74, naming file and byte, and nothing is changed', async () => {
    const stack = await stackFor({ agents: 0 })
    for (let n = 0; n < 5; n += 1) await stack.submit({ action: 'load', paths: [`/path-${n}`] })
    await stack.daemon.end('SIGKILL')
    const state = join(stack.dataDir, 'state')
    const [journal = ''] = readdirSync(state)
      .map(name => join(state, name))
      .filter(path => statSync(path).isFile())
      .sort(
        (one, other) =>
          readFileSync(other, 'latin1').lastIndexOf('/path-0') - readFileSync(one, 'latin1').lastIndexOf('/path-0'),
      )
    const whole = readFileSync(journal)
    const at = whole.indexOf('/path-0')
    expect(at).toBeGreaterThan(0)
    const damaged = Buffer.from(whole)
    damaged.write('/PATH', at)
    writeFileSync(journal, damaged)
    stack.daemon.start()
    expect(await stack.daemon.ended()).toBe(74)
    const last = stack.daemon.log()
    expect(last).toContain(journal)
    expect(last).toMatch(/byte \d+/)
    expect(readFileSync(journal).equals(damaged)).toBe(true)
    // healed by hand, it goes on; a torn end is cut and told
    writeFileSync(journal, whole)
    appendFileSync(journal, whole.subarray(-40, -10))
    stack.daemon.start()
    await stack.daemonReady()
    expect((await stack.api('GET', '/api/v1/jobs')).json.items).toHaveLength(5)
    expect(stack.daemon.lines().some(line => line['level'] === 40 && JSON.stringify(line).includes(journal))).toBe(true)
  })

  test('--check: secrets are stars; mistakes come all at once, 78', async () => {
    const stack = await stackFor({ agents: 0, start: false })
    const told = { GANDER_ADMIN_TOKEN: 'secret-admin', GANDER_AGENT_TOKEN: 'secret-agent' }
    const check = (env: Record<string, string>) => {
      try {
        const options = { env: { ...stack.env, ...env }, encoding: 'utf8', stdio: 'pipe' } as const
        return { code: 0, text: execFileSync(process.execPath, [join(stack.dist, 'bot/main.js'), '--check'], options) }
      } catch (thrown) {
        const failed = thrown as { status: number; stdout: string; stderr: string }
        return { code: failed.status, text: failed.stdout + failed.stderr }
      }
    }
    const good = check(told)
    expect(good.code).toBe(0)
    expect(good.text).toContain('GANDER_ADMIN_TOKEN=***')
    expect(good.text).not.toContain('secret')
    const wrong = { GANDER_HTTP_PORT: 'http', GANDER_AUTH: 'maybe', GANDER_TZ: 'Mars', GANDER_KEEP_DAYS: '0' }
    const bad = check({ ...told, ...wrong })
    expect(bad.code).toBe(78)
    for (const name of Object.keys(wrong)) expect(bad.text).toContain(name)
    expect(check({ GANDER_HTTP_HOST: '0.0.0.0', GANDER_AUTH: 'off' }).code).toBe(78)
  })
})

describe('who is let in', () => {
  let stack: Stack
  const users = [
    'users:',
    '  - { name: reader, role: viewer, tokens: [viewer-token] }',
    '  - { name: worker, role: operator, tokens: [operator-token] }',
    '',
  ]
  const place = mkdtempSync(join(tmpdir(), 'gander-users-'))
  beforeAll(async () => {
    writeFileSync(join(place, 'gander.yaml'), users.join('\n'))
    stack = await createStack({
      token: 'agent-token',
      daemonEnv: {
        ...{ GANDER_AUTH: 'token', GANDER_ADMIN_TOKEN: 'admin-token', GANDER_AGENT_TOKEN: 'agent-token' },
        GANDER_CONFIG: join(place, 'gander.yaml'),
      },
    })
  })
  afterAll(async () => {
    await stack.close()
    rmSync(place, { recursive: true })
  })
  const as = (token: string) => ({ authorization: token })
  const LOAD = { action: 'load', paths: ['/a'] }
  const GFS = { action: 0, path: '/a' }

  test.each<[string, string, string, unknown, number]>([
    ['', 'GET', '/api/v1/jobs', undefined, 401],
    ['Bearer wrong', 'GET', '/api/v1/jobs', undefined, 401],
    ['Bearer agent-token', 'GET', '/api/v1/jobs', undefined, 401],
    ['', 'POST', '/api/v1/gfs', GFS, 401],
    ['', 'GET', '/metrics', undefined, 401],
    ['', 'GET', '/api/v1/jobs/none/events', undefined, 401],
    ['Bearer viewer-token', 'GET', '/api/v1/jobs', undefined, 200],
    ['Token viewer-token', 'GET', '/metrics', undefined, 200],
    ['Bearer viewer-token', 'POST', '/api/v1/jobs', LOAD, 403],
    ['Bearer viewer-token', 'POST', '/api/v1/jobs/none/stop', undefined, 403],
    ['Bearer viewer-token', 'POST', '/api/v1/gfs', GFS, 403],
    ['Bearer operator-token', 'POST', '/api/v1/jobs/none/stop', undefined, 404],
    ['Pandora operator-token', 'POST', '/api/v1/gfs', GFS, 200],
    ['', 'GET', '/healthz', undefined, 200],
    ['', 'GET', '/readyz', undefined, 200],
    ['', 'GET', '/hc', undefined, 200],
    ['', 'GET', '/api/openapi.json', undefined, 200],
  ])('"%s" %s %s %j: %i', async (token, method, path, body, status) => {
    expect((await stack.api(method, path, body, as(token))).status).toBe(status)
  })

  test('X-Nomad-Token, and tokens that are made, shown once and revoked', async () => {
    const nomad = { ...as(''), 'x-nomad-token': 'operator-token' }
    expect((await stack.api('GET', '/api/v1/me', undefined, nomad)).json).toEqual({ name: 'worker', role: 'operator' })
    const made = await stack.api('POST', '/api/v1/tokens', { name: 'ci', role: 'viewer' }, as('Bearer operator-token'))
    expect(made.status).toBe(201)
    const { id, token } = made.json
    expect((await stack.api('GET', '/api/v1/me', undefined, as(`Bearer ${token}`))).json.role).toBe('viewer')
    expect((await stack.api('GET', '/api/v1/tokens')).text).not.toContain(token)
    await stack.daemon.end('SIGKILL')
    stack.daemon.start()
    await stack.daemonReady()
    expect((await stack.api('GET', '/api/v1/me', undefined, as(`Bearer ${token}`))).status).toBe(200)
    expect((await stack.api('DELETE', `/api/v1/tokens/${id}`, undefined, as('Bearer operator-token'))).status).toBe(204)
    expect((await stack.api('GET', '/api/v1/me', undefined, as(`Bearer ${token}`))).status).toBe(401)
    expect(stack.daemon.log()).not.toContain(token)
  })

  test('an agent without the right token stays outside, and says why', async () => {
    const stranger = createProgram({
      file: join(stack.dist, 'agent/main.js'),
      logFile: join(stack.dir, 'stranger.log'),
      env: {
        ...{ ...stack.env, GANDER_DAEMON_URL: stack.url, GANDER_AGENT_DIR: join(stack.dir, 'stranger') },
        ...{ GANDER_AGENT_NAME: 'stranger', GANDER_AGENT_TOKEN: 'not-this-one' },
      },
    })
    stranger.start()
    await until('it says why', () => stranger.log().includes('GANDER_AGENT_TOKEN'))
    const names = (await stack.api('GET', '/api/v1/agents')).json.items.map((agent: { name: string }) => agent.name)
    expect(names).toEqual(['agent-0'])
    expect(await stranger.end('SIGTERM')).toBe(0)
    expect(stranger.log() + stack.daemon.log()).not.toContain('not-this-one')
  })

  test('gander: 6 when it is refused, 5 when nobody is there', async () => {
    expect((await stack.gander(['jobs'], { GANDER_TOKEN: 'wrong' })).code).toBe(6)
    expect((await stack.gander(['load', '/a'], { GANDER_TOKEN: 'viewer-token' })).code).toBe(6)
    const nobody = `http://127.0.0.1:${await findFreePort()}`
    expect((await stack.gander(['jobs'], { GANDER_URL: nobody })).code).toBe(5)
  })
})

describe('browsers', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await createStack({ agents: 0 })
  })
  afterAll(() => stack.close())
  const LOAD = { action: 'load', paths: ['/a'] }

  test.each<[string, string, Record<string, string>, number]>([
    ['POST', '/api/v1/jobs', { origin: 'http://evil.example' }, 403],
    ['POST', '/api/v1/gfs', { origin: 'http://evil.example' }, 403],
    ['POST', '/api/v1/jobs', { 'sec-fetch-site': 'cross-site' }, 403],
    ['POST', '/api/v1/jobs', { 'sec-fetch-site': 'same-site' }, 403],
    ['GET', '/api/v1/events', { origin: 'http://evil.example' }, 403],
    ['GET', '/api/v1/jobs', { origin: 'http://evil.example' }, 200],
    ['GET', '/api/v1/jobs', { host: 'evil.example' }, 421],
    ['POST', '/api/v1/jobs', { host: 'evil.example', origin: 'http://evil.example' }, 421],
    ['GET', '/healthz', { host: 'evil.example' }, 200],
    ['POST', '/api/v1/jobs', {}, 201],
  ])('%s %s %j: %i', async (method, path, headers, status) => {
    const body = method === 'POST' ? LOAD : undefined
    expect((await stack.api(method, path, body, headers)).status).toBe(status)
  })

  test('the own origin may write, a strange one may not open the socket', async () => {
    const own = { host: `localhost:${stack.port}`, origin: `http://localhost:${stack.port}` }
    expect((await stack.api('POST', '/api/v1/jobs', LOAD, own)).status).toBe(201)
    const upgrade = {
      ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
      ...{ 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', origin: 'http://evil.example' },
    }
    expect((await stack.api('GET', '/agent/v1/socket', undefined, upgrade)).status).toBe(403)
  })
})

describe('a full disk', () => {
  const canMount = ((): boolean => {
    const dir = mkdtempSync(join(tmpdir(), 'gander-mount-'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir], { stdio: 'ignore' })
      execFileSync('umount', [dir])
      return true
    } catch {
      // not ours to mount here: what fills up is then tested in test/store only
      return false
    } finally {
      rmSync(dir, { recursive: true })
    }
  })()

  test.runIf(canMount)(
    '507 in every view, reads and stops go on, it heals by itself',
    { timeout: 60_000 },
    async () => {
      const disk = mkdtempSync(join(tmpdir(), 'gander-disk-'))
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk])
      onTestFinished(() => {
        execFileSync('umount', ['-l', disk])
        rmSync(disk, { recursive: true })
      })
      const dataDir = join(disk, 'data')
      mkdirSync(dataDir)
      const stack = await stackFor({ dataDir })
      await stack.put('/held')
      await stack.knob('jobworker=paused')
      const held = await stack.submit({ action: 'load', paths: ['/held'] })
      await until('it is at work', () => stack.processes('playground/main.js', 'distributedLoad', '/held').length > 0)
      // leaves nothing, whatever the daemon has reserved for itself
      const filler = join(disk, 'filler')
      const fill = (): void => {
        const { bavail, bsize } = statfsSync(disk)
        try {
          if (bavail > 0) appendFileSync(filler, Buffer.alloc(bavail * bsize))
        } catch (thrown) {
          // somebody else wrote meanwhile: it is full all the same
          if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown
        }
      }
      fill()
      const refused = await until('there is no room', async () => {
        const answer = await stack.api('POST', '/api/v1/jobs', { action: 'load', paths: ['/more'] })
        if (answer.status === 507) return answer
        fill()
        return undefined
      })
      expect(refused.json).toMatchObject({ code: 'STORAGE_FULL' })
      const old = await stack.api('POST', '/api/v1/gfs', { action: 0, path: '/more' })
      expect([old.status, old.json]).toEqual([507, { error: expect.stringMatching(/storage full/i) }])
      expect((await stack.job(held.id)).status).toBe('running')
      expect((await stack.api('GET', '/readyz')).status).toBe(200)
      // the reserve is given up for this
      expect((await stack.api('POST', `/api/v1/jobs/${held.id}/stop`)).status).toBe(202)
      expect((await stack.ended(held.id)).status).toBe('stopped')
      expect(isRunning(stack.daemon.pid)).toBe(true)
      rmSync(filler)
      await stack.knob('jobworker=')
      const healed = await until('it has healed', async () => {
        const answer = await stack.api('POST', '/api/v1/jobs', { action: 'load', paths: ['/held'] })
        return answer.status === 201 && answer
      })
      expect((await stack.ended(healed.json.id)).status).toBe('succeeded')
    },
  )
})
