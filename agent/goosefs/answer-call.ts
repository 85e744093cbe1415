// small asks of the cluster that are answered at once: a closed table from verb to CLI calls and what they say
import type { CallAnswer, CallRefusal, ClusterCall, MountPoint, WorkerFacts } from '../../shared/call.ts'
import { namespaceProblem, optionProblem } from '../../shared/call.ts'
import { pathProblem } from '../../shared/path.ts'
import { isSecretName } from '../../shared/secret-name.ts'
import { ACTION_ARGV, type Brand, CALL_ARGV, READ_ARGV } from './argv.ts'
import { CALL_LIMITS } from './call-limits.ts'
import { createSay, type Said, type Say } from './call-runner.ts'
import type { Cli } from './cli.ts'
import type { Webs } from './find-webs.ts'
import { readMasterInfo } from './master-web.ts'
import { readCount } from './read-count.ts'
import { readListLine } from './read-ls.ts'
import { readMountLine } from './read-mounts.ts'
import { readNamespaceLine } from './read-namespaces.ts'
import { readRefusal } from './read-refusal.ts'
import { readWorkers } from './read-report.ts'
import { readStat } from './read-stat.ts'

export type AnswerDeps = {
  readonly cli: Cli
  readonly brand: Brand
  /** Where the CLI was told to keep its calls. */
  readonly dir: string
  readonly now: () => number
  readonly webs?: () => Promise<Webs>
}

export type Within = { readonly name: string; readonly timeoutMs: number; readonly signal: AbortSignal }
type Verb = ClusterCall['verb']
type Asked<V extends Verb> = Extract<ClusterCall, { verb: V }>
type Tools = { readonly say: Say; readonly brand: Brand; readonly webs: AnswerDeps['webs'] }
type Answerers = { readonly [V in Verb]: (ask: Asked<V>, tools: Tools) => Promise<CallAnswer> }

const DONE: CallAnswer = { ok: true }

const ANSWERERS: Answerers = {
  mounts: async ({ manner }, { say }) => toMounts(manner, await say({ args: listingOf(manner) })),
  mount: async (ask, { say }) => {
    const { manner, path } = ask
    const secrets = Object.entries(ask.options).flatMap(([name, value]) => (isSecretName(name) ? [value] : []))
    const args = manner === 'ns' ? CALL_ARGV.createNamespace(nameOf(path), ask) : CALL_ARGV.mount(ask)
    return toDone(await say({ args }), secrets)
  },
  unmount: async ({ manner, path }, { say }) =>
    toDone(await say({ args: manner === 'ns' ? CALL_ARGV.deleteNamespace(nameOf(path)) : CALL_ARGV.unmount(path) })),
  stat: async ({ path }, { say }) => toFacts(path, await say({ args: READ_ARGV.stat(path) })),
  'set-ttl': ({ path, ms }, tools) => ruleOf(path, CALL_ARGV.setTtl(path, ms), tools),
  'unset-ttl': async ({ path }, { say }) => toDone(await say({ args: CALL_ARGV.unsetTtl(path) })),
  pin: ({ path }, tools) => ruleOf(path, CALL_ARGV.pin(path), tools),
  unpin: async ({ path }, { say }) => toDone(await say({ args: CALL_ARGV.unpin(path) })),
  workers: (_, tools) => askWorkers(tools),
  // the rest of the call, minutes, only waits until every client knows
  'remove-worker': async ({ address }, { say }) =>
    toDone(await say({ args: CALL_ARGV.removeWorker(address), until: /^Set worker .+ decommissioned on master$/ })),
  lines: async ({ path, most }, { say }) =>
    toLines(await say({ ...CALL_LIMITS.bulk, args: CALL_ARGV.cat(path), most }), `${most} lines`),
  names: async ({ path, most }, { say }) => {
    const pick = (line: string): string | undefined => {
      const entry = readListLine(line)
      return entry?.path.slice(entry.path.lastIndexOf('/') + 1)
    }
    return toLines(await say({ args: ACTION_ARGV.list(path), pick, most }), `${most} names`)
  },
  files: async ({ path, most }, { say }) => {
    const pick = (line: string): string | undefined => {
      const entry = readListLine(line)
      // directories are known and wanted by nobody
      return entry === undefined || entry.directory ? undefined : entry.path
    }
    const args = ['fs', 'ls', '-R', path]
    return toLines(await say({ ...CALL_LIMITS.bulk, args, pick, most }), `${most} files`)
  },
  size: async ({ path }, { say, brand }) => toSize(await say({ args: CALL_ARGV.countNow(brand, path) })),
}

/** The verbs of what can be asked. */
export const CALL_VERBS: readonly string[] = Object.keys(ANSWERERS)

/** Answers one ask; never rejects for what the CLI does. What must not be handed to the CLI is refused unasked. */
export async function answerCall(deps: AnswerDeps, ask: ClusterCall, within: Within): Promise<CallAnswer> {
  const problem = problemOf(ask)
  if (problem !== undefined) return failed(problem)
  const answerer = ANSWERERS[ask.verb] as (ask: ClusterCall, tools: Tools) => Promise<CallAnswer>
  return await answerer(ask, { say: createSay(deps, within), brand: deps.brand, webs: deps.webs })
}

const failed = (message: string): CallRefusal => ({ ok: false, why: 'failed', message })

