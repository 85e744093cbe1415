// an agent that runs nothing: takes orders over the hub's socket, reports as a real one would, and outlives the daemon
import { WebSocket } from 'ws'
import { createIds } from '../../../shared/ids.ts'
import { SECOND, toInstant } from '../../../shared/time.ts'
import type { Findings } from '../../../shared/verdict.ts'
import {
  type AgentMessage,
  type DaemonMessage,
  type Ending,
  type Report,
  type RunOrder,
  SOCKET_PATH,
  WIRE_VERSION,
} from '../../../shared/wire.ts'
import { describeAgent, ending, findings, measured } from '../../core/world.ts'
import type { FastClock } from './clock.ts'
import { createChance } from './random.ts'

type Work = { state: 'accepted' | 'running' | 'ended'; cancels: (() => void)[]; order: RunOrder }
export type StubAgent = ReturnType<typeof createStubAgent>

/** How a path fares, by its own chance: the same in every run of the same seed. */
const FATES = { cached: 62, 'nothing-new': 8, partly: 14, failed: 8, 'no-such-path': 4, unverified: 4 } as const
const AGAIN_MS = 0.5 * SECOND
/** A load below this runs for longer than half an hour. */
export const LONG = '/soak/long/'
const LONG_MS = 2_400 * SECOND

export function createStubAgent(given: { readonly clock: FastClock; readonly port: number; readonly seed: number }) {
  const { clock, seed } = given
  const description = describeAgent(createIds().next(clock.now()), { name: 'stub', cluster: 'c1', work: 60, read: 10 })
  const works = new Map<string, Work>()
  const outbox: { readonly n: number; readonly report: Report }[] = []
  /** Loads that began, by path. */
  const ran = new Map<string, number>()
  /** When something of a path ended, by path. */
  const ended = new Map<string, number[]>()
  const seenEnds = new Set<(path: string) => void>()
  let said = 0
  let socket: WebSocket | undefined
  let welcomed = false
  let closed = false
  let connections = 0

  function dial(): void {
    if (closed) return
    const mine = new WebSocket(`ws://127.0.0.1:${given.port}${SOCKET_PATH}`, { perMessageDeflate: false })
    socket = mine
    welcomed = false
    mine.on('open', () => {
      connections += 1
      send({
        ...{ type: 'hello', version: WIRE_VERSION, agent: description, streams: [] },
        live: Array.from(works, ([allocation, { state }]) => ({ allocation, state })),
        nextNumber: outbox[0]?.n ?? said + 1,
      })
    })
    mine.on('message', data => hear(JSON.parse(String(data)) as DaemonMessage))
    mine.on('error', () => {})
    mine.on('close', () => {
      if (socket === mine) clock.after(AGAIN_MS, dial)
    })
  }

  function send(message: AgentMessage): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
  }
  function say(report: Report): void {
    said += 1
    outbox.push({ n: said, report })
    if (welcomed) send({ type: 'report', n: said, report })
  }
  function acknowledge(n: number): void {
    while ((outbox[0]?.n ?? Number.POSITIVE_INFINITY) <= n) outbox.shift()
  }

  function hear(message: DaemonMessage): void {
    if (message.type === 'welcome') {
      acknowledge(message.acknowledged)
      welcomed = true
      for (const { n, report } of outbox) send({ type: 'report', n, report })
    } else if (message.type === 'ack') acknowledge(message.n)
    else if (message.type === 'run') run(message.order)
    else if (message.type === 'stop') stop(message.allocation)
    else if (message.type === 'forget') for (const allocation of message.allocations) works.delete(allocation)
  }

  function run(order: RunOrder): void {
    const { allocation, action, path, options } = order
    if (works.has(allocation)) return
    const loads = (action === 'load' || action === 'forceload') && options.dryRun !== true
    const run = (ran.get(path) ?? 0) + 1
    if (loads) ran.set(path, run)
    const work: Work = { state: 'accepted', cancels: [], order }
    works.set(allocation, work)
    say({ type: 'accepted', allocation })
    const chance = createChance(`${seed} ${path} ${run}`)
    const beginsMs = chance.int(50, 1_500)
    const lastsMs = path.startsWith(LONG) ? LONG_MS : chance.int(2, chance.is(0.1) ? 240 : 50) * SECOND
    const at = (ms: number, wake: () => void): void => void work.cancels.push(clock.after(ms, wake))
    at(beginsMs, () => {
      work.state = 'running'
      say({ type: 'started', allocation })
      if (!loads) return at(SECOND, () => finish(work, simple(order)))
      say({ type: 'measured', allocation, when: 'before', findings: findings({ before: measured(20, 2) }) })
      for (const percent of [25, 50, 75]) {
        const progress = { at: toInstant(clock.now()), percent, source: 'sample' as const }
        at((lastsMs * percent) / 100, () => say({ type: 'progress', allocation, progress }))
      }
      at(lastsMs, () => finish(work, toEnding(run === 1 ? chance.choose(FATES) : chance.is(0.7) ? 'cached' : 'partly')))
    })
  }

  function stop(allocation: string): void {
    const work = works.get(allocation)
    if (work === undefined || work.state === 'ended') return
    const started = work.state === 'running'
    finish(work, ending({ exit: { reason: 'stopped' }, started, findings: findings({ after: measured(20, 5) }) }))
  }

  function finish(work: Work, last: Ending): void {
    const { allocation, path, action } = work.order
    for (const cancel of work.cancels.splice(0)) cancel()
    work.state = 'ended'
    const cuts = work.order.followers.flatMap(({ task }) => last.findings && [{ task, findings: last.findings }])
    say({ type: 'ended', allocation, ending: { ...last, cuts: cuts.filter(cut => cut !== undefined) } })
    if (action === 'list') return
    ended.set(path, [...(ended.get(path) ?? []), clock.now()])
    for (const seen of seenEnds) seen(path)
  }

  dial()
  return {
    ...{ ran, ended, works },
    connections: (): number => connections,
    isIdle: (): boolean => outbox.length === 0 && [...works.values()].every(({ state }) => state === 'ended'),
    /** Called with the path whenever something ends. */
    onEnd: (seen: (path: string) => void) => void seenEnds.add(seen),
    close(): void {
      closed = true
      for (const { cancels } of works.values()) for (const cancel of cancels.splice(0)) cancel()
      socket?.terminate()
    },
  }
}

