// the one test command: installs if needed, then types, lint, all tests
import { spawnSync } from 'node:child_process'
import { ensureInstalled, root } from './install.mjs'

ensureInstalled()
const steps = [
  ['types', 'node_modules/.bin/tsc', '--noEmit', '-p', '.'],
  ['lint', 'node_modules/.bin/biome', 'check', '--error-on-warnings', '.'],
  ['tests', 'node_modules/.bin/vitest', 'run', ...process.argv.slice(2)],
]
for (const [name, program, ...args] of steps) {
  process.stderr.write(`gander: ${name}\n`)
  const { status } = spawnSync(`${root}${program}`, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
}
