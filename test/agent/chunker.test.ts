// chunks: nothing lost, nothing too long, no character torn that could be kept whole
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutLength, tornTail } from '../../agent/chunker.ts'

function chunksOf(bytes: Uint8Array, limit: number): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = cutLength(bytes.subarray(at, at + limit), limit, at + limit >= bytes.length)
    expect(length).toBeGreaterThan(0)
    expect(length).toBeLessThanOrEqual(limit)
    chunks.push(bytes.subarray(at, at + length))
    at += length
  }
  return chunks
}

test('any bytes come out as they went in', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 40 }), (bytes, limit) => {
      expect(Buffer.concat(chunksOf(bytes, limit))).toEqual(Buffer.from(bytes))
    }),
  )
})

test('every chunk of a text is a text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 4, max: 40 }), (text, limit) => {
      const bytes = Buffer.from(text)
      const chunks = chunksOf(bytes, limit)
      const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      expect(chunks.map(chunk => decoder.decode(chunk)).join('')).toBe(bytes.toString())
    }),
  )
})

test('what is torn at the end waits for the rest, and goes when there is no rest', () => {
  const torn = Buffer.from('漢').subarray(0, 2)
  expect(cutLength(torn, 100, false)).toBe(0)
  expect(cutLength(torn, 100, true)).toBe(2)
  expect(cutLength(Buffer.concat([Buffer.from('ok'), torn]), 100, false)).toBe(2)
})

test.each([
  [[0x41], 0],
  [[0xe6], 1],
  [[0xe6, 0xbc], 2],
  [[0xe6, 0xbc, 0xa2], 0],
  [[0xf0, 0x9f, 0x98], 3],
  [[0xff], 0],
  [[0x80, 0x80, 0x80, 0x80], 0],
  [[], 0],
])('the torn tail of %j is %i bytes', (bytes, torn) => {
  expect(tornTail(Uint8Array.from(bytes))).toBe(torn)
})
