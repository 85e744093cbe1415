// a CLI that prints without end: ended at its bound, in bounded memory, and measured all the same
import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createExecaDriver } from '../../../agent/driver-execa.ts'
import { createCli } from '../../../agent/goosefs/cli.ts'
import { carriersOf } from '../../../agent/processes.ts'
import { runAllocation } from '../../../agent/run-allocation.ts'
import { SILENT_LOG } from '../../../shared/log.ts'
import { createClock } from '../../../shared/time.ts'
import { scratch } from '../scratch.ts'
import { createWorld } from './world.ts'

const MIB = 1024 * 1024
const clock = createClock({ unref: true })
const driver = createExecaDriver({ clock, environment: process.env })

function createProgram(script: string): string {
  const bin = join(scratch(), 'flooding')
  writeFileSync(bin, `#!/bin/sh\n${script}\n`)
  chmodSync(bin, 0o755)
  return bin
}

// slow enough to be seen in time, endless all the same, and deaf to TERM
const ENDLESS = "trap '' TERM; while :; do seq 1 20000; sleep 0.01; done"
const ended = { reason: 'signalled', signal: 'SIGKILL', message: 'ended because it printed more than 5 MiB' }

describe('a call', () => {
  it('that is read line by line is ended, and not read to its end', async () => {
    const dir = scratch()
    const cli = createCli({ driver, clock, log: SILENT_LOG, graceMs: 60_000, dir, bin: createProgram(ENDLESS) })
    let lines = 0
    const onLine = () => {
      lines += 1
    }
    const heap = process.memoryUsage().heapUsed
    const result = await cli({ name: 'call', args: [], mostBytes: 5 * MIB, onLine })
    expect(result.exit).toEqual(ended)
    expect(statSync(result.outputPath).size).toBeGreaterThan(5 * MIB)
    expect(lines).toBeGreaterThan(0)
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(100 * MIB)
    expect(await carriersOf(join(dir, 'call'))).toEqual([])
    // who comes later reads the same of it
    const again = await cli({ name: 'call', args: [], mostBytes: 5 * MIB })
    expect(again.exit).toEqual(ended)
  })

  it('that nobody reads is ended too', async () => {
    const cli = createCli({
      driver,
      clock,
      log: SILENT_LOG,
      graceMs: 60_000,
      dir: scratch(),
      bin: createProgram(ENDLESS),
    })
    expect((await cli({ name: 'call', args: [], mostBytes: 5 * MIB })).exit).toEqual(ended)
  })

  it('may print as much as it may', async () => {
    const cli = createCli({
      driver,
      clock,
      log: SILENT_LOG,
      graceMs: 100,
      dir: scratch(),
      bin: createProgram('seq 1 100'),
    })
    const { exit } = await cli({ name: 'call', args: [], mostBytes: 292 })
    expect(exit).toEqual({ reason: 'exited', code: 0 })
  })
})

it('a load that floods is ended and measured', async () => {
  const row = '-rw-r--r--  a  b  10  PERSISTED 03-26-2021 16:49:37:215   0% /a/1'
  const bin = createProgram(`case "$2" in distributedLoad) ${ENDLESS};; ls) echo '${row}';; esac`)
  const { deps } = createWorld({}, bin).allocation({ path: '/a' })
  const ending = await runAllocation({ ...deps, config: { ...deps.config, mostBytes: 5 * MIB } })
  expect(ending.exit).toEqual(ended)
  expect(ending.findings).toMatchObject({ after: { files: 1, cachedFiles: 0 }, missingTotal: 1 })
  expect(ending.outputBytes).toBeGreaterThan(5 * MIB)
})