/** Of what is no load: a free, a listing, metadata, a look at what a load would do. */
function simple({ options, action }: RunOrder): Ending {
  const { findings: _none, ...last } = ending()
  if (options.dryRun === true) return { ...last, estimate: { files: 20, bytes: 2_000, missingBytes: 500 } }
  return action === 'list' ? { ...last, listing: [] } : last
}

function toEnding(fate: keyof typeof FATES): Ending {
  const loaded = (more: Partial<Findings>): Ending => ending({ findings: findings(more) })
  const before = measured(20, 2)
  if (fate === 'cached') return loaded({ before, after: measured(20, 20) })
  if (fate === 'nothing-new') return loaded({ before: measured(20, 20), after: measured(20, 20) })
  if (fate === 'partly') {
    const missingByCause = { gone: 3, permission: 2 }
    return loaded({ before, after: measured(20, 15), missingTotal: 5, missingByCause })
  }
  if (fate === 'failed') {
    const exit = { reason: 'exited' as const, code: 1 }
    return ending({ exit, findings: findings({ before, after: measured(20, 0), missingTotal: 20 }) })
  }
  if (fate === 'no-such-path') {
    const trouble = { cause: 'no-such-path' as const, message: 'there is no such path' }
    return ending({ exit: { reason: 'exited', code: 1 }, findings: findings({ trouble }) })
  }
  const { findings: _none, ...unverified } = ending()
  return unverified
}
