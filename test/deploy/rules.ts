// what every way of running Gander has to keep: known settings, values that parse, no secrets, programs that exist
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseAgentConfig, showAgentConfig } from '../../agent/config.ts'
import { DAEMON_SETTINGS } from '../../bot/config.ts'
import { KNOBS } from '../../playground/knobs.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** How long daemon and agent may take to end after SIGTERM, in seconds: the README and `--help` promise it. */
export const GRACE_SECONDS = 10

export const DAEMON_VARIABLES = new Set(Object.values(DAEMON_SETTINGS).map(row => row.variable))
export const AGENT_VARIABLES = new Set(
  showAgentConfig(parseAgentConfig({})).map(line => line.slice(0, line.indexOf('='))),
)
export const PLAYGROUND_VARIABLES = new Set(
  ['DIR', 'ERA', 'BRAND', 'STRICT25', ...Object.keys(KNOBS)].map(name => `GANDER_PLAYGROUND_${name.toUpperCase()}`),
)

export function read(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8')
}

/** Names that none of the sets knows. */
export function strangers(names: Iterable<string>, ...known: ReadonlySet<string>[]): string[] {
  return [...names].filter(name => !known.some(set => set.has(name)))
}

/** Variables that hold a secret, and the value given to them when it is not taken from the environment. */
export function literalSecrets(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment)
    .filter(([name, value]) => /TOKEN|SECRET|PASSWORD/.test(name) && !/^\$\{\w+(:\?[^}]*)?\}$/.test(value))
    .map(([name]) => name)
}

/** Says what is wrong with a program of the build, if anything; one that names its interpreter must be executable. */
export function faultOfProgram(path: string): string | undefined {
  const file = `${root}${path}`
  if (!path.startsWith('dist/')) return `${path} is not in dist`
  if (!existsSync(file) || !statSync(file).isFile()) return `${path} does not exist`
  if (path.endsWith('.js') && !read(path).startsWith('#!')) return undefined
  try {
    accessSync(file, constants.X_OK)
    return undefined
  } catch {
    // the only way to ask
    return `${path} may not be executed`
  }
}
