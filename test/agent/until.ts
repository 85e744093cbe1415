// waiting for a condition with a deadline: the tests' only way to wait for another process
import { readFile } from 'node:fs/promises'

/** Asks again until the answer is neither false nor undefined; throws after the deadline and says what was awaited. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 15_000,
): Promise<T> {
  const end = Date.now() + deadlineMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

export async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
