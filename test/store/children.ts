// starts the small programs of fixtures/, bundled once so that they start fast
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { build } from 'esbuild'

export type Child = { readonly process: ChildProcess; readonly lines: Interface; kill(): Promise<void> }

/** Bundles `fixtures/<name>.ts` into `dir` and answers how to start it. */
export async function createProgram(name: string, dir: string): Promise<(...args: string[]) => Child> {
  const outfile = join(dir, `${name}.mjs`)
  const entry = join(import.meta.dirname, 'fixtures', `${name}.ts`)
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
