// the post over an in-memory engine: jobs end when told, ways answer as told, the clock stands still until it is moved

import type { Published } from '../../bot/core/events.ts'
import { createState, type Settings, TABLE_NAMES } from '../../bot/core/state.ts'
import { createBus } from '../../bot/engine/bus.ts'
import { createEngine } from '../../bot/engine/engine.ts'
import { createPostOffice } from '../../bot/engine/post-office.ts'
import { fillState, newestId } from '../../bot/engine/restore.ts'
import { createNotifier, type NotifierDeps } from '../../bot/notify/notifier.ts'
import { createPostman, type PostmanDeps } from '../../bot/notify/postman.ts'
import type { Ways } from '../../bot/notify/ways.ts'
import { RECORD_PARSERS } from '../../bot/store/records.ts'
import { type Channel, type LetterDraft, type LetterPart, type Outcome, ROBOT } from '../../shared/chat.ts'
import { createIds } from '../../shared/ids.ts'
import type { Job } from '../../shared/job.ts'
import { createLog } from '../../shared/log.ts'
import { type Clock, MINUTE, SECOND, toInstant } from '../../shared/time.ts'
import type { Ending } from '../../shared/wire.ts'
import { toHeard, typed } from '../core/talk.ts'
import { findings, measured, must, ROOT } from '../core/world.ts'
import { createEngineRoom } from '../engine/room.ts'

export const GROUP = 'conversation cid1'

/** One message as it left, or tried to. */
export type Sent = {
  readonly channel: Channel
  readonly to: string
  readonly part: LetterPart
  readonly at: number
  readonly uuid?: string
  readonly outcome: Outcome
}

export const SENT: Outcome = { class: 'sent' }
export const failed = (kind: Exclude<Outcome['class'], 'sent'>, waitMs?: number): Outcome => ({
  ...{ class: kind, code: `c-${kind}`, en: kind, zh: kind },
  ...(waitMs !== undefined && { waitMs }),
})

/** A load that ended with files missing. */
export const MISSING: Partial<Ending> = {
  findings: findings({ before: measured(4, 0), after: measured(4, 1), missingTotal: 3, missingByCause: { gone: 3 } }),
}
export const ABSENT: Partial<Ending> = {
  findings: findings({ trouble: { cause: 'no-such-path', message: 'gone' } }),
}

type Script = (sent: Omit<Sent, 'outcome'>) => Outcome | Promise<Outcome>

/** Ways that note what goes over them; `script` says how each sending ends. */
export function createWays(clock: { now(): number }) {
  const sent: Sent[] = []
  const script: { way: Script } = { way: () => SENT }
  const send = async (one: Omit<Sent, 'outcome' | 'at'>): Promise<Outcome> => {
    const asked = { ...one, at: clock.now() }
    const outcome = await script.way(asked)
    sent.push({ ...asked, outcome })
    return outcome
  }
  const ways: Ways = {
    session: ({ url }, part) => send({ channel: 'session', to: url, part }),
    group: (to, part) => send({ channel: 'api', to, part }),
    people: (staffIds, part) => send({ channel: 'api', to: `people ${staffIds}`, part }),
    robot: (part, uuid) => send({ channel: 'robot', to: 'robot', part, uuid }),
    terminal: part => send({ channel: 'terminal', to: 'terminal', part }),
  }
  return { ways, sent, script }
}

export function draft(title: string, more: Partial<LetterDraft> = {}): LetterDraft {
  const part: LetterPart = { format: 'markdown', title, text: title, mentions: [] }
  return { place: GROUP, kind: 'result', alarm: false, parts: [part], ...more }
}

type Given = {
  readonly settings?: Partial<Settings>
  readonly ways?: (all: Ways, clock: Clock) => Ways | Promise<Ways>
  readonly postman?: Partial<PostmanDeps>
  readonly notifier?: Partial<NotifierDeps>
}

