// writes that fail, come up short or find no room leave nothing behind, and the journal heals
import { execFile } from 'node:child_process'
import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { realFiles } from '../../bot/store/files.ts'
import type { Journal, JournalOptions } from '../../bot/store/journal.ts'
import { toPlain } from '../contract/state-store.ts'
import {
  createFaultyFiles,
  createHeardLog,
  createRoom,
  type Faults,
  noRoom,
  openJournal,
  snapshotOf,
} from '../helpers/room.ts'

let room: Awaited<ReturnType<typeof createRoom>>
let faults: Faults
let opened: Journal[]
beforeEach(async () => {
  room = await createRoom()
  faults = {}
  opened = []
})
afterEach(async () => {
  delete faults.before
  for (const journal of opened) await journal.close()
  await room.remove()
})

const { log, heard } = createHeardLog()
async function open(more: Partial<JournalOptions> = {}): Promise<Journal> {
  const journal = openJournal(room.dir, { files: createFaultyFiles(faults), log, ...more })
  opened.push(journal)
  await journal.load()
  return journal
}
const one = (key: string, value: unknown = key) => [{ table: 'jobs', key, value }]
async function stored(): Promise<unknown> {
  const journal = openJournal(room.dir)
  opened.push(journal)
  return toPlain(await journal.load())['jobs']
}
const isJournal = (path: string) => /journal-[0-9]+$/.test(path)

describe('a write', () => {
  test('that takes a few bytes at a time is finished', async () => {
    faults.most = 3
    const journal = await open({ rotateBytes: 300 })
    for (const key of 'abcdefghijklmnop') await journal.save(one(key))
    await journal.settled()
    await journal.close()
    expect(Object.keys((await stored()) as object)).toHaveLength(16)
  })

  test('that takes nothing is a failure and no endless loop', async () => {
    const journal = await open()
    faults.most = 0
    await expect(journal.save(one('a'))).rejects.toThrow(/no bytes/)
    delete faults.most
    await journal.save(one('b'))
    expect(await stored()).toEqual({ b: 'b' })
  })

  test('that fails half way leaves nothing behind, in memory or on disk', async () => {
    const journal = await open()
    await journal.save(one('a', 1))
    const before = await snapshotOf(room.dir)
    faults.most = 5
    let writes = 0
    faults.before = operation => {
      if (operation === 'write' && ++writes > 2) throw new Error('the disk has a bad day')
    }
    await expect(journal.save([...one('a', 2), ...one('b', 2), ...one('a', null)])).rejects.toThrow(/bad day/)
    expect(writes).toBe(3)
    expect(await snapshotOf(room.dir)).toEqual(before)
    delete faults.before
    await journal.save(one('c', 3))
    await journal.close()
    expect(await stored()).toEqual({ a: 1, c: 3 })
  })

  test('that fails and cannot be taken back ends all later writes', async () => {
    const journal = await open()
    await journal.save(one('a', 1))
    faults.before = operation => {
      if (operation !== 'datasync') throw new Error('the disk is gone')
    }
    await expect(journal.save(one('b'))).rejects.toThrow(/gone/)
    delete faults.before
    await expect(journal.save(one('c'))).rejects.toThrow(/refuses all later/)
    expect(await stored()).toEqual({ a: 1 })
  })

  test('that fails rejects only its own gathering: what came meanwhile is saved', async () => {
    const journal = await open()
    let isFirst = true
    let late: Promise<void> | undefined
    faults.before = operation => {
      if (operation !== 'write' || !isFirst) return
      isFirst = false
      late = journal.save(one('late'))
      throw new Error('once')
    }
    const results = await Promise.allSettled([journal.save(one('a')), journal.save(one('b'))])
    expect(results.map(result => result.status)).toEqual(['rejected', 'rejected'])
    await late
    expect(await stored()).toEqual({ late: 'late' })
  })
})

