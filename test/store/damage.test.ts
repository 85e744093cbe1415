// what a journal makes of files that were cut or changed: a torn end is cut off, anything else is refused
import { appendFile, readFile, truncate, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StateDamaged } from '../../bot/store/faults.ts'
import { toFrame } from '../../bot/store/frames.ts'
import { toPlain } from '../contract/state-store.ts'
import { createHeardLog, createRoom, openJournal, snapshotOf } from '../helpers/room.ts'

let room: Awaited<ReturnType<typeof createRoom>>
beforeEach(async () => {
  room = await createRoom()
})
afterEach(() => room.remove())

const file = (name: string) => join(room.dir, name)
const JOURNAL = 'journal-00000001'

/** Saves `count` records one by one and answers where the first line and each frame ends. */
async function fill(count: number): Promise<number[]> {
  const journal = openJournal(room.dir)
  await journal.load()
  for (let n = 0; n < count; n++) await journal.save([{ table: 'jobs', key: `k${n}`, value: { n } }])
  await journal.close()
  const ends: number[] = []
  const bytes = await readFile(file(JOURNAL))
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends.push(at + 1)
  return ends
}

async function load(): Promise<Record<string, unknown>> {
  const journal = openJournal(room.dir)
  try {
    return toPlain(await journal.load())['jobs'] ?? {}
  } finally {
    await journal.close()
  }
}

const recordsOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, { n }]))

describe('a journal', () => {
  test('cut at every byte keeps exactly the whole frames, and goes on', async () => {
    const ends = await fill(6)
    const whole = await readFile(file(JOURNAL))
    for (let length = 0; length <= whole.length; length++) {
      await writeFile(file(JOURNAL), whole.subarray(0, length))
      const frames = Math.max(0, ends.filter(end => end <= length).length - 1)
      const journal = openJournal(room.dir)
      expect(toPlain(await journal.load())['jobs'], `cut at ${length}`).toEqual(recordsOf(frames))
      await journal.save([{ table: 'jobs', key: 'next', value: { length } }])
      await journal.close()
      expect(await load(), `cut at ${length}`).toEqual({ ...recordsOf(frames), next: { length } })
    }
  })

  test('with one bit changed at any byte is refused or loses its last frame, and says so', async () => {
    const ends = await fill(6)
    const whole = await readFile(file(JOURNAL))
    const lastFrame = ends.at(-2) ?? 0
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      await writeFile(file(JOURNAL), changed)
      if (at >= lastFrame) {
        expect(await load(), `byte ${at}`).toEqual(recordsOf(5))
        continue
      }
      const start = ends.filter(end => end <= at).at(-1) ?? 0
      const damage = await load().catch(error => error)
      expect(damage, `byte ${at}`).toBeInstanceOf(StateDamaged)
      expect(damage, `byte ${at}`).toMatchObject({ file: file(JOURNAL), byte: start })
      expect(await readFile(file(JOURNAL))).toEqual(changed)
    }
  })

  test.each([
    ['zeros', Buffer.alloc(4096)],
    ['ones', Buffer.alloc(513, 0xff)],
    ['a forged line', Buffer.from('00000000 2 []\n')],
    ['two wrong lines', Buffer.from('00000000 2 []\n00000000 2 []\n')],
  ])('with %s at its end is cut there, and the log names file and byte', async (_, tail) => {
    const end = (await fill(5)).at(-1)
    await appendFile(file(JOURNAL), tail)
    const { log, heard } = createHeardLog()
    const journal = openJournal(room.dir, { log })
    expect(toPlain(await journal.load())['jobs']).toEqual(recordsOf(5))
    await journal.close()
    expect(heard.map(one => one.fields)).toEqual([{ file: file(JOURNAL), byte: end, lost: tail.length }])
    expect((await readFile(file(JOURNAL))).length).toBe(end)
  })

  test('damaged in the middle is refused by file and byte, and nothing is touched', async () => {
    const ends = await fill(5)
    const bytes = await readFile(file(JOURNAL))
    bytes[(ends[2] ?? 0) + 20] = 0x21
    await writeFile(file(JOURNAL), bytes)
    await writeFile(file('snapshot.tmp'), 'left over')
    const before = await snapshotOf(room.dir)
    await expect(load()).rejects.toThrow(`${file(JOURNAL)} at byte ${ends[2]}`)
    expect(await snapshotOf(room.dir)).toEqual(before)
  })

  test.each([
    [
      'a newer format',
      { format: 'gander-journal', version: 2, generation: 1 },
      /version 2, this program reads version 1/,
    ],
    ['another kind', { format: 'gander-snapshot', version: 1, generation: 1 }, /gander-snapshot/],
    ['another generation', { format: 'gander-journal', version: 1, generation: 7 }, /disagree/],
    ['no header', [['jobs', 'a', 1]], /no header/],
  ])('that begins with %s is refused', async (_, header, message) => {
    await fill(1)
    await writeFile(file(JOURNAL), toFrame(JSON.stringify(header)))
    const before = await snapshotOf(room.dir)
    await expect(load()).rejects.toThrow(message)
    expect(await snapshotOf(room.dir)).toEqual(before)
  })

  test.each([
    ['a table it does not know', [['agents', 'a', 1]], /agents/],
    ['no rows', { a: 1 }, /list of rows/],
    ['a row without a value', [['jobs', 'a']], /row/],
  ])('with a frame of %s is refused', async (_, frame, message) => {
    const [headerEnd = 0] = await fill(0)
    await appendFile(file(JOURNAL), toFrame(JSON.stringify(frame)))
    await expect(load()).rejects.toMatchObject({ byte: headerEnd, message: expect.stringMatching(message) })
  })

  test('with a record that its parser refuses is refused, naming table and key', async () => {
    await fill(2)
    const refuse = (value: unknown) => {
      if (JSON.stringify(value) === '{"n":1}') throw new Error('n must not be 1')
      return value
    }
    const journal = openJournal(room.dir, { tables: { jobs: refuse, tasks: refuse } })
    await expect(journal.load()).rejects.toThrow(/record k1 of table jobs is not readable: n must not be 1/)
    await journal.close()
  })
})

