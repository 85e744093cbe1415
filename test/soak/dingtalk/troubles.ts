// everything that goes wrong meanwhile: connections, frames, slow and failing routes, each by chance and counted
import type { Connection, Fault, LocalDingTalk } from '../../helpers/dingtalk/local.ts'
import type { FastClock } from './clock.ts'
import { type Chance, createChance } from './random.ts'

export type Troubles = {
  readonly counts: ReadonlyMap<string, number>
  /** Connections that were half-open. */
  readonly dead: ReadonlySet<string>
  stop(): void
}

type Given = {
  readonly local: LocalDingTalk
  readonly clock: FastClock
  readonly seed: number
  /** Mean time between two faults of the routes, and of the connection (ms). */
  readonly everyMs: { readonly route: number; readonly connection: number }
}

const SESSION = 'POST /robot/sendBySession'
const ROBOT = 'POST /robot/send'
const GROUP = 'POST /v1.0/robot/groupMessages/send'
const PEOPLE = 'POST /v1.0/robot/oToMessages/batchSend'
const CARD = 'POST /v1.0/card/instances/createAndDeliver'
const UPDATE = 'PUT /v1.0/card/instances'
const GATEWAY = 'POST /v1.0/gateway/connections/open'
const TOKEN = 'POST /v1.0/oauth2/accessToken'
const ROUTES = {
  [SESSION]: 50,
  [ROBOT]: 10,
  [GROUP]: 10,
  [PEOPLE]: 3,
  [CARD]: 6,
  [UPDATE]: 8,
  [GATEWAY]: 4,
  [TOKEN]: 1,
}

/** What can happen to a request, by its weight. `late`: it is carried out, and only its answer suffers. */
const WEBHOOK_FAULTS = {
  ...{ 'slow 1-8 s': 30, 'slow 10-20 s': 6, '503': 8, 'errcode -1': 8, reset: 6, empty: 4, page: 2, hang: 2 },
  ...{ '503 late': 5, 'reset late': 5, 'empty late': 4, 'hang late': 3, 'errcode -1 late': 3, '130101': 4 },
} as const
const API_FAULTS = {
  ...{ 'slow 1-8 s': 20, 'slow 10-20 s': 5, '503': 8, qps: 10, busy: 8, reset: 6, empty: 3, hang: 2 },
  ...{ '503 late': 4, 'reset late': 4, 'empty late': 3, 'hang late': 3 },
} as const
const TOKEN_FAULTS = { '503': 4, empty: 2, hang: 2, reset: 2, 'slow 1-8 s': 2 } as const
const DOORS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  [GATEWAY]: { ...TOKEN_FAULTS, page: 1 },
  [TOKEN]: TOKEN_FAULTS,
}
const CONNECTION_FAULTS = {
  ...{ disconnect: 12, kill: 10, 'half-open': 5, silence: 5, 'accept-then-drop': 3, 'upgrade refused': 2 },
  ...{ 'upgrade hangs': 1, 'bad JSON': 8, binary: 3, 'unknown frame': 4, 'huge frame': 1, 'dead channels': 1 },
  ...{ 'sessions expired': 3, 'token revoked': 2, 'card not delivered': 2 },
} as const

/** A server gives up a channel that says nothing, some time. */
const CHANNEL_DIES_MS = 120_000

export function createTroubles({ local, clock, seed, everyMs }: Given): Troubles {
  const counts = new Map<string, number>()
  const dead = new Set<string>()
  let stopped = false
  const count = (kind: string): void => void counts.set(kind, (counts.get(kind) ?? 0) + 1)

  async function keep(what: string, meanMs: number, happen: (chance: Chance) => string | undefined): Promise<void> {
    const chance = createChance(`${seed} ${what}`)
    for (;;) {
      await clock.wait(chance.gap(meanMs))
      if (stopped) return
      const kind = happen(chance)
      if (kind !== undefined) count(`${what}: ${kind}`)
    }
  }
  const armed = new Map<string, ReturnType<LocalDingTalk['fault']>>()
  void keep('route', everyMs.route, chance => spoilRoute(local, armed, chance))
  void keep('connection', everyMs.connection, chance => spoilConnection(local, { clock, chance, dead }))

  return {
    ...{ counts, dead },
    stop() {
      stopped = true
      local.clearFaults()
      local.keepDeadChannels(0)
    },
  }
}

