// runs CLI calls through the driver: found again by name after a restart, followed line by line
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Exit } from '../../shared/allocation.ts'
import type { Log } from '../../shared/log.ts'
import type { Clock } from '../../shared/time.ts'
import type { CliCall, CliResult } from '../cli-port.ts'
import type { Driver, Run } from '../driver.ts'
import { endRun } from '../end-run.ts'
import { MOST_OUTPUT_BYTES } from './call-limits.ts'
import { isFlooded, toFloodedExit, watchFlood } from './flood.ts'
import { createLineSplitter } from './lines.ts'

export type SpooledCall = CliCall & {
  /** A file shared with earlier calls of the allocation, and how long it was before this one; default: its own file. */
  readonly output?: { readonly path: string; readonly from: number }
  /** What it may print; default what the CLI was made with. */
  readonly mostBytes?: number
  /** Harmless to run again when nobody knows how it ended. */
  readonly repeatable?: boolean
  /** Given once the program runs, so that a watcher can end it. */
  readonly onRun?: (run: Run) => void
}
export type Cli = (call: SpooledCall) => Promise<CliResult>

type CliDeps = {
  readonly driver: Driver
  /** Each call gets a directory below, named like the call. */
  readonly dir: string
  readonly bin: string
  readonly clock: Clock
  readonly log: Log
  readonly graceMs: number
  /** What a command may print: one that prints more is ended at once. Default 1 GiB. */
  readonly mostBytes?: number
}

const FASTEST_LOOK_MS = 15
const SLOWEST_LOOK_MS = 250
const READ_BYTES = 256 * 1024

/**
 * Makes the CLI as steps use it. A call never throws for what the program does. When the listener throws, or the output
 * cannot be read, the program is ended first: nobody would attend to it any more.
 */
export function createCli(deps: CliDeps): Cli {
  return async call => {
    const result = await runOnce(deps, call)
    if (result.exit.reason !== 'lost' || call.repeatable !== true) return result
    return await runOnce(deps, { ...call, name: `${call.name}-again` })
  }
}

async function runOnce(deps: CliDeps, call: SpooledCall): Promise<CliResult> {
  const startedAt = deps.clock.now()
  const dir = join(deps.dir, call.name)
  const adopted = await deps.driver.adopt(dir)
  if (adopted.state === 'never-started' && call.signal?.aborted) {
    return { exit: { reason: 'stopped' }, outputPath: call.output?.path ?? '', wallMs: 0 }
  }
  const run = adopted.state === 'known' ? adopted.run : await start(deps, { dir, call })
  call.onRun?.(run)
  const exit = await attend(deps, { run, call })
  return { exit, outputPath: run.outputPath, wallMs: deps.clock.now() - startedAt }
}

function start(deps: CliDeps, { dir, call }: { dir: string; call: SpooledCall }): Promise<Run> {
  const output = call.output === undefined ? {} : { outputPath: call.output.path }
  return deps.driver.start({ dir, argv: [deps.bin, ...call.args], ...output })
}

async function attend(deps: CliDeps, { run, call }: { run: Run; call: SpooledCall }): Promise<Exit> {
  const end = (reason: 'stopped' | 'timeout') => endRun(run, { ...deps, reason })
  const from = call.output?.from ?? 0
  const growing = { path: run.outputPath, from, mostBytes: call.mostBytes ?? deps.mostBytes ?? MOST_OUTPUT_BYTES }
  let flooded = false
  const onFlood = () => {
    flooded = true
    void endRun(run, { ...deps, graceMs: 0, reason: 'stopped' })
  }
  const unwatch = watchFlood({ ...growing, clock: deps.clock, onFlood })
  const stop = () => void end(call.signal?.reason === 'timeout' ? 'timeout' : 'stopped')
  const disarm = call.timeoutMs === undefined ? () => {} : deps.clock.after(call.timeoutMs, () => void end('timeout'))
  if (call.signal?.aborted) stop()
  call.signal?.addEventListener('abort', stop, { once: true })
  try {
    const following = { path: run.outputPath, from, ended: run.exited, clock: deps.clock, isOver: () => flooded }
    const { onLine } = call
    const exit = await (onLine === undefined ? run.exited : followLines({ ...following, onLine }))
    // an earlier process may have ended it
    const ours = exit.reason === 'stopped' && call.signal?.aborted !== true && (await isFlooded(growing))
    return flooded || ours ? toFloodedExit(exit, growing.mostBytes) : exit
  } catch (thrown) {
    await end('stopped')
    throw thrown
  } finally {
    disarm()
    unwatch()
    call.signal?.removeEventListener('abort', stop)
  }
}

type Following = {
  readonly path: string
  readonly from: number
  readonly ended: Promise<Exit>
  readonly clock: Clock
  readonly onLine: (line: string) => void
  /** It is being ended for what it prints: nobody wants to read on. */
  readonly isOver: () => boolean
}

/** Reads a growing file line by line until its writer has ended and all of it is read. */
async function followLines({ path, from, ended, clock, onLine, isOver }: Following): Promise<Exit> {
  const splitter = createLineSplitter(onLine)
  let exit: Exit | undefined
  let wake = () => {}
  void ended.then(end => {
    exit = end
    wake()
  })
  let at = from
  let pauseMs = FASTEST_LOOK_MS
  for (;;) {
    const over = exit
    const next = await readOnwards(path, at, bytes => {
      splitter.push(bytes)
      return !isOver()
    })
    pauseMs = next > at ? FASTEST_LOOK_MS : Math.min(pauseMs * 2, SLOWEST_LOOK_MS)
    at = next
    if (over !== undefined || isOver()) break
    if (exit !== undefined) continue
    await new Promise<void>(resolve => {
      const cancel = clock.after(pauseMs, resolve)
      wake = () => {
        cancel()
        resolve()
      }
    })
  }
  splitter.end()
  return await ended
}

/**
 * Hands on what a file holds beyond an offset; answers the new offset. A file that is not there yet holds nothing.
 * @param push ends the reading when it answers false
 */
export async function readOnwards(path: string, from: number, push: (bytes: Uint8Array) => unknown): Promise<number> {
  const file = await open(path, 'r').catch(() => undefined)
  if (file === undefined) return from
  try {
    let at = from
    const buffer = new Uint8Array(READ_BYTES)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, at)
      if (bytesRead === 0) return at
      at += bytesRead
      if (push(buffer.subarray(0, bytesRead)) === false) return at
    }
  } finally {
    await file.close()
  }
}
