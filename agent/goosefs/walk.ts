// one shared listing: which lines belong to whom, and what becomes of the others when one path fails
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Exit } from '../../shared/allocation.ts'
import { isWithin, toNamespacePath } from '../../shared/path.ts'
import { MINUTE } from '../../shared/time.ts'
import type { Cause } from '../../shared/verdict.ts'
import { brandOf, READ_ARGV } from './argv.ts'
import { isUnauthenticatedChannel } from './causes.ts'
import type { Cli } from './cli.ts'
import { isNoise } from './lines.ts'
import { type ListEntry, readListLine, readMissingPath } from './read-ls.ts'
import { toTrouble } from './report-call.ts'

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
  | { readonly state: 'listed' | 'missing' | 'cut' | 'stopped'; readonly calls: number }
  | { readonly state: 'failed'; readonly calls: number; readonly cause: Cause; readonly message: string }

export type Entrant = {
  readonly ask: WalkAsk
  readonly place: string
  readonly alone: boolean
  resolve(result: WalkResult): void
}

export type WalkDeps = {
  readonly cli: Cli
  readonly bin: string
  readonly dir: string
  readonly name: () => string
  readonly signal: AbortSignal
  readonly limits?: { readonly entries?: number; readonly walkMs?: number }
}

const MOST_ENTRIES = 2_000_000
const LONGEST_WALK_MS = 10 * MINUTE
const MOST_OTHER_LINES = 30

/** Lists the paths of a batch in one call, and goes on with the rest when one of them ends it. Never rejects. */
export async function runWalk(deps: WalkDeps, batch: readonly Entrant[]): Promise<void> {
  let left = batch
  let retried = false
  while (left.length > 0) {
    const heard = await listOnce(deps, left)
    if (heard.other.some(isUnauthenticatedChannel) && !retried) {
      retried = true
      continue
    }
    left = await settle(deps, { batch: left, heard })
  }
}

type Heard = { readonly exit: Exit; readonly other: readonly string[]; readonly tooLarge: boolean }

async function listOnce(deps: WalkDeps, batch: readonly Entrant[]): Promise<Heard> {
  const stop = new AbortController()
  const unwatch = watchInterest(deps.signal, { batch, stop })
  for (const { ask } of batch) ask.begin()
  const places = groupByPlace(batch)
  const most = deps.limits?.entries ?? MOST_ENTRIES
  const other: string[] = []
  let entries = 0
  const name = deps.name()
  const { exit } = await deps.cli({
    name,
    args: READ_ARGV.walk(brandOf(deps.bin), pathsOf(batch), batch[0]?.ask.fresh === true),
    timeoutMs: deps.limits?.walkMs ?? LONGEST_WALK_MS,
    signal: stop.signal,
    repeatable: true,
    onLine: line => {
      const entry = readListLine(line)
      if (entry === undefined) {
        if (other.length < MOST_OTHER_LINES && !isNoise(line) && line !== '') other.push(line)
        return
      }
      entries += 1
      if (entries > most) return stop.abort()
      deliver(places, entry)
    },
  })
  unwatch()
  await rm(join(deps.dir, name), { recursive: true, force: true })
  return { exit, other, tooLarge: entries > most || exit.reason === 'timeout' }
}

/** Decides who is answered; returns those whose paths must be listed in a further call. */
async function settle(
  deps: WalkDeps,
  { batch, heard }: { batch: readonly Entrant[]; heard: Heard },
): Promise<Entrant[]> {
  const calls = (entrant: Entrant) => (entrant === batch[0] ? 1 : 0)
  const answer = (some: readonly Entrant[], state: 'listed' | 'missing' | 'cut' | 'stopped') => {
    for (const entrant of some) entrant.resolve({ state: isGone(entrant) ? 'stopped' : state, calls: calls(entrant) })
    return []
  }
  if (deps.signal.aborted || batch.every(isGone)) return answer(batch, 'stopped')
  const whole = heard.exit.reason === 'exited' && heard.exit.code === 0
  if (whole && !heard.tooLarge) return answer(batch, 'listed')
  const places = [...groupByPlace(batch).values()]
  const missing = heard.tooLarge ? undefined : heard.other.map(readMissingPath).find(path => path !== undefined)
  const at = missing === undefined ? -1 : places.findIndex(group => isOf(group, missing))
  if (at >= 0) {
    answer(places.slice(0, at).flat(), 'listed')
    answer(places[at] ?? [], 'missing')
    return places.slice(at + 1).flat()
  }
  if (places.length > 1) {
    // nobody can tell whose failure it was: each path alone
    for (const group of places) await runWalk(deps, group)
    return []
  }
  if (heard.tooLarge) return answer(batch, 'cut')
  if (missing !== undefined && batch[0]?.alone === true) return answer(batch, 'missing')
  for (const entrant of batch) {
    entrant.resolve({ state: 'failed', calls: calls(entrant), ...toTrouble(heard.exit, heard.other) })
  }
  return []
}

function deliver(places: ReadonlyMap<string, readonly Entrant[]>, entry: ListEntry): void {
  for (const [place, group] of places) {
    if (group[0]?.alone !== true && !isWithin(entry.path, place)) continue
    for (const entrant of group) if (!isGone(entrant)) entrant.ask.entry(entry)
  }
}

function groupByPlace(batch: readonly Entrant[]): Map<string, Entrant[]> {
  const groups = new Map<string, Entrant[]>()
  for (const entrant of batch) {
    const group = groups.get(entrant.place)
    if (group === undefined) groups.set(entrant.place, [entrant])
    else group.push(entrant)
  }
  return groups
}

// each place once, as its first ask wrote it
function pathsOf(batch: readonly Entrant[]): string[] {
  return [...groupByPlace(batch).values()].map(group => group[0]?.ask.path ?? '')
}

function isOf(group: readonly Entrant[], missing: string): boolean {
  return group.some(({ ask, place }) => ask.path === missing || place === toNamespacePath(missing))
}

function isGone(entrant: Entrant): boolean {
  return entrant.ask.signal?.aborted === true
}

/** Ends the call when nobody waits for it any more. */
function watchInterest(signal: AbortSignal, { batch, stop }: { batch: readonly Entrant[]; stop: AbortController }) {
  const look = () => {
    if (signal.aborted || batch.every(isGone)) stop.abort()
  }
  const signals = [signal, ...batch.flatMap(({ ask }) => (ask.signal === undefined ? [] : [ask.signal]))]
  for (const one of signals) one.addEventListener('abort', look)
  look()
  return () => {
    for (const one of signals) one.removeEventListener('abort', look)
  }
}
