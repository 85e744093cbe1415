// what every OutputStore promises, run by each implementation
import { afterEach, describe, expect, test } from 'vitest'
import type { OutputStore, StreamId } from '../../bot/engine/ports.ts'

export type MadeOutputStore = { readonly store: OutputStore; readonly remove: () => Promise<void> }

const bytes = (text: string) => new TextEncoder().encode(text)
const A: StreamId = { allocation: '0197a000-0000-7000-8000-0000000000aa', kind: 'output' }
const B: StreamId = { allocation: '0197a000-0000-7000-8000-0000000000bb', kind: 'output' }

export function outputStoreContract(name: string, make: () => Promise<MadeOutputStore>): void {
  describe(`${name} as an OutputStore`, () => {
    let made: MadeOutputStore
    const open = async () => {
      made = await make()
      return made.store
    }
    const readText = async (store: OutputStore, stream: StreamId, from = 0, max = 1 << 20) =>
      new TextDecoder().decode(await store.read(stream, from, max))
    afterEach(async () => {
      await made.store.close()
      await made.remove()
    })

    test('an unknown stream is empty and stays unknown', async () => {
      const store = await open()
      expect(await store.length(A)).toBe(0)
      expect(await readText(store, A)).toBe('')
      expect(await store.tailOffset(A, 3)).toBe(0)
      expect(await store.sync(A)).toBe(0)
    })

    test('appends bytes, ignores known ones, stores nothing at a gap', async () => {
      const store = await open()
      expect(await store.append(A, 0, bytes('hello '))).toBe(6)
      expect(await store.append(A, 6, bytes('world'))).toBe(11)
      expect(await store.append(A, 0, bytes('HELLO '))).toBe(11)
      expect(await store.append(A, 8, bytes('XXX, again'))).toBe(18)
      expect(await store.append(A, 19, bytes('gap'))).toBe(18)
      expect(await store.append(A, 18, bytes(''))).toBe(18)
      expect(await readText(store, A)).toBe('hello world, again')
      expect(await store.append(B, 5, bytes('gap'))).toBe(0)
      expect(await store.sync(A)).toBe(18)
    })

    test('keeps every byte value, and the two kinds apart', async () => {
      const store = await open()
      const all = Uint8Array.from({ length: 256 }, (_, n) => n)
      await store.append(A, 0, all)
      await store.append({ ...A, kind: 'missing' }, 0, bytes('/p/1\n'))
      expect([...(await store.read(A, 0, 1000))]).toEqual([...all])
      expect(await readText(store, { ...A, kind: 'missing' })).toBe('/p/1\n')
    })

    test('reads within bounds', async () => {
      const store = await open()
      await store.append(A, 0, bytes('0123456789'))
      expect(await readText(store, A, 3, 4)).toBe('3456')
      expect(await readText(store, A, 8, 100)).toBe('89')
      expect(await readText(store, A, 10, 100)).toBe('')
      expect(await readText(store, A, 99, 100)).toBe('')
    })

    test('appends to one stream that are not awaited keep their order', async () => {
      const store = await open()
      const lines = Array.from({ length: 300 }, (_, n) => `line ${n}\n`)
      let offset = 0
      const appends = lines.map(line => {
        const at = offset
        offset += line.length
        return store.append(A, at, bytes(line))
      })
      await Promise.all(appends)
      expect(await readText(store, A)).toBe(lines.join(''))
    })

    test.each([
      ['a\nb\nc\n', 1, 'c\n'],
      ['a\nb\nc\n', 2, 'b\nc\n'],
      ['a\nb\nc\n', 9, 'a\nb\nc\n'],
      ['a\nb\nc', 1, 'c'],
      ['a\nb\nc', 2, 'b\nc'],
      ['\n\n\n', 2, '\n\n'],
      ['a', 1, 'a'],
      ['a\nb\n', 0, ''],
      [`${'x'.repeat(200_000)}\n${'y'.repeat(200_000)}\n`, 1, `${'y'.repeat(200_000)}\n`],
    ])('the tail of %j, %i lines', async (text, lines, expected) => {
      const store = await open()
      await store.append(A, 0, bytes(text))
      expect(await readText(store, A, await store.tailOffset(A, lines))).toBe(expected)
    })

    test('a hole keeps its width, is named in a line, and is one line of the tail', async () => {
      const store = await open()
      await store.append(A, 0, bytes('first\nhalf'))
      expect(await store.skip(A, { from: 10, bytes: 100_000 })).toBe(100_010)
      expect(await store.append(A, 100_010, bytes('of a line\nlast\n'))).toBe(100_025)
      const text = await readText(store, A)
      expect(text).toHaveLength(100_025)
      expect(text).toMatch(/^first\nhalf\[gander: 100000 bytes of output were lost here\]\.+\nof a line\nlast\n$/)
      expect(await readText(store, A, 100_007, 5)).toBe('..\nof')
      expect(await store.tailOffset(A, 2)).toBe(100_010)
      expect(await store.tailOffset(A, 3)).toBe(6)
      expect(await store.tailOffset(A, 4)).toBe(0)
    })

    test('a hole told twice, one in known bytes, one behind a gap, one that overlaps, one at the end', async () => {
      const store = await open()
      await store.append(A, 0, bytes('0123456789'))
      expect(await store.skip(A, { from: 2, bytes: 5 })).toBe(10)
      expect(await store.skip(A, { from: 11, bytes: 5 })).toBe(10)
      expect(await store.skip(A, { from: 8, bytes: 5 })).toBe(13)
      expect(await store.skip(A, { from: 8, bytes: 5 })).toBe(13)
      expect(await readText(store, A)).toBe('0123456789..\n')
      expect(await store.tailOffset(A, 1)).toBe(0)
      expect(await store.skip(B, { from: 0, bytes: 1 })).toBe(1)
      expect(await readText(store, B)).toBe('\n')
    })

    test('removes what belongs to an allocation, and begins anew', async () => {
      const store = await open()
      await store.append(A, 0, bytes('a'))
      await store.skip(A, { from: 1, bytes: 10 })
      await store.append({ ...A, kind: 'missing' }, 0, bytes('m'))
      await store.append(B, 0, bytes('b'))
      await store.remove([A.allocation, 'ffff-never-there'])
      expect(await store.length(A)).toBe(0)
      expect(await store.length({ ...A, kind: 'missing' })).toBe(0)
      expect(await store.length(B)).toBe(1)
      expect(await store.append(A, 0, bytes('new'))).toBe(3)
      expect(await readText(store, A)).toBe('new')
    })
  })
}
