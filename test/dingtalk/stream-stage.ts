// a stream before the local DingTalk, with a clock that the test moves and ears for everything that it says
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { expect, vi } from 'vitest'
import type { Push, StreamDeps, StreamStatus } from '../../bot/dingtalk/stream/port.ts'
import { createStream } from '../../bot/dingtalk/stream/stream.ts'
import type { Log } from '../../shared/log.ts'
import type { Clock } from '../../shared/time.ts'
import {
  createLocalDingTalk,
  createMovingClock,
  type Fault,
  type LocalOptions,
  TOPIC_CARD,
  TOPIC_ROBOT,
} from '../helpers/dingtalk/local.ts'

export const OPEN = 'POST /v1.0/gateway/connections/open'
export const SECRET = 'a-secret-that-nobody-may-read-42'
const CONSOLE = ['log', 'info', 'warn', 'error', 'debug'] as const

export type Stage = Awaited<ReturnType<typeof createStage>>
type Given = { readonly local?: Partial<LocalOptions>; readonly stream?: Partial<StreamDeps> }

export async function createStage(given: Given = {}) {
  const moving = createMovingClock()
  const local = await createLocalDingTalk({ clientSecret: SECRET, clock: moving, ...given.local })
  const spies = CONSOLE.map(name => vi.spyOn(console, name))
  const begun = countRequests('/v1.0/gateway/connections/open')
  const said: string[] = []
  const pushes: Push[] = []
  const seen: StreamStatus[] = []
  const time = { offset: 0, armed: 0 }
  const clock: Clock = {
    now: () => moving.now() + time.offset,
    after(delayMs, wake) {
      time.armed += 1
      let isOver = false
      const over = (): void => {
        if (!isOver) time.armed -= 1
        isOver = true
      }
      const cancel = moving.after(delayMs, () => {
        over()
        wake()
      })
      return () => {
        over()
        cancel()
      }
    },
  }
  const stream = createStream({
    ...{ clientId: local.options.clientId, clientSecret: SECRET, apiBase: local.base },
    ...{ topics: [TOPIC_ROBOT, TOPIC_CARD], clock, random: () => 0, log: createEar(said) },
    ackWithinMs: topic => (topic === TOPIC_CARD ? 1_800 : 1_000),
    async onPush(push) {
      pushes.push(push)
      return undefined
    },
    ...given.stream,
  })
  stream.onStatus(status => seen.push(status))
  const state = (): StreamStatus['state'] => stream.status().state
  const until = local.until

  const stage = {
    ...{ local, stream, said, pushes, seen, moving, state, until },
    /** Calls that the gateway has heard. */
    dials: () => local.calls(OPEN).length,
    /** Calls to the gateway that were begun. */
    tries: () => begun.count(),
    /** Timers of the stream that wait. */
    timers: () => time.armed,
    spoil: (kind: Fault['kind'], more: Partial<Fault> = {}) => local.fault({ route: OPEN, kind, ...more }),
    spoilUpgrade: (kind: Fault['kind'], more: Partial<Fault> = {}) =>
      local.fault({ route: 'GET /connect', kind, ...more }),
    async connect() {
      stream.start()
      await until(() => state() === 'connected', 'connected')
      return stage.newest()
    },
    /** The newest connection as the server sees it. */
    newest() {
      const found = local.allConnections().at(-1)
      if (found === undefined) throw new Error('nothing ever connected')
      return found
    },
    trouble: (code: string) => until(() => stream.status().trouble?.code === code, `trouble ${code}`),
    /** As after so many dials, each settled: state is no longer `connecting`. */
    dialled: (times: number) => until(() => begun.count() >= times && state() !== 'connecting'),
    /** Lets time pass; whatever is being dialled meanwhile gets the time to open. */
    async pass(ms: number, isEnough: () => boolean = () => false) {
      const stepMs = 2_500
      for (let left = ms; left > 0 && !isEnough(); left -= stepMs) {
        await moving.pass(Math.min(left, stepMs), stepMs)
        await until(() => begun.count() <= stream.status().reconnects + 1, 'what was dialled to open')
      }
    },
    /** The wall clock jumps; timers know nothing of it. */
    jump(ms: number) {
      time.offset += ms
    },
    /** Closes everything; fails when something is left, was printed, or gave a secret away. */
    async end() {
      const closing = stream.close()
      await moving.pass(10_000)
      await closing
      expect(state()).toBe('closed')
      expect(time.armed).toBe(0)
      // a server that reads nothing cannot see that its peer has gone
      for (const connection of local.connections()) if (connection.state === 'half-open') local.kill(connection)
      await until(() => local.connections().length === 0, 'no connection left')
      expect(local.wrongConnection).toEqual([])
      expect(local.badFrames).toEqual([])
      expect(spies.flatMap(spy => spy.mock.calls)).toEqual([])
      const words = [...said, JSON.stringify(seen), JSON.stringify(stream.status())].join('\n')
      for (const secret of [SECRET, 'ticket=', ...local.allConnections().map(({ ticket }) => ticket)])
        expect(words).not.toContain(secret)
      vi.restoreAllMocks()
      begun.stop()
      await local.close()
    },
  }
  return stage
}

/** Counts the requests of this process to a path, from when they are begun. */
function countRequests(path: string) {
  const channel = 'http.client.request.start'
  let count = 0
  const hear = (message: unknown): void => {
    if ((message as { request: { path: string } }).request.path === path) count += 1
  }
  subscribe(channel, hear)
  return { count: () => count, stop: () => unsubscribe(channel, hear) }
}

/** A log that keeps every line whole, stacks and causes included. */
function createEar(said: string[]): Log {
  const hear =
    (level: string) =>
    (message: string, fields: unknown = {}): void =>
      void said.push(`${level} ${message} ${inspect(fields, { depth: 8 })}`)
  const ear: Log = {
    ...{ debug: hear('debug'), info: hear('info'), warn: hear('warn'), error: hear('error') },
    child: () => ear,
  }
  return ear
}
