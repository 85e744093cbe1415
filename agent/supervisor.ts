// watches over one run by its directory alone: how it ended, whether it lives, and how its whole tree is ended
import { type FSWatcher, watch } from 'node:fs'
import { type Exit, SIGNALS } from '../shared/allocation.ts'
import { type Clock, SECOND } from '../shared/time.ts'
import type { Run } from './driver.ts'
import { carriersOf, isAlive, isStill, membersOf, type ProcessIdentity, readIdentity, signal } from './processes.ts'
import { RUN_FILES, readRecord, readText, runFile, StopNote, writeDurable } from './spool.ts'

/**
 * The wrapper: DIR CLAIM OUTPUT PROGRAM ARGUMENT…, run in a session of its own. It claims the run at most once, tells
 * who it is, and lives through signals to write how the program ended. The subshell keeps the shell's own words about
 * signals out of the output; the exit is written into room taken beforehand.
 */
export const WRAPPER = `
d=$1; c=$2; o=$3; shift 3
trap 'stopped=1' TERM INT HUP
mkdir "$d/$c" 2>/dev/null || exit 0
field20() { shift 19; start=$1; }
leave() { printf '%s\\n' "$1" 1<>"$d/exit.tmp" && mv "$d/exit.tmp" "$d/exit"; exit 0; }
read -r stat <"/proc/$$/stat"; field20 \${stat##*) }
read -r boot </proc/sys/kernel/random/boot_id
printf '%s %s %s\\n' "$$" "$start" "$boot" >"$d/pid.tmp" && mv "$d/pid.tmp" "$d/pid" || leave no-room
[ -z "$stopped" ] && [ ! -e "$d/stop" ] || leave not-begun
( exec "$@" </dev/null >>"$o" 2>&1 ); leave $?
`

const POLL_MS = SECOND

export type Supervision = {
  readonly run: Run
  /** Looks now, because something may have happened. */
  look(): void
}

/** Watches over a run that is claimed, or about to be. It ends by itself when the run has ended. */
export function superviseRun(deps: { dir: string; outputPath: string; clock: Clock }): Supervision {
  const { dir, outputPath, clock } = deps
  let ended: (exit: Exit) => void = () => {}
  const state = { looking: false, again: false, over: false }
  const exited = new Promise<Exit>(resolve => {
    ended = resolve
  })
  const watcher = watchDirectory(dir, () => look())
  let cancelPoll = clock.after(POLL_MS, poll)

  function poll(): void {
    look()
    if (!state.over) cancelPoll = clock.after(POLL_MS, poll)
  }
  function look(): void {
    if (state.looking) state.again = true
    else if (!state.over) void lookOnce()
  }
  async function lookOnce(): Promise<void> {
    state.looking = true
    state.again = false
    // a file that cannot be read just now is looked at again by the poll
    const exit = await findExit(dir).catch(() => undefined)
    state.looking = false
    state.over = exit !== undefined
    if (exit === undefined) return state.again ? look() : undefined
    cancelPoll()
    watcher?.close()
    ended(exit)
  }
  let stopping: Promise<void> | undefined
  const stop: Run['stop'] = (graceMs, reason = 'stopped') => {
    if (state.over) return Promise.resolve()
    // what failed must be possible again
    stopping ??= endTree({ dir, graceMs, reason, clock, exited, look }).catch((thrown: unknown) => {
      stopping = undefined
      throw thrown
    })
    return stopping
  }
  look()
  return { run: { dir, outputPath, exited, stop }, look }
}

/** How a claimed run ended; undefined while it lives. Its death is looked up first, since the exit is written before it. */
export async function findExit(dir: string): Promise<Exit | undefined> {
  const alive = await isRunAlive(dir)
  const text = await readText(runFile(dir, 'exit'))
  const stop = await readRecord(runFile(dir, 'stop'), StopNote)
  if (text !== undefined) return toExit(text, stop)
  if (alive) return undefined
  for (const pid of await carriersOf(dir)) signal(pid, 'SIGKILL')
  if (stop !== undefined) return { reason: stop.reason, signal: 'SIGKILL' }
  return { reason: 'lost', message: 'it was started, and nobody knows how it ended' }
}

