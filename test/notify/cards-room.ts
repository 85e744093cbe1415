// a card keeper over the real engine in memory, on a clock that the test moves, and whatever ways to show cards it is given

import { createMessageDesk } from '../../bot/engine/message-desk.ts'
import { createPostOffice } from '../../bot/engine/post-office.ts'
import { type CardKeeper, type CardKeeperDeps, type CardWays, createCardKeeper } from '../../bot/notify/cards/keeper.ts'
import { type CardOpening, type Outcome, toConversation, toStaff } from '../../shared/chat.ts'
import type { Id } from '../../shared/ids.ts'
import type { Actor } from '../../shared/job.ts'
import { DAY, toInstant } from '../../shared/time.ts'
import type { Findings } from '../../shared/verdict.ts'
import { findings, measured, START } from '../core/world.ts'
import { createEngineRoom } from '../engine/room.ts'
import { createHeardLog } from '../helpers/room.ts'

export const GROUP = 'cidLocalGroup=='
export const DIRECT = 'cidDirect=='
export const STAFF = '0147'
export const TZ = 'Asia/Shanghai'
export const AT_GROUP = toConversation(GROUP)
export const AT_DIRECT = toConversation(DIRECT)
export const AT_STAFF = toStaff(STAFF)

export type Told = { readonly id: string; readonly at: number; readonly variables: Readonly<Record<string, string>> }
export type Opened = { readonly at: number; readonly card: CardOpening }

/** Ways that do what they are told: outcomes are taken from the front of a list, and all is well when it is empty. */
export function createScriptedWays(now: () => number) {
  const opened: Opened[] = []
  const told: Told[] = []
  const openings: (Outcome | Promise<Outcome>)[] = []
  const updates: (Outcome | Promise<Outcome>)[] = []
  const ways: CardWays = {
    async open(card) {
      opened.push({ at: now(), card })
      return (await openings.shift()) ?? { class: 'sent' }
    },
    async update(id, variables) {
      told.push({ id, at: now(), variables })
      return (await updates.shift()) ?? { class: 'sent' }
    },
  }
  return { ways, opened, told, openings, updates }
}

export type Script = ReturnType<typeof createScriptedWays>

export const fails = (kind: Exclude<Outcome['class'], 'sent'>, code: string = kind, waitMs?: number): Outcome => ({
  ...{ class: kind, code, en: `en ${code}`, zh: `zh ${code}` },
  ...(waitMs !== undefined && { waitMs }),
})

type Room = ReturnType<typeof createEngineRoom>

/** Lets everything that is due now happen, sockets included, while `busy()`; the clock does not move. */
export async function settle(busy: () => boolean = () => false): Promise<void> {
  const deadline = performance.now() + 5_000
  for (let calm = 0; calm < 12; calm = busy() ? 0 : calm + 1) {
    if (performance.now() > deadline) throw new Error('what is under way does not end')
    await new Promise<void>(resolve => setImmediate(resolve))
  }
}

type Given = { readonly room?: Room; readonly session?: (conversationId: string) => string }

export async function createCardsRoom(given: Given = {}) {
  const room = given.room ?? createEngineRoom()
  const { state, engine, frames, output } = room
  const office = createPostOffice({ state, engine, frames, output })
  const desk = createMessageDesk({ state, engine })
  const { log, heard } = createHeardLog()
  const script = createScriptedWays(room.clock.now)
  const keepers = new Set<CardKeeper>()
  let asked = 0
  let inFlight = 0
  const rest = (): Promise<void> => settle(() => inFlight > 0)

  /** The same ways; the clock stands still while a call of them goes on. */
  function counted<Verbs extends object>(ways: Verbs): Verbs {
    const count =
      (verb: (...given: unknown[]) => Promise<unknown>) =>
      async (...given: unknown[]): Promise<unknown> => {
        inFlight += 1
        return await verb(...given).finally(() => {
          inFlight -= 1
        })
      }
    return Object.fromEntries(Object.entries(ways).map(([name, verb]) => [name, count(verb)])) as Verbs
  }

  const sessionOf = given.session ?? (() => 'https://oapi.dingtalk.com/robot/sendBySession?session=s')
  await hearFrom(desk, { id: GROUP, kind: 'group', url: sessionOf(GROUP) })
  await hearFrom(desk, { id: DIRECT, kind: 'direct', url: sessionOf(DIRECT) })
  await engine.dispatch({ type: 'daemon.started' })
  await room.connect()

  return {
    ...{ room, office, script, heard, rest, counted, log, clock: room.clock },
    /** A keeper over this engine: a second one is what a restart makes. */
    keeper(more: Partial<CardKeeperDeps> = {}): CardKeeper {
      const { ways = script.ways, ...rest } = more
      const deps = { office, templateId: 't.schema', tz: TZ, clock: room.clock, log, random: () => 0, ...rest }
      const keeper = createCardKeeper({ ...deps, ways: counted(ways) })
      keepers.add(keeper)
      return keeper
    },
    /** Somebody asks for a load in chat. */
    async ask(paths: readonly string[] = ['/data/a'], place = AT_GROUP, cluster = 'default') {
      asked += 1
      const chat = { place, staffId: STAFF, nick: '张三', message: `m${asked}` }
      const actor: Actor = { name: 'ann', role: 'admin', via: 'chat', chat }
      const { jobId, taskIds } = await engine.dispatch({
        ...{ type: 'job.submit', actor, view: 'native', cluster },
        asks: paths.map(path => ({ action: 'load', path, options: {} })),
      })
      if (jobId === undefined || taskIds === undefined) throw new Error('no job')
      return { jobId, taskIds, actor }
    },
    /** The answer to that, as a letter that would rather be a card. */
    async letter(jobId: Id, place = AT_GROUP) {
      const parts = [{ format: 'markdown' as const, title: '已受理', text: '已受理', mentions: [] }]
      const id = await office.write({ place, kind: 'answer', alarm: false, parts, card: jobId })
      const letter = office.letters().find(row => row.id === id)
      if (letter === undefined) throw new Error('no letter')
      return letter
    },
    /** Time passes a second at a time, and everything due is done. */
    async pass(ms: number, stepMs = 1_000): Promise<void> {
      for (let left = ms; left > 0; left -= stepMs) {
        room.move(Math.min(left, stepMs))
        await rest()
      }
    },
    progress: (allocation: Id, bytesDone: number) =>
      room.report({
        ...{ type: 'progress', allocation },
        progress: { at: toInstant(room.clock.now()), source: 'sample', bytesDone, bytesTotal: 100 },
      }),
    end: (allocation: Id, more: Partial<Findings> = {}) =>
      room.end(allocation, { findings: findings({ before: measured(3, 0), after: measured(3, 3), ...more }) }),
    card: () => {
      const [card] = office.cards()
      if (card === undefined) throw new Error('no card is open')
      return card
    },
    async close(): Promise<void> {
      for (const keeper of keepers) await keeper.close()
      await engine.close()
    },
  }
}

export type CardsRoom = Awaited<ReturnType<typeof createCardsRoom>>

async function hearFrom(
  desk: ReturnType<typeof createMessageDesk>,
  { url, ...conversation }: { readonly id: string; readonly kind: 'group' | 'direct'; readonly url: string },
): Promise<void> {
  const session = { url, expiresAt: toInstant(START + DAY) }
  const sender = { staffId: STAFF, nick: '张三' }
  await desk.heard({ key: `hello ${conversation.id}`, text: '帮助', conversation, sender, session })
}
