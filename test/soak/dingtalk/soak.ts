// one soak from the first message to the verdict
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HOUR, MINUTE, SECOND } from '../../../shared/time.ts'
import { CARD_TEMPLATE, createLocalDingTalk } from '../../helpers/dingtalk/local.ts'
import { findFreePort } from '../../helpers/program.ts'
import { createStubAgent } from './agent.ts'
import { createCast, toConfigFile } from './cast.ts'
import { type Anchor, createPacedClock, createSharedClock } from './clock.ts'
import { createInnerDaemon, createOuterDaemon, type Daemon } from './daemon.ts'
import { createChance } from './random.ts'
import { collectSecrets } from './secrets.ts'
import { readState } from './state.ts'
import { createTalk, type Talk } from './talk.ts'
import { createTroubles } from './troubles.ts'
import { judge, type Numbers, type Span } from './verdict.ts'

export type SoakOptions = {
  readonly messages: number
  readonly seed: number
  /** Minutes of the soak's own time over which the messages are spread. */
  readonly minutes: number
  /** How many times faster than the wall its time passes. */
  readonly speed: number
  readonly restarts: number
  /** A process of its own that is killed with SIGKILL, instead of one inside that is closed. */
  readonly kill?: boolean
  /** Loads that take longer than half an hour. */
  readonly long?: boolean
  /** Now and then nothing reaches the groups but through the custom robot. */
  readonly rush?: boolean
  readonly routeFaultEveryMs?: number
  readonly connectionFaultEveryMs?: number
  readonly onProgress?: (said: number, at: number) => void
}

export type SoakResult = {
  readonly violations: readonly string[]
  readonly numbers: Numbers
  readonly faults: ReadonlyMap<string, number>
  readonly log: readonly { readonly level: string; readonly text: string }[]
}

const ROBOT_TOKEN = 'soak-robot-token-91c2d3e4f5'
const ROBOT_SECRET = 'SECsoak0123456789abcdef'
const ROBOT_GROUP = 'cidRobotGroup=='
/** Late in a month and a day, so that both turn over in a long soak. */
const START = Date.parse('2026-11-30T21:30:00.000Z')
const BURST = 45
/** Bursts after which the groups cannot be reached for a while. */
const RUSHES = 0.7
const RUSH_MS = 75 * SECOND
const GROUP_API = '/v1.0/robot/groupMessages'
const RESULTS_UNDER_WAY = 5
const DRAINED_WITHIN_MS = 3 * HOUR
const QUIET_MS = 20 * SECOND