describe('a snapshot', () => {
  async function rotated(): Promise<{ snapshot: string; journal: string }> {
    const journal = openJournal(room.dir, { rotateBytes: 300 })
    await journal.load()
    for (let n = 0; n < 20; n++) await journal.save([{ table: 'jobs', key: `k${n}`, value: { n } }])
    await journal.settled()
    await journal.close()
    const names = Object.keys(await snapshotOf(room.dir))
    const find = (kind: string) => file(names.find(name => name.startsWith(kind)) ?? kind)
    return { snapshot: find('snapshot-'), journal: find('journal-') }
  }

  test('with one bit changed at any byte is refused, and nothing is touched', async () => {
    const { snapshot } = await rotated()
    const whole = await readFile(snapshot)
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      await writeFile(snapshot, changed)
      expect(await load().catch(error => error), `byte ${at}`).toMatchObject({ name: 'StateDamaged', file: snapshot })
      expect(await readFile(snapshot)).toEqual(changed)
    }
  })

  test('that is cut short is refused, at a frame as well as within one', async () => {
    const { snapshot } = await rotated()
    const { length } = await readFile(snapshot)
    for (let cut = length - 1; cut >= 0; cut--) {
      await truncate(snapshot, cut)
      await expect(load(), `cut at ${cut}`).rejects.toMatchObject({ name: 'StateDamaged', file: snapshot })
    }
  })

  test('without its journal is refused, and so are journals without their snapshot', async () => {
    const { snapshot, journal } = await rotated()
    const kept = await readFile(journal)
    await unlink(journal)
    await expect(load()).rejects.toMatchObject({ name: 'StateDamaged', file: journal })
    await writeFile(journal, kept)
    expect(await load()).toEqual(recordsOf(20))
    await unlink(snapshot)
    await expect(load()).rejects.toMatchObject({ name: 'StateDamaged', file: file(JOURNAL) })
  })

  test('that is damaged is passed over when an older one and all journals since are there', async () => {
    await fill(3)
    const header = { format: 'gander-journal', version: 1, generation: 2 }
    await writeFile(file('journal-00000002'), toFrame(JSON.stringify(header)))
    const older = toFrame(JSON.stringify({ format: 'gander-snapshot', version: 1, generation: 1 }))
    await writeFile(file('snapshot-00000001'), Buffer.concat([older, toFrame('{"rows":0}')]))
    await writeFile(file('snapshot-00000002'), 'rubbish')
    const { log, heard } = createHeardLog()
    const journal = openJournal(room.dir, { log })
    expect(toPlain(await journal.load())['jobs']).toEqual(recordsOf(3))
    await journal.close()
    expect(heard.map(one => one.fields)).toEqual([{ file: file('snapshot-00000002'), byte: 0 }])
  })

  test('a torn journal behind which another one was begun is damage', async () => {
    const ends = await fill(3)
    await truncate(file(JOURNAL), (ends.at(-1) ?? 0) - 3)
    const header = { format: 'gander-journal', version: 1, generation: 2 }
    await writeFile(file('journal-00000002'), toFrame(JSON.stringify(header)))
    await expect(load()).rejects.toMatchObject({ name: 'StateDamaged', file: file(JOURNAL), byte: ends.at(-2) })
    await writeFile(file('journal-00000002'), '')
    expect(await load()).toEqual(recordsOf(2))
  })
})
