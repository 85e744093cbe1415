// the agent: builds every part, introduces them, closes them in reverse
import { mkdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { lockDirectory } from '../process/lock.ts'
import { runProgram, VERSION } from '../process/program.ts'
import { ACTIONS } from '../shared/actions.ts'
import type { ClusterCall } from '../shared/call.ts'
import type { Log } from '../shared/log.ts'
import type { Scope } from '../shared/scope.ts'
import { createClock, SECOND } from '../shared/time.ts'
import { createAgent } from './agent.ts'
import type { CallWithin } from './calls.ts'
import { type AgentConfig, parseAgentConfig, secretsOfAgent, showAgentConfig } from './config.ts'
import { createDescriber } from './description.ts'
import { createExecaDriver } from './driver-execa.ts'
import { answerCall } from './goosefs/answer-call.ts'
import { brandOf } from './goosefs/argv.ts'
import { createCli } from './goosefs/cli.ts'
import { createProber, type Prober } from './goosefs/probe.ts'
import { createSharedWalks } from './goosefs/shared-walks.ts'
import { toListingSilence, toWatchLimits } from './goosefs/watch-limits.ts'
import { keepIdentity } from './identity.ts'
import { endRunsBelow } from './leftovers.ts'
import type { Port } from './life.ts'
import { createPlace } from './place.ts'
import { runAllocation } from './run-allocation.ts'

/** Somebody waits for a call: one that is ended has this long. */
const CALL_GRACE_MS = SECOND
/** A run that is stopped has this long to end by itself. */
const STOP_GRACE_MS = 10 * SECOND

const MIB = 1024 * 1024

const HELP = `usage: node dist/agent/main.js [--check | --help | --version]

The Gander agent. It runs the GooseFS CLI where it stands and dials out to its daemon; it opens no port.
It is told what to do by its environment (GANDER_DAEMON_URL, GANDER_AGENT_TOKEN, GOOSEFS_BIN, …; see README).

  --check    print the configuration that would be used (secrets as stars), or every mistake, and exit
  --version  print the version
Exit codes: 0 after SIGTERM, 70 a mistake of ours, 74 damaged or unwritable directory, 75 the directory is in use,
78 the configuration has mistakes. Runs outlive the agent; the next one takes them over.
`

/** Takes the directory for this process alone. */
async function openDirectory(config: AgentConfig, scope: Scope): Promise<{ dir: string; id: string }> {
  const dir = resolve(config.dir)
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const lock = await lockDirectory(dir)
  scope.add(() => lock.release())
  return { dir, id: await keepIdentity(dir) }
}

async function run(config: AgentConfig, log: Log, scope: Scope): Promise<void> {
  const { dir, id } = await openDirectory(config, scope)
  const clock = createClock()
  const driver = createExecaDriver({ clock, environment: process.env })
  const { bin } = config
  const tools = { driver, bin, clock, log, graceMs: STOP_GRACE_MS }
  // listings of an earlier process are of no use; not closed at the end, because a run must not take that for an answer
  const limits = toWatchLimits(config.stallSeconds * SECOND)
  const shared = createSharedWalks({
    ...tools,
    dir: join(dir, 'walks'),
    limits: { silenceMs: toListingSilence(limits) },
  })
  await rm(join(dir, 'probe'), { recursive: true, force: true })
  // lists, reports and probes take turns: never more CLIs than places for work and one
  const place = createPlace()
  const prober = createProber({ ...tools, place, dir: join(dir, 'probe'), webs: toWebs(config) })
  const calls = await openCalls({ ...tools, dir: join(dir, 'calls') }, prober.webs)
  const capacity = { work: config.concurrency, read: 1 }
  const describer = createDescriber({
    facts: { id, capacity, ...toFacts(config) },
    bin,
    probe: prober.capabilities,
    clock,
  })
  scope.add(describer.close)
  const agent = await createAgent({
    ...{ dir, url: config.daemonUrl, token: config.token, capacity, clock, log, random: Math.random },
    describe: describer.describe,
    answerCall: calls,
    endRuns: below => endRunsBelow(below, tools),
    async run(port: Port) {
      const { capabilities, webs } = prober
      const leave = ACTIONS[port.order.action].lane === 'read' ? await place.enter(port.stopRequested) : undefined
      const told = { bin, graceMs: STOP_GRACE_MS, mostBytes: config.outputMostMib * MIB }
      const deps = { ...port, driver, config: told, clock, capabilities, webs, shared }
      return runAllocation(deps, limits).finally(() => leave?.())
    },
    // pm2 waits for this when wait_ready is set
    onConnected: () => process.send?.('ready'),
  })
  scope.add(agent.close)
  describer.watch(capabilities => agent.say({ type: 'capabilities', capabilities }))
  log.info('the agent is at work', { name: config.name, cluster: config.cluster, id, dir, bin, version: VERSION })
}

/** Small asks have a directory of their own; what an earlier process left there answers nobody. */
async function openCalls(tools: Parameters<typeof createCli>[0], webs: Prober['webs']) {
  const { dir, clock, bin } = tools
  await endRunsBelow(dir, { ...tools, graceMs: CALL_GRACE_MS })
  await rm(dir, { recursive: true, force: true })
  const cli = createCli({ ...tools, graceMs: CALL_GRACE_MS })
  return (ask: ClusterCall, within: CallWithin) =>
    answerCall({ ...{ cli, dir, webs, brand: brandOf(bin) }, now: clock.now }, ask, within)
}

function toFacts(config: AgentConfig) {
  return {
    ...{ name: config.name, cluster: config.cluster, version: VERSION, host: hostname(), pid: process.pid },
    ...(config.entrypoint === undefined ? {} : { entrypoint: config.entrypoint }),
    ...(config.owner === undefined ? {} : { owner: config.owner }),
  }
}

function toWebs(config: AgentConfig) {
  return {
    ...(config.masterWeb === undefined ? {} : { masterWeb: config.masterWeb }),
    ...(config.jobMasterWeb === undefined ? {} : { jobMasterWeb: config.jobMasterWeb }),
  }
}

await runProgram<AgentConfig>(
  {
    name: 'gander-agent',
    help: HELP,
    configure: async environment => parseAgentConfig(environment),
    show: showAgentConfig,
    logOf: config => ({ level: config.logLevel, secrets: secretsOfAgent(config) }),
    run,
  },
  process.argv[2],
)
