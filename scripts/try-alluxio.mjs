// a real Alluxio for `try`: booted in a directory of its own, with a few files in its under storage
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { root } from './install.mjs'
import { freeRow } from './try-ground.mjs'

const FILES = 8
const FILE_BYTES = 2 * 1024 * 1024
/** The kit uses twelve ports in a row. */
const PORTS = 12

/** Boots it, or uses the one that already runs in that directory (and then leaves it running). */
export async function bootAlluxio(stage, { say, wanted }) {
  const cluster = `${root}test/alluxio/cluster`
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const home = join(cache, 'gander-alluxio', 'try-2.5')
  if ((await stage.read([cluster, 'status', '--home', home])).code !== 0) {
    say('Booting it takes about half a minute, the first time with its download two.')
    stage.onEnd(() => stage.run([cluster, 'down', '--home', home], 'ending Alluxio'))
    const base = await freeRow(9_200, PORTS)
    const sizes = ['--quota', '256MB', '--block', '1MB', '--port-base', String(base), '--no-proxy']
    await stage.run([cluster, 'up', '--version', '2.5', '--home', home, ...sizes], 'booting Alluxio')
  }
  const { text } = await stage.read([cluster, 'env', '--home', home])
  const values = Object.fromEntries([...text.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]))
  // a directory that was never listed: what is put there later would stay unseen
  const folder = `try-${Date.now().toString(36)}`
  if (wanted === undefined) putFiles(join(values.GOOSEFS_TEST_UFS, folder))
  return { env: { GOOSEFS_BIN: values.GOOSEFS_BIN }, path: wanted ?? `/${folder}` }
}

function putFiles(folder) {
  mkdirSync(folder, { recursive: true })
  for (let index = 0; index < FILES; index++) {
    writeFileSync(join(folder, `part-${String(index).padStart(5, '0')}`), randomBytes(FILE_BYTES))
  }
}
