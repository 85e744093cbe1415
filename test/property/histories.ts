// random histories of the core: asks, hellos, losses, duplicates, late reports, stops, retries, waits
import * as fc from 'fast-check'
import { isEnded } from '../../shared/allocation.ts'
import { MINUTE, SECOND, toInstant, toMs } from '../../shared/time.ts'
import type { Cause } from '../../shared/verdict.ts'
import type { LiveAllocation, Report } from '../../shared/wire.ts'
import {
  ANN,
  BOB,
  createWorld,
  describeAgent,
  ending,
  findings,
  measured,
  must,
  ROOT,
  VERBS,
  type Verbs,
  type World,
} from '../core/world.ts'
import { checkChat, watchChat } from './chat-laws.ts'
import { CHAT_DOERS, chatKinds } from './chat-steps.ts'
import { checkKept, rememberRows } from './kept-laws.ts'
import {
  type Breach,
  checkIndexes,
  checkLastWords,
  checkLeaders,
  checkState,
  createMemory,
  type Memory,
  watchEvent,
} from './laws.ts'
import { toErrorCode } from './refusals.ts'

export type Step = readonly [kind: number, a: number, b: number, c: number]

/** A history: kinds are drawn by weight, the numbers pick among what there is. */
export const histories = (maxLength = 60, kinds = KINDS): fc.Arbitrary<Step[]> =>
  fc.array(fc.tuple(fc.nat(kinds - 1), fc.nat(999), fc.nat(999), fc.nat(999)), { minLength: 5, maxLength })

export type Play = { world: World; memory: Memory; breaches: Breach[] }

const PATHS = ['/a', '/a/b', '/a/b/c', '/a//b/', '/d', '/e/f', '/e', 'cosn://k/x']
const ACTORS = [ANN, ANN, BOB, ROOT]
const NAMES = [undefined, undefined, 'n1', 'n2']
const WAITS = [SECOND, 20 * SECOND, 70 * SECOND, 121 * SECOND, 6 * MINUTE, 40 * MINUTE]
const OPTIONS = [
  {},
  {},
  {},
  { refresh: true },
  { replication: 2 },
  { timeoutSeconds: 60 },
  { dryRun: true },
  { verify: false },
  { restart: { attempts: 1, delaySeconds: 30 } },
  { restart: { attempts: 2, delaySeconds: 1_200 } },
]
const pick = <Item>(items: readonly Item[], n: number): Item => items[n % items.length] as Item

export type Doer = (play: Play, numbers: { a: number; b: number; c: number }) => void

const DOERS: readonly [weight: number, doer: Doer][] = [
  [14, submit],
  [31, report],
  [4, lose],
  [8, join],
  [8, hello],
  [6, leave],
  [13, wait],
  [4, stopJob],
  [3, stopTask],
  [4, retry],
  [2, drain],
  [2, restart],
  [1, daemonAway],
  [6, register],
  [6, resume],
  [5, purge],
  [3, remember],
  ...CHAT_DOERS,
]
/** Those of the first kinds are about runs; the others about what is kept beside them. */
export const RUN_KINDS = 100
const KINDS = DOERS.reduce((sum, [weight]) => sum + weight, 0)
/** Where those of chat begin, each of them. */
export const CHAT = chatKinds(KINDS - CHAT_DOERS.reduce((sum, [weight]) => sum + weight, 0))

/** Histories in which people mostly talk. */
export const talks = (maxLength = 40): fc.Arbitrary<Step[]> => {
  const kind = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: CHAT.talks, max: CHAT.end - 1 }) },
    { weight: 2, arbitrary: fc.nat(RUN_KINDS - 1) },
  )
  return fc.array(fc.tuple(kind, fc.nat(999), fc.nat(999), fc.nat(999)), { minLength: 10, maxLength })
}

function submit({ world }: Play, { a, b, c }: { a: number; b: number; c: number }): void {
  const count = 1 + (a % 3)
  const paths = Array.from({ length: count }, (_, index) => pick(PATHS, b + index * (1 + (c % 3))))
  const action = pick(['load', 'load', 'load', 'forceload', 'metadata', 'free', 'list'] as const, c)
  const options = pick(OPTIONS, a + b)
  const name = pick(NAMES, a)
  const asked = { actor: pick(ACTORS, b), action, options, ...(name !== undefined && { name }) }
  world.submit(paths, asked)
}