// the daemon has checked all this before; nothing else may become an argument all the same
function problemOf(ask: ClusterCall): string | undefined {
  if ('path' in ask && (!ask.path.startsWith('/') || pathProblem(ask.path) !== undefined))
    return 'the path is no path of the name space'
  if (ask.verb === 'remove-worker' && !/^[A-Za-z0-9_][\w.-]*(?::\d+)?$/.test(ask.address))
    return 'the address must be a host and, if wanted, a port'
  if ('manner' in ask && 'path' in ask && ask.manner === 'ns' && namespaceProblem(ask.path) !== undefined)
    return `the path ${namespaceProblem(ask.path)}`
  if (ask.verb !== 'mount') return undefined
  const badUfs = pathProblem(ask.ufs)
  if (badUfs !== undefined) return `the address of the under storage ${badUfs}`
  const bad = Object.entries(ask.options).find(([name, value]) => optionProblem(ask.manner, name, value) !== undefined)
  return bad === undefined ? undefined : `the option ${bad[0]} ${optionProblem(ask.manner, ...bad)}`
}

const listingOf = (manner: 'cli' | 'ns'): string[] => (manner === 'ns' ? CALL_ARGV.namespaces() : CALL_ARGV.mounts())

/** A namespace is named like its directory. */
const nameOf = (path: string): string => path.replace(/^\/+|\/+$/g, '')

const isDone = ({ exit }: Said): boolean => exit.reason === 'exited' && exit.code === 0

const refusalOf = (said: Said, secrets?: readonly string[]): CallRefusal =>
  readRefusal({ exit: said.exit, lines: [...said.words, ...said.lines], ...(secrets && { secrets }) })

function toDone(said: Said, secrets?: readonly string[]): CallAnswer {
  return isDone(said) || said.seen ? DONE : refusalOf(said, secrets)
}

// the cluster knows what only the under storage holds once somebody has looked at it; a rule alone does not look
async function ruleOf(path: string, args: string[], { say }: Tools): Promise<CallAnswer> {
  const answer = toDone(await say({ args }))
  if (answer.ok || answer.why !== 'absent' || !isDone(await say({ args: READ_ARGV.stat(path) }))) return answer
  return toDone(await say({ args }))
}

function toMounts(manner: 'cli' | 'ns', said: Said): CallAnswer {
  if (!isDone(said)) return refusalOf(said)
  const mounts = said.lines.flatMap(line => (manner === 'ns' ? readNamespaceLine(line) : toMount(line)) ?? [])
  const title = manner === 'ns' ? 1 : 0
  if (mounts.length === 0 && said.lines.filter(line => line.trim() !== '').length > title)
    return failed('the mount table cannot be read')
  return { ok: true, mounts }
}

function toMount(line: string): MountPoint | undefined {
  const mount = readMountLine(line)
  if (mount === undefined) return undefined
  const { path, ufs, type, readOnly, shared, properties } = mount
  return { path, ufs, ...(type === '' ? {} : { type }), readonly: readOnly, shared, options: { ...properties } }
}

function toFacts(path: string, said: Said): CallAnswer {
  if (!isDone(said)) return refusalOf(said)
  const stat = readStat(said.lines)
  if (stat === undefined) return failed('the facts of the path cannot be read')
  const { directory, ttlMs = -1, ttlAction, pinned } = stat
  const ttl = ttlMs < 0 ? {} : { ttlMs, ...(ttlAction === undefined ? {} : { ttlAction }) }
  return { ok: true, facts: { path, directory, ...ttl, ...(pinned === undefined ? {} : { pinned }) } }
}

function toSize(said: Said): CallAnswer {
  if (!isDone(said)) return refusalOf(said)
  const count = readCount(said.lines)
  return count === undefined
    ? failed('the size of the path cannot be read')
    : { ok: true, size: { bytes: count.bytes, files: count.files } }
}

function toLines(said: Said, limit: string): CallAnswer {
  if (said.tooMany) return { ok: false, why: 'too-many', message: `there are more than ${limit}` }
  // what ended it in time is a matter of size too
  if (said.exit.reason === 'signalled' && said.exit.message !== undefined)
    return { ok: false, why: 'too-many', message: `the answer is too long: ${said.exit.message}` }
  return isDone(said) ? { ok: true, lines: [...said.lines] } : toFailure(said)
}

// what was printed before it failed is content, and the last line says why
function toFailure(said: Said): CallRefusal {
  return readRefusal({ exit: said.exit, lines: [...said.words, ...said.lines.slice(-1)] })
}

async function askWorkers({ say, webs }: Tools): Promise<CallAnswer> {
  const { masterWeb } = (await webs?.()) ?? {}
  const info = masterWeb === undefined ? undefined : await readMasterInfo(masterWeb)
  if (info !== undefined) {
    const workers = info.workers.map(({ host, port, webPort, lost, silentSeconds, capacityBytes, usedBytes }) => ({
      ...{ host, live: !lost, heartbeatSeconds: Math.floor(silentSeconds), capacityBytes, usedBytes },
      ...(port > 0 && { port }),
      ...(webPort > 0 && { webPort }),
    }))
    return { ok: true, workers }
  }
  const workers: WorkerFacts[] = []
  for (const which of ['live', 'lost'] as const) {
    const said = await say({ args: CALL_ARGV.workers(which) })
    const rows = readWorkers(said.lines)
    const isRead = rows.length > 0 || said.lines.some(line => /^No workers found\.?$/.test(line.trim()))
    if (!isDone(said) || !isRead) return isDone(said) ? failed('the report cannot be read') : refusalOf(said)
    for (const { host, heartbeatSeconds, capacityBytes, usedBytes, lost } of rows)
      workers.push({ host, live: which === 'live' && lost !== true, heartbeatSeconds, capacityBytes, usedBytes })
  }
  return { ok: true, workers }
}
