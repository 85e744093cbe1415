// opens the post: what is worth telling becomes letters, letters become messages, and cards follow their jobs
import type { LetterPart, Outcome } from '../shared/chat.ts'
import type { Log } from '../shared/log.ts'
import { createNeighbours } from './chat/sibling.ts'
import type { DaemonConfig } from './config.ts'
import type { PostOffice } from './engine/chat-port.ts'
import type { Operations } from './engine/operations/port.ts'
import { type CardKeeper, createCardKeeper } from './notify/cards/keeper.ts'
import { createNotifier } from './notify/notifier.ts'
import { createAppPace, createPostman, type Postman } from './notify/postman.ts'
import type { Ways } from './notify/ways.ts'
import type { Dingtalk } from './open-dingtalk.ts'
import type { Opened } from './open-state.ts'

type Around = {
  readonly opened: Opened
  readonly operations: Operations
  readonly office: PostOffice
  readonly dingtalk: Dingtalk
  /** Prints a message in a terminal, where there is one. */
  readonly print?: (part: LetterPart) => Promise<Outcome>
  readonly tz: string
  readonly log: Log
}

export type Post = Pick<Postman, 'test'> & {
  readonly cards?: CardKeeper
  /** Sends since the start: `way outcome` to how many. */
  readonly sends: ReadonlyMap<string, number>
  start(): void
  /** Notes what is being sent, and sends nothing more. */
  close(): Promise<void>
}

/** Who looks for what people may have meant. */
const LOOKER = { name: 'gander', role: 'viewer', via: 'chat' } as const

/** Makes the post; it does nothing before `start`. */
export function openPost(config: DaemonConfig, around: Around): Post {
  const { opened, operations, office, dingtalk, print, tz, log } = around
  const { clock } = opened
  const { sender, stream } = dingtalk
  const { dingtalkCardTemplateId: templateId, publicUrl } = config
  // both call the app's API, whose limit they share
  const appPace = createAppPace(clock)
  const made = { ways: sender?.card, templateId, tz, appPace, random: Math.random }
  const cards = made.ways && stream ? createCardKeeper({ ...made, ways: made.ways, office, clock, log }) : undefined
  const sends = new Map<string, number>()
  const ways: Ways = { ...dingtalk.ways, ...(print !== undefined && { terminal: print }) }
  const postman = createPostman({
    ...{ office, ways: counted(ways, sends), appPace, clock, log },
    ...(cards !== undefined && templateId !== undefined && { openCard: cards.openCard }),
  })
  const notifier = createNotifier({
    ...{ office, clock, log, suggest: createNeighbours({ operations, clock }, LOOKER) },
    ...(publicUrl !== undefined && { publicUrl }),
  })
  return {
    ...(cards !== undefined && { cards }),
    sends,
    test: postman.test,
    start() {
      for (const one of [cards, notifier, postman]) one?.start()
    },
    async close() {
      await Promise.all([notifier.close(), cards?.close(), postman.close()])
      sender?.close()
    },
  }
}

const WAY_NAMES: Readonly<Record<keyof Ways, string>> = {
  ...{ session: 'session', group: 'api', people: 'api', robot: 'robot', terminal: 'terminal' },
}

/** The same ways, each sending counted by way and how it ended. */
function counted(ways: Ways, sends: Map<string, number>): Ways {
  const wrapped = Object.entries(ways).map(([name, way]) => [
    name,
    async (...args: readonly unknown[]) => {
      const outcome = await (way as (...args: readonly unknown[]) => Promise<Outcome>)(...args)
      const key = `${WAY_NAMES[name as keyof Ways]} ${outcome.class}`
      sends.set(key, (sends.get(key) ?? 0) + 1)
      return outcome
    },
  ])
  return Object.fromEntries(wrapped) as Ways
}
