// the list of failed files of eras D to F: twenty names, and a csv in the working directory
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Shell } from './shell.ts'
import { normalise } from './tree.ts'

/** `title` differs between eras; era D does not end its last line. */
export interface Failures {
  files: string[]
  title: string
  newline: boolean
}

/** Prints at most 20 failed files and writes all of them to `./logs/user/`. */
export async function printFailures(shell: Shell, path: string, failures: Failures): Promise<void> {
  if (failures.files.length === 0) return
  const name = `./logs/user/distributedLoad${normalise(path).replace(/\//g, '_')}_failures.csv`
  mkdirSync('logs/user', { recursive: true })
  writeFileSync(name, failures.files.map(file => `${file}\n`).join(''))
  await shell.out.line(failures.title)
  for (const file of failures.files.slice(0, 20)) await shell.out.line(`${file},`)
  await shell.out.raw(`Check out ${name} for full list of failed files.${failures.newline ? '\n' : ''}`)
}
