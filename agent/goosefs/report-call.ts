// one call of the capacity report, and what kept a call from answering
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cause } from '../../shared/verdict.ts'
import { READ_ARGV } from './argv.ts'
import { CALL_LIMITS } from './call-limits.ts'
import { readCause } from './causes.ts'
import type { Cli } from './cli.ts'
import { isNoise } from './lines.ts'
import { type ClusterReport, readReport } from './read-report.ts'

export type ReportAnswer = {
  readonly report?: ClusterReport
  readonly trouble?: { readonly cause: Cause; readonly message: string }
  readonly calls: number
}

/** A worker that beats every second and was not heard of for this long serves nothing, whatever the master counts. */
export const SILENT_AFTER_SECONDS = 10
const MOST_LINES = 20_000

/** Takes the report; never rejects. */
export async function readReportOnce(ask: {
  readonly cli: Cli
  readonly name: string
  readonly dir: string
  readonly signal: AbortSignal
}): Promise<ReportAnswer> {
  const lines: string[] = []
  const { exit } = await ask.cli({
    name: ask.name,
    args: READ_ARGV.capacity(),
    ...CALL_LIMITS.report,
    signal: ask.signal,
    repeatable: true,
    onLine: line => {
      if (lines.length < MOST_LINES && !isNoise(line)) lines.push(line)
    },
  })
  await rm(join(ask.dir, ask.name), { recursive: true, force: true })
  const report = readReport(lines)
  if (report !== undefined) return { report, calls: 1 }
  return { trouble: toTrouble(exit, lines), calls: 1 }
}

/** What kept a call from answering, from its exit and its words. */
export function toTrouble(
  exit: { readonly reason: string; readonly code?: number | undefined; readonly message?: string | undefined },
  lines: readonly string[],
): { cause: Cause; message: string } {
  if (exit.reason === 'spawn-failed')
    return { cause: 'cli-missing', message: exit.message ?? 'the CLI cannot be started' }
  // ended by us, and the sentence says why
  if (exit.reason === 'signalled' && exit.message !== undefined) return { cause: 'unknown', message: exit.message }
  for (const line of lines) {
    const cause = readCause(line)
    if (cause !== undefined) return { cause, message: line.slice(0, 500) }
  }
  if (exit.reason === 'timeout') return { cause: 'stalled', message: 'the CLI did not answer in time' }
  const said = lines.at(-1)?.slice(0, 500)
  return {
    cause: 'unknown',
    message: said ?? `the CLI ended without a word (${exit.reason} ${exit.code ?? ''})`.trim(),
  }
}
