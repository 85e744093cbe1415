// the CLI as the steps see it: one call at a time, its words line by line, counted
import type { Exit } from '../shared/allocation.ts'

export type CliCall = {
  /** Arguments after the program, from the closed table of `goosefs/argv.ts`. */
  readonly args: readonly string[]
  /** The call is stopped after this long; its exit then says `timeout`. */
  readonly timeoutMs?: number
  /** Each line of merged stdout and stderr without its end, decoded leniently; a line longer than 64 KiB is cut there. */
  readonly onLine?: (line: string) => void
  readonly signal?: AbortSignal
  /** A name for the directory in the spool, such as `2-measure`; the same name finds the same run again after a restart. */
  readonly name: string
}

/** Runs one call to its end. Never throws for what the CLI does. Starting it again under the same name resumes it. */
export type RunCli = (call: CliCall) => Promise<CliResult>
export type CliResult = { readonly exit: Exit; readonly outputPath: string; readonly wallMs: number }
