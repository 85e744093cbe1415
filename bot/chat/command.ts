// a chat command as a row: its words, what it takes, what it changes, and the few lines that carry it out
import type { ZodType } from 'zod'
import type { Asker } from '../../shared/chat.ts'
import type { Id } from '../../shared/ids.ts'
import type { Actor, Role } from '../../shared/job.ts'
import type { Log } from '../../shared/log.ts'
import type { Statement } from '../../shared/statement.ts'
import type { Clock } from '../../shared/time.ts'
import type { Done, MessageDesk } from '../engine/chat-port.ts'
import type { Operations } from '../engine/operations/port.ts'

/** `open`: to everybody, unknown people included. */
export type Effect = 'open' | 'read' | 'write' | 'destroy'

/** What all commands share; made once. */
export type ChatRoom = {
  readonly operations: Operations
  readonly desk: MessageDesk
  readonly clock: Clock
  readonly log: Log
  /** Zone of the instants that people read. */
  readonly tz: string
  /** Base of links; without it there are none. */
  readonly publicUrl?: string
  /** A command over more paths than this asks first. */
  readonly confirmAbove: number
  /** State of the connection to the chat platform, as one line; absent in a terminal. */
  readonly connection?: () => string
  /** Who asked for a job in chat, by the names that they have there. */
  readonly askersOf?: (jobId: Id) => readonly Pick<Asker, 'nick'>[]
  /** Who is known under a staffId. */
  readonly userOf: (staffId: string) => { readonly name: string; readonly role: Role } | undefined
  /** Sends a command to the book of writes. */
  readonly record: (entry: {
    readonly actor: Actor
    readonly what: string
    readonly status: number
    readonly code?: string
  }) => Promise<void>
}

export type Speaker = {
  readonly staffId: string
  readonly nick: string
  readonly user?: { readonly name: string; readonly role: Role }
}

/** One command being carried out. `args` is what its schema made of the statement. */
export type Talk<Args> = {
  readonly room: ChatRoom
  /** Its `chat` names the message: whatever changes because of it, changes once. */
  readonly actor: Actor
  readonly speaker: Speaker
  readonly conversation: { readonly id: string; readonly kind: 'group' | 'direct' }
  readonly args: Args
  /** What an earlier try of the same message changed already, before this process began. */
  readonly done: Done | undefined
  readonly signal: AbortSignal
}

/** What is said back: markdown of the safe profile, outside text already escaped. */
export type Reply = {
  readonly title: string
  readonly text: string
  /** Rather the card of this job, where there are cards. */
  readonly card?: string
}

/** A question about a line that is more exact than what was typed: of a name the number that it means now. */
export type Question = { readonly text: string; readonly line: string }

export type Command<Args = unknown> = {
  /** The first is shown in help. */
  readonly words: readonly string[]
  readonly summary: { readonly zh: string; readonly en: string }
  /** Chinese first, such as `预热 /路径… [副本=n]`; one a line. */
  readonly usage: readonly string[]
  /** Each is executed by a test. */
  readonly examples: readonly string[]
  /** By its arguments where sub-words differ. */
  readonly effect: Effect | ((args: Args) => Effect)
  /** Where the effect differs by sub-word: that of each. */
  readonly subs?: readonly { readonly word: string; readonly effect: Effect }[]
  /** Reads a statement; its issues name the argument, the expectation and the value, in Chinese. */
  readonly args: ZodType<Args, Statement>
  /** The paths at which a cluster is asked to look; whoever waits longer for that is told which. */
  readonly looksAt?: (args: Args) => readonly string[]
  /** What has to be confirmed first: the question, which shows what would happen; undefined when nothing has to. */
  readonly question?: (talk: Talk<Args>) => Promise<string | Question | undefined>
  readonly run: (talk: Talk<Args>) => Promise<Reply>
}