// units that differ under one name, or none at all; what is open of them is left
function register({ world }: Play, { a, b, c }: { a: number; b: number; c: number }): void {
  const asks = Array.from({ length: a % 4 }, (_, index) => ({
    action: pick(['load', 'free', 'load', 'forceload'] as const, b + index),
    path: pick(PATHS, c + index * 2),
    options: pick(OPTIONS, a + index),
    label: `g${(b + index) % 3}`,
  }))
  const name = pick(['n1', 'n2', 'n3'], b)
  world.ask({ type: 'job.submit', actor: pick(ACTORS, c), asks, name, view: 'nomad', document: { a }, skipOpen: true })
}

function resume({ world }: Play, { a, b, c }: { a: number; b: number; c: number }): void {
  const paths = Array.from({ length: 1 + (a % 2) }, (_, index) => pick(PATHS, b + index))
  const action = pick(['load', 'forceload', 'free'] as const, c)
  const name = pick(NAMES, c)
  const idempotency = c % 3 === 0 ? { idempotency: { key: `k${a % 5}`, fingerprint: 'f' } } : {}
  const asked = { actor: pick(ACTORS, a), action, view: 'alluxio', resume: true, ...idempotency }
  world.submit(paths, { ...asked, ...(name !== undefined && { name }) })
}

function purge({ world }: Play, { a, b }: { a: number; b: number }): void {
  const job = pickRow(world.state.jobs.rows(), a)
  if (job !== undefined) world.ask({ type: 'job.purge', actor: pick([ROOT, ANN], b), jobId: job.id })
}

function remember({ world }: Play, { a, b, c }: { a: number; b: number; c: number }): void {
  const policy = { kind: pick(['ttl', 'priority'] as const, a), cluster: 'default', path: pick(PATHS, b) }
  const value = c % 3 === 0 ? {} : { value: `${c}` }
  world.ask({ type: 'policy.set', actor: ANN, policy, ...value })
  world.ask({ type: 'companion.named', user: `u${a % 2}`, daemonId: `d${a % 2}` })
  const said = { entrypoints: [], abnormal: [], lines: [{ at: toInstant(world.now), text: `${c}` }] }
  world.ask({ type: 'companion.heard', daemonId: `d${b % 3}`, said })
}

function join({ world }: Play, { a, b }: { a: number; b: number }): void {
  if (world.state.agents.size < 4) world.agent({ name: `a${a % 4}`, work: 1 + (b % 3), found: b % 7 !== 0 })
}

// with some of what it holds (or nothing: several are lost at once), some of what it does not, and with what was replaced
// long ago; now and then the daemon has forgotten what it had taken
function hello({ world }: Play, { a, b, c }: { a: number; b: number; c: number }): void {
  const agent = pickRow(world.state.agents.rows(), a)
  if (agent === undefined) return
  const rows = [...world.state.allocations.rows()].filter(row => row.agentId === agent.id)
  const live: LiveAllocation[] = (b % 5 === 0 ? [] : rows)
    .filter((_, index) => (b >> (index % 9)) % 3 !== 0)
    .map((row, index) => ({
      allocation: row.id,
      state: pick(['running', 'accepted', 'ended', 'running'] as const, c + index),
    }))
  world.hello(agent.description, live, c % 13 === 0 ? { nextNumber: agent.taken + 3 } : {})
}

function leave({ world }: Play, { a }: { a: number }): void {
  const agent = pickRow(world.state.agents.find('connected', 'all'), a)
  if (agent !== undefined) world.gone(agent.id)
}

const CAUSES: Cause[] = ['no-job-worker', 'worker-lost', 'unknown', 'no-space']

// any report about any allocation of a connected agent, mostly a newer number, sometimes one that was said before
function report(play: Play, { a, b, c }: { a: number; b: number; c: number }): void {
  const { world } = play
  const agents = new Set(Array.from(world.state.agents.find('connected', 'all'), agent => agent.id))
  const mine = [...world.state.allocations.rows()].filter(row => agents.has(row.agentId))
  const live = mine.filter(row => !isEnded(row.status))
  const row = pickRow(a % 5 === 0 || live.length === 0 ? mine : live, b)
  if (row === undefined) return
  const said = toReport(world, row.id, c)
  const taken = must(world.state.agents.get(row.agentId)).taken
  const answered =
    c % 11 === 0
      ? world.ask({ type: 'agent.report', agentId: row.agentId, n: taken, report: said })
      : world.report(row.agentId, said)
  if (c % 11 !== 0 && said.type === 'ended') play.memory.lastWords.add(row.id)
  const told = ['agent.taken', 'allocation.accepted', 'allocation.started', 'allocation.ended', 'allocation.refused']
  if (c % 11 === 0 && answered.events.some(event => told.includes(event.type))) {
    play.breaches.push({ law: 'a report is taken once', what: said.type })
  }
}

