// a small soak of the whole daemon against a local DingTalk; `npm run soak -- dingtalk` is the long one
import { expect, test } from 'vitest'
import { runSoak } from '../soak/dingtalk/soak.ts'
import { toTable } from '../soak/dingtalk/table.ts'

/** Another one: SOAK_SEED=17 npx vitest run test/e2e/dingtalk-soak.test.ts */
const SEED = Number(process.env['SOAK_SEED'] ?? 20_26)

test('every command once, every answer once and in order, every end told once, whatever breaks meanwhile', async () => {
  const options = { messages: 220, seed: SEED, minutes: 5, speed: 25, restarts: 2, long: false, rush: false }
  const { violations, numbers, faults } = await runSoak({ ...options, connectionFaultEveryMs: 20_000 })
  expect(violations, `seed ${SEED}\n${toTable(numbers, faults)}`).toEqual([])
  expect(Number(numbers['… kept by the daemon'])).toBeGreaterThan(100)
  expect(Number(numbers['ends told'])).toBeGreaterThan(30)
  expect(faults.size).toBeGreaterThan(10)
}, 60_000)
