// ecosystem.config.js: its settings, and once for real with a pm2 of its own that restarts the agent in mid-load
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAgentConfig } from '../../agent/config.ts'
import { parseDaemonConfig } from '../../bot/config.ts'
import type { Job, Task } from '../../shared/job.ts'
import { until } from '../agent/until.ts'
import {
  AGENT_VARIABLES,
  DAEMON_VARIABLES,
  faultOfProgram,
  GRACE_SECONDS,
  literalSecrets,
  root,
  strangers,
} from './rules.ts'

type App = {
  readonly name: string
  readonly script: string
  readonly cwd: string
  readonly exec_mode: string
  readonly instances: number
  readonly treekill: boolean
  readonly wait_ready: boolean
  readonly listen_timeout: number
  readonly kill_timeout: number
  readonly stop_exit_codes: number[]
  readonly env?: Record<string, string>
}

// plain JavaScript for pm2, which has no types
const { apps } = (await import(new URL('../../ecosystem.config.js', import.meta.url).href)) as { apps: App[] }

const EXPECTED = {
  'gander-daemon': { script: 'dist/bot/main.js', variables: DAEMON_VARIABLES, parse: parseDaemonConfig },
  'gander-agent': { script: 'dist/agent/main.js', variables: AGENT_VARIABLES, parse: parseAgentConfig },
}

describe('ecosystem.config.js', () => {
  it('runs the daemon and an agent', () => {
    expect(apps.map(app => app.name)).toEqual(Object.keys(EXPECTED))
  })

  it.each(Object.entries(EXPECTED))('gives %s what it needs to be restarted without harm', (name, expected) => {
    const app = apps.find(app => app.name === name) as App
    expect(app).toMatchObject({
      treekill: false,
      wait_ready: true,
      exec_mode: 'fork',
      instances: 1,
      cwd: root.slice(0, -1),
    })
    expect(app.kill_timeout).toBeGreaterThan(GRACE_SECONDS * 1_000)
    expect(app.listen_timeout).toBeGreaterThan(GRACE_SECONDS * 1_000)
    expect(app.stop_exit_codes).toContain(78)
    expect(app.script).toBe(expected.script)
    expect(faultOfProgram(app.script)).toBeUndefined()
  })

  it.each(Object.entries(EXPECTED))('sets only what %s knows and accepts, and no secret', (name, expected) => {
    const env = apps.find(app => app.name === name)?.env ?? {}
    expect(strangers(Object.keys(env), expected.variables)).toEqual([])
    expect(literalSecrets(env)).toEqual([])
    expect(() => expected.parse({ ...env, GANDER_AGENT_TOKEN: 'for-the-agents' })).not.toThrow()
  })
})

const run = promisify(execFile)
// shorter than listen_timeout: a process that never says that it is ready makes `pm2 start` too late
const PM2_MS = 25_000

/** An installation as it is after a build, with its own pm2, its own simulated GooseFS and a free port. */
async function install(dir: string) {
  for (const name of ['ecosystem.config.js', 'package.json', 'dist'])
    cpSync(join(root, name), join(dir, name), { recursive: true })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    PM2_HOME: join(dir, 'pm2'),
    PM2_DISCRETE_MODE: 'true',
    GANDER_HTTP_PORT: String(port),
    GANDER_COMPAT_PORTS: '',
    GANDER_DAEMON_URL: url,
    GOOSEFS_BIN: join(dir, 'dist/playground/goosefs'),
    GANDER_PLAYGROUND_DIR: join(dir, 'playground'),
  }
  const options = { cwd: dir, env, timeout: PM2_MS, maxBuffer: 64 * 1024 * 1024 }
  return {
    pm2: async (...args: string[]) => (await run(`${root}node_modules/.bin/pm2`, args, options)).stdout,
    goosefs: (...args: string[]) => run(env['GOOSEFS_BIN'] as string, args, options),
    async ask<T>(path: string, body?: unknown): Promise<T> {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
      const response = await fetch(`${url}/api/v1${path}`, body === undefined ? {} : init)
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      return (await response.json()) as T
    },
    /** Pids of the programs of this installation whose command line holds all of the words. */
    pids: (...words: string[]) =>
      processes(dir)
        .filter(({ line }) => words.every(word => line.includes(word)))
        .map(({ pid }) => pid),
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

/** Everything that runs with our own directory in its environment, with its command line. */
function processes(dir: string): { pid: number; line: string }[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      try {
        if (!readFileSync(`/proc/${name}/environ`, 'utf8').includes(`PM2_HOME=${dir}/pm2`)) return []
        const line = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return line === '' ? [] : [{ pid: Number(name), line }]
      } catch {
        // it has ended meanwhile, or is not ours
        return []
      }
    })
}