/** Runs it and answers what it came to; throws when it could not be run. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const dir = mkdtempSync(join(tmpdir(), 'gander-soak-'))
  const uncaught: string[] = []
  const catchIt = (thrown: unknown): void => void uncaught.push(String((thrown as Error)?.stack ?? thrown))
  process.on('unhandledRejection', catchIt)
  try {
    return await soak(options, dir, uncaught)
  } finally {
    process.off('unhandledRejection', catchIt)
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function soak(options: SoakOptions, dir: string, uncaught: string[]): Promise<SoakResult> {
  const { messages, seed, speed } = options
  const anchor: Anchor = { speed, startAt: START, wallAt: Date.now() }
  const clock = options.kill ? createSharedClock(anchor) : createPacedClock(anchor)
  const local = await createLocalDingTalk({
    ...{ clock, pingEveryMs: 20 * SECOND, sessionTtlMs: 40 * MINUTE, random: createChance(`${seed} local`).next },
  })
  local.addRobot(ROBOT_TOKEN, { secret: ROBOT_SECRET, keywords: ['通知', '告警', '测试'], conversationId: ROBOT_GROUP })
  const cast = createCast(messages, local.directOf)
  const configFile = join(dir, 'gander.yaml')
  writeFileSync(configFile, toConfigFile(cast))
  const port = await findFreePort()
  const dataDir = join(dir, 'data')
  const environment = toEnvironment({ base: local.base, port, dataDir, configFile, local: local.options })
  const daemon = options.kill ? createOuterDaemon(dir, anchor) : createInnerDaemon(clock)
  await daemon.open({ ...environment, DINGTALK_CARD_TEMPLATE_ID: CARD_TEMPLATE })
  const agent = createStubAgent({ clock, port, seed })
  await local.connected()
  const talk = createTalk({ local, clock, cast, agent, seed })
  const troubles = createTroubles({
    ...{ local, clock, seed },
    everyMs: {
      route: options.routeFaultEveryMs ?? 4 * SECOND,
      connection: options.connectionFaultEveryMs ?? 45 * SECOND,
    },
  })
  const kills: number[] = []
  const uncarded: number[] = []
  const downs: number[] = []
  const rushes: Span[] = []
  try {
    await speak(options, { talk, clock, daemon, environment, kills, downs, uncarded, rushes, local, port })
    troubles.stop()
    talk.end()
    if (!options.kill) clock.setSpeed(speed * 2)
    await drained({ clock, agent, talk, local, port })
    await daemon.end('close')
    const state = await readState(dataDir)
    const { clientSecret } = local.options
    const secrets = collectSecrets(local, [clientSecret, ROBOT_TOKEN, ROBOT_SECRET])
    const log = daemon.log()
    const judged = judge({
      ...{ local, cast, talk, agent, state, log, secrets, kills, downs, uncarded, rushes, uncaught },
      ...{ token: ROBOT_TOKEN, dead: troubles.dead },
    })
    const faults = troubles.counts
    const numbers = { ...judged.numbers, 'daemon ended and begun anew': options.restarts, rushes: rushes.length }
    return { ...judged, numbers, faults, log }
  } finally {
    await daemon.end('kill').catch(() => {
      // it could not be opened
    })
    agent.close()
    await local.close()
    clock.close()
  }
}

type Speaking = {
  readonly talk: Talk
  readonly clock: ReturnType<typeof createPacedClock>
  readonly daemon: Daemon
  readonly environment: Record<string, string>
  readonly kills: number[]
  readonly downs: number[]
  readonly uncarded: number[]
  readonly rushes: Span[]
  readonly local: Awaited<ReturnType<typeof createLocalDingTalk>>
  readonly port: number
}

/** All messages, with their bursts, and the restarts between them. */
async function speak(options: SoakOptions, speaking: Speaking): Promise<void> {
  const { messages, minutes, restarts, kill = false, long = true } = options
  const { talk, clock, daemon, environment, kills, downs, uncarded, rushes, local, port } = speaking
  const chance = createChance(`${options.seed} talk`)
  const meanMs = (minutes * MINUTE) / messages
  const burstEvery = Math.max(150, Math.min(1_500, Math.floor(messages / 3)))
  const burst = Math.min(BURST, Math.floor(messages / 10))
  const restartEvery = Math.ceil(messages / (restarts + 1))
  let ends = 0
  for (let n = 1; n <= messages; n += 1) {
    await clock.wait(chance.gap(n % burstEvery < burst ? 250 : meanMs))
    if (n % burstEvery < burst) talk.sayNamed(chance)
    else talk.sayNext(chance, !long || n > messages * 0.8)
    if (options.rush !== false && n % burstEvery === burst && chance.is(RUSHES))
      rushes.push(await rush({ local, clock, port }))
    if (n % 100 === 0) options.onProgress?.(n, clock.now())
    if (n % restartEvery !== 0 || ends === restarts) continue
    ends += 1
    const cards = ends % 2 === 0
    await daemon.end(kill ? 'kill' : 'close')
    downs.push(clock.now())
    if (kill) kills.push(clock.now())
    if (!cards) uncarded.push(clock.now())
    await clock.wait(chance.int(0, 20) * SECOND)
    // with cards and without in turn
    await daemon.open(cards ? { ...environment, DINGTALK_CARD_TEMPLATE_ID: CARD_TEMPLATE } : environment)
  }
}

