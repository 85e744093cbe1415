// a directory for one test, removed after it, and the fixture programs
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A fresh directory that goes with the test. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'gander-agent-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** A program of test/fixtures/programs. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/programs/${name}`, import.meta.url))
}
