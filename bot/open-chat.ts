// opens the chat: what is heard becomes commands, what happens becomes letters, and both survive a restart
import type { Readable, Writable } from 'node:stream'
import { type LetterDraft, ROBOT } from '../shared/chat.ts'
import type { Log } from '../shared/log.ts'
import { SECOND, toInstant } from '../shared/time.ts'
import { createClicks } from './chat/click.ts'
import type { ChatRoom } from './chat/command.ts'
import { createInbox, type Inbox } from './chat/inbox.ts'
import { toNick } from './chat/people.ts'
import { createTerminal, SPEAKERS, type SpeakerName, type Terminal } from './chat/terminal.ts'
import { type ChatParts, checkChat, toChatVitals, toCheck, toConnectionLine } from './chat-state.ts'
import type { Click } from './dingtalk/click.ts'
import type { CardRow, PostOffice } from './engine/chat-port.ts'
import { createMessageDesk } from './engine/message-desk.ts'
import type { ChatVitals, Check, Operations } from './engine/operations/port.ts'
import { createPostOffice } from './engine/post-office.ts'
import { openDingtalk } from './open-dingtalk.ts'
import { openPost } from './open-post.ts'
import type { Opened } from './open-state.ts'
import type { Told } from './told.ts'

/** Somebody's terminal as a conversation, for developers. Who may speak there is the file's business: its staffIds. */
export type AtTerminal = { readonly input: Readable; readonly output: Writable }

type Rooms = {
  readonly opened: Opened
  readonly operations: Operations
  readonly log: Log
  readonly terminal?: AtTerminal
}

export type Chat = {
  /** Connects, and takes up what an earlier process left undone. */
  start(): void
  /** Each way to the chat; sends nothing. */
  check(): Promise<readonly Check[]>
  /** One test message to the group of each robot. */
  testSends(): Promise<readonly Check[]>
  vitals(): ChatVitals | undefined
  /** Resolves when the terminal's input is over; never without a terminal. */
  readonly over: Promise<void>
  close(): Promise<void>
}

/** Above so many paths a command asks first, unless the file says otherwise. */
const CONFIRM_ABOVE = 50

/** Makes the chat. Without a bot, a robot and a terminal nothing of it does anything. */
export function openChat(told: Told, { opened, operations, log, terminal }: Rooms): Chat {
  const { clock } = opened
  const office = createPostOffice({ ...opened, log })
  const room = toRoom(told, { opened, operations, office, log, connection: () => toConnectionLine(parts) })
  const groups = told.file.chat?.groups
  const inbox = createInbox({ room, groups })
  const clicks = createClicks({ room, groups })
  const dingtalk = openDingtalk(
    told.config,
    {
      hear: inbox.hear,
      click: click => carryOut(click, { room, office, clicks, log }),
      onOverQuota: code => void office.write(toQuotaAlarm(code)).catch(cause => log.error('no alarm', { cause })),
    },
    { clock, log },
  )
  const screen = terminal === undefined ? undefined : openTerminal(terminal, { inbox, room })
  const print = screen?.print
  const post = openPost(told.config, {
    ...{ opened, operations, office, dingtalk, tz: room.tz, log },
    ...(print !== undefined && { print }),
  })
  const { stream } = dingtalk
  const parts: ChatParts = { ...dingtalk, ...post, office, now: clock.now }
  return {
    start() {
      for (const one of [inbox, post, stream]) one?.start()
    },
    check: () => checkChat(parts),
    async testSends() {
      const tested = await post.test()
      return tested.map(({ channel, outcome }) => toCheck(`dingtalk custom ${channel}`, 'test message sent', outcome))
    },
    vitals: () => toChatVitals(parts),
    over: screen?.closed ?? new Promise(() => {}),
    async close() {
      // nothing more is heard, what is being answered is kept, what is being sent is noted
      await Promise.all([stream?.close(), screen?.close()])
      await inbox.close()
      await post.close()
    },
  }
}

