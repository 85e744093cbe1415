// what a reader of a load keeps while it reads: counts, causes, and the failure message that may still go on
import type { LineCounts } from '../../shared/allocation.ts'
import type { Cause } from '../../shared/verdict.ts'
import { readCause } from './causes.ts'

/** What one line said of one file (or of a batch, then of each file that the abbreviated list still names). */
export type LoadEvent =
  | { readonly kind: 'started' | 'skipped' | 'loaded'; readonly path: string }
  | { readonly kind: 'failed'; readonly path: string; readonly cause: Cause }

export type LoadSummary = {
  readonly lines: LineCounts
  /** Files by the class of their failure line. */
  readonly causes: Readonly<Partial<Record<Cause, number>>>
  /** Failure lines that do not name every file they speak of (a cut list, a job that could not be started), by class. */
  readonly unnamed?: Readonly<Partial<Record<Cause, number>>>
  /** The first message of each class. */
  readonly examples: readonly { readonly cause: Cause; readonly message: string }[]
  /** Counters of the last lines of 2.6 and later; cumulative. */
  readonly footer?: { readonly completed: number; readonly failed: number }
  readonly jobControlId?: string
  /** Where the CLI left the whole list of failed files, relative to its working directory. */
  readonly csvPath?: string
  /** What kept the whole command from its work: no such path, no permission, no master, bad usage. */
  readonly problem?: { readonly cause: Cause; readonly message: string }
  /** The job service was found unreachable: each further file would wait about a minute for nothing. */
  readonly jobServiceAway: boolean
  /** Of several loads taken together: where in the output each begins, where it ran, and its list of failed files. */
  readonly parts?: readonly { readonly from: number; readonly cwd: string; readonly csvPath?: string }[]
}

export type Draft = {
  lines: { -readonly [K in keyof LineCounts]: LineCounts[K] }
  causes: Partial<Record<Cause, number>>
  unnamed: Partial<Record<Cause, number>>
  examples: { cause: Cause; message: string }[]
  footer?: { completed: number; failed: number }
  jobControlId?: string
  csvPath?: string
  problem?: { cause: Cause; message: string }
  jobServiceAway: boolean
  /** 2.8 and 2.9 name no attempts, so ` after 1 attempts` belongs to a file's name there. */
  serverSide: boolean
  inFailedList: boolean
  pending?: { paths: string[]; cut: boolean; message: string; more: number }
  emit: (event: LoadEvent) => void
}

export function each(draft: Draft, kind: 'started' | 'skipped' | 'loaded', text = ''): undefined {
  const count = { started: 'started', skipped: 'alreadyCached', loaded: 'loaded' } as const
  draft.lines[count[kind]] += 1
  for (const path of toPaths(text)) draft.emit({ kind, path })
}

/** `[/a,/b,/c…]` is a batch, abbreviated to 80 characters: the last name of a cut list is no name. */
export function toPaths(text: string): string[] {
  const list = /^\[(.*)\]$/s.exec(text)?.[1]
  if (list === undefined) return [text]
  const names = list.split(',').map(name => name.trim())
  return isCut(text) ? names.slice(0, -1) : names
}

/** Whether a batch has more files than are named. */
export function isCut(text: string): boolean {
  return /^\[.*(?:\.\.\.|…)\]$/s.test(text)
}

export function closeFailure(draft: Draft): void {
  const { pending } = draft
  if (pending === undefined) return
  delete draft.pending
  const cause = readCause(pending.message) ?? 'unknown'
  draft.causes[cause] = (draft.causes[cause] ?? 0) + Math.max(1, pending.paths.length)
  if (pending.cut) draft.unnamed[cause] = (draft.unnamed[cause] ?? 0) + 1
  if (!draft.examples.some(example => example.cause === cause)) draft.examples.push({ cause, message: pending.message })
  for (const path of pending.paths) draft.emit({ kind: 'failed', path, cause })
}