describe('a full disk', () => {
  const MIB = 1 << 20
  const reserveSize = async () => (await stat(join(room.dir, 'reserve'))).size

  test('refuses with STORAGE_FULL and heals by itself', async () => {
    const journal = await open()
    await journal.save(one('a'))
    faults.before = (operation, path) => {
      if (operation === 'write' && isJournal(path)) throw noRoom()
    }
    await expect(journal.save(one('b'))).rejects.toMatchObject({ name: 'AppError', code: 'STORAGE_FULL' })
    delete faults.before
    await journal.save(one('c'))
    expect(await stored()).toEqual({ a: 'a', c: 'c' })
  })

  test('gives the reserve up for priority saves only, step by step, and takes it back', async () => {
    const journal = await open({ reserveBytes: 3 * MIB })
    expect(await reserveSize()).toBe(3 * MIB)
    // Room appears when a part of the reserve is given up; one save uses all of it.
    let room = 0
    faults.free = 0
    faults.before = (operation, path) => {
      if (operation === 'truncate' && path.endsWith('reserve')) room += 1
      if (operation !== 'write' || !isJournal(path)) return
      if (room <= 0) throw noRoom()
      room -= 1
    }
    await expect(journal.save(one('ordinary'))).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    expect(await reserveSize()).toBe(3 * MIB)
    room = 0
    const mixed = await Promise.allSettled([
      journal.save(one('ordinary')),
      journal.save(one('stop'), { priority: true }),
    ])
    expect(mixed.map(result => result.status)).toEqual(['rejected', 'fulfilled'])
    expect(await reserveSize()).toBe(2 * MIB)
    room = 5
    await expect(journal.save(one('ordinary'))).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    room = 0
    await journal.save(one('report'), { priority: true })
    await journal.save(one('report 2'), { priority: true })
    await expect(journal.save(one('report 3'), { priority: true })).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    expect(await reserveSize()).toBe(0)
    delete faults.before
    faults.free = 100 * MIB
    await journal.save(one('ordinary again'))
    expect(await reserveSize()).toBe(3 * MIB)
    expect(Object.keys((await stored()) as object)).toEqual(['ordinary again', 'report 2', 'report', 'stop'])
  })

  test('the reserve is at most a tenth of the disk', async () => {
    const files = { ...realFiles, space: async () => ({ total: 10 * MIB, free: 10 * MIB }) }
    await open({ files, reserveBytes: 16 * MIB })
    expect(await reserveSize()).toBe(MIB)
  })

  test('while a snapshot is written: it is given up, nothing is lost, no half file stays', async () => {
    const journal = await open({ rotateBytes: 500 })
    faults.before = (operation, path) => {
      if (operation === 'write' && path.endsWith('.tmp')) throw noRoom()
    }
    for (let n = 0; n < 40; n++) await journal.save(one(`k${n}`))
    await journal.settled()
    const names = Object.keys(await snapshotOf(room.dir))
    expect(names.length).toBeGreaterThan(2)
    expect(names.every(isJournal)).toBe(true)
    expect(heard.some(({ message }) => message.includes('snapshot'))).toBe(true)
    expect(Object.keys((await stored()) as object)).toHaveLength(40)
  })

  test('when the next journal cannot be begun the old one goes on', async () => {
    const journal = await open({ rotateBytes: 300 })
    faults.before = (operation, path) => {
      if (operation === 'write' && isJournal(path) && !path.endsWith('1')) throw noRoom()
    }
    for (let n = 0; n < 40; n++) await journal.save(one(`k${n}`))
    await journal.close()
    expect(Object.keys(await snapshotOf(room.dir))).toEqual(['journal-00000001', 'reserve'].slice(0, 1))
    expect(Object.keys((await stored()) as object)).toHaveLength(40)
  })

  test('a snapshot that may have seen a change that was taken back does not count', async () => {
    const journal = await open({ rotateBytes: 300 })
    let doomed: Promise<unknown> | undefined
    faults.before = (operation, path) => {
      if (operation !== 'datasync' || !path.endsWith('.tmp') || doomed !== undefined) return
      const failing = (what: string, where: string) => {
        if (what === 'write' && isJournal(where)) throw noRoom()
      }
      faults.before = failing
      doomed = journal.save(one('k0', 'never saved')).catch(error => error)
    }
    for (let n = 0; n < 40 && doomed === undefined; n++) await journal.save(one(`k${n}`)).catch(() => undefined)
    await journal.settled()
    expect(await doomed).toMatchObject({ code: 'STORAGE_FULL' })
    expect(Object.keys(await snapshotOf(room.dir)).every(isJournal)).toBe(true)
    expect(await stored()).toMatchObject({ k0: 'k0' })
  })
})

const run = promisify(execFile)

/** A real file system of 5 MiB, where the caller may mount one (root, not in every container); none elsewhere. */
async function mountSmallDisks() {
  const { dir, remove } = await createRoom()
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=5m', 'tmpfs', dir])
    return [{ dir, unmount: () => run('umount', [dir]).then(remove) }]
  } catch {
    // Not allowed here: the injected faults above have shown the same.
    await remove()
    return []
  }
}

for (const disk of await mountSmallDisks()) {
  test('on a disk that is really full: refused, priority saves go on, healed by itself, nothing lost', async () => {
    const state = join(disk.dir, 'state')
    const filler = join(disk.dir, 'filler')
    try {
      let journal = openJournal(state, { reserveBytes: 1 << 20 })
      opened.push(journal)
      await journal.load()
      await writeFile(filler, Buffer.alloc(3 << 20))
      const expected: Record<string, unknown> = {}
      const value = 'x'.repeat(50_000)
      const fill = async (prefix: string, priority: boolean) => {
        for (let n = 0; ; n++) {
          const refused = await journal.save(one(`${prefix}${n}`, value), { priority }).catch(error => error)
          if (refused !== undefined) return expect(refused).toMatchObject({ code: 'STORAGE_FULL' })
          expected[`${prefix}${n}`] = value
        }
      }
      await fill('ordinary', false)
      await fill('urgent', true)
      expect(Object.keys(expected).filter(key => key.startsWith('urgent')).length).toBeGreaterThan(5)
      await rm(filler)
      await journal.save(one('healed'))
      await journal.close()
      journal = openJournal(state, { reserveBytes: 1 << 20 })
      opened.push(journal)
      expect(toPlain(await journal.load())['jobs']).toEqual({ ...expected, healed: 'healed' })
    } finally {
      for (const journal of opened) await journal.close()
      await disk.unmount()
    }
  })
}
