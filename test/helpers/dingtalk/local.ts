// a DingTalk of one's own on the loopback: gateway, socket, webhooks, robot API and cards, for tests and for trying out
import { createCardCalls } from './card-calls.ts'
import { createCards } from './cards.ts'
import type { MovingClock } from './clock.ts'
import { createEntrance } from './entrance.ts'
import { calm } from './happenings.ts'
import { createPeople, GROUP, TOPIC_CARD, TOPIC_ROBOT } from './people.ts'
import { createPushes } from './pushes.ts'
import { createRobotApi } from './robot-api.ts'
import type {
  Call,
  CallFilter,
  Connection,
  Fault,
  Frame,
  Handler,
  Line,
  LocalOptions,
  Push,
  Template,
} from './shapes.ts'
import { createSockets } from './sockets.ts'
import { createWall } from './wall.ts'
import { createWeb, isTaken } from './web.ts'
import { createWebhooks } from './webhooks.ts'
import { CARD_TEMPLATE, createWorld } from './world.ts'

export { createMovingClock } from './clock.ts'
export type * from './shapes.ts'
export { toSign } from './webhooks.ts'
export { CARD_TEMPLATE, GROUP, TOPIC_CARD, TOPIC_ROBOT }

export type LocalDingTalk = Awaited<ReturnType<typeof createLocalDingTalk>>
const SYSTEM = ['ping', 'disconnect']
type Of = Connection | string

