// output on disk: what failed is sent again from the right place, holes survive, and open files stay few
import { appendFile, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { OutputStore, StreamId } from '../../bot/engine/ports.ts'
import { realFiles } from '../../bot/store/files.ts'
import { createOutputFiles, type OutputFilesOptions } from '../../bot/store/output-files.ts'
import { createFaultyFiles, createRoom, type Faults, noRoom } from '../helpers/room.ts'

let room: Awaited<ReturnType<typeof createRoom>>
let stores: OutputStore[]
beforeEach(async () => {
  room = await createRoom()
  stores = []
})
afterEach(async () => {
  for (const store of stores) await store.close()
  await room.remove()
})

function open(more: Partial<OutputFilesOptions> = {}): OutputStore {
  const store = createOutputFiles({ dir: room.dir, ...more })
  stores.push(store)
  return store
}
const idOf = (n: number) => `0197a000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
const streamOf = (n: number): StreamId => ({ allocation: idOf(n), kind: 'output' })
const bytes = (text: string) => new TextEncoder().encode(text)
const text = async (store: OutputStore, stream: StreamId) =>
  new TextDecoder().decode(await store.read(stream, 0, 1 << 20))
const A = streamOf(0xaa)
const DATA = join('aa', `${idOf(0xaa)}.output`)

describe('output files', () => {
  test('lie in directories by the end of the id and are read again by the next process', async () => {
    const store = open()
    await store.append(A, 0, bytes('one '))
    await store.skip(A, { from: 4, bytes: 60 })
    await store.append(A, 64, bytes('two'))
    await store.close()
    expect((await stat(join(room.dir, DATA))).size).toBe(67)
    const again = open()
    expect(await again.length(A)).toBe(67)
    expect(await text(again, A)).toMatch(/^one \[gander: 60 bytes of output were lost here\]\.+\ntwo$/)
    expect(await again.append(A, 67, bytes('!'))).toBe(68)
  })

  test('never open more than allowed at once, and every stream gets its bytes', async () => {
    let openNow = 0
    let most = 0
    const files = {
      ...realFiles,
      open: async (path: string, flags: number) => {
        const file = await realFiles.open(path, flags)
        if (path.endsWith('.output')) most = Math.max(most, ++openNow)
        return new Proxy(file, {
          get: (target, name) => {
            if (name === 'close' && path.endsWith('.output')) openNow -= 1
            const value: unknown = Reflect.get(target, name)
            return typeof value === 'function' ? value.bind(target) : value
          },
        })
      },
    }
    const store = open({ maxOpen: 5, files })
    const lines = Array.from({ length: 20 }, (_, n) => `line ${n}\n`)
    const write = async (n: number) => {
      let offset = 0
      for (const line of lines) offset = await store.append(streamOf(n), offset, bytes(line))
    }
    await Promise.all(Array.from({ length: 40 }, (_, n) => write(n)))
    for (let n = 0; n < 40; n++) expect(await text(store, streamOf(n))).toBe(lines.join(''))
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(6)
    await store.close()
    expect(openNow).toBe(0)
  })

  test('a full disk rejects with STORAGE_FULL; what found room counts, and the rest is sent again', async () => {
    const faults: Faults = {}
    const store = open({ files: createFaultyFiles(faults) })
    await store.append(A, 0, bytes('begin '))
    let writes = 0
    faults.most = 4
    faults.before = operation => {
      if (operation === 'write' && ++writes > 2) throw noRoom()
    }
    await expect(store.append(A, 6, bytes('middle of it'))).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    delete faults.before
    expect(await store.length(A)).toBe(14)
    expect(await store.append(A, 6, bytes('middle of it'))).toBe(18)
    expect(await text(store, A)).toBe('begin middle of it')
  })

  test('a failed append does not stop those behind it or other streams', async () => {
    const faults: Faults = {}
    const store = open({ files: createFaultyFiles(faults) })
    await store.append(A, 0, bytes('x'))
    let isFirst = true
    faults.before = () => {
      if (isFirst) {
        isFirst = false
        throw new Error('once')
      }
    }
    const results = await Promise.allSettled([
      store.append(A, 1, bytes('y')),
      store.append(A, 1, bytes('z')),
      store.append(streamOf(1), 0, bytes('other')),
    ])
    expect(results.map(result => result.status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(await text(store, A)).toBe('xz')
  })

  test('a hole that was told but not yet stretched over is finished by the next process', async () => {
    const store = open()
    await store.append(A, 0, bytes('abc'))
    await store.close()
    await writeFile(join(room.dir, `${DATA}.holes`), '\n3+10=13\n')
    const again = open()
    expect(await again.length(A)).toBe(13)
    expect(await again.append(A, 13, bytes('d'))).toBe(14)
    expect(await text(again, A)).toBe('abc.........\nd')
  })

  test('a torn or forged record of a hole is none, and a later one is still read', async () => {
    const store = open()
    await store.append(A, 0, bytes('abc'))
    await store.close()
    await appendFile(join(room.dir, `${DATA}.holes`), '\n3+10=1')
    const again = open()
    expect(await again.skip(A, { from: 3, bytes: 2 })).toBe(5)
    await again.close()
    expect(await text(open(), A)).toBe('abc.\n')
  })

  test('a hole behind bytes that were lost with the power is forgotten for good', async () => {
    const store = open()
    await store.append(A, 0, bytes('0123456789'))
    await store.skip(A, { from: 10, bytes: 5 })
    await store.close()
    await truncate(join(room.dir, DATA), 4)
    const again = open()
    expect(await again.length(A)).toBe(4)
    await again.append(A, 4, bytes('4567890123456789'))
    await again.close()
    expect(await text(open(), A)).toBe('01234567890123456789')
    expect(await readFile(join(room.dir, `${DATA}.holes`), 'utf8')).toBe('')
  })

  test('asking for what is not there makes no file', async () => {
    const store = open()
    await store.length(A)
    await store.append(A, 7, bytes('gap'))
    await store.skip(A, { from: 7, bytes: 3 })
    await store.remove([A.allocation])
    expect(await readdir(room.dir)).toEqual([])
  })

  test('a reader that looks at nothing while the stream is created harms neither', async () => {
    const store = open()
    for (let n = 0; n < 50; n++) {
      const [, length] = await Promise.all([store.length(streamOf(n)), store.append(streamOf(n), 0, bytes('a'))])
      expect(length).toBe(1)
    }
  })

  test('reading goes on while the stream is removed; afterwards it is empty', async () => {
    const store = open()
    await store.append(A, 0, new Uint8Array(1 << 20).fill(65))
    const reads = Array.from({ length: 10 }, () => store.read(A, 0, 1 << 20))
    await store.remove([A.allocation])
    for (const read of await Promise.all(reads)) expect([0, 1 << 20]).toContain(read.length)
    expect(await store.length(A)).toBe(0)
  })

  test.each(['../../etc/passwd', 'a/b', '', '.', 'a\0b'])('an id like %j never names a file', async allocation => {
    const store = open()
    await expect(store.append({ allocation, kind: 'output' }, 0, bytes('a'))).rejects.toThrow(/cannot name a file/)
    await expect(store.length({ allocation, kind: 'output' })).rejects.toThrow(/cannot name a file/)
    await expect(store.remove([allocation])).rejects.toThrow(/cannot name a file/)
  })

  test('nothing is taken after closing', async () => {
    const store = open()
    const pending = store.append(A, 0, bytes('taken'))
    await store.close()
    expect(await pending).toBe(5)
    await expect(store.append(A, 5, bytes('late'))).rejects.toThrow(/closed/)
    await expect(store.length(A)).rejects.toThrow(/closed/)
  })
})
