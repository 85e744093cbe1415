// the engine over stores without a disk, with a clock that only moves when told, and a door for agents

import type { Published } from '../../bot/core/events.ts'
import { createState, type Settings, TABLE_NAMES } from '../../bot/core/state.ts'
import { createBus } from '../../bot/engine/bus.ts'
import type { PostOffice } from '../../bot/engine/chat-port.ts'
import { createDesk } from '../../bot/engine/desk.ts'
import { createEngine } from '../../bot/engine/engine.ts'
import { createMessageDesk } from '../../bot/engine/message-desk.ts'
import { createOperations } from '../../bot/engine/operations/index.ts'
import type { Change, ClusterCalls, StateStore, StreamId } from '../../bot/engine/ports.ts'
import { createPostOffice } from '../../bot/engine/post-office.ts'
import { createCalendar } from '../../bot/schedule/calendar.ts'
import { createMemoryOutput, createMemoryState } from '../../bot/store/memory.ts'
import { createIds } from '../../shared/ids.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import type { Clock } from '../../shared/time.ts'
import type { Ending, Report } from '../../shared/wire.ts'
import { describeAgent, ending, ROOT, SETTINGS, START } from '../core/world.ts'

/** A clock that tests move; what is due then happens at once. */
export function createHandClock() {
  let now = START
  const timers = new Map<number, { readonly at: number; readonly wake: () => void }>()
  let made = 0
  const clock: Clock = {
    now: () => now,
    after(delayMs, wake) {
      made += 1
      const id = made
      timers.set(id, { at: now + Math.max(0, delayMs), wake })
      return () => timers.delete(id)
    },
  }
  return {
    clock,
    /** Delays of the armed timers. */
    delays: () => [...timers.values()].map(({ at }) => at - now),
    move(ms: number) {
      now += ms
      for (const [id, { at, wake }] of [...timers]) {
        if (at > now) continue
        timers.delete(id)
        wake()
      }
    },
  }
}

const NOBODY: ClusterCalls = { call: async () => ({ ok: false, why: 'absent', message: 'nobody is there' }) }

export function createEngineRoom(more: { settings?: Partial<Settings>; calls?: ClusterCalls } = {}) {
  const hand = createHandClock()
  const memory = createMemoryState(TABLE_NAMES)
  const saved: (readonly Change[])[] = []
  const bend = { save: async (_changes: readonly Change[]): Promise<void> => {} }
  const store: StateStore = {
    ...memory,
    async save(changes, how) {
      await bend.save(changes)
      await memory.save(changes, how)
      saved.push(changes)
    },
  }
  const state = createState()
  const output = createMemoryOutput()
  const frames = createBus<Published>(SILENT_LOG)
  const growth = createBus<StreamId>(SILENT_LOG)
  const settings: Settings = { ...SETTINGS, ...more.settings }
  const ids = createIds()
  const engine = createEngine({ state, store, clock: hand.clock, ids, settings, bus: frames, log: SILENT_LOG })
  const desk = createDesk({ state, engine, output, growth })
  const messageDesk = createMessageDesk({ state, engine })
  // it listens from the beginning, and most rooms have none
  let office: PostOffice | undefined
  const makeToken = () => ({ token: 'secret', sha256: '0'.repeat(64) })
  const selfChecks = async () => []
  const operations = createOperations({
    state,
    engine,
    output,
    frames,
    growth,
    clock: hand.clock,
    calendar: createCalendar({ zone: 'Asia/Shanghai', dialect: 'standard', now: hand.clock.now }),
    settings,
    log: SILENT_LOG,
    calls: more.calls ?? NOBODY,
    audit: { record: async () => {}, read: async () => ({ items: [] }), close: async () => {} },
    makeToken,
    makeDaemonId: () => ids.next(START).replaceAll('-', '').slice(-21),
    users: { names: ['ann', 'bob'], defaultUser: 'root' },
    selfChecks,
  })
  const agent = describeAgent(ids.next(START), { name: 'a1' })
  let n = 0
  const room = {
    ...{ state, engine, output, frames, growth, desk, operations, bend, saved, store: memory, agent },
    ...{ messageDesk, settings },
    ...hand,
    get postOffice(): PostOffice {
      office ??= createPostOffice({ state, engine, frames, output })
      return office
    },
    connect: () => desk.hello({ agent, live: [], nextNumber: 1, connection: 'c1' }),
    async report(report: Report) {
      n += 1
      await desk.report(agent.id, n, report)
    },
    submit: (paths: string[], name?: string) =>
      operations.submitJob(ROOT, { action: 'load', paths, options: {}, ...(name !== undefined && { name }) }),
    /** The newest attempt of a task. */
    allocationOf: (taskId: string): string => state.tasks.get(taskId)?.allocationId ?? '',
    async start(taskId: string) {
      const allocation = room.allocationOf(taskId)
      await room.report({ type: 'accepted', allocation })
      await room.report({ type: 'started', allocation })
      return allocation
    },
    end: (allocation: string, last: Partial<Ending> = {}) =>
      room.report({ type: 'ended', allocation, ending: ending(last) }),
  }
  return room
}
