// what one agent says after hello: reports in order, output with back-pressure, acknowledged when it is on disk
import type { WebSocket } from 'ws'
import { AppError, toError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { parseChunk } from '../../shared/output.ts'
import type { Clock } from '../../shared/time.ts'
import { type AgentMessage, CLOSE_CODES, type DaemonMessage, type StreamLength } from '../../shared/wire.ts'
import type { AgentDoor } from './door.ts'

type IntakeDeps = {
  readonly door: AgentDoor
  readonly clock: Clock
  readonly log: Log
  readonly socket: Pick<WebSocket, 'pause' | 'resume' | 'readyState' | 'OPEN'>
  readonly say: (message: DaemonMessage) => void
  readonly close: (why: (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES], reason: string) => void
}

export type Intake = {
  chunk(agentId: string, frame: Uint8Array): void
  message(agentId: string, message: Extract<AgentMessage, { type: 'report' | 'hole' }>): void
  /** These have ended: the agent is told to forget each, once all of its output is on disk here. */
  owe(allocations: readonly string[]): void
  /** Resolves when all that was said so far is dealt with. */
  settled(): Promise<void>
}

/** The socket is not read further while more than this waits for the disk, until it is below the lower mark. */
const PAUSE_ABOVE_BYTES = 8 * 1024 * 1024
const RESUME_BELOW_BYTES = 2 * 1024 * 1024
/** Output is forced to disk and acknowledged after this long, or this many bytes. */
const SYNC_AFTER_MS = 250
const SYNC_AFTER_BYTES = 4 * 1024 * 1024

/** Takes one agent's messages in. Reports and output have a queue each: a long write must not hold up a stop. */
export function createIntake(deps: IntakeDeps): Intake {
  const unsynced = new Map<string, StreamLength>()
  // ended, and perhaps not all of their output is here yet
  const ending = new Set<string>()
  // after the first failure nothing later is taken in: the agent says all of it again on its next connection
  let broken = false
  let queued = 0
  let sinceSync = 0
  let disarm: (() => void) | undefined
  let reports: Promise<void> = Promise.resolve()
  let output: Promise<void> = Promise.resolve()
  const say = (message: DaemonMessage): void => {
    if (deps.socket.readyState === deps.socket.OPEN) deps.say(message)
  }

  async function store(agentId: string, frame: Uint8Array): Promise<void> {
    const chunk = parseChunk(frame)
    if (chunk === undefined) return deps.close(CLOSE_CODES.badFrame, 'not a chunk of output')
    const { allocation, kind } = chunk
    // the daemon never believes an agent about work that it does not hold
    if (!deps.door.holds(agentId, allocation)) return
    const bytes = await deps.door.output.append({ allocation, kind }, chunk.offset, chunk.bytes)
    if (bytes < chunk.offset) return say({ type: 'have', streams: [{ allocation, kind, bytes }] })
    await stored({ allocation, kind, bytes }, chunk.bytes.length)
  }

  async function stored(stream: StreamLength, added: number): Promise<void> {
    deps.door.grown(stream)
    unsynced.set(`${stream.allocation} ${stream.kind}`, stream)
    sinceSync += added
    if (sinceSync >= SYNC_AFTER_BYTES) await sync()
    else disarm ??= deps.clock.after(SYNC_AFTER_MS, () => enqueue(sync))
  }

  // bytes that the agent has lost: the reader is told where they would have been
  async function skip(
    agentId: string,
    { allocation, kind, to }: Extract<AgentMessage, { type: 'hole' }>,
  ): Promise<void> {
    if (!deps.door.holds(agentId, allocation)) return
    const from = await deps.door.output.length({ allocation, kind })
    const bytes = to > from ? await deps.door.output.skip({ allocation, kind }, { from, bytes: to - from }) : from
    await stored({ allocation, kind, bytes }, 0)
  }

  async function sync(): Promise<void> {
    disarm?.()
    disarm = undefined
    sinceSync = 0
    const streams = [...unsynced.values()]
    unsynced.clear()
    const synced = await Promise.all(
      streams.map(async stream => ({ ...stream, bytes: await deps.door.output.sync(stream) })),
    )
    if (synced.length > 0) say({ type: 'have', streams: synced })
    await letGo()
  }

  function enqueue(work: () => Promise<void>): void {
    output = output
      .then(() => (broken ? undefined : work()))
      .catch(thrown => fail(thrown, 'output of an agent could not be stored'))
  }

  function fail(thrown: unknown, what: string): void {
    broken = true
    const cause = toError(thrown)
    deps.log.error(what, { cause })
    const full = cause instanceof AppError && cause.code === 'STORAGE_FULL'
    deps.close(
      full ? CLOSE_CODES.storageFull : CLOSE_CODES.badFrame,
      full ? 'storage full' : 'a message could not be taken in',
    )
  }

  async function take(
    agentId: string,
    n: number,
    report: Extract<AgentMessage, { type: 'report' }>['report'],
  ): Promise<void> {
    await deps.door.report(agentId, n, report)
    say({ type: 'ack', n })
    if (report.type !== 'ended') return
    // all of its output is on disk before the agent may forget it
    ending.add(report.allocation)
    enqueue(sync)
  }

  async function letGo(): Promise<void> {
    for (const allocation of ending) {
      const whole = await Promise.all(
        (['output', 'missing'] as const).map(kind => isWhole(deps.door, allocation, kind)),
      )
      if (!whole.every(Boolean)) continue
      ending.delete(allocation)
      say({ type: 'forget', allocations: [allocation] })
    }
  }

  return {
    chunk(agentId, frame) {
      if (broken) return
      queued += frame.length
      if (queued > PAUSE_ABOVE_BYTES) deps.socket.pause()
      enqueue(async () => {
        try {
          await store(agentId, frame)
        } finally {
          queued -= frame.length
          if (queued < RESUME_BELOW_BYTES) deps.socket.resume()
        }
      })
    },
    message(agentId, message) {
      if (message.type === 'report') {
        // the output that came before the last word is stored before it: who hears of the end finds all of it
        const before = message.report.type === 'ended' ? output : undefined
        // in order: a later report must not be acknowledged before an earlier one is on disk
        reports = reports
          .then(() => before)
          .then(() => (broken ? undefined : take(agentId, message.n, message.report)))
          .catch(thrown => fail(thrown, 'a report of an agent could not be taken in'))
      } else {
        enqueue(() => skip(agentId, message))
      }
    },
    owe(allocations) {
      for (const allocation of allocations) ending.add(allocation)
      enqueue(letGo)
    },
    async settled() {
      await reports
      enqueue(sync)
      await output
    },
  }
}

// what is only in the system's memory does not count: a power cut would take it from both
async function isWhole(door: AgentDoor, allocation: string, kind: 'output' | 'missing'): Promise<boolean> {
  const final = door.finalLength({ allocation, kind })
  return final === undefined || final === 0 || (await door.output.sync({ allocation, kind })) >= final
}
