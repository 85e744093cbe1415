// runs the built command-line client as a real process
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export type Run = {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves as soon as stdout or stderr hold the text; rejects when the process ended without it. */
  says(text: string | RegExp): Promise<void>
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>
}

export function gander(args: readonly string[], more: { env?: Record<string, string>; input?: string } = {}): Run {
  return watch(
    spawn(process.execPath, [CLI, ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...more.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
    more.input,
  )
}

/** The client on a pseudo terminal of `script` (util-linux); what it draws arrives on stdout. */
export function ganderOnTerminal(args: readonly string[], more: { env?: Record<string, string> } = {}): Run {
  const line = [process.execPath, CLI, ...args].map(word => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  return watch(
    spawn('script', ['-qefc', `stty cols 140; exec ${line}`, '/dev/null'], {
      env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', SHELL: '/bin/sh', ...more.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
  )
}

/** Hears what a child says and how it ends. */
export function watch(child: ChildProcess, input?: string): Run {
  const texts = { out: '', err: '' }
  const waiting = new Set<() => void>()
  const hear = (which: 'out' | 'err') => (chunk: Buffer) => {
    texts[which] += chunk.toString()
    for (const wake of waiting) wake()
  }
  child.stdout?.on('data', hear('out'))
  child.stderr?.on('data', hear('err'))
  if (input !== undefined) child.stdin?.end(input)
  const ended: Run['ended'] = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout: texts.out, stderr: texts.err }))
  })
  const holds = (text: string | RegExp) => {
    const all = texts.out + texts.err
    return typeof text === 'string' ? all.includes(text) : text.test(all)
  }
  return {
    child,
    stdout: () => texts.out,
    stderr: () => texts.err,
    ended,
    says: text =>
      new Promise((resolve, reject) => {
        const wake = () => {
          if (!holds(text)) return
          waiting.delete(wake)
          resolve()
        }
        waiting.add(wake)
        wake()
        void ended.then(end => {
          if (waiting.delete(wake))
            reject(new Error(`ended with ${end.code} without saying ${text}: ${end.stdout}${end.stderr}`))
        })
      }),
  }
}
