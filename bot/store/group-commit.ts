// gathers saves that arrive while another is being written, and writes each gathering as one frame
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError, isFull } from '../../shared/errors.ts'
import type { Change } from '../engine/ports.ts'
import { toStoreError } from './faults.ts'
import type { Reserve } from './reserve.ts'

type Waiter = {
  readonly changes: readonly Change[]
  readonly priority: boolean
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export type GroupCommit = {
  /** Resolves when the changes are on disk; rejected changes are nowhere. */
  save(changes: readonly Change[], priority: boolean): Promise<void>
  /** Resolves when a commit that began after this call has ended. */
  barrier(): Promise<void>
  /** Resolves when nothing waits. */
  idle(): Promise<void>
}

type GroupCommitOptions = {
  /** Makes the changes durable as one frame, or rejects and leaves nothing of them behind. */
  readonly write: (changes: readonly Change[]) => Promise<void>
  /** Called after each commit while no other one runs; must not reject. */
  readonly afterCommit: () => Promise<void>
  readonly reserve: Reserve
}

export function createGroupCommit({ write, afterCommit, reserve }: GroupCommitOptions): GroupCommit {
  let waiting: Waiter[] = []
  let running: Promise<void> | undefined

  const save = (changes: readonly Change[], priority: boolean) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ changes, priority, resolve, reject })
      running ??= drain()
    })

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      await nextTurn()
      const batch = waiting
      waiting = []
      await commit(batch)
      await afterCommit()
    }
    // In the same turn as the look at `waiting`: a save that comes now starts the next drain.
    running = undefined
  }

  async function commit(batch: readonly Waiter[]): Promise<void> {
    let taken = batch
    try {
      if (!(await reserve.isWhole())) taken = keepUrgent(batch)
      await write(taken.flatMap(waiter => waiter.changes))
    } catch (error) {
      return isFull(error) ? commitUrgent(taken, error) : reject(taken, error)
    }
    for (const waiter of taken) waiter.resolve()
  }

  /** The disk is full: what may use the reserve is tried again with a part of it given up. */
  async function commitUrgent(batch: readonly Waiter[], error: unknown): Promise<void> {
    const urgent = keepUrgent(batch)
    const isForNothing = urgent.every(waiter => waiter.changes.length === 0)
    if (isForNothing || (await reserve.give())) return commit(urgent)
    reject(urgent, error)
  }

  return {
    save,
    barrier: () => save([], true),
    idle: async () => running,
  }
}

function keepUrgent(batch: readonly Waiter[]): Waiter[] {
  const ordinary = batch.filter(waiter => !waiter.priority && waiter.changes.length > 0)
  reject(ordinary, new AppError('STORAGE_FULL', 'the disk of the data directory is full, nothing was stored'))
  return batch.filter(waiter => !ordinary.includes(waiter))
}

function reject(waiters: readonly Waiter[], error: unknown): void {
  for (const waiter of waiters) waiter.reject(toStoreError(error))
}