function toReport(world: World, allocation: string, c: number): Report {
  const task = must(world.state.tasks.get(world.allocation(allocation).taskId))
  const followers = [...world.state.tasks.find('followers', task.id)]
  const cuts = followers
    .filter((_, index) => (c + index) % 3 !== 0)
    .map(one => ({ task: one.id, findings: findings({ after: measured(1, (c + 1) % 2) }) }))
  const exit = pick(
    [
      { reason: 'exited', code: 0 },
      { reason: 'exited', code: 255 },
      { reason: 'signalled', signal: 'SIGKILL' },
      { reason: 'stopped' },
      { reason: 'lost' },
    ] as const,
    c,
  )
  const cause = pick(CAUSES, c >> 2)
  const found = pick(
    [
      findings({ before: measured(3, 0), after: measured(3, 3) }),
      findings({ before: measured(3, 1), after: measured(3, 2), missingTotal: 1, missingByCause: { [cause]: 1 } }),
      findings({ trouble: { cause: 'master-unreachable', message: 'away' } }),
    ],
    c >> 1,
  )
  const all: Report[] = [
    { type: 'accepted', allocation },
    { type: 'started', allocation },
    { type: 'started', allocation },
    {
      type: 'ended',
      allocation,
      ending: ending({
        exit,
        started: c % 7 !== 0,
        findings: found,
        cuts,
        estimate: { files: 1, bytes: 1, missingBytes: 1 },
      }),
    },
    { type: 'ended', allocation, ending: ending({ exit, findings: found, cuts }) },
    { type: 'refused', allocation, reason: 'full', moveOn: c % 4 !== 0 },
    { type: 'measured', allocation, when: 'before', findings: findings({ before: measured(3, 0) }) },
    { type: 'step', allocation, step: { name: 'load', startedAt: toInstant(world.now) } },
    { type: 'step', allocation, step: { name: 'verify', startedAt: toInstant(world.now - (c % 3) * 200) } },
  ]
  return pick(all, c >> 3)
}

function lose({ world, memory }: Play, { a }: { a: number }): void {
  const agents = [...world.state.agents.find('connected', 'all')]
  const row = pickRow(
    agents.flatMap(agent => [...world.state.allocations.find('liveByAgent', agent.id)]),
    a,
  )
  if (row === undefined) return
  world.report(row.agentId, { type: 'ended', allocation: row.id, ending: ending({ exit: { reason: 'lost' } }) })
  memory.lastWords.add(row.id)
}

function wait({ world }: Play, { a }: { a: number }): void {
  world.wait(pick(WAITS, a))
}

function stopJob({ world }: Play, { a }: { a: number }): void {
  const job = pickRow(world.state.jobs.rows(), a)
  if (job !== undefined) world.ask({ type: 'job.stop', actor: ROOT, jobId: job.id })
}

function stopTask({ world }: Play, { a }: { a: number }): void {
  const task = pickRow(world.state.tasks.rows(), a)
  if (task !== undefined) world.ask({ type: 'task.stop', actor: ROOT, taskId: task.id })
}

function retry({ world }: Play, { a, b }: { a: number; b: number }): void {
  const job = pickRow(world.state.jobs.rows(), a)
  if (job !== undefined)
    world.ask({
      type: 'job.retry',
      actor: ROOT,
      jobId: job.id,
      only: pick(['failed', 'all', 'unfinished'] as const, b),
    })
}

function drain({ world }: Play, { a, b }: { a: number; b: number }): void {
  const agent = pickRow(world.state.agents.rows(), a)
  if (agent !== undefined) world.ask({ type: 'agent.drain', actor: ROOT, agentId: agent.id, draining: b % 2 === 0 })
}

function restart({ world }: Play): void {
  world.ask({ type: 'daemon.started' })
}

function daemonAway({ world }: Play): void {
  world.skip(10 * MINUTE)
  world.ask({ type: 'daemon.started' })
}

