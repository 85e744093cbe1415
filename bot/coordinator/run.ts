// one order from accepted to ended: given to the coordinator, followed there, and stopped there when it is not wanted
import { type CoordinatorKey, toCoordinatorKey } from '../../shared/adopted.ts'
import type { Exit } from '../../shared/allocation.ts'
import { toInstant } from '../../shared/time.ts'
import type { Ending, RunOrder } from '../../shared/wire.ts'
import { begin } from './begin.ts'
import { createLookup } from './lookup.ts'
import { createPrinter } from './printer.ts'
import { pathOf, toRefusal } from './requests.ts'
import type { Past, Run, RunDeps, RunRoom } from './room.ts'
import { watch } from './watch.ts'

/** Carries one order out. `past` is how far it had come before the daemon was started again. */
export function createRun(deps: RunDeps, order: RunOrder, past: Past): Run {
  const stopping = new AbortController()
  const printer = createPrinter({ ...deps, allocation: order.allocation })
  const path = pathOf(order.action) ?? ''
  return {
    stop: () => stopping.abort(),
    done: perform({ ...deps, order, past, path, printer, stopping: stopping.signal }),
  }
}

/** What is left to say when it is over; the counted bytes of output are added. */
export type Outcome = Partial<Ending> & { readonly exit: Exit; readonly started: boolean }

async function perform(room: RunRoom): Promise<void> {
  const { order, past, voice } = room
  const { allocation } = order
  const refusal = toRefusal(order)
  if (refusal !== undefined) return voice.say({ type: 'refused', allocation, reason: refusal, moveOn: false })
  if (past === 'new') await voice.say({ type: 'accepted', allocation })
  const key = toCoordinatorKey(order)
  const known = past === 'started' || order.options.adopted !== undefined
  const begun = known ? { key, notes: [] } : await begin(room, createLookup(room.client, room.path, key))
  if (begun === undefined || room.signal.aborted) return
  const outcome = 'exit' in begun ? begun : await follow(room, begun)
  if (outcome === undefined) return
  const outputBytes = await room.printer.finish()
  const nothing = { cuts: [], missingBytes: 0, notes: [] }
  await voice.say({ type: 'ended', allocation, ending: { ...nothing, ...outcome, outputBytes } })
}

type Begun = { readonly key: CoordinatorKey; readonly notes: readonly string[] }

async function follow(room: RunRoom, { key, notes }: Begun): Promise<Outcome | undefined> {
  const { order, past, voice, clock } = room
  const { allocation } = order
  const name = order.action === 'free' ? 'free' : 'load'
  const startedAt = toInstant(clock.now())
  if (past !== 'started') {
    await voice.say({ type: 'started', allocation })
    await voice.say({ type: 'step', allocation, step: { name, startedAt } })
  }
  const outcome = await watch(room, key)
  if (outcome === undefined) return undefined
  const { exit } = outcome
  if (past !== 'started')
    await voice.say({ type: 'step', allocation, step: { name, startedAt, endedAt: toInstant(clock.now()), exit } })
  return { ...outcome, notes: [...(outcome.notes ?? []), ...notes] }
}
