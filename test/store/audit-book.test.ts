// the book of writes: append-only, newest first, bounded, and harmless when the disk is full or a line is torn
import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AuditBook, AuditEntry, AuditQuery } from '../../bot/engine/ports.ts'
import { type AuditBookOptions, createAuditBook } from '../../bot/store/audit-book.ts'
import { createFaultyFiles, createHeardLog, createRoom, type Faults, noRoom } from '../helpers/room.ts'

let room: Awaited<ReturnType<typeof createRoom>>
let heard: ReturnType<typeof createHeardLog>
let books: AuditBook[]
beforeEach(async () => {
  room = await createRoom()
  heard = createHeardLog()
  books = []
})
afterEach(async () => {
  for (const book of books) await book.close()
  await room.remove()
})

function open(more: Partial<AuditBookOptions> = {}): AuditBook {
  const book = createAuditBook({ dir: join(room.dir, 'audit'), keepDays: 30, log: heard.log, ...more })
  books.push(book)
  return book
}

function entry(what: string, more: Partial<AuditEntry> = {}): AuditEntry {
  const base = {
    at: '2026-11-21T08:00:00.000Z',
    user: 'otto',
    role: 'operator',
    via: 'http',
    view: 'native',
    status: 200,
  }
  return { ...base, via: 'http', what, ...more }
}

const names = (): string[] => readdirSync(join(room.dir, 'audit')).sort()
const whats = async (book: AuditBook, query: AuditQuery = {}): Promise<string[]> =>
  (await book.read(query)).items.map(({ what }) => what)

async function all(book: AuditBook, query: AuditQuery): Promise<string[]> {
  const found: string[] = []
  let after: string | undefined
  do {
    const page = await book.read({ ...query, after })
    found.push(...page.items.map(({ what }) => what))
    after = page.next
  } while (after !== undefined)
  return found
}

test('is empty before the first write, without a file', async () => {
  expect(await open().read({})).toEqual({ items: [] })
})

test('gives back what was recorded, newest first, after a new start too', async () => {
  const first = open()
  const full = entry('POST /a', { code: 'FORBIDDEN', status: 403, from: '127.0.0.1' })
  await first.record(full)
  await Promise.all(['b', 'c', 'd'].map(what => first.record(entry(what))))
  expect(await whats(first)).toEqual(['d', 'c', 'b', 'POST /a'])
  const second = open()
  expect((await second.read({})).items.at(-1)).toEqual(full)
  await second.record(entry('e'))
  expect(await whats(second, { limit: 2 })).toEqual(['e', 'd'])
  expect(names()).toEqual(['audit-2026-11-21-000000.jsonl'])
})

test('is on disk when record has resolved', async () => {
  await open().record(entry('POST /now'))
  expect(readFileSync(join(room.dir, 'audit', names()[0] ?? ''), 'utf8')).toContain('"POST /now"')
})

test('pages go on exactly where they ended, while more is written', async () => {
  const book = open({ segmentBytes: 2_000 })
  const wanted = Array.from({ length: 100 }, (_, n) => `n${n}`)
  for (const what of wanted) await book.record(entry(what))
  expect(names().length).toBeGreaterThan(3)
  const first = await book.read({ limit: 7 })
  await book.record(entry('later'))
  const rest = await all(book, { limit: 7, after: first.next })
  const start = await all(book, { limit: 7 })
  expect(start).toEqual(['later', ...wanted.toReversed()])
  expect(rest).toEqual(start)
})

test('a page that ends the book says so', async () => {
  const book = open()
  await book.record(entry('a'))
  await book.record(entry('b'))
  expect(await book.read({ limit: 2 })).not.toHaveProperty('next')
  expect(await book.read({ limit: 1 })).toHaveProperty('next')
})

test('lines longer than what is read at once are whole', async () => {
  const book = open()
  const long = 'x'.repeat(200_000)
  for (const what of ['a', long, 'b']) await book.record(entry(what))
  expect(await whats(book)).toEqual(['b', long, 'a'])
})

test('finds by user, view and instant', async () => {
  const book = open()
  await book.record(entry('old', { at: '2026-11-20T23:59:59.999Z' }))
  await book.record(entry('mine', { user: 'vera' }))
  await book.record(entry('theirs', { view: 'nomad', at: '2026-11-21T09:00:00.000Z' }))
  expect(await whats(book, { user: 'vera' })).toEqual(['mine'])
  expect(await whats(book, { view: 'nomad' })).toEqual(['theirs'])
  expect(await whats(book, { since: '2026-11-21T00:00:00.000Z' })).toEqual(['theirs', 'mine'])
  expect(await whats(book, { since: '2026-11-21T08:30:00.000Z' })).toEqual(['theirs'])
  expect(await whats(book, { user: 'nobody' })).toEqual([])
})

