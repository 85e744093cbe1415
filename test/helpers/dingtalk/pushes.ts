// pushing frames and matching the acks: deadlines, redelivery, orphans
import { randomUUID } from 'node:crypto'
import type { Ack, Connection, DisconnectVariant, Frame, OrphanAck, Push, PushResult } from './shapes.ts'
import type { Live, Sockets } from './sockets.ts'
import { isJson, jsonOf, parseJson, textOf, type World } from './world.ts'

type Waiting = {
  readonly topic: string
  readonly connectionId: string
  readonly sentAt: number
  readonly take: (ack: Ack) => void
}
export type Policy = {
  readonly deadlineMs: number
  readonly attempts: number
  /** An ack that asks for another push. */
  readonly isAgain?: (ack: Ack) => boolean
}
export type Pushes = ReturnType<typeof createPushes>

export function createPushes(world: World, sockets: Sockets) {
  const { happenings, timers, now } = world
  const waiting = new Map<string, Waiting>()
  const over = new Map<string, string>()
  const orphanAcks: OrphanAck[] = []
  const wrongConnection: { readonly messageId: string; readonly pushedOn: string; readonly ackedOn: string }[] = []
  const dropped: { readonly topic: string; readonly data: unknown }[] = []
  const acks: Ack[] = []
  const badFrames: string[] = []
  const appId = randomUUID()
  const pending = new Set<() => void>()

  function toText(live: Live, messageId: string, { type, topic, data, headers }: Frame): string {
    const standing = {
      appId,
      connectionId: live.id,
      contentType: 'application/json',
      messageId,
      time: String(now()),
      topic,
    }
    const text = typeof data === 'string' ? data : JSON.stringify(data)
    return JSON.stringify({ specVersion: '1.0', type, headers: { ...standing, ...headers }, data: text })
  }

  /** Sends one frame and waits for its ack in the ledger; a late or repeated ack is an orphan. */
  function sendTracked(live: Live, frame: Frame, take: (ack: Ack) => void): string {
    const messageId = `${randomUUID().slice(0, 8)}_${now().toString(16)}`
    waiting.set(messageId, { topic: frame.topic, connectionId: live.id, sentAt: now(), take })
    sockets.send(live, toText(live, messageId, frame))
    happenings.tell({ kind: 'pushed', topic: frame.topic, messageId, connectionId: live.id })
    return messageId
  }
  function expire(messageId: string): void {
    if (waiting.delete(messageId)) over.set(messageId, 'expired')
  }

  function push(frame: Frame, policy: Policy): Push {
    const state = {
      ...{ attempts: 0, dropped: false, pushedOn: [] as string[], messageIds: [] as string[] },
      ack: undefined as Ack | undefined,
    }
    const done = new Promise<PushResult>(resolve => {
      const finish = (timeout: boolean): void => {
        pending.delete(giveUp)
        const { ack, attempts, pushedOn } = state
        resolve({ attempts, pushedOn, dropped: state.dropped, timeout, ...(ack === undefined ? {} : { ack }) })
      }
      const giveUp = (): void => finish(true)
      pending.add(giveUp)
      const attempt = (): void => {
        const live = frame.on === undefined ? sockets.choose(frame.type, frame.topic) : sockets.find(frame.on)
        state.attempts += 1
        if (live === undefined) {
          happenings.tell({ kind: 'dropped', topic: frame.topic })
          if (state.attempts === 1) return drop()
          // it is pending since its first push: the next turn may find a connection
          return void timers.after(policy.deadlineMs, next)
        }
        state.pushedOn.push(live.id)
        const messageId = sendTracked(live, frame, ack => {
          stop()
          state.ack = ack
          if (policy.isAgain?.(ack) && state.attempts < policy.attempts) timers.after(policy.deadlineMs, attempt)
          else finish(false)
        })
        state.messageIds.push(messageId)
        const stop = timers.after(policy.deadlineMs, () => {
          expire(messageId)
          next()
        })
      }
      const next = (): void => (state.attempts < policy.attempts ? attempt() : finish(true))
      const drop = (): void => {
        state.dropped = true
        dropped.push({ topic: frame.topic, data: frame.data })
        finish(false)
      }
      attempt()
    })
    return Object.assign(state, { done }) as Push
  }

  sockets.heard.onText = (live, text) => {
    const frame = parseJson(text)
    if (!isJson(frame)) return void badFrames.push(text)
    const messageId = jsonOf(frame['headers'])['messageId']
    if (typeof messageId !== 'string')
      return live.state === 'draining' ? markAcked(live) : orphan(live, undefined, 'no id')
    const known = waiting.get(messageId)
    if (known === undefined) return orphan(live, messageId, over.get(messageId) ?? 'unknown')
    waiting.delete(messageId)
    over.set(messageId, 'repeated')
    if (known.connectionId !== live.id) {
      wrongConnection.push({ messageId, pushedOn: known.connectionId, ackedOn: live.id })
    }
    const at = now()
    const data = typeof frame['data'] === 'string' ? (parseJson(frame['data']) ?? frame['data']) : frame['data']
    const ack: Ack = {
      topic: known.topic,
      messageId,
      connectionId: live.id,
      code: Number(frame['code']),
      data,
      at,
      latencyMs: at - known.sentAt,
    }
    acks.push(ack)
    known.take(ack)
    happenings.tell({ kind: 'ack', ack })
  }
  function markAcked(live: Live): void {
    live.ackedDisconnect = true
  }
  function orphan(live: Live, messageId: string | undefined, why: string): void {
    const one = { messageId, connectionId: live.id, why }
    orphanAcks.push(one)
    happenings.tell({ kind: 'orphan', orphan: one })
  }

  function sendPing(live: Live, echoed: (same: boolean, ack: Ack) => void = () => {}): void {
    const opaque = randomUUID()
    sendTracked(live, { type: 'SYSTEM', topic: 'ping', data: { opaque } }, ack => {
      const same = ack.code === 200 && textOf(jsonOf(ack.data)['opaque']) === opaque
      happenings.tell({ kind: 'echo', connectionId: live.id, same })
      echoed(same, ack)
    })
  }
  /** SYSTEM ping; resolves with whether its data came back unchanged. */
  function ping(of: Connection | string): Promise<{ readonly same: boolean; readonly ack: Ack }> {
    let result: { same: boolean; ack: Ack } | undefined
    sendPing(sockets.find(of), (same, ack) => {
      result = { same, ack }
    })
    return happenings.until(() => result, 'the echo of a ping')
  }
  /** Whoever waits for an ack learns that none comes any more. */
  function end(): void {
    for (const giveUp of [...pending]) giveUp()
  }

  /** Asks to leave, delivers nothing more, cuts after the drain time. Resolves when the connection is over. */
  async function disconnect(of: Connection | string, variant: DisconnectVariant = {}): Promise<void> {
    const live = sockets.find(of)
    const { reason = 'connection is expired', messageId = true, specVersion = true } = variant
    const id = randomUUID()
    if (messageId)
      waiting.set(id, { topic: 'disconnect', connectionId: live.id, sentAt: now(), take: () => markAcked(live) })
    const headers = { contentType: 'application/json', topic: 'disconnect', ...(messageId ? { messageId: id } : {}) }
    const frame = { type: 'SYSTEM', headers, data: JSON.stringify({ reason }) }
    sockets.send(live, JSON.stringify(specVersion ? { specVersion: '1.0', ...frame } : frame))
    if (live.state === 'open') sockets.set(live, 'draining')
    const stop = timers.after(world.options.drainMs, () => live.socket.terminate())
    await new Promise<void>(resolve => {
      if (live.socket.readyState === live.socket.CLOSED) return resolve()
      live.socket.once('close', () => resolve())
    })
    stop()
  }

  if (world.options.pingEveryMs > 0) {
    const round = (): void => {
      for (const live of sockets.live()) sendPing(live)
      timers.after(world.options.pingEveryMs, round)
    }
    timers.after(world.options.pingEveryMs, round)
  }

  return { push, ping, disconnect, acks, orphanAcks, wrongConnection, dropped, badFrames, end }
}
