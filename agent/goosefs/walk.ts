// one shared listing: the call, and what becomes of the others when one path fails
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Exit } from '../../shared/allocation.ts'
import { type Clock, MINUTE, SECOND } from '../../shared/time.ts'
import { brandOf, READ_ARGV } from './argv.ts'
import { CALL_LIMITS } from './call-limits.ts'
import { isUnauthenticatedChannel } from './causes.ts'
import type { Cli } from './cli.ts'
import { begin, deliver, type Entrant, groupByPlace, isOf, isWaiting, pathsOf, toListed } from './entrants.ts'
import { isNoise } from './lines.ts'
import { readListLine, readMissingPath } from './read-ls.ts'
import { toTrouble } from './report-call.ts'

export type WalkDeps = {
  readonly cli: Cli
  readonly bin: string
  readonly dir: string
  readonly name: () => string
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly limits?: WalkLimits
}

export type WalkLimits = {
  readonly entries?: number
  readonly walkMs?: number
  /** Without a line for this long a listing hangs: it has failed. Default five minutes. */
  readonly silenceMs?: number
}

const MOST_ENTRIES = 2_000_000
const LONGEST_SILENCE_MS = 5 * MINUTE
const MOST_OTHER_LINES = 30

/** Lists the paths of a batch in one call, and goes on with the rest when one of them ends it. Rejects when the spool fails. */
export async function runWalk(deps: WalkDeps, batch: readonly Entrant[]): Promise<void> {
  let left = batch.filter(isWaiting)
  let retried = false
  while (left.length > 0) {
    const heard = await listOnce(deps, left)
    left = left.filter(isWaiting)
    if (heard.other.some(isUnauthenticatedChannel) && !retried) {
      retried = true
      continue
    }
    left = await settle(deps, { batch: left, heard })
  }
}

type Heard = {
  readonly exit: Exit
  readonly other: readonly string[]
  readonly tooLarge: boolean
  /** It hangs: nothing came for too long. */
  readonly silentMs?: number
}

async function listOnce(deps: WalkDeps, batch: readonly Entrant[]): Promise<Heard> {
  const stop = new AbortController()
  const interest = watchInterest(deps.signal, { batch, stop })
  for (const entrant of batch) begin(entrant)
  for (const first of batch.slice(0, 1)) first.calls += 1
  const places = groupByPlace(batch)
  const most = deps.limits?.entries ?? MOST_ENTRIES
  const other: string[] = []
  let entries = 0
  const name = deps.name()
  const silence = watchSilence(deps.clock, { silenceMs: deps.limits?.silenceMs ?? LONGEST_SILENCE_MS, stop })
  try {
    const { exit } = await deps.cli({
      name,
      args: READ_ARGV.walk(brandOf(deps.bin), pathsOf(batch), batch[0]?.ask.fresh === true),
      timeoutMs: deps.limits?.walkMs ?? CALL_LIMITS.walk.timeoutMs,
      mostBytes: CALL_LIMITS.walk.mostBytes,
      signal: stop.signal,
      repeatable: true,
      onLine: line => {
        silence.heard()
        const entry = readListLine(line)
        if (entry === undefined) {
          if (other.length < MOST_OTHER_LINES && !isNoise(line) && line.trim() !== '') other.push(line)
          return
        }
        entries += 1
        if (entries > most) return stop.abort()
        if (deliver(places, entry)) interest.look()
      },
    })
    return { exit, other, tooLarge: entries > most || exit.reason === 'timeout', ...silence.found() }
  } finally {
    interest.close()
    silence.close()
    await rm(join(deps.dir, name), { recursive: true, force: true })
  }
}

/** Decides who is answered; returns those whose paths must be listed in a further call. */
async function settle(
  deps: WalkDeps,
  { batch, heard }: { batch: readonly Entrant[]; heard: Heard },
): Promise<Entrant[]> {
  const answer = (some: readonly Entrant[], state: 'listed' | 'missing' | 'cut' | 'stopped') => {
    for (const entrant of some) entrant.answer({ state })
    return []
  }
  if (deps.signal.aborted) return answer(batch, 'stopped')
  const whole = heard.exit.reason === 'exited' && heard.exit.code === 0
  if (whole && !heard.tooLarge) {
    for (const entrant of batch) entrant.answer(toListed(entrant, heard.other))
    return []
  }
  const places = [...groupByPlace(batch).values()]
  if (heard.silentMs !== undefined) return settleSilent(places, { ...heard, silentMs: heard.silentMs })
  const missing = heard.tooLarge ? undefined : heard.other.map(readMissingPath).find(path => path !== undefined)
  const at = missing === undefined ? -1 : places.findIndex(group => isOf(group, missing))
  if (at >= 0) {
    const rest = heard.other.filter(line => readMissingPath(line) === undefined)
    for (const entrant of places.slice(0, at).flat()) entrant.answer(toListed(entrant, rest))
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
  for (const entrant of batch) entrant.answer({ state: 'failed', ...toTrouble(heard.exit, heard.other) })
  return []
}

/** A listing goes on in the order asked for, so the places before the one that it hangs in are known. */
function settleSilent(
  places: readonly (readonly Entrant[])[],
  { other, silentMs }: Heard & { readonly silentMs: number },
): Entrant[] {
  const at = places.findLastIndex(group => group.some(entrant => entrant.entries > 0))
  const message = `the listing hangs: the CLI said nothing for ${Math.round(silentMs / SECOND)} s`
  for (const [index, group] of places.entries()) {
    for (const entrant of group) {
      entrant.answer(index < at ? toListed(entrant, other) : { state: 'failed', cause: 'stalled', message })
    }
  }
  return []
}

/** Ends the call when it says nothing for too long; a timer for each line would be too many. */
function watchSilence(clock: Clock, { silenceMs, stop }: { silenceMs: number; stop: AbortController }) {
  let heardAt = clock.now()
  let isSilent = false
  const look = () => {
    const leftMs = heardAt + silenceMs - clock.now()
    if (leftMs > 0) disarm = clock.after(leftMs, look)
    else {
      isSilent = true
      stop.abort()
    }
  }
  let disarm = clock.after(silenceMs, look)
  return {
    heard() {
      heardAt = clock.now()
    },
    found: () => (isSilent ? { silentMs: silenceMs } : {}),
    close: () => disarm(),
  }
}

/** Ends the call when nobody waits for it any more; `look` is for those who were answered without having left. */
function watchInterest(signal: AbortSignal, { batch, stop }: { batch: readonly Entrant[]; stop: AbortController }) {
  const look = () => {
    if (signal.aborted || !batch.some(isWaiting)) stop.abort()
  }
  const signals = [signal, ...batch.flatMap(({ ask }) => (ask.signal === undefined ? [] : [ask.signal]))]
  for (const one of signals) one.addEventListener('abort', look)
  look()
  return {
    look,
    close() {
      for (const one of signals) one.removeEventListener('abort', look)
    },
  }
}
