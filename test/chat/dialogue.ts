// a dialogue with the bot: people say something in a conversation, and hear what comes back, over an engine in memory
import type { ChatRoom } from '../../bot/chat/command.ts'
import { createInbox } from '../../bot/chat/inbox.ts'
import type { LetterRow, Settings } from '../../bot/core/state.ts'
import type { Role } from '../../shared/job.ts'
import type { Log } from '../../shared/log.ts'
import { createReadingRoom, type Play } from './reading.ts'

const ROLES: Readonly<Record<string, Role>> = { ann: 'operator', bob: 'operator', root: 'admin', vic: 'viewer' }

export type DialogueOptions = {
  readonly play?: Play
  readonly settings?: Partial<Settings>
  readonly agent?: boolean
  readonly room?: Partial<ChatRoom>
  readonly groups?: readonly string[]
}

export type SayOptions = {
  /** Default ann, an operator; `eve` is known to nobody, `''` has no staffId. */
  readonly by?: string
  readonly in?: string
  readonly kind?: 'group' | 'direct'
  readonly key?: string
}

/** Who is known under `s-ann` is `ann`. */
export async function createDialogue(options: DialogueOptions = {}) {
  const reading = await createReadingRoom(options)
  /** What happens instead of keeping an answer. */
  const broken: { answered: (() => Promise<void>) | undefined } = { answered: undefined }
  const records: { who: string; what: string; status: number; code?: string }[] = []
  const logged: { message: string; fields: unknown }[] = []
  const keep = (message: string, fields: unknown): void => void logged.push({ message, fields })
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep, child: () => log }
  const room: ChatRoom = {
    ...reading.chat,
    desk: {
      ...reading.messageDesk,
      async answered(key, answer) {
        if (broken.answered !== undefined) return broken.answered()
        await reading.messageDesk.answered(key, answer)
      },
    },
    log,
    userOf: staffId => {
      const name = staffId.replace(/^s-/, '')
      const role = ROLES[name]
      return role === undefined ? undefined : { name, role }
    },
    record: async ({ actor, what, status, code }) => {
      records.push({ who: actor.name, what, status, ...(code !== undefined && { code }) })
    },
    ...options.room,
  }
  const open = () => createInbox({ room, ...(options.groups !== undefined && { groups: options.groups }) })
  let inbox = open()
  let said = 0

  const heardOf = (text: string | undefined, how: SayOptions) => {
    const { by = 'ann', in: id = 'cid', kind = 'group', key = `m${++said}` } = how
    const sender = { staffId: by === '' ? '' : `s-${by}`, nick: by }
    return { key, conversation: { id, kind }, sender, ...(text !== undefined && { text }) }
  }
  const lettersIn = (id: string): LetterRow[] =>
    reading.postOffice.letters().filter(({ place, kind }) => place === `conversation ${id}` && kind === 'answer')
  const textsIn = (id = 'cid'): string[] => lettersIn(id).flatMap(({ parts }) => parts.map(({ text }) => text))

  const dialogue = {
    ...reading,
    ...{ room, records, logged, lettersIn, textsIn, broken },
    get inbox() {
      return inbox
    },
    /** Heard, and answered some time. */
    hear: (text: string | undefined, how: SayOptions = {}) => inbox.hear(heardOf(text, how)),
    /** Heard and answered, and what the agent began has ended; what was answered since. */
    async says(text: string | undefined, how: SayOptions = {}): Promise<string> {
      const id = how.in ?? 'cid'
      const before = new Set(lettersIn(id).map(letter => letter.id))
      await dialogue.hear(text, how)
      await inbox.idle()
      await reading.settled()
      const fresh = lettersIn(id).filter(letter => !before.has(letter.id))
      return fresh.flatMap(({ parts }) => parts.map(part => part.text)).join('\n---\n')
    },
    /** Resolves when so many answers are there. */
    answers: (count: number, id = 'cid') =>
      new Promise<string[]>(resolve => {
        const look = (): void => {
          if (textsIn(id).length < count) return
          stop()
          resolve(textsIn(id))
        }
        const stop = reading.frames.subscribe(look)
        look()
      }),
    /** The code in the newest answer. */
    code: (id = 'cid') => /确认 ([0-9A-Z]{4})\*/.exec(textsIn(id).at(-1) ?? '')?.[1] ?? '',
    /** Heard and done; the process ends before the answer is kept, and another one begins. */
    async saysAndCrashes(text: string, how: SayOptions = {}): Promise<string> {
      const before = new Set(reading.postOffice.letters().map(letter => letter.id))
      const answering = new Promise<void>(resolve => {
        broken.answered = async () => {
          resolve()
          throw new Error('the disk is gone')
        }
      })
      await dialogue.hear(text, how)
      await answering
      broken.answered = undefined
      await dialogue.restart()
      const fresh = reading.postOffice.letters().filter(letter => !before.has(letter.id))
      return fresh.flatMap(({ parts }) => parts.map(part => part.text)).join('\n---\n')
    },
    jobs: () => [...reading.state.jobs.rows()],
    /** Another process over the same state. */
    async restart() {
      await inbox.close()
      inbox = open()
      inbox.start()
      await inbox.idle()
    },
  }
  return dialogue
}

export type Dialogue = Awaited<ReturnType<typeof createDialogue>>
