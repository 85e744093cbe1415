// the streams of all allocations that live here: which files carry them, and where the daemon stands
import type { Id } from '../shared/ids.ts'
import type { Log } from '../shared/log.ts'
import type { Clock } from '../shared/time.ts'
import type { StreamLength } from '../shared/wire.ts'
import { type ChunkOutlet, createSender, type StreamSender } from './sender.ts'
import { toReason } from './spool.ts'

type Kind = StreamLength['kind']

export type Streams = {
  /** From now on the file carries that stream. Twice is once. */
  follow(allocation: Id, kind: Kind, path: string): void
  /** The allocation has ended and its streams have that many bytes. */
  finish(allocation: Id, bytes: Readonly<Record<Kind, number>>): void
  /** Resolves when all of a finished allocation's output was sent once, or when that must not be waited for. */
  sent(allocation: Id): Promise<void>
  /** For `hello`: what the spool holds. */
  lengths(): Promise<StreamLength[]>
  /** A connection is up; streams that the daemon does not name begin at 0. */
  resume(have: readonly StreamLength[]): void
  /** The socket has room again. */
  wake(): void
  pause(): void
  acknowledge(have: readonly StreamLength[]): void
  forget(allocation: Id): Promise<void>
  close(): Promise<void>
}

type Row = { readonly allocation: Id; readonly kind: Kind; readonly path: string; readonly sender: StreamSender }

/** Makes the set of streams; chunks go to the outlet while a connection is up. */
export function createStreams(deps: { clock: Clock; log: Log; outlet: ChunkOutlet }): Streams {
  const rows = new Map<string, Row>()
  let up = false
  const keyOf = (allocation: Id, kind: Kind): string => `${allocation} ${kind}`
  const of = (allocation: Id): Row[] => [...rows.values()].filter(row => row.allocation === allocation)

  function follow(allocation: Id, kind: Kind, path: string): void {
    const key = keyOf(allocation, kind)
    if (rows.has(key)) return
    const onTrouble = (thrown: unknown): void =>
      deps.log.warn('output cannot be read from the spool', { allocation, kind, reason: toReason(thrown) })
    const { clock, outlet } = deps
    const sender = createSender({ allocation, kind, path, clock, outlet, onTrouble })
    rows.set(key, { allocation, kind, path, sender })
    if (up) sender.resume(0)
  }
  return {
    follow,
    finish(allocation, bytes) {
      for (const row of of(allocation)) row.sender.finish(bytes[row.kind])
    },
    async sent(allocation) {
      if (up) await Promise.all(of(allocation).map(row => row.sender.sent))
    },
    async lengths() {
      const all = [...rows.values()].map(async ({ allocation, kind, sender }) => {
        // a file that cannot be read holds nothing that could be sent
        return { allocation, kind, bytes: await sender.size().catch(() => 0) }
      })
      return Promise.all(all)
    },
    resume(have) {
      up = true
      const known = new Map(have.map(row => [keyOf(row.allocation, row.kind), row.bytes]))
      for (const [key, row] of rows) row.sender.resume(known.get(key) ?? 0)
    },
    wake() {
      for (const row of rows.values()) row.sender.wake()
    },
    pause() {
      up = false
      for (const row of rows.values()) row.sender.pause()
    },
    acknowledge(have) {
      for (const row of have) rows.get(keyOf(row.allocation, row.kind))?.sender.acknowledge(row.bytes)
    },
    async forget(allocation) {
      const gone = of(allocation)
      for (const row of gone) rows.delete(keyOf(row.allocation, row.kind))
      await Promise.all(gone.map(row => row.sender.close()))
    },
    async close() {
      await Promise.all([...rows.values()].map(row => row.sender.close()))
      rows.clear()
    },
  }
}