/**
 * Nothing reaches the groups any more but through the custom robot: what many of them wait for arrives there at once. Nobody
 * talks meanwhile, since answers would have to wait for ten minutes.
 */
async function rush({ local, clock, port }: Pick<Speaking, 'local' | 'clock' | 'port'>): Promise<Span> {
  const from = clock.now()
  const patience = clock.now() + MINUTE
  do await clock.wait(2 * SECOND)
  while ((await countWaiting(port)) > RESULTS_UNDER_WAY && clock.now() < patience)
  local.expireSessions()
  local.deny(GROUP_API)
  await clock.wait(RUSH_MS)
  local.allow(GROUP_API)
  return { from, to: clock.now() }
}

type Draining = {
  readonly clock: ReturnType<typeof createPacedClock>
  readonly agent: ReturnType<typeof createStubAgent>
  readonly talk: Talk
  readonly local: Awaited<ReturnType<typeof createLocalDingTalk>>
  readonly port: number
}

/** Resolves when nothing is left to be done, or when it takes too long: then the verdict says what is left. */
async function drained({ clock, agent, talk, local, port }: Draining): Promise<void> {
  let busyAt = clock.now()
  const stop = local.on(one => {
    if (one.kind === 'visible' || one.kind === 'updated' || one.kind === 'call') busyAt = clock.now()
  })
  const pushes = (): Promise<unknown> => Promise.all(talk.said.flatMap(one => one.pushes.map(({ done }) => done)))
  await pushes()
  const until = clock.now() + DRAINED_WITHIN_MS
  while (clock.now() < until) {
    await clock.wait(5 * SECOND)
    const waits = (await countWaiting(port)) > 0 || !agent.isIdle() || isAnyCardOpen(local, clock.now())
    if (waits) busyAt = clock.now()
    else if (clock.now() - busyAt > QUIET_MS) break
  }
  stop()
}

/** A last state is tried for long; one of which nobody knows is not waited for any longer than that. */
const CARD_WAITS_MS = 15 * MINUTE

function isAnyCardOpen(local: Draining['local'], now: number): boolean {
  return local.cards().some(({ conversationId, createdAt, updatedAt, variables }) => {
    const isOpen = conversationId !== undefined && ['QUEUED', 'RUNNING'].includes(variables['status'] ?? '')
    return isOpen && now - (updatedAt.at(-1) ?? createdAt) < CARD_WAITS_MS
  })
}

/** Notices and letters that wait, as monitoring tells. */
async function countWaiting(port: number): Promise<number> {
  const text = await fetch(`http://127.0.0.1:${port}/metrics`).then(answer => answer.text())
  return [...text.matchAll(/^gander_chat_(?:notices|letters)_waiting (\d+)/gm)].reduce(
    (all, [, n]) => all + Number(n),
    0,
  )
}

type Place = {
  readonly base: string
  readonly port: number
  readonly dataDir: string
  readonly configFile: string
  readonly local: { readonly clientId: string; readonly clientSecret: string }
}

function toEnvironment({ base, port, dataDir, configFile, local }: Place): Record<string, string> {
  return {
    ...{ GANDER_HTTP_PORT: String(port), GANDER_COMPAT_PORTS: '', GANDER_DATA_DIR: dataDir, GANDER_CONFIG: configFile },
    ...{ GANDER_TZ: 'Asia/Shanghai', LOG_LEVEL: 'debug' },
    ...{ DINGTALK_CLIENT_ID: local.clientId, DINGTALK_CLIENT_SECRET: local.clientSecret },
    ...{ DINGTALK_API_BASE: base, DINGTALK_OAPI_BASE: base },
    ...{ GOOSEFS_DINGTALK_ALERT_TOKEN: ROBOT_TOKEN, GOOSEFS_DINGTALK_ALERT_SECRET: ROBOT_SECRET },
  }
}
