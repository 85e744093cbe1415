// runs the built playground as real processes, each test in a world of its own
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

export const BIN = fileURLToPath(new URL('../../dist/playground/goosefs', import.meta.url))

export interface Ended {
  code: number | null
  out: string
  err: string
  bytes: Buffer
}

export type Env = Record<string, string>

/** A world in a temporary directory. Without delays unless `SPEED` says otherwise. */
export function createPlayground(base: Env = {}) {
  const dir = mkdtempSync(`${tmpdir()}/gander-test-playground-`)
  const children = new Set<ChildProcess>()

  function start(args: string[], env: Env = {}): ChildProcess {
    const knobs = Object.entries({ SPEED: '0', ...base, ...env }).map(([key, value]) => [
      key === 'LC_ALL' ? key : `GANDER_PLAYGROUND_${key}`,
      value,
    ])
    const child = spawn(BIN, args, {
      cwd: dir,
      detached: true,
      env: {
        PATH: process.env['PATH'],
        USER: 'root',
        LC_ALL: 'C.UTF-8',
        GANDER_PLAYGROUND_DIR: `${dir}/world`,
        ...Object.fromEntries(knobs),
      },
    })
    children.add(child)
    return child
  }

  async function end(child: ChildProcess): Promise<Ended> {
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout?.on('data', chunk => out.push(chunk))
    child.stderr?.on('data', chunk => err.push(chunk))
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('close', resolve)
      child.on('error', reject)
    })
    children.delete(child)
    const bytes = Buffer.concat(out)
    return { code, bytes, out: bytes.toString(), err: Buffer.concat(err).toString() }
  }

  const run = (args: string[], env: Env = {}): Promise<Ended> => end(start(args, env))

  function close(): void {
    for (const child of children) if (child.pid !== undefined) killGroup(child.pid)
    rmSync(dir, { recursive: true, force: true })
  }

  return { dir, run, start, end, close, file: (name: string) => readFileSync(`${dir}/${name}`, 'utf8') }
}

export type Playground = ReturnType<typeof createPlayground>

export function killGroup(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // gone already: nothing to end
  }
}

/** Waits for a line of the child's output. */
export function untilLine(child: ChildProcess, wanted: RegExp): Promise<string> {
  let text = ''
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', chunk => {
      text += chunk
      if (wanted.test(text)) resolve(text)
    })
    child.on('close', () => reject(new Error(`ended before ${wanted}: ${text}`)))
  })
}

/** Asks again until the answer fits. Throws after 10 s. */
export async function until<T>(ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const answer = await ask()
    if (fits(answer)) return answer
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(answer)} after 10 s`)
  }
}

/** A captured output of a real cluster. */
export function fixture(version: '2.5' | '2.9', name: string): string {
  return readFileSync(new URL(`../fixtures/cli/${version}/${name}.out`, import.meta.url), 'utf8')
}
