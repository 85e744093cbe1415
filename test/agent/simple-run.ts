// the simplest way to run an allocation: the program that its path names, as one run, taken over when it is there

import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Driver } from '../../agent/driver.ts'
import type { Port } from '../../agent/life.ts'
import type { Ending } from '../../shared/wire.ts'

/** Runs the words of `path` as a program and its arguments. */
export function createSimpleRun(driver: Driver): (port: Port) => Promise<Ending> {
  return async port => {
    const { allocation } = port.order
    const dir = join(port.dir, 'run')
    const outputPath = join(port.dir, 'output')
    port.stream('output', outputPath)
    const found = await driver.adopt(dir)
    const run =
      found.state === 'known' ? found.run : await driver.start({ dir, argv: port.order.path.split(' '), outputPath })
    const stop = (): void => void run.stop(200, port.stopRequested.reason === 'timeout' ? 'timeout' : 'stopped')
    if (port.stopRequested.aborted) stop()
    port.stopRequested.addEventListener('abort', stop)
    port.say({ type: 'started', allocation })
    const exit = await run.exited
    const { size } = await stat(outputPath)
    return { exit, started: exit.reason !== 'spawn-failed', cuts: [], outputBytes: size, missingBytes: 0, notes: [] }
  }
}
