// those who wait for a shared listing: what each asked, what it has heard, and how it is answered
import { isWithin, toNamespacePath } from '../../shared/path.ts'
import type { Cause } from '../../shared/verdict.ts'
import { toReason } from '../spool.ts'
import { readCause } from './causes.ts'
import type { ListEntry } from './read-ls.ts'

export type WalkAsk = {
  readonly path: string
  /** Ask the object store about every entry first. */
  readonly fresh: boolean
  /** A listing begins, perhaps once more: forget what was heard before. */
  readonly begin: () => void
  readonly entry: (entry: ListEntry) => void
  readonly signal?: AbortSignal
}

/** `calls`: CLI processes started for this ask, 0 when it came along with another. */
export type WalkResult =
  | { readonly state: 'missing' | 'cut' | 'stopped'; readonly calls: number }
  /** `unread`: a line that is no entry and nothing known; something may be missing from the listing. */
  | { readonly state: 'listed'; readonly calls: number; readonly unread?: string }
  | { readonly state: 'failed'; readonly calls: number; readonly cause: Cause; readonly message: string }

export type Answer =
  | { readonly state: 'missing' | 'cut' | 'stopped' }
  | { readonly state: 'listed'; readonly unread?: string }
  | { readonly state: 'failed'; readonly cause: Cause; readonly message: string }

/** One ask on its way. Once it is answered it hears nothing more. */
export type Entrant = {
  readonly ask: WalkAsk
  readonly place: string
  readonly alone: boolean
  /** CLI processes started for it so far. */
  calls: number
  /** Entries heard in this call. */
  entries: number
  readonly answered: boolean
  /** The first answer counts. */
  answer(answer: Answer): void
}

// an exit of 0 proves nothing: a line that nobody understands may stand for what was not listed
export function toListed(entrant: Entrant, other: readonly string[]): Answer {
  const unread = other.find(line => readCause(line) !== undefined) ?? other[0]
  if (unread === undefined) return { state: 'listed' }
  const words = unread.slice(0, 500)
  if (entrant.entries > 0) return { state: 'listed', unread: words }
  return { state: 'failed', cause: readCause(unread) ?? 'unknown', message: `the listing could not be read: ${words}` }
}

/** Whether somebody was answered by it, because what it heard could not be kept. */
export function deliver(places: ReadonlyMap<string, readonly Entrant[]>, entry: ListEntry): boolean {
  let failed = false
  for (const [place, group] of places) {
    if (group[0]?.alone !== true && !isWithin(entry.path, place)) continue
    for (const entrant of group) {
      if (entrant.answered) continue
      entrant.entries += 1
      failed = !guarded(entrant, () => entrant.ask.entry(entry)) || failed
    }
  }
  return failed
}

export function begin(entrant: Entrant): void {
  entrant.entries = 0
  guarded(entrant, entrant.ask.begin)
}

// one that cannot keep what it hears must not cost the others their listing
function guarded(entrant: Entrant, tell: () => void): boolean {
  try {
    tell()
    return true
  } catch (thrown) {
    entrant.answer({ state: 'failed', cause: 'unknown', message: `the listing could not be kept: ${toReason(thrown)}` })
    return false
  }
}

export function groupByPlace(batch: readonly Entrant[]): Map<string, Entrant[]> {
  const groups = new Map<string, Entrant[]>()
  for (const entrant of batch) {
    const group = groups.get(entrant.place)
    if (group === undefined) groups.set(entrant.place, [entrant])
    else group.push(entrant)
  }
  return groups
}

// each place once, as its first ask wrote it
export function pathsOf(batch: readonly Entrant[]): string[] {
  return [...groupByPlace(batch).values()].map(group => group[0]?.ask.path ?? '')
}

export function isOf(group: readonly Entrant[], missing: string): boolean {
  return group.some(({ ask, place }) => ask.path === missing || place === toNamespacePath(missing))
}

export function isWaiting(entrant: Entrant): boolean {
  return !entrant.answered
}