type Making = Pick<Rooms, 'opened' | 'operations' | 'log'> & {
  readonly office: Pick<PostOffice, 'story'>
  readonly connection: () => string
}

function toRoom({ config, file }: Told, { opened, operations, office, log, connection }: Making): ChatRoom {
  const { clock, audit } = opened
  const people = new Map(file.users.flatMap(({ name, role, staffIds }) => staffIds.map(id => [id, { name, role }])))
  return {
    ...{ operations, clock, log, desk: createMessageDesk(opened), connection },
    tz: config.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    confirmAbove: file.chat?.confirmAbove ?? CONFIRM_ABOVE,
    ...(config.publicUrl !== undefined && { publicUrl: config.publicUrl.replace(/\/+$/, '') }),
    askersOf: jobId => office.story(jobId)?.askers ?? [],
    userOf: staffId => people.get(staffId),
    record: ({ actor, ...entry }) =>
      audit.record({
        ...{ at: toInstant(clock.now()), user: actor.name, role: actor.role, via: 'chat', view: 'chat', ...entry },
        ...(actor.chat !== undefined && { from: actor.chat.place }),
      }),
  }
}

type Clicking = {
  readonly room: ChatRoom
  readonly office: PostOffice
  readonly clicks: ReturnType<typeof createClicks>
  readonly log: Log
}
const STAFF_ID = 1
const STRANGE_CARD = '这里不认识这张卡片：可能刚刚建立、早已失效，或属于另一个服务。请稍后再点，或改用文字命令'

// what came with the click is only a key: which job it is about is what we know of the card
async function carryOut(
  click: Click,
  { room, office, clicks, log }: Clicking,
): Promise<Readonly<Record<string, string>>> {
  const card = await findCard(office, room.clock, click.outTrackId)
  if (card === undefined) {
    const hint = 'it is old, not yet written down, or of another daemon that connects with the same client id'
    log.warn('a click on a card that is not known here', { card: click.outTrackId.slice(0, 100), hint })
    // its buttons stay: of a card that is only just being made they would be gone for good
    return { detail: STRANGE_CARD }
  }
  const staffId = click.userIdType === STAFF_ID ? click.userId : ''
  const nick = toNick(staffId, office.story(card.jobId)?.askers ?? [], room)
  const clicked = await clicks({ action: click.action, jobId: card.jobId, staffId, nick, place: card.place })
  return { detail: clicked.text, ...(clicked.done && click.action === 'cancel' && { showCancel: 'false' }) }
}

/** Whoever sees a card may click before the answer to its making is back: it is waited for, and not for long. */
const CARD_WITHIN_MS = SECOND

function findCard(office: PostOffice, clock: ChatRoom['clock'], id: string): Promise<CardRow | undefined> {
  return new Promise(resolve => {
    const found = office.card(id)
    if (found !== undefined) return resolve(found)
    const end = (): void => {
      undo()
      cancel()
      resolve(office.card(id))
    }
    const undo = office.onNews(({ cards }) => {
      if (cards && office.card(id) !== undefined) end()
    })
    const cancel = clock.after(CARD_WITHIN_MS, end)
  })
}

function toQuotaAlarm(code: string): LetterDraft {
  const title = '告警：钉钉调用额度已用完'
  const text = `${title}（${code}）\n收到的消息没有正文，机器人暂时无法响应命令。请改用 HTTP 接口或 gander 命令行，并联系钉钉管理员增加额度。`
  return { place: ROBOT, kind: 'result', alarm: true, parts: [{ format: 'text', title, text, mentions: [] }] }
}

function openTerminal(at: AtTerminal, { inbox, room }: { inbox: Inbox; room: ChatRoom }): Terminal {
  const people = Object.fromEntries(SPEAKERS.map(name => [name, { staffId: name, nick: name }]))
  return createTerminal({
    ...{ ...at, desk: { heard: inbox.hear }, clock: room.clock, speaker: 'admin' },
    people: people as Record<SpeakerName, { staffId: string; nick: string }>,
  })
}
