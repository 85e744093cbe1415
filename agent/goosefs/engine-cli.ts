// the job master over the CLI: a JVM for each call, so counts first, and single jobs only when they can be few
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../shared/time.ts'
import { type Brand, cancelArgv, READ_ARGV } from './argv.ts'
import { CALL_LIMITS } from './call-limits.ts'
import type { Cli } from './cli.ts'
import { concerns, type Engine, type EngineAsk, isLoad, type Unfinished } from './engine-jobs.ts'
import { type EngineJob, isUnfinished, readJobLine, readJobService, readJobStat } from './read-jobs.ts'

const PACE_MS = 3_000
const MOST_STATS = 8
const MOST_LINES = 200_000

type CliEngineDeps = {
  readonly cli: Cli
  readonly dir: string
  readonly brand: Brand
  readonly clock: Clock
  /** A fresh name for a call. */
  readonly name: () => string
}

/** Makes the engine over `fsadmin report jobservice`, `job ls`, `job stat` and `job cancel`. */
export function createCliEngine(deps: CliEngineDeps): Engine {
  return {
    paceMs: PACE_MS,
    newest: async () => undefined,
    unfinished: ask => unfinished(deps, ask),
    async cancel(id) {
      const { exit } = await ask(deps, { args: cancelArgv(deps.brand, id) })
      return exit.reason === 'exited' && exit.code === 0
    },
  }
}

async function unfinished(deps: CliEngineDeps, wanted: EngineAsk): Promise<Unfinished> {
  const stopping = wanted.deadlineAt !== undefined
  if (!stopping) {
    const service = readJobService((await ask(deps, { args: READ_ARGV.jobService(), signal: wanted.signal })).lines)
    if (service === undefined) return { known: false, ids: [], left: 0, calls: 1 }
    const { unfinished: left, workers: jobWorkers } = service
    // nothing at work anywhere is nothing at work for this path
    if (left === 0) return { known: true, ids: [], left, calls: 1, jobWorkers }
  }
  const jobs: EngineJob[] = []
  const listed = await ask(deps, {
    args: READ_ARGV.jobs(deps.brand),
    signal: wanted.signal,
    onLine: line => {
      const job = readJobLine(line)
      if (job !== undefined && isUnfinished(job.status) && jobs.length < MOST_LINES) jobs.push(job)
    },
  })
  const calls = stopping ? 1 : 2
  if (listed.exit.reason !== 'exited' || listed.exit.code !== 0)
    return { known: false, ids: [], left: jobs.length, calls }
  const loads = jobs.filter(isLoad)
  return await inspect(deps, { loads, wanted, calls })
}

/** Looks at single jobs: while stopping until the time is over, else only a few. */
async function inspect(
  deps: CliEngineDeps,
  { loads, wanted, calls }: { loads: readonly EngineJob[]; wanted: EngineAsk; calls: number },
): Promise<Unfinished> {
  const most = wanted.deadlineAt === undefined ? MOST_STATS : loads.length
  const ids: number[] = []
  let looked = 0
  let unread = 0
  for (const { id } of loads.slice(0, most)) {
    // half of the time is for cancelling what was found
    if (wanted.deadlineAt !== undefined && deps.clock.now() > wanted.deadlineAt - 30_000) break
    if (wanted.signal?.aborted) break
    const job = readJobStat((await ask(deps, { args: READ_ARGV.job(deps.brand, id) })).lines)
    looked += 1
    if (job === undefined || !isUnfinished(job.status)) continue
    const isOurs = concerns(job, wanted.path)
    if (isOurs === undefined) unread += 1
    if (isOurs === true) ids.push(id)
  }
  return { known: looked === loads.length && unread === 0, ids, left: loads.length, calls: calls + looked }
}

type Asked = {
  readonly args: readonly string[]
  readonly signal?: AbortSignal | undefined
  readonly onLine?: (line: string) => void
}

async function ask(deps: CliEngineDeps, { args, signal, onLine }: Asked) {
  const lines: string[] = []
  const name = deps.name()
  const { exit } = await deps.cli({
    name,
    args,
    ...CALL_LIMITS.job,
    repeatable: true,
    ...(signal === undefined ? {} : { signal }),
    onLine: onLine ?? (line => void (lines.length < MOST_LINES ? lines.push(line) : 0)),
  })
  await rm(join(deps.dir, name), { recursive: true, force: true })
  return { exit, lines }
}
