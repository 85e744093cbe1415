// makes sure that the packages are there, so that one command is enough after a fresh clone
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Installs what package-lock.json names when nothing is installed yet; says so on stderr. Exits when it cannot. */
export function ensureInstalled() {
  if (existsSync(`${root}node_modules/.package-lock.json`)) return
  process.stderr.write('gander: installing packages (once)\n')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) {
    process.stderr.write('gander: npm ci failed; look at the lines above\n')
    process.exit(status ?? 1)
  }
}
