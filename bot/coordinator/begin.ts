// hands an order in, again while the coordinator is away, and never a free twice
import { type CoordinatorKey, toCoordinatorKey } from '../../shared/adopted.ts'
import { backoffMs } from '../../shared/backoff.ts'
import type { Findings } from '../../shared/verdict.ts'
import type { Reply } from './client.ts'
import type { Lookup } from './lookup.ts'
import { pause } from './pause.ts'
import { readReply } from './read-progress.ts'
import { toSubmission } from './requests.ts'
import type { RunRoom } from './room.ts'
import type { Outcome } from './run.ts'

type Begun = { readonly key: CoordinatorKey; readonly notes: readonly string[] }

/** Errors of its own that a coordinator may answer with before it is believed. */
const MOST_ERRORS = 4

/** Resolves with what names the job there, with its end when there is none, or with nothing when the daemon goes. */
export async function begin(room: RunRoom, lookup: Lookup): Promise<Begun | Outcome | undefined> {
  const { order, clock, signal, stopping } = room
  const since = clock.now()
  const key = toCoordinatorKey(order)
  // whether an earlier try may have been heard; a load is handed in again all the same, since that does no harm
  let heard = room.past === 'accepted'
  for (let failures = 0, errors = 0; !signal.aborted; failures += 1) {
    const found = heard && order.action === 'free' ? await lookup() : undefined
    if (found?.kind === 'seen') return { key, notes: [] }
    if (stopping.aborted) return heard ? { key, notes: [] } : { exit: { reason: 'stopped' }, started: false }
    const reply = found?.kind === 'away' ? toAway(found.why) : await room.client.ask(toQuestion(room))
    const answered = reply.reached ? read(room, reply) : undefined
    if (answered !== undefined) return answered
    heard ||= reply.reached || !reply.refused
    errors += Number(reply.reached)
    const limits = room.limits()
    if (errors >= MOST_ERRORS || clock.now() - since >= limits.giveUpMs) return toGivenUp(room, reply, heard)
    const wait = backoffMs(failures, { minMs: limits.pollMs, maxMs: limits.retryMs }, 1)
    await pause(clock, wait, signal, stopping)
  }
  return undefined
}

function toQuestion(room: RunRoom) {
  return { method: 'POST' as const, path: room.path, body: toSubmission(room.order) }
}

function toAway(why: string): Reply {
  return { reached: false, refused: true, why }
}

type Answered = Extract<Reply, { reached: true }>

// a conflict names the job that has these paths already, ours or somebody's, and takes it up again
function read({ order, printer }: RunRoom, { status, text }: Answered): Begun | Outcome | undefined {
  if (status >= 500) return undefined
  const { id, message } = readReply(text)
  const key = { ...toCoordinatorKey(order), ...(id !== undefined && { id }) }
  if (status >= 200 && status <= 299) return { key, notes: [] }
  if (status === 409) return { key, notes: [`the coordinator had this already${id === undefined ? '' : `: ${id}`}`] }
  void printer.print(text.trim())
  return { exit: { reason: 'exited', code: 1, message: toRefused(status, message) }, started: false }
}

function toRefused(status: number, message: string): string {
  return `the coordinator refused it with ${status}${message === '' ? '' : `: ${message}`}`
}

// an error is its word; silence after it may have heard of a free leaves the outcome unknown
function toGivenUp({ order }: RunRoom, reply: Reply, heard: boolean): Outcome {
  if (reply.reached) {
    const message = toRefused(reply.status, readReply(reply.text).message)
    return { exit: { reason: 'exited', code: 1, message }, started: true }
  }
  const message = `the coordinator cannot be reached: ${reply.why}`
  if (heard && order.action === 'free') return { exit: { reason: 'lost', message }, started: true }
  return { exit: { reason: 'spawn-failed', message }, started: false, findings: toTrouble(message) }
}

// passes by itself, so that it is tried again later
function toTrouble(message: string): Findings {
  return {
    ...{ missing: [], missingTotal: 0, missingByCause: {}, cost: { calls: 0, wallMs: 0 } },
    trouble: { cause: 'master-unreachable', message },
  }
}
