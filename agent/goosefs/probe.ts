// what this CLI can do: asked once when the agent starts, again when the program changed or could not be asked
import { rm, stat } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import type { Capabilities } from '../../shared/agent.ts'
import type { Log } from '../../shared/log.ts'
import type { Clock } from '../../shared/time.ts'
import { MINUTE } from '../../shared/time.ts'
import type { Driver } from '../driver.ts'
import type { Place } from '../place.ts'
import { brandOf, READ_ARGV } from './argv.ts'
import { CALL_LIMITS } from './call-limits.ts'
import { type Cli, createCli } from './cli.ts'
import { isJobWeb } from './engine-web.ts'
import { findWebs, type Webs } from './find-webs.ts'
import { isNoise } from './lines.ts'
import { readConfiguration, readFlags, readVersion } from './read-help.ts'
import { toTrouble } from './report-call.ts'

export type Prober = {
  /** What the CLI can do, from the last probe while that still holds. Never rejects. */
  capabilities(): Promise<Capabilities>
  /** Where the webs of master and job master answered; found with the capabilities. */
  webs(): Promise<Webs>
}

export type ProberDeps = {
  readonly driver: Driver
  /** A directory of its own in the spool. */
  readonly dir: string
  readonly bin: string
  readonly webs: Webs
  readonly clock: Clock
  readonly log: Log
  readonly graceMs: number
  /** Held for each call, so that probing adds no CLI to those that may run at once. */
  readonly place?: Place
  /** Where a bare program name is looked up, to notice that it changed; default the process's own. */
  readonly searchPath?: string
}

type Probed = { readonly capabilities: Capabilities; readonly webs: Webs; readonly stamp: string; readonly at: number }

// a CLI that could not be asked is asked again after this long
const PROBLEM_AGE_MS = MINUTE

/** Makes the prober. A probe is four calls: version, two help texts, the configuration (not of a simulation). */
export function createProber(deps: ProberDeps): Prober {
  let last: Probed | undefined
  let asking: Promise<Probed> | undefined
  let counter = 0

  async function look(): Promise<Probed> {
    if (last !== undefined && (await stillHolds(deps, last))) return last
    counter += 1
    last = await probe(deps, `probe-${deps.clock.now()}-${counter}`)
    return last
  }

  // several askers at once share one look
  function probed(): Promise<Probed> {
    asking ??= look().finally(() => {
      asking = undefined
    })
    return asking
  }

  return {
    capabilities: async () => (await probed()).capabilities,
    webs: async () => (await probed()).webs,
  }
}

async function stillHolds(deps: ProberDeps, known: Probed): Promise<boolean> {
  if (known.capabilities.problem !== undefined && deps.clock.now() - known.at > PROBLEM_AGE_MS) return false
  return known.stamp === (await stampOfProgram(deps))
}

async function probe(deps: ProberDeps, name: string): Promise<Probed> {
  const stamp = await stampOfProgram(deps)
  const cli = createCli(deps)
  const ask = async (part: string, args: readonly string[]) => {
    const leave = await deps.place?.enter()
    return await askOnce(cli, `${name}-${part}`, args).finally(() => leave?.())
  }
  const version = await ask('version', READ_ARGV.version())
  const read = readVersion(version.lines)
  const at = deps.clock.now()
  if (version.exit.reason === 'spawn-failed' || (read === undefined && version.exit.code !== 0)) {
    const problem = toTrouble(version.exit, version.lines).message
    const found = version.exit.reason !== 'spawn-failed'
    await clean(deps, name)
    return { capabilities: { ...nothingKnown(deps.bin), found, problem }, webs: deps.webs, stamp, at }
  }
  const load = await ask('load', READ_ARGV.help('distributedLoad'))
  const metadata = await ask('metadata', READ_ARGV.help('loadMetadata'))
  const simulated = version.lines.some(line => /playground/i.test(line))
  // a simulated master has no web of its own; behind the ports that it names there may be somebody else's
  const configuration = readConfiguration(
    simulated ? [] : (await ask('configuration', READ_ARGV.configuration())).lines,
  )
  const webs = await findWebs(deps.webs, configuration)
  await clean(deps, name)
  const capabilities: Capabilities = {
    ...nothingKnown(deps.bin),
    found: true,
    simulated,
    ...(read === undefined ? {} : { version: read.version }),
    brand: toBrand(deps.bin, [...load.lines, ...metadata.lines]),
    loadFlags: readFlags('distributedLoad', load.lines) ?? [],
    ...toMetadata(metadata.lines),
    jobWeb: webs.jobMasterWeb !== undefined && (await isJobWeb(webs.jobMasterWeb)),
  }
  return { capabilities, webs, stamp, at }
}

function nothingKnown(bin: string): Capabilities {
  return { bin, found: false, simulated: false, loadFlags: [] }
}

// the help of a command that does not exist is no help; then the command is known to be missing
function toMetadata(lines: readonly string[]): Pick<Capabilities, 'loadMetadata' | 'loadMetadataForce'> {
  const flags = readFlags('loadMetadata', lines)
  if (flags !== undefined) return { loadMetadata: true, loadMetadataForce: flags.includes('-F') }
  if (lines.some(line => /unknown command/.test(line))) return { loadMetadata: false, loadMetadataForce: false }
  return {}
}

function toBrand(bin: string, lines: readonly string[]): 'GooseFS' | 'Alluxio' {
  const text = lines.join(' ')
  if (/GooseFS/i.test(text)) return 'GooseFS'
  return /Alluxio/i.test(text) || brandOf(bin) === 'alluxio' ? 'Alluxio' : 'GooseFS'
}

async function askOnce(cli: Cli, name: string, args: readonly string[]) {
  const lines: string[] = []
  const { exit } = await cli({
    name,
    args,
    ...CALL_LIMITS.probe,
    repeatable: true,
    onLine: line => {
      if (!isNoise(line)) lines.push(line)
    },
  })
  return { exit, lines }
}

async function clean(deps: ProberDeps, name: string): Promise<void> {
  for (const part of ['version', 'load', 'metadata', 'configuration']) {
    await rm(join(deps.dir, `${name}-${part}`), { recursive: true, force: true })
  }
}

/** Changes when the program's file does: another version was put in its place. */
async function stampOfProgram({ bin, searchPath = process.env['PATH'] ?? '' }: ProberDeps): Promise<string> {
  const places = bin.includes('/') ? [bin] : searchPath.split(delimiter).map(dir => join(dir, basename(bin)))
  for (const place of places) {
    const facts = await stat(place).catch(() => undefined)
    if (facts !== undefined) return `${place} ${facts.mtimeMs} ${facts.size} ${facts.ino}`
  }
  return 'nowhere'
}
