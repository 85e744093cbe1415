// what every driver must do with real programs: output, exits, stopping whole trees, taking over
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Run, RunRequest } from '../../agent/driver.ts'
import { createExecaDriver } from '../../agent/driver-execa.ts'
import { createClock } from '../../shared/time.ts'
import { fixture, scratch } from './scratch.ts'
import { isRunning, textOf, until } from './until.ts'

const TOKEN = 'a-token-that-nobody-may-see'
const driver = createExecaDriver({
  clock: createClock({ unref: true }),
  environment: {
    PATH: process.env['PATH'],
    HOME: '/tmp',
    LANG: 'C',
    GANDER_AGENT_TOKEN: TOKEN,
    GANDER_ADMIN_TOKEN: 'x',
    DINGTALK_CLIENT_SECRET: 'x',
    GOOSEFS_DINGTALK_ALERT_TOKEN: 'x',
    COPY_OF_TOKEN: `--${TOKEN}--`,
    GOOSEFS_USER_JAVA_OPTS: '-Xmx256m',
  },
})

async function begin(request: Partial<RunRequest> & { argv: readonly string[] }): Promise<Run> {
  const run = await driver.start({ dir: join(scratch(), 'run'), ...request })
  onTestFinished(() => run.stop(0))
  return run
}

const begun = (run: Run): Promise<true> =>
  until('the program to begin', async () => (await textOf(run.outputPath)).includes('begun') && true)

describe('a run', () => {
  test('keeps both streams in order and the exit code', async () => {
    const run = await begin({ argv: [fixture('exit-3')] })
    expect(await run.exited).toEqual({ reason: 'exited', code: 3 })
    expect(await textOf(run.outputPath)).toBe('to stdout\nto stderr\n')
  })

  test('keeps a character that was written in two pieces', async () => {
    const run = await begin({ argv: [fixture('split-character')] })
    await run.exited
    expect(await textOf(run.outputPath)).toBe('漢\n')
  })

  test('keeps a flood whole', async () => {
    const run = await begin({ argv: [fixture('flood'), '30000000', '7'] })
    expect(await run.exited).toEqual({ reason: 'exited', code: 7 })
    expect(readFileSync(run.outputPath).length).toBe(30_000_000)
  })

  test('appends to a file that is given', async () => {
    const dir = scratch()
    const outputPath = join(dir, 'output')
    for (const name of ['1', '2']) {
      const run = await begin({ dir: join(dir, name), argv: [fixture('exit-3')], outputPath })
      await run.exited
      expect(run.outputPath).toBe(outputPath)
    }
    expect(await textOf(outputPath)).toBe('to stdout\nto stderr\n'.repeat(2))
  })

  test('gets its arguments untouched, no input, its own directory, a UTF-8 locale and no secrets', async () => {
    const args = ['/数据/a b', "it's", '$HOME', '-n', 'two\nlines', '']
    const run = await begin({ argv: [fixture('say-environment'), ...args], env: { EXTRA: 'yes' } })
    await run.exited
    const words = await textOf(run.outputPath)
    expect(words).toContain(args.map(argument => `<${argument}>\n`).join(''))
    expect(words).toContain('\nLC_ALL=C.UTF-8\n')
    expect(words).toContain('GOOSEFS_USER_JAVA_OPTS=-Xmx256m -Dfile.encoding=UTF-8\n')
    expect(words).toContain('EXTRA=yes\n')
    expect(words).toContain(`\n${run.dir}\n`)
    expect(words).not.toMatch(/TOKEN|DINGTALK|nobody-may-see/)
  })

  test.each([
    ['no-such-program', 'is not on the PATH'],
    ['/no/such/program', 'does not exist'],
    ['/etc/passwd', 'may not be executed'],
    ['/tmp', 'is not a file'],
    ['', 'no program is named'],
  ])('that cannot be started is an exit: %s', async (program, words) => {
    const run = await begin({ argv: [program] })
    const exit = await run.exited
    expect(exit.reason).toBe('spawn-failed')
    expect(exit.message).toContain(words)
    expect(await (await adopted(run.dir)).exited).toEqual(exit)
    expect(await textOf(run.outputPath)).toBe('')
  })

  test.each([
    ['a NUL byte', ['a\0b']],
    ['an argument too long', ['x'.repeat(200_000)]],
  ])('with %s is an exit', async (_, args) => {
    const run = await begin({ argv: [fixture('exit-3'), ...args] })
    expect((await run.exited).reason).toBe('spawn-failed')
  })

  test('is not begun twice in one directory', async () => {
    const run = await begin({ argv: [fixture('exit-3')] })
    await run.exited
    await expect(driver.start({ dir: run.dir, argv: [fixture('exit-3')] })).rejects.toThrow('adopt it')
  })

  test("that dies of a signal keeps its launcher's code", async () => {
    const run = await begin({ argv: ['/bin/sh', '-c', 'kill -9 $$'] })
    expect(await run.exited).toEqual({ reason: 'exited', code: 137 })
  })
})

