// handing files to the job master, with the failures that the knobs ask for
import { goneError, WORKER_GONE } from './engine.ts'
import { isOn, matchesGlob } from './knobs.ts'
import { type Shell, speed } from './shell.ts'

const HOST = '127.0.0.1'

/** Number of block workers: knob `workers`, 1 unless told. */
export function workerCount(shell: Shell): number {
  return Number(shell.knob('workers') || 1)
}

function placementError(shell: Shell, replication: number): string | undefined {
  const idle = shell.knob('jobworker') === 'none'
  const able = idle ? 0 : workerCount(shell)
  if (able >= replication) return undefined
  const hosts = Array(able).fill(HOST).join(', ')
  const missing = idle
    ? `. The following workers could not be used because they have no local job workers: [${HOST}]`
    : ''
  return `Failed to find enough block workers to replicate to. Needed ${replication} but only found ${able}. Available workers without the block: [${hosts}]${missing}`
}

/** Why the job of this path is bound to fail, or undefined. */
export function doom(shell: Shell, path: string, replication: number): string | undefined {
  if (matchesGlob(shell.knob('fail'), path)) return goneError(path)
  if (matchesGlob(shell.knob('denied'), path)) {
    return `Task execution failed: Permission denied: user=${shell.settings.user}, access=r--, path=${path}: failed at /`
  }
  if (shell.knob('worker') === 'lost') return WORKER_GONE
  return placementError(shell, replication)
}

/** Time (ms) that one file takes. */
export function fileMs(shell: Shell): number {
  const slow = shell.knob('slow')
  return slow === '' ? 150 * speed(shell) : Number(slow)
}

/** Hands the paths over in one step; answers their job ids. */
export function submit(shell: Shell, paths: string[], how: { replication: number; control?: number }): number[] {
  const ids: number[] = []
  const fails: Record<number, string> = {}
  for (const [index, path] of paths.entries()) {
    const reason = doom(shell, path, how.replication)
    if (reason !== undefined) fails[index] = reason
  }
  // set by the environment only, a pause cannot end: such a job waits until it is cancelled
  const stored = shell.journal.look().knobs['jobworker']
  const hold = shell.knob('jobworker') === 'paused' && stored !== 'paused'
  shell.journal.commit(world => {
    for (const index of paths.keys()) ids.push(world.nextJobId + index)
    return [{ t: 'jobs', paths, ms: fileMs(shell), fails, ...(hold ? { hold } : {}), ...how }]
  })
  return ids
}

/** What a load prints beside the truth when asked to: floods, a long line, rubbish, a stack trace. */
export async function printExtras(shell: Shell): Promise<void> {
  const { knob, out, settings } = shell
  const lines = Number(knob('lines') || 0)
  const bytes = Number(knob('floodbytes') || 0)
  if (lines > 0 || bytes > 0) await flood(shell, lines, bytes)
  if (isOn(knob('longline'))) await out.line('x'.repeat(2 ** 20))
  if (isOn(knob('stray'))) await out.raw(Uint8Array.of(0xff, 0xfe, 0xc3, 0x28, 0x80, 0x0a))
  if (!isOn(knob('trace'))) return
  const root = settings.brand === 'GooseFS' ? 'com.qcloud.cos.goosefs' : 'alluxio'
  await out.complain(`java.lang.RuntimeException: ${root}.exception.status.UnavailableException: Network closed`)
  await out.complain(`\tat ${root}.cli.fs.command.DistributedLoadCommand.run(DistributedLoadCommand.java:161)`)
  await out.complain(`\tat ${root}.cli.AbstractShell.run(AbstractShell.java:137)`)
}

async function flood(shell: Shell, lines: number, bytes: number): Promise<void> {
  let block = ''
  let written = 0
  for (let index = 0; index < lines || written + block.length < bytes; index++) {
    block += `/flood/f${String(index).padStart(8, '0')} is already fully loaded in ${shell.settings.brand}\n`
    if (block.length < 65_536) continue
    written += block.length
    await shell.out.raw(block)
    block = ''
  }
  await shell.out.raw(block)
}
