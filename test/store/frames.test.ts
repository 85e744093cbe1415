// a frame is read back as it was written, whole or not at all
import { crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Row, readFrame, toFrame, toRowsFrame } from '../../bot/store/frames.ts'

test('rows are the same frame whether built at once or in pieces', async () => {
  const row = fc.tuple(fc.constantFrom('jobs', 'tasks'), fc.string(), fc.jsonValue())
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 5 }), async rows => {
      const frame = await toRowsFrame(rows as Row[])
      expect(frame).toEqual(toFrame(JSON.stringify(rows)))
      expect(readFrame(frame.subarray(0, -1))).toBe(JSON.stringify(rows))
    }),
  )
  const large = Array.from({ length: 3_000 }, (_, n): Row => ['tasks', String(n), '缓存'.repeat(50)])
  expect(await toRowsFrame(large)).toEqual(toFrame(JSON.stringify(large)))
})

test('a frame is its checksum, its length, its text and one line feed', () => {
  expect(toFrame('["é"]').toString()).toBe(`${crc32('6 ["é"]').toString(16).padStart(8, '0')} 6 ["é"]\n`)
})
