// follows a coordinator's job to its end, and asks the coordinator to stop it when it is not wanted
import type { CoordinatorKey } from '../../shared/adopted.ts'
import type { Exit } from '../../shared/allocation.ts'
import { backoffMs } from '../../shared/backoff.ts'
import { toInstant } from '../../shared/time.ts'
import { createLookup, type Found } from './lookup.ts'
import { pause } from './pause.ts'
import { type Seen, toLines, toNote, toProgress } from './read-progress.ts'
import { toQueries } from './requests.ts'
import type { RunRoom } from './room.ts'
import type { Outcome } from './run.ts'

/** A coordinator that has just come back may not have read its own list yet. */
const MOST_ABSENT = 3

type Watch = { heardAt: number; failures: number; absent: number; stopAskedAt: number | undefined; last?: Seen }

/** Resolves with what became of it; with nothing when the daemon goes. */
export async function watch(room: RunRoom, key: CoordinatorKey): Promise<Outcome | undefined> {
  const { clock, signal, stopping } = room
  const lookup = createLookup(room.client, room.path, key)
  const seen: Watch = { heardAt: clock.now(), failures: 0, absent: 0, stopAskedAt: undefined }
  let asked = false
  let tried = false
  while (!signal.aborted) {
    if (stopping.aborted && !asked) {
      seen.stopAskedAt ??= clock.now()
      tried = true
      asked = await askToStop(room, key)
    }
    const outcome = await note(room, seen, await lookup())
    if (outcome !== undefined && !signal.aborted) return outcome
    const { pollMs, retryMs } = room.limits()
    const wait = seen.failures === 0 ? pollMs : backoffMs(seen.failures, { minMs: pollMs, maxMs: retryMs }, 1)
    // a stop that came during the look is not waited for
    await pause(clock, wait, signal, ...(tried ? [] : [stopping]))
  }
  return undefined
}

// whatever names it is tried; false when the coordinator could not be asked
async function askToStop({ client, path, order }: RunRoom, key: CoordinatorKey): Promise<boolean> {
  const queries = toQueries(key)
  // behind the alias of an adopted one there may be a newer job by now, which is none of ours: by its id first
  if (order.options.adopted !== undefined) queries.sort((a, b) => Number('id' in b) - Number('id' in a))
  for (const body of queries) {
    const reply = await client.ask({ method: 'DELETE', path, body })
    if (!reply.reached || reply.status >= 500) return false
    if (reply.status < 300 || ('id' in body && reply.status === 410)) return true
  }
  // it has ended, or is not known: the next look tells
  return true
}

async function note(room: RunRoom, watched: Watch, found: Found): Promise<Outcome | undefined> {
  const { giveUpMs } = room.limits()
  const now = room.clock.now()
  if (found.kind === 'away') {
    watched.failures += 1
    if (now - watched.heardAt < giveUpMs) return undefined
    return { exit: { reason: 'lost', message: `the coordinator cannot be reached: ${found.why}` }, started: true }
  }
  watched.heardAt = now
  watched.failures = 0
  if (found.kind === 'absent') {
    watched.absent += 1
    return watched.absent < MOST_ABSENT ? undefined : toForgotten(room, watched)
  }
  watched.absent = 0
  const { seen } = found
  await room.printer.print(seen.line)
  if (seen.state !== 'open') return toOutcome(room, seen)
  await tell(room, watched, seen)
  if (watched.stopAskedAt === undefined || now - watched.stopAskedAt < giveUpMs) return undefined
  const cancel = { cancelled: 0, remaining: 1, known: true }
  return {
    ...toTold(seen),
    exit: { reason: 'stopped', message: 'it was asked to stop, but goes on at the coordinator' },
    cancel,
  }
}

async function tell({ order, voice, clock }: RunRoom, watched: Watch, seen: Seen): Promise<void> {
  if (JSON.stringify(watched.last?.counts) === JSON.stringify(seen.counts)) return
  watched.last = seen
  const progress = toProgress(seen, toInstant(clock.now()))
  await voice.say({ type: 'progress', allocation: order.allocation, progress, lines: toLines(seen) })
}

function toOutcome({ stopping }: RunRoom, seen: Seen): Outcome {
  const { state, message } = seen
  const cancel = stopping.aborted ? { cancel: { cancelled: 1, remaining: 0, known: true } } : {}
  const more = message === undefined ? {} : { message }
  if (state === 'stopped') {
    const why = stopping.aborted ? more : { message: 'it was stopped at the coordinator' }
    return { ...toTold(seen), exit: { reason: 'stopped', ...why }, ...cancel }
  }
  const exit: Exit =
    state === 'succeeded'
      ? { reason: 'exited', code: 0 }
      : { reason: 'exited', code: 1, message: message ?? 'the coordinator calls it failed' }
  return { ...toTold(seen), exit }
}

function toTold(seen: Seen): Pick<Outcome, 'started' | 'lines' | 'notes'> & { readonly started: true } {
  return { started: true, lines: toLines(seen), notes: [toNote(seen)] }
}

// a load of ours is handed in again; of an adopted one there is nothing that could be
function toForgotten({ order, stopping }: RunRoom, { last }: Watch): Outcome {
  const told = last === undefined ? { started: true } : toTold(last)
  if (stopping.aborted) return { ...told, exit: { reason: 'stopped' } }
  const message = 'the coordinator does not know this job any more'
  if (order.options.adopted === undefined) return { ...told, exit: { reason: 'lost', message } }
  return { ...told, exit: { reason: 'exited', code: 1, message } }
}
