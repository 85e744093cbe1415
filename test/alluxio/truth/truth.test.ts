// every trouble of the table on the real cluster (or, where that cannot be made to have it, on the simulated one)
import { afterAll, beforeAll, describe, it } from 'vitest'
import { createField, type Field } from '../field.ts'
import type { Version } from '../real-cluster.ts'
import { type Entry, keepEntries, toLines } from './book.ts'
import { createGround } from './ground.ts'
import { SCENARIOS } from './rows.ts'
import type { RealScenario, Scenario, Seen } from './scenario.ts'
import { createServers } from './servers.ts'
import { createSimulated } from './simulated.ts'

const version = (process.env['GANDER_TRUTH_VERSION'] ?? '2.5') as Version
const rows = (process.env['GANDER_TRUTH_ROWS'] ?? '').split(',').filter(row => row !== '')

// what is simulated has no version: it is told with the first
const mine = SCENARIOS.filter(one =>
  one.on === 'cluster' ? one.versions.includes(version) : version === '2.5',
).filter(one => rows.length === 0 || rows.includes(String(one.row)))
// every wait of a scenario has its own deadline; one that is cut off would mend its servers in the middle of the next one
const PATIENCE_MS = 10 * 60_000
const entries: Entry[] = []
let field: Field

/** Runs it and writes down what came of it, good or bad. */
async function tell(scenario: Scenario, act: () => Promise<Seen>): Promise<void> {
  const { row, title, on } = scenario
  try {
    entries.push({ row, title, on, seen: await act() })
  } catch (thrown) {
    entries.push({ row, title, on })
    throw thrown
  }
}

async function mend(): Promise<void> {
  await createServers(field.cluster).ready(await field.cluster.mend())
}

async function play(scenario: RealScenario): Promise<void> {
  const number = SCENARIOS.indexOf(scenario)
  await tell(scenario, async () => {
    if (!scenario.calm) await field.settle()
    try {
      return await scenario.act(createGround(field, `r${scenario.row}-${number}`))
    } finally {
      if (!scenario.calm) await mend()
    }
  })
}

afterAll(() => {
  const inOrder = entries.toSorted((a, b) => a.row - b.row)
  keepEntries(version, inOrder)
  console.log(toLines(version, inOrder).join('\n'))
})

const onCluster = mine.filter(one => one.on === 'cluster')

describe.runIf(onCluster.length > 0)(`the truth on ${version}`, () => {
  beforeAll(async () => {
    field = await createField('truth', { version, agentEnv: { GANDER_STALL_SECONDS: '40' } })
  })
  afterAll(() => field?.close())

  for (const one of onCluster) {
    if (one.calm) it.concurrent(`${one.row} ${one.title}`, () => play(one), PATIENCE_MS)
  }
  for (const one of onCluster) {
    if (!one.calm) it(`${one.row} ${one.title}`, () => play(one), PATIENCE_MS)
  }
})

for (const one of mine) {
  if (one.on !== 'playground') continue
  it(`${one.row} ${one.title} (simulated)`, async () => {
    const simulated = createSimulated()
    await tell(one, async () => {
      try {
        return await one.act(simulated)
      } finally {
        await simulated.close()
      }
    })
  })
}
