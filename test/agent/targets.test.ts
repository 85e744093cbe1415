// only what is missing is loaded again: one call for each place, one output, one outcome, and the whole path measured
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { goesOn, mergeParts } from '../../agent/goosefs/load-outcome.ts'
import { createLoadReader } from '../../agent/goosefs/read-load.ts'
import { toTargets } from '../../agent/goosefs/targets.ts'
import { runAllocation } from '../../agent/run-allocation.ts'
import { createWorld, usePlayground } from './goosefs/world.ts'
import { until } from './until.ts'

usePlayground()

const loadsOf = (world: ReturnType<typeof createWorld>) =>
  world.calls().filter(call => call.startsWith('fs distributedLoad'))

describe('the places of an order', () => {
  it.each([
    ['nothing named', '/a//b/', [], ['/a//b/']],
    ['below', '/a', ['/a/x', '/a//y/'], ['/a/x', '/a/y']],
    ['under an address', 'gfs://h:1/a', ['/a/x'], ['/a/x']],
    ['the path itself', '/a', ['/a/', '/a/x'], ['/a']],
    ['outside', '/a', ['/a/x', '/ab'], ['/a']],
    ['above', '/a/b', ['/a'], ['/a/b']],
    ['a pattern', '/a', ['/a/x', '/a/*'], ['/a']],
    ['what the CLI would cut off', '/a', ['/a/x?y'], ['/a']],
    ['one within another, one twice', '/a', ['/a/x/1', '/a/x', '/a/x'], ['/a/x']],
  ])('%s', (_, path, only, places) => {
    expect(toTargets({ path, only })).toEqual(places)
  })
})

describe('several loads', () => {
  it('are one after another, into one output, and measured as one', async () => {
    const world = createWorld({ SPEED: '1', SLOW: '600' })
    for (const name of ['w', 'x', 'y'])
      world.goosefs('playground', 'put', `/a/${name}`, '--bytes', '10', '--files', '3')
    await runAllocation(world.allocation({ path: '/a/w' }).deps)
    const before = loadsOf(world).length
    const one = world.allocation({ path: '/a', only: ['/a/x', '/a/y'] })
    const ending = await runAllocation(one.deps)
    expect(loadsOf(world).slice(before)).toEqual([
      'fs distributedLoad --replication 1 /a/x',
      'fs distributedLoad --replication 1 /a/y',
    ])
    expect(ending).toMatchObject({ exit: { reason: 'exited', code: 0 }, lines: { started: 6, loaded: 6 } })
    expect(ending.findings).toMatchObject({ after: { files: 9, cachedFiles: 9 }, missingTotal: 0 })
    expect(one.output().match(/^Allow up to/gm)).toHaveLength(2)
    const done = one.said.flatMap(report => (report.type === 'progress' ? [report.progress.filesDone ?? 0] : []))
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(done.length).toBeGreaterThan(0)
    expect(done[0]).toBeGreaterThanOrEqual(3)
    const steps = one.said.flatMap(report => (report.type === 'step' && report.step.endedAt ? [report.step.name] : []))
    expect(steps.filter(name => name === 'load')).toHaveLength(2)
  })

  it('one whose place is gone does not keep the next from being loaded, and explains nothing of it', async () => {
    const world = createWorld({ SILENT: '/a/y/part-00000' })
    world.goosefs('playground', 'put', '/a/y', '--bytes', '10', '--files', '2')
    const ending = await runAllocation(world.allocation({ path: '/a', only: ['/a/none', '/a/y'] }).deps)
    expect(ending.exit).toEqual({ reason: 'exited', code: 255 })
    expect(ending.lines).toMatchObject({ loaded: 1 })
    expect(ending.findings?.missing).toEqual([{ path: '/a/y/part-00000', cause: 'unknown' }])
  })

  it('each leaves its own list of failed files', async () => {
    const world = createWorld({ ERA: 'D', FAIL: '/a/*' })
    for (const name of ['x', 'y']) world.goosefs('playground', 'put', `/a/${name}`, '--bytes', '10', '--files', '45')
    const ending = await runAllocation(world.allocation({ path: '/a', only: ['/a/x', '/a/y'] }).deps)
    const causes = Object.keys(ending.findings?.missingByCause ?? {})
    expect(ending.findings?.missingTotal).toBe(90)
    expect(causes).toHaveLength(1)
    expect(causes).not.toContain('unknown')
  })

  it('a process that is killed during the second: the first is not done again', async () => {
    const world = createWorld({ SPEED: '1', SLOW: '300' })
    for (const name of ['x', 'y']) world.goosefs('playground', 'put', `/a/${name}`, '--bytes', '10', '--files', '4')
    const one = world.allocation({ path: '/a', only: ['/a/x', '/a/y'] })
    const told = { ...{ dir: one.home, shared: `${world.dir}/first`, bin: world.bin }, order: one.deps.order }
    const drive = fileURLToPath(new URL('./goosefs/drive.ts', import.meta.url))
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', drive, JSON.stringify({ ...told, environment: world.environment })],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let said = ''
    child.stdout.on('data', chunk => {
      said += chunk
    })
    await until('the second load', () => /"started":[5-8]/.test(said))
    child.kill('SIGKILL')
    await once(child, 'exit')
    const ending = await runAllocation(one.deps)
    expect(ending).toMatchObject({ exit: { code: 0 }, lines: { started: 8, loaded: 8 } })
    expect(ending.findings?.after).toMatchObject({ files: 8, cachedFiles: 8 })
    expect(loadsOf(world)).toHaveLength(2)
  })

  it('stopped in the first: the second never begins', async () => {
    const world = createWorld({ SPEED: '1', SLOW: '5000' })
    for (const name of ['x', 'y']) world.goosefs('playground', 'put', `/a/${name}`, '--bytes', '10', '--files', '2')
    const one = world.allocation({ path: '/a', only: ['/a/x', '/a/y'] })
    const running = runAllocation(one.deps)
    await until('the load', () => one.said.some(report => report.type === 'progress'))
    one.stop.abort('stop')
    expect((await running).exit.reason).toBe('stopped')
    expect(loadsOf(world)).toHaveLength(1)
  })
})

describe('merged', () => {
  const part = (lines: readonly string[], code = 0) => {
    const reader = createLoadReader()
    for (const line of lines) reader.line(line)
    reader.end()
    return { exit: { reason: 'exited' as const, code }, summary: reader.summary(), from: 7, cwd: '/x' }
  }

  it('counts and causes are sums, the first bad exit stands', () => {
    const failed = 'Attempt 1 to load /a/1 failed because: Permission denied: user=x'
    const merged = mergeParts(part(['/a/1 loading', failed]), [
      part(['Failed to connect to master (h:1) after 3 attempts'], 255),
      part([failed.replace('/1', '/2')], 1),
    ])
    expect(merged).toMatchObject({ exit: { code: 255 }, from: 7 })
    expect(merged.summary.causes).toEqual({ permission: 2 })
    expect(merged.summary.lines).toMatchObject({ started: 1, attemptsFailed: 2 })
    expect(merged.summary.examples).toHaveLength(1)
    expect(merged.summary.problem?.cause).toBe('master-unreachable')
  })

  it('an end that was not the CLI’s own is the end of all', () => {
    expect(goesOn({ ...part([], 255) })).toBe(true)
    expect(goesOn({ ...part([]), exit: { reason: 'signalled' } })).toBe(false)
  })
})
