// what the probe finds out, how often it asks, and what the self-check makes of it
import { chmodSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createDescriber } from '../../../agent/description.ts'
import { checkCli } from '../../../agent/goosefs/check-cli.ts'
import type { Capabilities } from '../../../shared/agent.ts'
import { createWorld, usePlayground } from './world.ts'

usePlayground()

describe('the probe', () => {
  it('asks three times, once: a simulated cluster is not asked for its ports', async () => {
    const world = createWorld()
    const [first, second] = await Promise.all([world.prober.capabilities(), world.prober.capabilities()])
    expect(second).toEqual(first)
    expect(first).toMatchObject({ found: true, simulated: true, brand: 'GooseFS', loadMetadataForce: true })
    expect(first?.loadFlags).toContain('--replication')
    expect(world.calls()).toHaveLength(3)
    expect(checkCli(first as never).every(check => check.ok)).toBe(true)
  })

  it('asks again when the program was replaced', async () => {
    const world = createWorld({}, undefined)
    const bin = `${world.dir}/goosefs`
    const write = (version: string) => {
      writeFileSync(bin, `#!/bin/sh\n[ "$1" = version ] && echo ${version}\nexit 0\n`)
      chmodSync(bin, 0o755)
    }
    write('1.4.5')
    const other = createWorld({}, bin)
    expect((await other.prober.capabilities()).version).toBe('1.4.5')
    write('1.4.5.3')
    expect((await other.prober.capabilities()).version).toBe('1.4.5.3')
  })

  it('a missing program is a problem with a remedy, not an exception', async () => {
    const world = createWorld({}, '/nowhere/goosefs')
    const capabilities = await world.prober.capabilities()
    expect(capabilities).toMatchObject({ found: false, problem: expect.any(String) })
    expect(checkCli(capabilities)).toMatchObject([{ ok: false, remedy: expect.stringContaining('GOOSEFS_BIN') }])
  })
})

it('what is amiss is told with the remedy in the agent’s description', async () => {
  const world = createWorld()
  const describing = async (capabilities: Capabilities) => {
    const facts = {
      ...{ id: world.allocation().deps.order.task, name: 'a', cluster: 'c', version: '1', host: 'h', pid: 1 },
    }
    const capacity = { work: 1, read: 1 }
    const { clock } = world
    const probe = async () => capabilities
    const describer = createDescriber({ facts: { ...facts, capacity }, bin: 'goosefs', probe, clock })
    onTestFinished(describer.close)
    const described = await describer.describe()
    // what came after the first agents is only asked of those that tell of it
    expect(described.calls).toContain('names')
    return described.capabilities.problem
  }
  const good = await world.prober.capabilities()
  expect(await describing(good)).toBeUndefined()
  expect(await describing({ ...good, loadFlags: [] })).toContain(
    'distributedLoad: its help could not be read; use a CLI',
  )
  expect(await describing({ ...good, found: false, problem: 'gone' })).toBe(
    'cli: gone; set GOOSEFS_BIN to the CLI of this node',
  )
})
