// whatever happens in whatever order, the laws hold
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { histories, play, talks } from './histories.ts'

test('random histories break no law, and end', () => {
  fc.assert(
    fc.property(histories(), steps => {
      expect(play(steps)).toEqual([])
    }),
    { seed: 20_240_501, numRuns: 300 },
  )
}, 120_000)

test('random histories in which people talk break no law, and end', () => {
  fc.assert(
    fc.property(talks(60), steps => {
      expect(play(steps)).toEqual([])
    }),
    { seed: 20_240_501, numRuns: 200 },
  )
}, 120_000)
