// how the agent describes itself: fixed facts, and what its CLI can do as far as it is known by now
import type { AgentDescription, Capabilities } from '../shared/agent.ts'
import { type Clock, MINUTE, SECOND } from '../shared/time.ts'
import { CALL_VERBS } from './goosefs/answer-call.ts'
import { checkCli } from './goosefs/check-cli.ts'

export type Describer = {
  /** For `hello`: waits only a little for a slow CLI. */
  describe(): Promise<AgentDescription>
  /** Looks now and then whether the CLI has changed, and tells when what was described is not true any more. */
  watch(onChange: (capabilities: Capabilities) => void): void
  close(): void
}

/** The daemon waits 10 s for `hello`; the probe of a cold JVM may take longer. */
const PATIENCE_MS = 5 * SECOND
const LOOK_EVERY_MS = MINUTE

/** Makes the describer over a prober that remembers. */
export function createDescriber(deps: {
  readonly facts: Omit<AgentDescription, 'capabilities' | 'calls'>
  readonly bin: string
  readonly probe: () => Promise<Capabilities>
  readonly clock: Clock
}): Describer {
  const { facts, bin, probe, clock } = deps
  const unknown: Capabilities = {
    bin,
    found: false,
    simulated: false,
    loadFlags: [],
    problem: 'the CLI is still being asked',
  }
  let known = unknown
  let cancel = (): void => {}
  const look = async (): Promise<boolean> => {
    const before = JSON.stringify(known)
    known = withProblem(await probe())
    return JSON.stringify(known) !== before
  }
  return {
    async describe() {
      await new Promise<void>(resolve => {
        const stop = clock.after(PATIENCE_MS, resolve)
        const go = (): void => {
          stop()
          resolve()
        }
        void probe().then(capabilities => {
          known = withProblem(capabilities)
          go()
        }, go)
      })
      return { ...facts, capabilities: known, calls: [...CALL_VERBS] }
    },
    watch(onChange) {
      const again = async (): Promise<void> => {
        if (await look().catch(() => false)) onChange(known)
        cancel = clock.after(LOOK_EVERY_MS, () => void again())
      }
      void again()
    },
    close: () => cancel(),
  }
}

/** What is amiss with the CLI and what to do about it, as the one sentence that people read of an agent. */
function withProblem(capabilities: Capabilities): Capabilities {
  const amiss = checkCli(capabilities).find(check => !check.ok)
  if (amiss === undefined) return capabilities
  return { ...capabilities, problem: `${amiss.name}: ${amiss.answer}; ${amiss.remedy}` }
}
