// a world for one test: the simulated GooseFS, the real driver, and an allocation's surroundings

import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import type { AllocationDeps } from '../../../agent/allocation-deps.ts'
import { createExecaDriver } from '../../../agent/driver-execa.ts'
import { createProber } from '../../../agent/goosefs/probe.ts'
import { createSharedWalks } from '../../../agent/goosefs/shared-walks.ts'
import { createIds } from '../../../shared/ids.ts'
import { SILENT_LOG } from '../../../shared/log.ts'
import { type Clock, createClock } from '../../../shared/time.ts'
import { type Ending, type Follower, type Report, RunOrder } from '../../../shared/wire.ts'

const ids = createIds()

/** Heartbeats that are waited for come so many times sooner; what processes do takes as long as ever. */
const FASTER = 4

function createBriskClock(): Clock {
  const { after } = createClock()
  const began = Date.now()
  return { now: () => began + (Date.now() - began) * FASTER, after: (ms, work) => after(ms / FASTER, work) }
}

let programs = ''

/** Builds the playground once for the file, in a directory of its own. */
export function usePlayground(): void {
  beforeAll(async () => {
    programs = mkdtempSync(join(tmpdir(), 'gander-goosefs-'))
    const source = fileURLToPath(new URL('../../../playground/', import.meta.url))
    await build({
      entryPoints: [`${source}main.ts`],
      outfile: join(programs, 'main.js'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      logLevel: 'error',
    })
    for (const name of ['goosefs', 'counted'])
      copyFileSync(
        name === 'goosefs' ? `${source}goosefs` : fileURLToPath(new URL('./counted', import.meta.url)),
        join(programs, name),
      )
    execFileSync('sh', ['-c', 'echo \'{"type":"module"}\' > package.json; chmod +x goosefs counted'], { cwd: programs })
  })
  afterAll(() => rmSync(programs, { recursive: true, force: true }))
}

export type Asked = {
  path?: string
  action?: RunOrder['action']
  options?: RunOrder['options']
  verify?: boolean
  only?: string[]
  followers?: Follower[]
}

/** Everything an allocation needs. Each CLI call leaves a line in `calls`. */
export function createWorld(knobs: Record<string, string> = {}, bin?: string) {
  const dir = mkdtempSync(join(tmpdir(), 'gander-world-'))
  const clock = createClock()
  const environment = {
    PATH: process.env['PATH'],
    LC_ALL: 'C.UTF-8',
    GANDER_PLAYGROUND_DIR: join(dir, 'world'),
    COUNTED_FILE: join(dir, 'calls'),
    ...Object.fromEntries(
      Object.entries({ SPEED: '0', ...knobs }).map(([key, value]) => [`GANDER_PLAYGROUND_${key}`, value]),
    ),
  }
  const program = bin ?? join(programs, 'counted')
  const driver = createExecaDriver({ clock, environment })
  const surroundings = { driver, bin: program, clock: createBriskClock(), log: SILENT_LOG, graceMs: 500 }
  const shared = createSharedWalks({ ...surroundings, dir: join(dir, 'shared') })
  const prober = createProber({ ...surroundings, dir: join(dir, 'probe'), webs: {} })
  onTestFinished(async () => {
    await shared.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const goosefs = (...args: string[]) =>
    execFileSync(join(programs, 'goosefs'), args, {
      env: { ...process.env, ...environment, GANDER_PLAYGROUND_SPEED: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).toString()

  function allocation(asked: Asked = {}, again?: string) {
    const id = ids.next(Date.now())
    const home = again ?? join(dir, `allocation-${id}`)
    mkdirSync(home, { recursive: true })
    const said: Report[] = []
    const streams: Record<string, string> = {}
    const stop = new AbortController()
    const followers = new Set<(follower: Follower) => void>()
    const order = RunOrder.parse({
      allocation: id,
      task: ids.next(Date.now()),
      action: 'load',
      path: '/',
      options: {},
      verify: true,
      ...asked,
    })
    const deps: AllocationDeps = {
      order,
      dir: home,
      driver,
      config: { bin: program, graceMs: 500 },
      clock: surroundings.clock,
      log: SILENT_LOG,
      say: report => void said.push(report),
      stopRequested: stop.signal,
      onFollower(listener) {
        followers.add(listener)
        return () => followers.delete(listener)
      },
      overlaps: () => false,
      capabilities: prober.capabilities,
      shared,
      stream: (kind, path) => {
        streams[kind] = path
      },
    }
    const output = () => readFileSync(join(home, 'output'), 'utf8')
    const missing = () => readFileSync(streams['missing'] ?? '', 'utf8')
    return {
      deps,
      said,
      streams,
      stop,
      output,
      missing,
      home,
      join: (follower: Follower) => {
        for (const tell of followers) tell(follower)
      },
    }
  }

  const calls = () => readFileSync(join(dir, 'calls'), 'utf8').trim().split('\n')
  return {
    dir,
    bin: program,
    environment: environment as Record<string, string>,
    clock,
    driver,
    shared,
    prober,
    goosefs,
    allocation,
    calls,
    left: () => readdirSync(join(dir, 'shared')),
  }
}

/** The ending without what differs from run to run. */
export function toFacts(ending: Ending) {
  const { before, after, missing, missingByCause, missingTotal } = ending.findings ?? {}
  return {
    exit: ending.exit,
    before: before && [before.files, before.cachedFiles, before.cachedPercent],
    after: after && [after.files, after.cachedFiles, after.cachedPercent],
    missing,
    missingByCause,
    missingTotal,
  }
}
