// what a scenario can do on the simulated cluster: the shipped programs over the playground, one stack for each scenario
import { createStack, type Stack, type StackOptions } from '../../helpers/stack.ts'
import { exitOf, expectLoad, type Load } from './scenario.ts'

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
    /** The truth is what the scenario made it. */
    seen: expectLoad,
    async close() {
      for (const stack of open.splice(0)) await stack.close()
    },
  }
}