function pickRow<Row>(rows: Iterable<Row>, n: number): Row | undefined {
  const all = [...rows]
  return all.length === 0 ? undefined : all[n % all.length]
}

/** Plays a history and returns the first laws it breaks. At the end a good agent and time have to end every job. */
export function play(
  steps: readonly Step[],
  verbs: Partial<Verbs> = {},
  looks: 'at drafts too' | 'at rest' = 'at drafts too',
): Breach[] {
  const memory = createMemory()
  const evolve = verbs.evolve ?? VERBS.evolve
  const watched: Verbs['evolve'] = (draft, event, at) =>
    watchEvent(draft, event, {
      memory,
      apply() {
        const breach = (law: string, what: string): void => void memory.breaches.push({ law, what })
        watchChat(draft, event, { memory: memory.chat, at, breach })
        evolve(draft, event, at)
      },
    })
  const reconcile: Verbs['reconcile'] = (draft, context) => {
    const events = (verbs.reconcile ?? VERBS.reconcile)(draft, context)
    // the layered view at rest, before it is merged
    if (events.length === 0 && looks === 'at drafts too') memory.breaches.push(...checkIndexes(draft))
    return events
  }
  const world = createWorld({ verbs: { ...verbs, evolve: watched, reconcile }, settings: { robot: true } })
  const acted: Play = { world, memory, breaches: memory.breaches }
  for (const [kind, a, b, c] of steps) {
    const checkChanges = rememberRows(world.state)
    act(() => doerOf(kind)(acted, { a, b, c }))
    memory.breaches.push(
      ...checkState(world.state),
      ...checkKept(world.state, memory.warmths),
      ...checkChat(world.state, memory.chat),
      ...checkChanges(),
      ...checkLeaders(world.state, memory),
      ...checkLastWords(world.state, memory),
      ...checkTime(world),
    )
    if (memory.breaches.length > 0) return memory.breaches
    world.skip(137)
  }
  return [...finish(world, memory), ...memory.breaches]
}

// a refusal is an answer too; anything else thrown is a fault
function act(deed: () => void): void {
  try {
    deed()
  } catch (thrown) {
    if (toErrorCode(thrown) === undefined) throw thrown
  }
}

function doerOf(kind: number): Doer {
  let left = kind
  for (const [weight, doer] of DOERS) {
    if (left < weight) return doer
    left -= weight
  }
  return wait
}

function checkTime(world: World): Breach[] {
  const breaches: Breach[] = []
  const last = world.history.at(-1)
  if (last === undefined || last.at !== world.now) return []
  const due = world.nextDue()
  if (due !== undefined && due <= world.now) breaches.push({ law: 'what is due is done', what: `${due - world.now}` })
  for (const agent of world.state.agents.find('silent', 'all')) {
    const silentMs = world.now - toMs(must(agent.silentSince))
    const live = world.state.allocations.countOf('liveByAgent', agent.id)
    if (silentMs >= world.settings.graceMs && live > 0)
      breaches.push({ law: 'nothing lives on the silent', what: agent.name })
  }
  return breaches
}

function finish(world: World, memory: Memory): Breach[] {
  for (const agent of [...world.state.agents.find('connected', 'all')]) world.gone(agent.id)
  world.wait(world.settings.graceMs)
  const good = describeAgent(world.ids.next(world.now), { name: 'good', work: 2 })
  world.hello(good)
  for (let round = 0; round < 400; round += 1) {
    const live = [...world.state.allocations.find('liveByAgent', good.id)]
    if (live.length === 0) {
      // what has no tasks waits until it is stopped
      const open = [...world.state.jobs.rows()].filter(job => job.endedAt === undefined && job.counts.total > 0)
      if (open.length === 0)
        return [
          ...checkState(world.state),
          ...checkKept(world.state, memory.warmths),
          ...checkChat(world.state, memory.chat),
        ]
      world.wait(MINUTE)
    }
    for (const row of live) {
      world.report(good.id, { type: 'accepted', allocation: row.id })
      world.report(good.id, { type: 'started', allocation: row.id })
      const cuts = Array.from(world.state.tasks.find('followers', row.taskId), one => ({
        task: one.id,
        findings: findings({ after: measured(1, 1) }),
      }))
      world.report(good.id, { type: 'ended', allocation: row.id, ending: ending({ cuts }) })
    }
  }
  return [{ law: 'a good agent and time end every job', what: 'still open' }]
}
