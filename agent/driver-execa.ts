// the driver that runs real programs: intention first, then a wrapper in its own session that outlives the agent
import { appendFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import type { Exit } from '../shared/allocation.ts'
import { toError } from '../shared/errors.ts'
import type { Clock } from '../shared/time.ts'
import type { Driver, Run, RunRequest } from './driver.ts'
import { findProgram, toCliEnvironment } from './environment.ts'
import { COOKIE } from './processes.ts'
import {
  claimName,
  EXIT_DRAFT,
  EXIT_ROOM,
  Intent,
  makeDirectory,
  RECOVERED,
  readRecord,
  readText,
  removeFile,
  runFile,
  toReason,
  winClaim,
  writeDurable,
} from './spool.ts'
import { superviseRun, WRAPPER } from './supervisor.ts'

type Surroundings = { readonly clock: Clock; readonly environment: Readonly<Record<string, string | undefined>> }

/** Makes the driver. `environment` is the agent's own; what a CLI must not see is taken out of it. */
export function createExecaDriver(deps: Surroundings): Driver {
  return {
    start: request => start(deps, { ...request, dir: resolve(request.dir) }),
    async adopt(given) {
      const dir = resolve(given)
      const intent = await readRecord(runFile(dir, 'intent'), Intent)
      if (intent === undefined || (await neverStarted(dir, intent))) return { state: 'never-started' }
      const { run } = superviseRun({ dir, outputPath: intent.outputPath, clock: deps.clock })
      return { state: 'known', run }
    },
  }
}

// winning the claim proves that no wrapper did, and keeps a late one from beginning
async function neverStarted(dir: string, intent: Intent): Promise<boolean> {
  // a run that could not be spawned has an exit and no claim
  if ((await readText(runFile(dir, 'exit'))) !== undefined) return false
  const claim = join(dir, claimName(intent.attempt))
  if (await winClaim(claim)) {
    await writeFile(join(claim, RECOVERED), '')
    return true
  }
  return (await readText(join(claim, RECOVERED))) !== undefined
}

async function start(deps: Surroundings, request: RunRequest): Promise<Run> {
  const { dir } = request
  const outputPath = request.outputPath ?? runFile(dir, 'output')
  const attempt = await nextAttempt(dir)
  const environment: Record<string, string> = { ...toCliEnvironment(deps.environment), ...request.env, [COOKIE]: dir }
  const program = await findProgram(request.argv[0] ?? '', environment['PATH'])
  try {
    await prepare(request, { outputPath, attempt })
  } catch (thrown) {
    return endedRun({ dir, outputPath }, toReason(thrown))
  }
  if ('problem' in program) return keepFailure({ dir, outputPath }, program.problem)
  const supervised: { look(): void } = { look: () => {} }
  const problem = spawnWrapper({
    argv: [dir, claimName(attempt), outputPath, program.file, ...request.argv.slice(1)],
    dir,
    environment,
    onExit: () => supervised.look(),
  })
  if (problem !== undefined) return keepFailure({ dir, outputPath }, problem)
  const supervision = superviseRun({ dir, outputPath, clock: deps.clock })
  supervised.look = supervision.look
  return supervision.run
}

async function nextAttempt(dir: string): Promise<number> {
  const earlier = await readRecord(runFile(dir, 'intent'), Intent)
  if (earlier === undefined) return 1
  const recovered = await readText(join(dir, claimName(earlier.attempt), RECOVERED))
  if (recovered === undefined) throw new Error(`a run was begun in ${dir} before: adopt it`)
  return earlier.attempt + 1
}

async function prepare(request: RunRequest, how: { outputPath: string; attempt: number }): Promise<void> {
  await makeDirectory(request.dir)
  await removeFile(runFile(request.dir, 'stop'))
  await appendFile(how.outputPath, '')
  await writeFile(join(request.dir, EXIT_DRAFT), EXIT_ROOM)
  const intent: Intent = { attempt: how.attempt, argv: [...request.argv], outputPath: how.outputPath }
  await writeDurable(runFile(request.dir, 'intent'), JSON.stringify(intent))
}

type Wrapper = {
  argv: readonly string[]
  dir: string
  environment: Readonly<Record<string, string>>
  onExit: () => void
}

function spawnWrapper(wrapper: Wrapper): string | undefined {
  try {
    const child = execa('/bin/sh', ['-c', WRAPPER, 'sh', ...wrapper.argv], {
      cwd: wrapper.dir,
      env: wrapper.environment,
      extendEnv: false,
      detached: true,
      cleanup: false,
      stdio: 'ignore',
      buffer: false,
      reject: false,
    })
    if (child.pid === undefined) {
      void child.catch(() => {})
      return 'the program could not be spawned: its arguments or its environment are too long, or processes ran out'
    }
    child.once('exit', wrapper.onExit)
    child.unref()
    return undefined
  } catch (thrown) {
    return toError(thrown).message
  }
}

type Place = { readonly dir: string; readonly outputPath: string }

async function keepFailure(place: Place, message: string): Promise<Run> {
  // when even this cannot be written the run is unknown after a restart, and never started: its claim is free
  await writeDurable(runFile(place.dir, 'exit'), `spawn-failed ${message.replaceAll('\n', ' ')}\n`).catch(() => {})
  return endedRun(place, message)
}

function endedRun(place: Place, message: string): Run {
  const exit: Exit = { reason: 'spawn-failed', message }
  return { ...place, exited: Promise.resolve(exit), stop: () => Promise.resolve() }
}
