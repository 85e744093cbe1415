// small asks of the daemon beside the tasks: a few at once, each within its time, the answer in parts that fit a frame
import { type CallAnswer, type ClusterCall, callWithinMs } from '../shared/call.ts'
import { errnoOf, toError } from '../shared/errors.ts'
import type { Id } from '../shared/ids.ts'
import type { Log } from '../shared/log.ts'
import type { Clock } from '../shared/time.ts'
import type { AgentMessage } from '../shared/wire.ts'

export type CallWithin = { readonly name: string; readonly timeoutMs: number; readonly signal: AbortSignal }

export type CallsDeps = {
  /** Asks the CLI. */
  readonly answer: (ask: ClusterCall, within: CallWithin) => Promise<CallAnswer>
  /** False when there is no connection: then the answer is dropped, since who asked has heard of the loss. */
  readonly say: (message: AgentMessage) => boolean
  /** What waits in the socket; a long answer waits for it to go. */
  readonly bufferedBytes: () => number
  readonly clock: Clock
  readonly log: Log
}

export type Calls = {
  /** Takes an ask; one that is already in hand is taken once. */
  take(call: Id, ask: ClusterCall): void
  /** The socket is lost, and whoever asked knows it: what waits does not begin, what runs goes on unheard. */
  forget(): void
  /** Ends what runs; nothing is answered any more. */
  close(): Promise<void>
}

type Held = { readonly call: Id; readonly ask: ClusterCall; readonly deadline: number; disarm: () => void }

const MOST_AT_ONCE = 4
const MOST_WAITING = 256
/** Far below the largest frame, with room for one line of the longest kind. */
const PART_BYTES = 512 * 1024
const FULL_SOCKET_BYTES = 4 * 1024 * 1024
const LOOK_AGAIN_MS = 20

/** Makes it. */
export function createCalls(deps: CallsDeps): Calls {
  const { clock, log } = deps
  const stop = new AbortController()
  const waiting: Held[] = []
  const running = new Map<Id, Promise<void>>()
  const wanted = new Set<Id>()

  function next(): void {
    while (running.size < MOST_AT_ONCE) {
      const held = waiting.shift()
      if (held === undefined) return
      held.disarm()
      const done = run(held).finally(() => {
        running.delete(held.call)
        wanted.delete(held.call)
        next()
      })
      running.set(held.call, done)
    }
  }

  async function run({ call, ask, deadline }: Held): Promise<void> {
    const timeoutMs = Math.max(1, deadline - clock.now())
    try {
      await tell(call, await deps.answer(ask, { name: call, timeoutMs, signal: stop.signal }))
    } catch (thrown) {
      // an error of the system may name arguments: those of a mount are for nobody, and the daemon hears a plain sentence
      const error = ask.verb === 'mount' ? errnoOf(thrown) : toError(thrown)
      log.error('a call could not be made', { verb: ask.verb, error })
      await tell(call, { ok: false, why: 'failed', message: 'the agent could not run the CLI; its log says why' })
    }
  }

  async function tell(call: Id, answer: CallAnswer): Promise<void> {
    const parts = toParts(answer)
    for (const [at, part] of parts.entries()) {
      while (deps.bufferedBytes() > FULL_SOCKET_BYTES && wanted.has(call))
        await new Promise<void>(resolve => clock.after(LOOK_AGAIN_MS, resolve))
      if (!wanted.has(call) || !deps.say({ type: 'called', call, answer: part, more: at < parts.length - 1 })) return
    }
  }

  function forget(): void {
    wanted.clear()
    for (const held of waiting.splice(0)) held.disarm()
  }

  function giveUp(held: Held, message: string): void {
    const at = waiting.indexOf(held)
    if (at >= 0) waiting.splice(at, 1)
    void tell(held.call, { ok: false, why: 'timeout', message }).finally(() => wanted.delete(held.call))
  }

  return {
    take(call, ask) {
      if (stop.signal.aborted || running.has(call) || waiting.some(held => held.call === call)) return
      wanted.add(call)
      const withinMs = callWithinMs(ask)
      const held: Held = { call, ask, deadline: clock.now() + withinMs, disarm: () => {} }
      if (waiting.length >= MOST_WAITING) return giveUp(held, 'too many calls wait on this agent; nothing was done')
      waiting.push(held)
      held.disarm = clock.after(withinMs, () => giveUp(held, 'others were before it for too long; nothing was done'))
      next()
    },
    forget,
    async close() {
      stop.abort()
      forget()
      await Promise.all(running.values())
    },
  }
}

/** Cuts a long answer; whoever joins the lists of the parts in their order has the whole. */
export function toParts(answer: CallAnswer): CallAnswer[] {
  if (!answer.ok) return [answer]
  const { mounts, workers, lines, ...rest } = answer
  const cut = [
    ...pile(mounts).map(some => ({ mounts: some })),
    ...pile(workers).map(some => ({ workers: some })),
    ...pile(lines).map(some => ({ lines: some })),
  ]
  const [first = {}, ...more] = cut
  return [{ ...rest, ...first }, ...more.map(part => ({ ok: true as const, ...part }))]
}

function pile<T>(items: readonly T[] | undefined): T[][] {
  if (items === undefined) return []
  const piles: T[][] = [[]]
  let bytes = 0
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1
    if (bytes + size > PART_BYTES && bytes > 0) {
      piles.push([])
      bytes = 0
    }
    bytes += size
    piles.at(-1)?.push(item)
  }
  return piles
}