test.each(['', 'nonsense', Buffer.from('../../etc/passwd:0').toString('base64url')])('%j is no cursor', async after => {
  await expect(open().read({ after })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('after'),
  })
})

describe('a torn last line', () => {
  test('is passed over, and what follows begins a new one', async () => {
    const first = open()
    await first.record(entry('a'))
    await first.close()
    appendFileSync(join(room.dir, 'audit', names()[0] ?? ''), '{"at":"2026-11-21T0')
    const second = open()
    expect(await whats(second)).toEqual(['a'])
    await second.record(entry('b'))
    expect(await whats(second)).toEqual(['b', 'a'])
  })
})

describe('a full disk', () => {
  test('is told once and refuses nothing; it heals by itself', async () => {
    const faults: Faults = {}
    const book = open({ files: createFaultyFiles(faults) })
    await book.record(entry('before'))
    faults.most = 10
    let writes = 0
    faults.before = operation => {
      // half a line gets in, then the disk is full
      if (operation === 'write' && ++writes > 1) throw noRoom()
    }
    await book.record(entry('lost'))
    await book.record(entry('lost too'))
    expect(heard.heard.map(({ message }) => message)).toEqual([expect.stringContaining('the disk is full')])
    delete faults.before
    delete faults.most
    await book.record(entry('after'))
    expect(await whats(book)).toEqual(['after', 'before'])
    expect(heard.heard.at(-1)?.message).toContain('written again')
  })

  test('as a directory that cannot be made', async () => {
    const files = createFaultyFiles({})
    const book = open({ files: { ...files, makeDir: () => Promise.reject(noRoom()) } })
    await book.record(entry('a'))
    expect(heard.heard).toHaveLength(1)
  })
})

describe('is bounded', () => {
  test('days past their time are removed', async () => {
    const book = open({ keepDays: 2 })
    for (const day of ['18', '19', '20', '21']) await book.record(entry(day, { at: `2026-11-${day}T08:00:00.000Z` }))
    expect(await whats(book)).toEqual(['21', '20', '19'])
    expect(names()[0]).toBe('audit-2026-11-19-000000.jsonl')
  })

  test('so is the oldest part of a flood, and the log says it', async () => {
    const book = open({ segmentBytes: 300, mostSegments: 3 })
    for (let n = 0; n < 50; n += 1) await book.record(entry(`n${n}`))
    expect(names()).toHaveLength(3)
    expect((await whats(book))[0]).toBe('n49')
    expect(heard.heard[0]?.message).toContain('full')
  })

  test('a page whose file is gone goes on with what is left', async () => {
    const book = open({ segmentBytes: 300, mostSegments: 3 })
    for (let n = 0; n < 5; n += 1) await book.record(entry(`n${n}`))
    const { next } = await book.read({ limit: 3 })
    for (let n = 5; n < 50; n += 1) await book.record(entry(`n${n}`))
    expect(await book.read({ after: next })).toEqual({ items: [] })
  })
})

test('a clock that was set back goes on in the newest file', async () => {
  const book = open()
  await book.record(entry('a'))
  await book.record(entry('b', { at: '2026-11-19T08:00:00.000Z' }))
  await book.close()
  const again = open()
  await again.record(entry('c', { at: '2026-11-19T08:00:00.000Z' }))
  expect(await whats(again)).toEqual(['c', 'b', 'a'])
  expect(names()).toHaveLength(1)
})

test('a clock that was set back within one write hides nothing from a question since a day', async () => {
  const book = open()
  await Promise.all([
    book.record(entry('first', { at: '2026-11-19T23:59:59.000Z' })),
    book.record(entry('late', { at: '2026-11-20T00:00:01.000Z' })),
    book.record(entry('early', { at: '2026-11-19T23:59:59.500Z' })),
  ])
  expect((await whats(book, { since: '2026-11-20T00:00:00.000Z' })).sort()).toEqual(['late'])
})

test('parts that cannot be removed keep nobody from writing', async () => {
  const files = createFaultyFiles({})
  const book = open({ keepDays: 1, files: { ...files, remove: () => Promise.reject(new Error('busy')) } })
  for (const day of ['18', '19', '20', '21']) await book.record(entry(day, { at: `2026-11-${day}T08:00:00.000Z` }))
  expect(await whats(book)).toEqual(['21', '20', '19', '18'])
  expect(heard.heard.map(({ message }) => message)).toEqual([
    'old parts of the book of writes stay',
    'old parts of the book of writes stay',
  ])
})
