// two listings compared: laws over random listings, and a million files in flat memory
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareLists } from '../../../agent/goosefs/compare.ts'
import { createListWriter, type ListedFile, toMeasurement } from '../../../agent/goosefs/list-file.ts'
import { createPathTable } from '../../../agent/goosefs/path-table.ts'

let dir = ''
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'gander-compare-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

async function write(name: string, files: Iterable<ListedFile>): Promise<string> {
  const path = join(dir, name)
  const writer = createListWriter(path)
  for (const { path: file, bytes, percent, modified } of files) {
    writer.add({ path: file, size: bytes, percent, modified, directory: false, persistence: 'PERSISTED' })
  }
  await writer.close()
  return path
}

const anyFile = fc.record({
  path: fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter(name => !name.includes('\n') && !name.includes('\r'))
    .map(name => `/${name}`),
  bytes: fc.nat(10_000),
  percent: fc.constantFrom(0, 50, 100),
  modified: fc.constantFrom('11-21-2026 06:16:46:412', '11-21-2026 06:16:46:413'),
  persisted: fc.constant(true),
})
const anyListing = fc.uniqueArray(anyFile, { selector: file => file.path, maxLength: 40 })
const options = {
  isMissing: (file: ListedFile) => file.percent < 100,
  blame: (_: ListedFile, change: string) =>
    change === 'new' ? 'not-seen' : change === 'changed' ? 'changed' : 'unknown',
} as const

describe('laws', () => {
  it('every file of both lists is judged once, and the totals add up', async () => {
    await fc.assert(
      fc.asyncProperty(anyListing, anyListing, async (before, after) => {
        const missingPath = join(dir, 'missing')
        const found = await compareLists({
          before: await write('b', before),
          after: await write('a', after),
          missingPath,
          ...options,
        })
        const now = new Map(after.map(file => [file.path, file]))
        const then = new Map(before.map(file => [file.path, file]))
        const expected = [
          ...after
            .filter(file => file.percent < 100)
            .map(file => {
              const old = then.get(file.path)
              const cause =
                old === undefined
                  ? 'not-seen'
                  : old.bytes === file.bytes && old.modified === file.modified
                    ? 'unknown'
                    : 'changed'
              return `${file.path}\t${cause}`
            }),
          ...before.filter(file => !now.has(file.path)).map(file => `${file.path}\tgone`),
        ]
        const listed = (await readFile(missingPath, 'utf8')).split('\n').slice(0, -1)
        expect(listed.sort()).toEqual(expected.sort())
        expect(found.missingTotal).toBe(expected.length)
        expect(Object.values(found.missingByCause).reduce((sum, count) => sum + count, 0)).toBe(expected.length)
        expect(found.after).toMatchObject({
          files: after.length,
          cachedFiles: after.filter(file => file.percent === 100).length,
        })
      }),
      { numRuns: 60 },
    )
  })

  it('100 percent means all of it', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.nat(10 ** 9), (files, cached, bytes) => {
        const cachedFiles = Math.min(files, cached)
        const cachedBytes = cachedFiles === files ? bytes : Math.floor(bytes * 0.9999)
        const { cachedPercent } = toMeasurement(
          { files, cachedFiles, bytes, cachedBytes, unpersisted: 0 },
          { at: '', fresh: true, complete: true },
        )
        expect(cachedPercent === 100).toBe(files > 0 && cachedFiles === files)
      }),
    )
  })

  it('a cut has only what lies within', async () => {
    const file = (path: string, percent: number) => ({ path, percent, bytes: 1, modified: 'm1', persisted: true })
    const lists = {
      before: await write('b', [file('/a/x', 0), file('/a/xy', 0), file('/a/x/1', 0)]),
      after: await write('a', [file('/a/xy', 0), file('/a/x/2', 0)]),
    }
    const found = await compareLists({ ...lists, within: '/a/x', ...options })
    expect(found.missing.map(one => `${one.path} ${one.cause}`).sort()).toEqual([
      '/a/x gone',
      '/a/x/1 gone',
      '/a/x/2 not-seen',
    ])
  })
})

describe('size', () => {
  it('a table finds what was put, whatever the number', () => {
    const table = createPathTable()
    for (let at = 0; at < 200_000; at += 1) table.put(`/data/part-${at}`, { size: at, stamp: 1, mark: at % 7 })
    expect(table.count).toBe(200_000)
    for (let at = 0; at < 200_000; at += 997) expect(table.size(table.find(`/data/part-${at}`))).toBe(at)
    expect(table.find('/data/part-200000')).toBe(-1)
  })

  it('a million files: examples stay at a hundred, totals are exact', { timeout: 120_000 }, async () => {
    function* files(percent: number) {
      for (let at = 0; at < 1_000_000; at += 1)
        yield {
          path: `/data/set/of/a/long/name/part-${at}`,
          bytes: 100,
          percent: at % 10 === 0 ? percent : 100,
          modified: 'm1',
          persisted: true,
        }
    }
    const lists = { before: await write('many-b', files(0)), after: await write('many-a', files(50)) }
    const heap = process.memoryUsage().heapUsed
    const found = await compareLists({ ...lists, missingPath: join(dir, 'many-missing'), ...options })
    expect(found).toMatchObject({ missingTotal: 100_000, missingByCause: { unknown: 100_000 } })
    expect(found.missing).toHaveLength(100)
    expect(found.after.cachedBytes).toBe(95_000_000)
    // strings of a million paths alone would be more
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(60_000_000)
  })
})
