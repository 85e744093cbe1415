// the allocations of this agent on disk: order, followers, wishes and ending, one directory and one record for each
import { randomUUID } from 'node:crypto'
import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { toError } from '../shared/errors.ts'
import { Id } from '../shared/ids.ts'
import type { Log } from '../shared/log.ts'
import { Ending, RunOrder } from '../shared/wire.ts'
import { makeDirectory, readRecord, readText, writeDurable } from './spool.ts'

/** What is known of an allocation; written before anything of it is said to the daemon. */
export const AllocationRecord = z.object({
  order: RunOrder,
  /** When it was accepted, in ms since the epoch: its timeout counts from here, over restarts. */
  acceptedAt: z.number(),
  stop: z.enum(['stop', 'timeout']).optional(),
  streams: z.partialRecord(z.enum(['output', 'missing']), z.string()),
  ending: Ending.optional(),
})
export type AllocationRecord = z.infer<typeof AllocationRecord>

export type Ledger = {
  dirOf(allocation: Id): string
  /**
   * Everything that was accepted and not forgotten. What runs in other directories is ended first; half-made ones of a
   * crash are removed, those whose record cannot be understood are set aside under another name and logged.
   */
  readAll(): Promise<AllocationRecord[]>
  /** Writes one record durably. Writes of one allocation are in order. Throws the system's error. */
  write(record: AllocationRecord): Promise<void>
  /** Removes an allocation with all its files. */
  remove(allocation: Id): Promise<void>
}

const RECORD = 'allocation.json'

export type LedgerDeps = {
  readonly root: string
  readonly log: Log
  /** Ends whatever runs below a directory. */
  readonly endRuns: (dir: string) => Promise<void>
}

/** Makes the ledger of a directory, which is made when it is not there. */
export async function createLedger(deps: LedgerDeps): Promise<Ledger> {
  const { root } = deps
  await makeDirectory(root)
  const writing = new Map<Id, Promise<void>>()
  const dirOf = (allocation: Id): string => join(root, allocation)
  const writeNow = async (record: AllocationRecord): Promise<void> => {
    const dir = dirOf(record.order.allocation)
    await makeDirectory(dir)
    await writeDurable(join(dir, RECORD), JSON.stringify(record))
  }
  return {
    dirOf,
    async readAll() {
      const found: AllocationRecord[] = []
      for (const name of await readdir(root)) {
        const record = await readRecord(join(root, name, RECORD), AllocationRecord)
        if (record?.order.allocation === name) found.push(record)
        else if (Id.safeParse(name).success) await discard(deps, join(root, name))
      }
      // ids sort by age
      return found.sort((a, b) => (a.order.allocation < b.order.allocation ? -1 : 1))
    },
    write(record) {
      const { allocation } = record.order
      const snapshot = structuredClone(record)
      const earlier = writing.get(allocation) ?? Promise.resolve()
      const mine = earlier.catch(() => {}).then(() => writeNow(snapshot))
      writing.set(allocation, mine)
      return mine.finally(() => {
        if (writing.get(allocation) === mine) writing.delete(allocation)
      })
    },
    async remove(allocation) {
      // a write still under way would make the directory again
      await writing.get(allocation)?.catch(() => {})
      await rm(dirOf(allocation), { recursive: true, force: true })
    },
  }
}

/** Sees to it that nothing runs unattended in a directory that is nobody's, then lets go of it. */
async function discard({ log, endRuns }: LedgerDeps, dir: string): Promise<void> {
  let ended = true
  await endRuns(dir).catch((thrown: unknown) => {
    ended = false
    log.error('what runs in a directory without a readable record cannot be ended', { dir, error: toError(thrown) })
  })
  // never accepted: the record comes first
  if (ended && (await readText(join(dir, RECORD))) === undefined) return await rm(dir, { recursive: true, force: true })
  const aside = `${dir}.unreadable-${randomUUID()}`
  await rename(dir, aside)
  log.error('an allocation whose record cannot be understood was set aside; the daemon will count it as lost', {
    aside,
  })
}
