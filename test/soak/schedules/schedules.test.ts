// a short soak of the clock: killed around firing, its clock moved, and each slot is there once
import { expect, test } from 'vitest'
import { runScheduleSoak } from './soak.ts'

test('no slot is lost or run twice, however often the daemon is killed around it', { timeout: 120_000 }, async () => {
  const { violations, numbers, faults } = await runScheduleSoak({ kills: 3, seed: 11 })
  expect(violations).toEqual([])
  expect(faults.get('killed')).toBe(3)
  expect(numbers['fired slots']).toBeGreaterThan(10)
})