/** An agent stands ready, the notifier and the postman are at work. */
export async function createStage(given: Given = {}) {
  const room = createEngineRoom({ settings: { robot: true, ...given.settings } })
  await room.connect()
  const { ways: all, sent, script } = createWays(room.clock)
  const ways = (await given.ways?.(all, room.clock)) ?? all
  const lines: string[] = []
  const write = (fields: unknown, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const log = createLog({ debug: write, info: write, warn: write, error: write }, value => value)
  const deps = { office: room.postOffice, clock: room.clock, log }
  const postman = createPostman({ ...deps, ways, ...given.postman })
  const notifier = createNotifier({ ...deps, ...given.notifier })
  let serial = 0
  const stage = {
    ...{ room, office: room.postOffice, ways, sent, script, lines, log, postman, notifier },
    titles: () => sent.map(({ part }) => part.title),
    start() {
      notifier.start()
      postman.start()
    },
    /** Somebody says something in the group: it has a session for so long. */
    async hear(sessionMs = 90 * MINUTE, id = 'cid1') {
      serial += 1
      const session = {
        url: `https://oapi.dingtalk.com/s/${id}/${serial}`,
        expiresAt: toInstant(room.clock.now() + sessionMs),
      }
      await room.messageDesk.heard(toHeard(`heard ${serial}`, { conversation: { id, kind: 'group' }, session }))
      return session.url
    },
    /** A load that is asked for in the group, or by name through HTTP. */
    async load(paths: readonly string[], as: 'group' | { readonly name: string }): Promise<Job> {
      serial += 1
      const actor = as === 'group' ? typed(`ask ${serial}`, { as: ROOT }) : ROOT
      const request = { action: 'load' as const, paths: [...paths], options: {} }
      const named = as === 'group' ? request : { ...request, name: as.name }
      return (await room.operations.submitJob(actor, named)).job
    },
    /** Its tasks end so, one after the other. */
    async end(job: Job, ...lasts: Partial<Ending>[]) {
      let at = 0
      for (const { id } of [...room.postOffice.tasksOf(job.id)]) {
        await room.end(await room.start(id), lasts[at] ?? lasts.at(-1))
        at += 1
      }
    },
    /** A load from beginning to end. */
    async run(path: string, as: 'group' | { readonly name: string } = 'group', last: Partial<Ending> = {}) {
      const job = await stage.load([path], as)
      await stage.end(job, last)
      return job
    },
    async pass(ms: number, stepMs = SECOND) {
      for (let left = ms; left > 0; left -= stepMs) {
        room.move(Math.min(left, stepMs))
        await calm()
      }
      if (ms === 0) await calm()
    },
    /** As after a crash: other processes over what is saved; what the first ones do from now on does not count. */
    async restart(more: Partial<PostmanDeps> = {}) {
      const state = createState()
      const stored = await room.store.load()
      fillState(
        state,
        new Map(
          TABLE_NAMES.map(name => [
            name,
            new Map(
              Array.from(stored.get(name) ?? [], ([id, row]) => [
                id,
                RECORD_PARSERS[name](JSON.parse(JSON.stringify(row))),
              ]),
            ),
          ]),
        ),
      )
      const frames = createBus<Published>(log)
      const ids = createIds(newestId(state))
      const { store, clock, settings } = room
      const engine = createEngine({ state, store, clock, ids, settings, bus: frames, log })
      await engine.dispatch({ type: 'daemon.started' })
      const office = createPostOffice({ state, engine, frames, output: room.output })
      const next = {
        office,
        postman: createPostman({ office, clock, log, ways, ...given.postman, ...more }),
        notifier: createNotifier({ office, clock, log, ...given.notifier }),
      }
      next.notifier.start()
      next.postman.start()
      return next
    },
    async close() {
      const closing = Promise.all([notifier.close(), postman.close()])
      await calm()
      // what hangs is waited for as long as it is said
      room.move(5 * SECOND)
      await closing
    },
  }
  stage.start()
  return stage
}

/** Lets what is under way in this process come to rest; nothing in it waits for anything but the clock. */
export async function calm(): Promise<void> {
  for (let turn = 0; turn < 25; turn += 1) await new Promise<void>(resolve => setImmediate(resolve))
}

/** The most of these instants within any minute. */
export function peakPerMinute(at: readonly number[]): number {
  return Math.max(0, ...at.map(from => at.filter(one => one >= from && one < from + MINUTE).length))
}

export { must, ROBOT }