/** The wrapper's last word as an exit. A launcher's 128 + n stays a code: it is what callers read. */
export function toExit(text: string, stop: StopNote | undefined): Exit {
  const word = text.split('\n')[0]?.trim() ?? ''
  if (word === 'no-room') return { reason: 'spawn-failed', message: "no space left in the agent's directory" }
  if (word === 'not-begun') return { reason: stop?.reason ?? 'stopped', message: 'stopped before it began' }
  if (word.startsWith('spawn-failed ')) return { reason: 'spawn-failed', message: word.slice('spawn-failed '.length) }
  if (!/^\d+$/.test(word)) return { reason: 'lost', message: 'its exit cannot be read' }
  const code = Number(word)
  if (stop === undefined) return { reason: 'exited', code }
  const name = SIGNALS[code]
  return { reason: stop.reason, code, ...(name === undefined ? {} : { signal: name }) }
}

async function isRunAlive(dir: string): Promise<boolean> {
  const identity = await wrapperOf(dir)
  // without a pid file the wrapper may stand between its claim and its first words
  return identity === undefined ? (await carriersOf(dir)).length > 0 : isAlive(identity)
}

async function wrapperOf(dir: string): Promise<ProcessIdentity | undefined> {
  return readIdentity((await readText(runFile(dir, 'pid'))) ?? '')
}

type Ending = {
  dir: string
  graceMs: number
  reason: StopNote['reason']
  clock: Clock
  exited: Promise<Exit>
  look: () => void
}

async function endTree(ending: Ending): Promise<void> {
  const { dir, graceMs } = ending
  if ((await readText(runFile(dir, 'exit'))) !== undefined) return ending.look()
  // a full disk must not keep a run from being stopped; it only loses the reason should the agent die right now
  await writeDurable(runFile(dir, 'stop'), JSON.stringify({ reason: ending.reason })).catch(() => {})
  const wrapper = await wrapperOf(dir)
  const group = wrapper !== undefined && (await isAlive(wrapper)) ? await membersOf(wrapper.pid) : []
  if (wrapper !== undefined && group.length > 0) signal(-wrapper.pid, 'SIGTERM')
  for (const pid of await carriersOf(dir)) signal(pid, 'SIGTERM')
  if (!(await endsWithin(ending, graceMs)) && wrapper !== undefined) {
    for (const member of await membersOf(wrapper.pid)) if (member.pid !== wrapper.pid) signal(member.pid, 'SIGKILL')
    // what the wrapper starts to keep the exit carries the cookie too, and is no stray
    await endsWithin(ending, SECOND)
  }
  await killStrays(dir, wrapper)
  for (const member of group) if (member.pid !== wrapper?.pid && (await isStill(member))) signal(member.pid, 'SIGKILL')
  ending.look()
  if (await endsWithin(ending, 5 * SECOND)) return killStrays(dir, undefined)
  // the wrapper itself does not answer: without it the run counts as stopped
  await killStrays(dir, undefined)
  ending.look()
  await ending.exited
}

// what forks while it is being killed shows up in the next round
async function killStrays(dir: string, spared: ProcessIdentity | undefined): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const strays = (await carriersOf(dir)).filter(pid => pid !== spared?.pid)
    if (strays.length === 0) return
    for (const pid of strays) signal(pid, 'SIGKILL')
  }
}

function endsWithin(ending: Ending, delayMs: number): Promise<boolean> {
  return new Promise(resolve => {
    const cancel = ending.clock.after(delayMs, () => resolve(false))
    void ending.exited.then(() => {
      cancel()
      resolve(true)
    })
  })
}

function watchDirectory(dir: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dir, { persistent: false }, (_, name) => (name === RUN_FILES.exit ? onChange() : undefined))
    // the directory may vanish or the system run out of watches: the poll goes on
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}