/** One at a time for each route: on one that is seldom called they would pile up. */
function spoilRoute(local: LocalDingTalk, armed: Map<string, { left: number }>, chance: Chance): string | undefined {
  const route = chance.choose(ROUTES)
  if ((armed.get(route)?.left ?? 0) > 0) return undefined
  const isWebhook = route === SESSION || route === ROBOT
  const kind = DOORS[route]
    ? chance.choose(DOORS[route])
    : isWebhook
      ? chance.choose(WEBHOOK_FAULTS)
      : chance.choose(API_FAULTS)
  armed.set(route, local.fault({ route, ...toFault(kind, chance) }))
  return `${route.split('/').at(-1)} ${kind}`
}

function toFault(named: string, chance: Chance): Omit<Fault, 'route'> {
  const late = named.endsWith(' late') ? { late: true } : {}
  const kind = named.replace(/ late$/, '')
  if (kind === 'slow 1-8 s') return { kind: 'delay', ms: chance.int(1_000, 8_000) }
  if (kind === 'slow 10-20 s') return { kind: 'delay', ms: chance.int(10_000, 20_000) }
  if (kind === 'errcode -1') return { kind: 'status', status: 200, body: { errcode: -1, errmsg: '系统繁忙' }, ...late }
  if (kind === '130101') {
    const body = { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' }
    return { kind: 'status', status: 200, body }
  }
  if (kind === '503') return { kind: 'status', status: 503, ...late }
  if (kind === 'page') return { kind: 'html', ...late }
  return { kind: kind as Fault['kind'], ...late }
}

type Around = { readonly clock: FastClock; readonly chance: Chance; readonly dead: Set<string> }
type Spoil = (local: LocalDingTalk, at: Around & { one: Connection }) => void

const SPOILS: Readonly<Record<keyof typeof CONNECTION_FAULTS, Spoil>> = {
  disconnect: (local, { one, chance }) => {
    const variant = { messageId: chance.is(0.7), specVersion: chance.is(0.7) }
    void local.disconnect(one, chance.is(0.5) ? variant : { reason: 'persistent connection is timeout' })
  },
  kill: (local, { one }) => local.kill(one),
  'half-open': (local, { one, clock, dead }) => {
    dead.add(one.id)
    local.halfOpen(one)
    clock.after(CHANNEL_DIES_MS, () => local.kill(one))
  },
  silence: (local, { one }) => local.silence(one),
  'accept-then-drop': (local, { one, chance }) => {
    local.fault({ route: 'GET /connect', kind: 'accept-then-drop', times: chance.int(1, 3) })
    local.kill(one)
  },
  'upgrade refused': (local, { one }) => {
    local.fault({ route: 'GET /connect', kind: 'status', status: 503 })
    local.kill(one)
  },
  'upgrade hangs': (local, { one }) => {
    local.fault({ route: 'GET /connect', kind: 'hang' })
    local.kill(one)
  },
  'bad JSON': (local, { one, chance }) =>
    local.sendRaw(one, chance.pick(['{not json', '', 'null', '[]', '{"type":1}'])),
  binary: (local, { one }) => local.sendBinary(one, Buffer.from([0, 255, 1, 254])),
  'unknown frame': (local, { one, chance }) => local.sendSystem(one, chance.pick(['KEEPALIVE', 'REGISTERED', 'later'])),
  'huge frame': (local, { one }) =>
    local.sendRaw(one, JSON.stringify({ type: 'CALLBACK', headers: { topic: 'x' }, data: 'y'.repeat(200 * 1024) })),
  'dead channels': local => local.keepDeadChannels(20_000),
  'sessions expired': local => local.expireSessions(),
  'token revoked': local => local.revokeToken(),
  'card not delivered': local => local.failDelivery('robot not exist'),
}

function spoilConnection(local: LocalDingTalk, around: Around): string | undefined {
  const { chance } = around
  const kind = chance.choose(CONNECTION_FAULTS)
  const able = local.connections().filter(({ state }) => state === 'open')
  if (able.length === 0) return undefined
  SPOILS[kind](local, { ...around, one: chance.pick(able) })
  return kind
}