/** Starts one on 127.0.0.1. `base` is what DINGTALK_API_BASE and DINGTALK_OAPI_BASE are set to; `close()` ends everything. */
export async function createLocalDingTalk(given: Partial<LocalOptions> = {}) {
  const world = createWorld(given)
  const { happenings, options } = world
  const web = createWeb(world)
  const entrance = createEntrance(world, web)
  const wall = createWall(world)
  const webhooks = createWebhooks(world, web, wall)
  const cards = createCards(world, wall)
  createRobotApi(world, web, wall)
  createCardCalls(world, web, cards)
  const sockets = createSockets(world, web, entrance)
  const pushes = createPushes(world, sockets)
  const people = createPeople(world, { wall, webhooks, pushes, cards })
  world.state.base = await web.listen()

  const view = (conversationId: string, userId?: string): readonly Line[] =>
    wall.lines(line => line.conversationId === conversationId && line.kind !== 'person', userId)

  return {
    ...{ options, base: world.state.base, view },
    ...people,

    // what a test looks at
    /** As `view`, with what the people wrote. */
    talk: (conversationId: string, userId?: string) =>
      wall.lines(line => line.conversationId === conversationId, userId),
    robotView: (token: string): readonly Line[] => wall.lines(line => line.token === token),
    calls: web.calls,
    connections: (): readonly Connection[] => sockets.live(),
    /** Every connection there ever was. */
    allConnections: (): readonly Connection[] => sockets.all(),
    ...{ acks: pushes.acks, orphanAcks: pushes.orphanAcks, wrongConnection: pushes.wrongConnection },
    ...{ dropped: pushes.dropped, badFrames: pushes.badFrames },
    card: cards.get,
    cards: cards.all,
    peakPerMinute: webhooks.peakPerMinute,
    directOf: world.directOf,
    tokenNow: entrance.tokenNow,

    // what a test awaits; each has a deadline of its own
    ...{ next: happenings.next, until: happenings.until, on: happenings.on },
    nextConnection: (): Promise<Connection> => calm(happenings.next('opened').then(({ connection }) => connection)),
    /** This one, or any; answers at once when it is over already. */
    closed: (of: Of): Promise<Connection> =>
      happenings.until(() => (['closed', 'dead'].includes(sockets.find(of).state) ? sockets.find(of) : undefined)),
    nextClose: (): Promise<Connection> => calm(happenings.next('closed').then(({ connection }) => connection)),
    nextLine(conversationId?: string): Promise<Line> {
      const isIt = (line: Line): boolean =>
        line.kind !== 'person' && (conversationId === undefined || line.conversationId === conversationId)
      return calm(happenings.next('visible', ({ line }) => isIt(line)).then(({ line }) => line))
    },
    nextCall: (filter: CallFilter): Promise<Call> =>
      calm(happenings.next('call', ({ call }) => isTaken(call, filter)).then(({ call }) => call)),
    /** Of a robot message, a click or an event; echoes of pings do not count. */
    nextAck: () => calm(happenings.next('ack', ({ ack }) => !SYSTEM.includes(ack.topic)).then(({ ack }) => ack)),
    /** As soon as so many lines (one, unless told) of the robot stand there, counted from the beginning. */
    lines: (conversationId: string, atLeast = 1): Promise<readonly Line[]> =>
      happenings.until(
        () => (view(conversationId).length >= atLeast ? view(conversationId) : undefined),
        `${atLeast} lines in ${conversationId}`,
      ),
    /** As soon as so many connections are live. */
    connected: (atLeast = 1): Promise<readonly Connection[]> =>
      happenings.until(() => (sockets.live().length >= atLeast ? sockets.live() : undefined), `${atLeast} connections`),

    // what a test arranges
    addGroup: (id: string, title = id) => void world.groups.set(id, title),
    addUser: (staffId: string) => void world.users.add(staffId),
    addTemplate: (id: string, template: Template) => void cards.templates.set(id, template),
    addRobot: webhooks.addRobot,
    openSession: webhooks.openSession,
    ...{ expireSessions: webhooks.expireSessions, revokeToken: entrance.revokeToken },
    ...{ deny: entrance.deny, allow: entrance.allow },
    throttled: world.throttled,
    /** The next deliveries of cards are answered with 200 and fail all the same. */
    failDelivery(errorMsg: string, times = 1): void {
      world.state.undelivered.push(...Array<string>(times).fill(errorMsg))
    },
    fault: (fault: Fault) => web.faults.add(fault),
    clearFaults: () => web.faults.clear(),
    /** More routes, for the page of `main.ts`. */
    route: (name: string | RegExp, handler: Handler) => web.route(name, handler),
    /** Moves the clock that was handed in, when it is one that can be moved. */
    advance(ms: number): void {
      const clock = options.clock as Partial<MovingClock>
      if (clock.advance === undefined) throw new Error('the clock of this local DingTalk cannot be moved')
      clock.advance(ms)
    },

    // frames and the faults of connections
    /** Pushes on a random connection that subscribed to it, or on a given one, as robot messages are pushed. */
    pushFrame: (frame: Frame): Push =>
      pushes.push(frame, { deadlineMs: options.retryMs, attempts: options.robotRetry ? options.maxAttempts : 1 }),
    ...{ ping: pushes.ping, disconnect: pushes.disconnect, kill: sockets.kill, halfOpen: sockets.halfOpen },
    /** The TCP connection and its pongs stay healthy, but nothing is delivered any more; what is pushed on it is lost. */
    silence: (of: Of) => void sockets.set(of, 'silent'),
    /** A SYSTEM frame that no document knows: KEEPALIVE, CONNECTED, REGISTERED or any other. */
    sendSystem: (of: Of, topic: string) =>
      sockets.send(
        sockets.find(of),
        JSON.stringify({
          specVersion: '1.0',
          type: 'SYSTEM',
          headers: { topic, time: String(world.now()) },
          data: '{}',
        }),
      ),
    /** Any text, `{not json` for instance. */
    sendRaw: (of: Of, text: string) => sockets.send(sockets.find(of), text),
    sendBinary: (of: Of, bytes: Buffer) => sockets.send(sockets.find(of), bytes),
    /** From now on a vanished client's channel counts as alive for so long. */
    keepDeadChannels(ms: number): void {
      world.state.deadChannelMs = ms
    },

    async close(): Promise<void> {
      world.timers.end()
      pushes.end()
      happenings.end()
      sockets.close()
      await web.close()
    },
  }
}