describe('stopping', () => {
  test('ends a program that listens', async () => {
    const run = await begin({ argv: [fixture('forever')] })
    await begun(run)
    await Promise.all([run.stop(10_000), run.stop(0)])
    expect(await run.exited).toEqual({ reason: 'stopped', code: 143, signal: 'SIGTERM' })
    expect(await textOf(run.outputPath)).toBe('begun\n')
  })

  test('ends a program that does not listen, after the grace', async () => {
    const run = await begin({ argv: [fixture('ignore-sigterm')] })
    await begun(run)
    await run.stop(50, 'timeout')
    expect(await run.exited).toEqual({ reason: 'timeout', code: 137, signal: 'SIGKILL' })
  })

  test('ends the child of a launcher that does not replace itself', async () => {
    const run = await begin({ argv: [fixture('launcher'), fixture('launcher'), fixture('forever')] })
    await begun(run)
    await run.stop(10_000)
    expect((await run.exited).reason).toBe('stopped')
  })

  test('ends children in sessions of their own', async () => {
    const pids = join(scratch(), 'pids')
    const run = await begin({ argv: [fixture('strays'), pids] })
    await begun(run)
    const strays = readFileSync(pids, 'utf8').trim().split('\n').map(Number)
    expect(strays.map(isRunning)).toEqual([true, true, true])
    await run.stop(10_000)
    await until('the strays to go', () => !strays.some(isRunning) && true)
  })

  test('of what has ended changes nothing', async () => {
    const run = await begin({ argv: [fixture('exit-3')] })
    await run.exited
    await run.stop(0)
    expect(await (await adopted(run.dir)).exited).toEqual({ reason: 'exited', code: 3 })
  })

  test('at once never leaves a program behind', async () => {
    for (let round = 0; round < 5; round += 1) {
      const run = await begin({ argv: [fixture('forever')] })
      await run.stop(20)
      expect((await run.exited).reason).toBe('stopped')
    }
  })
})

describe('taking over', () => {
  test('a directory where nothing was begun', async () => {
    const dir = join(scratch(), 'run')
    expect(await driver.adopt(dir)).toEqual({ state: 'never-started' })
    const run = await begin({ dir, argv: [fixture('exit-3')] })
    expect((await run.exited).code).toBe(3)
  })

  test('a live run: its output, its exit, its stop', async () => {
    const first = await begin({ argv: [fixture('forever')] })
    await begun(first)
    const second = await adopted(first.dir)
    expect(second.outputPath).toBe(first.outputPath)
    await second.stop(10_000)
    expect(await first.exited).toEqual({ reason: 'stopped', code: 143, signal: 'SIGTERM' })
    expect(await second.exited).toEqual(await first.exited)
  })

  test('a run whose wrapper was killed: lost, and nothing of it is left', async () => {
    const run = await begin({ argv: [fixture('forever')] })
    await begun(run)
    process.kill(Number((await textOf(join(run.dir, 'pid'))).split(' ')[0]), 'SIGKILL')
    expect((await run.exited).reason).toBe('lost')
    expect((await (await adopted(run.dir)).exited).reason).toBe('lost')
  })

  test('a run of an earlier boot: lost, although its number lives', async () => {
    const run = await begin({ argv: [fixture('exit-3')] })
    await run.exited
    const { rmSync, writeFileSync } = await import('node:fs')
    rmSync(join(run.dir, 'exit'))
    writeFileSync(join(run.dir, 'pid'), `${process.pid} 1 another-boot\n`)
    expect((await (await adopted(run.dir)).exited).reason).toBe('lost')
  })
})

async function adopted(dir: string): Promise<Run> {
  const found = await driver.adopt(dir)
  if (found.state !== 'known') throw new Error('expected a run')
  return found.run
}
