// one writer at a time among processes; the lock of a dead process is taken over
import { mkdirSync, readlinkSync, rmdirSync, statSync, symlinkSync, unlinkSync } from 'node:fs'

const cell = new Int32Array(new SharedArrayBuffer(4))

function pause(ms: number): void {
  Atomics.wait(cell, 0, 0, ms)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function tryTo(act: () => void): boolean {
  try {
    act()
    return true
  } catch {
    return false // somebody else was faster; the caller looks again
  }
}

/** Removes the lock of a dead owner. Serialised by a directory, so that a fresh lock is never taken away. */
function takeOver(path: string): void {
  const guard = `${path}.takeover`
  if (!tryTo(() => mkdirSync(guard))) {
    tryTo(() => {
      if (Date.now() - statSync(guard).mtimeMs > 2_000) rmdirSync(guard)
    })
    return
  }
  tryTo(() => {
    if (!isAlive(Number(readlinkSync(path)))) unlinkSync(path)
  })
  tryTo(() => rmdirSync(guard))
}

/**
 * Runs `act` while holding the lock at `path`. The lock is a symbolic link whose target is the owner's pid, so that
 * the lock and its owner appear in one step. Throws after 30 s of waiting.
 */
export function withLock<T>(path: string, act: () => T): T {
  const deadline = Date.now() + 30_000
  for (let round = 1; !tryTo(() => symlinkSync(String(process.pid), path)); round++) {
    if (Date.now() > deadline) throw new Error(`the lock ${path} stayed taken for 30 s`)
    if (round % 20 === 0) takeOver(path)
    pause(1 + Math.random() * 3)
  }
  try {
    return act()
  } finally {
    tryTo(() => unlinkSync(path))
  }
}
