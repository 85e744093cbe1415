// the driver port: start a program supervised, find it again after a restart, read its output, stop its whole tree
import type { Exit } from '../shared/allocation.ts'

/** One program to run. `dir` is a fresh directory of the spool: intention, claim, pid, output and exit are kept there. */
export type RunRequest = {
  readonly dir: string
  readonly argv: readonly string[]
  /** The file to append the output to; default `<dir>/out`. Two runs of one allocation may share one, one after the other. */
  readonly outputPath?: string
  /** Added to the agent's cleaned environment. */
  readonly env?: Readonly<Record<string, string>>
}

/** A program under supervision; it outlives the agent. */
export type Run = {
  readonly dir: string
  /** Merged stdout and stderr, byte for byte, in the order in which they were written. Grows while it runs. */
  readonly outputPath: string
  /** Resolves with how it ended; never rejects. `lost` when it was started and nobody knows its outcome. */
  readonly exited: Promise<Exit>
  /**
   * Ends the whole tree: TERM to the group, after `graceMs` KILL, then strays by their environment. Twice is once.
   * The exit then has that reason (default `stopped`), unless the run had ended before.
   */
  stop(graceMs: number, reason?: 'stopped' | 'timeout'): Promise<void>
}

/** What became of a run that an earlier agent process had in hand. */
export type Adopted = { readonly state: 'never-started' } | { readonly state: 'known'; readonly run: Run }

export type Driver = {
  /**
   * Writes the intention to disk, then spawns. A program that cannot be started is a run whose exit says `spawn-failed`
   * (no such file, not executable, no space for the spool), not an exception.
   */
  start(request: RunRequest): Promise<Run>
  /**
   * Takes over the run of a directory. At most once: a run that had not begun never begins afterwards, unless it is
   * started again in that directory, which is allowed only then.
   */
  adopt(dir: string): Promise<Adopted>
}
