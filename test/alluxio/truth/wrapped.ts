// a daemon and an agent of a scenario's own over the real cluster, whose CLI is not what it should be
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { JOB_MS } from '../field.ts'
import type { Ground } from './ground.ts'
import type { Load, Seen } from './scenario.ts'
import { createSimulated } from './simulated.ts'

export type Wrapped = {
  /** Loads as a person does, and waits. */
  load(path?: string, ...flags: string[]): Promise<Load>
  gander(...words: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>
}
export type Wrapping = {
  /** Bash in front of the real call: `$real` is the real CLI, `$path` the last word, `$@` all of them, `$dir` a place to write. */
  readonly lines?: readonly string[]
  /** Instead of a wrapper. */
  readonly bin?: string
  /** Mode of the wrapper. */
  readonly mode?: number
  /** After which silence is a standstill. */
  readonly stallSeconds?: number
  readonly env?: Readonly<Record<string, string>>
}

/** Starts them, lets `act` load, and ends them. */
export async function withCli(
  ground: Ground,
  { lines = [], mode = 0o755, stallSeconds = 240, ...wrapping }: Wrapping,
  act: (wrapped: Wrapped, dir: string) => Promise<Seen>,
): Promise<Seen> {
  const dir = mkdtempSync(join(tmpdir(), 'gander-wrapped-'))
  const bin = wrapping.bin ?? join(dir, 'goosefs')
  const given = [`real='${ground.cluster.goosefsBin}' dir='${dir}' path=\${!#}`, ...lines, 'exec "$real" "$@"']
  writeFileSync(join(dir, 'goosefs'), `#!/bin/bash\n${given.join('\n')}\n`)
  chmodSync(join(dir, 'goosefs'), mode)
  const java = ['JAVA_HOME', 'JAVA'].flatMap(name => (process.env[name] ? [[name, process.env[name]]] : []))
  const simulated = createSimulated()
  try {
    const stack = await simulated.stack({
      agents: [{ bin }],
      // listings of a busy machine take their time
      agentEnv: { GANDER_STALL_SECONDS: String(stallSeconds) },
      env: { ...Object.fromEntries(java), ...wrapping.env },
      patienceMs: 2 * JOB_MS,
    })
    const wrapped = {
      load: (path = '', ...flags: string[]) => simulated.load(stack, ground.at(path), ...flags),
      gander: (...words: string[]) => stack.gander(words),
    }
    return await act(wrapped, dir)
  } finally {
    await simulated.close()
    rmSync(dir, { recursive: true, force: true })
  }
}
