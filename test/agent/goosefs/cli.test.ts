// CLI calls whose listener fails, and runs that cannot be ended at once
import { mkdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createExecaDriver } from '../../../agent/driver-execa.ts'
import { endRun } from '../../../agent/end-run.ts'
import { createCli } from '../../../agent/goosefs/cli.ts'
import { carriersOf } from '../../../agent/processes.ts'
import { SILENT_LOG } from '../../../shared/log.ts'
import { createClock } from '../../../shared/time.ts'
import { fixture, scratch } from '../scratch.ts'
import { until } from '../until.ts'

const clock = createClock({ unref: true })
const driver = createExecaDriver({ clock, environment: process.env })
const tools = { driver, clock, log: SILENT_LOG, graceMs: 200 }

it('a listener that throws leaves nothing running', async () => {
  const dir = scratch()
  const cli = createCli({ ...tools, dir, bin: fixture('forever') })
  const onLine = () => {
    throw new Error('no space left')
  }
  await expect(cli({ name: 'call', args: [], onLine })).rejects.toThrow('no space left')
  expect(await carriersOf(join(dir, 'call'))).toEqual([])
})

it('what could not be ended is ended later, and can be asked for again', async () => {
  const dir = join(scratch(), 'run')
  const run = await driver.start({ dir, argv: [fixture('forever')] })
  await until('its beginning', async () => (await carriersOf(dir)).length > 0)
  // an exit that cannot be read
  mkdirSync(join(dir, 'exit'))
  await expect(run.stop(200)).rejects.toThrow()
  await endRun(run, tools)
  expect(await carriersOf(dir)).not.toEqual([])
  rmdirSync(join(dir, 'exit'))
  expect((await run.exited).reason).toBe('stopped')
  await until('the last of it to go', async () => (await carriersOf(dir)).length === 0)
})
