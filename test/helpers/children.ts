// starts the small programs of a fixtures folder, bundled once so that they start fast
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { basename, join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { build } from 'esbuild'

export type Child = { readonly process: ChildProcess; readonly lines: Interface; kill(): Promise<void> }

/** Bundles the program `entry` into `dir` and answers how to start it. */
export async function createProgram(entry: string, dir: string): Promise<(...args: string[]) => Child> {
  const outfile = join(dir, `${basename(entry, '.ts')}.mjs`)
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' })
  return (...args) => {
    const child = spawn(process.execPath, [outfile, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    const exited = once(child, 'exit')
    const lines = createInterface({ input: child.stdout })
    return {
      process: child,
      lines,
      kill: async () => {
        child.kill('SIGKILL')
        await exited
      },
    }
  }
}
