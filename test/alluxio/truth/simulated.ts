// what a scenario can do on the simulated cluster: the shipped programs over the playground, one stack for each scenario
import { expect } from 'vitest'
import { createStack, type Stack, type StackOptions } from '../../helpers/stack.ts'
import { type Expected, exitOf, type Load, type Seen, type Truth, toWords } from './scenario.ts'

export type Simulated = ReturnType<typeof createSimulated>

/** Gives stacks to one scenario; `close` ends them. */
export function createSimulated() {
  const open: Stack[] = []
  return {
    async stack(options: StackOptions = {}): Promise<Stack> {
      const stack = await createStack({ patienceMs: 120_000, ...options })
      open.push(stack)
      return stack
    },
    /** Loads as a person does, and waits. */
    async load(stack: Stack, path: string, ...flags: string[]): Promise<Load> {
      const { code, stdout, stderr } = await stack.gander(['load', ...flags, path])
      const [job] = (await stack.api('GET', `/api/v1/jobs?path=${encodeURIComponent(path)}&limit=1`)).json.items
      const task = await stack.task(job.id)
      return { code, text: `${stdout}${stderr}`, task, exit: exitOf(task) }
    },
    /** Expects of a load what its row promises; the truth is what the scenario made it. */
    seen(load: Load, expected: Expected, truth: Truth): Seen {
      const told = JSON.stringify({ load, truth }, undefined, 1)
      expect(load.task.verdict?.kind, told).toBe(expected.kind)
      expect(load.task.verdict?.missingByCause ?? {}, told).toEqual(expected.causes ?? {})
      for (const words of expected.says ?? []) expect(load.text).toMatch(words)
      expect(load.code, told).toBe(expected.code)
      const good = load.task.verdict?.ok ?? null
      if (good !== null) expect(good, told).toBe(truth.whole)
      return { exit: load.exit, truth, said: toWords(load.task), good }
    },
    async close() {
      for (const stack of open.splice(0)) await stack.close()
    },
  }
}