type Shown = { readonly name: string; readonly pid: number; readonly pm2_env: { status: string; restart_time: number } }

describe('pm2', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gander-pm2-'))
  let place: Awaited<ReturnType<typeof install>>

  beforeAll(async () => {
    place = await install(dir)
  })

  afterAll(async () => {
    await place?.pm2('kill').catch(() => {
      // it never started, or has been ended by the test
    })
    for (const { pid } of processes(dir)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // it has ended meanwhile
      }
    }
    rmSync(dir, { recursive: true, force: true })
  })

  const shown = async (name: string): Promise<Shown> => {
    const list = JSON.parse(await place.pm2('jlist')) as Shown[]
    const found = list.find(app => app.name === name)
    if (found === undefined) throw new Error(`pm2 does not know ${name}`)
    return found
  }

  it('starts both, and a load goes on while it restarts the agent', { timeout: 120_000 }, async () => {
    const { ask, goosefs, pids, pm2 } = place
    await goosefs('playground', 'put', '/slow', '--bytes', '4k', '--files', '2')
    // until its job worker works again, the load cannot end
    await goosefs('playground', 'knob', 'jobworker=paused')
    await pm2('start', 'ecosystem.config.js')
    const before = await shown('gander-agent')
    expect([(await shown('gander-daemon')).pm2_env.status, before.pm2_env.status]).toEqual(['online', 'online'])
    expect(await ask('/agents')).toMatchObject({ items: [{ status: 'ready' }] })

    const { id } = await ask<Job>('/jobs', { action: 'load', paths: ['/slow'] })
    const load = await until('the load at work', () => {
      const found = pids('playground/main.js', 'distributedLoad', '/slow')
      return found.length > 0 && found
    })
    await pm2('restart', 'gander-agent')
    const after = await shown('gander-agent')
    expect(after.pid).not.toBe(before.pid)
    expect(after.pm2_env).toMatchObject({ status: 'online', restart_time: 1 })
    await until('the agent is back', async () => {
      const { items } = await ask<{ items: { status: string }[] }>('/agents')
      return items.length === 1 && items[0]?.status === 'ready'
    })
    expect(pids('playground/main.js', 'distributedLoad', '/slow')).toEqual(load)

    await goosefs('playground', 'knob', 'jobworker=')
    const job = await until(
      'the end of the job',
      async () => {
        const job = await ask<Job>(`/jobs/${id}?wait=10s`)
        return job.endedAt !== undefined && job
      },
      60_000,
    )
    const { items } = await ask<{ items: Task[] }>(`/jobs/${id}/tasks`)
    expect(job).toMatchObject({ status: 'succeeded', verdict: { ok: true, kind: 'cached' } })
    expect(items).toMatchObject([{ status: 'succeeded', attempts: 1, exit: { reason: 'exited', code: 0 } }])

    await pm2('delete', 'all')
    await pm2('kill')
    const log = readFileSync(join(dir, 'pm2/pm2.log'), 'utf8')
    const ends = [...log.matchAll(/App \[gander-(\w+):\d+\] exited with code \[(\d+)\]/g)].map(
      ([, app, code]) => `${app} ${code}`,
    )
    expect(ends.sort()).toEqual(['agent 0', 'agent 0', 'daemon 0'])
    expect(log).not.toContain('sending SIGKILL')
    await until('nothing is left', () => processes(dir).length === 0)
  })
})
