// killed between intention and spawn: a run has begun at most once, and the next agent knows whether it has
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { createExecaDriver } from '../../agent/driver-execa.ts'
import { carriersOf } from '../../agent/processes.ts'
import { createClock } from '../../shared/time.ts'
import { scratch } from './scratch.ts'
import { textOf, until } from './until.ts'

const ROUNDS = 20
const driver = createExecaDriver({ clock: createClock({ unref: true }), environment: process.env })

test(`killed at ${ROUNDS} moments: never twice, never misjudged`, async () => {
  const program = join(scratch(), 'begin-and-die.mjs')
  const js = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"
  await build({
    ...{ entryPoints: [new URL('begin-and-die.ts', import.meta.url).pathname], outfile: program, bundle: true },
    ...{ platform: 'node', format: 'esm', logLevel: 'error', banner: { js } },
  })
  for (let round = 0; round < ROUNDS; round += 1) {
    const root = scratch()
    const dir = join(root, 'run')
    const mark = join(root, 'mark')
    const mine = ['/bin/sh', '-c', 'echo ran >>"$0"', mark]
    const child = spawn(process.execPath, [program, dir, ...mine], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    // the moments are spread over what starting takes
    await new Promise(resolve => setTimeout(resolve, round * 2))
    expect(child.exitCode).toBeNull()
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    const found = await driver.adopt(dir)
    const exit = found.state === 'known' ? await found.run.exited : undefined
    await until('late processes to go', async () => (await carriersOf(dir)).length === 0)
    const times = (await textOf(mark)).split('\n').length - 1
    expect(times).toBe(exit === undefined ? 0 : exit.reason === 'exited' ? 1 : times)
    expect(times).toBeLessThanOrEqual(1)
    if (exit !== undefined) continue
    // proven never to have begun: now it may, and a second look still says what became of it
    const again = await driver.start({ dir, argv: mine })
    expect(await again.exited).toEqual({ reason: 'exited', code: 0 })
    expect(await textOf(mark)).toBe('ran\n')
  }
}, 60_000)
