// what the rooms that talk may say and read of the state: the desk of messages, and the post office of letters, notices and cards
import type { LineCounts } from '../../shared/allocation.ts'
import type { Asker, Channel, Heard, LetterDraft, Outcome } from '../../shared/chat.ts'
import type { Id } from '../../shared/ids.ts'
import type { Job, Task } from '../../shared/job.ts'
import type { Instant } from '../../shared/time.ts'
import type {
  CardRow,
  ConversationRow,
  Done,
  JobNotice,
  LetterRow,
  MessageRow,
  MeterRow,
  NoticeRow,
  SlotNotice,
} from '../core/state.ts'

export type { CardRow, ConversationRow, Done, JobNotice, LetterRow, MessageRow, MeterRow, NoticeRow, SlotNotice }

/** How a message is answered. */
export type MessageAnswer = {
  readonly letters: readonly LetterDraft[]
  /** It is answered by a question about this line, to be confirmed with this code. */
  readonly question?: { readonly code: string; readonly line: string }
  readonly toldUnlisted?: boolean
}

/** The chat's side: what was heard is kept until it is answered. */
export type MessageDesk = {
  /** Resolves when it is on disk; a redelivery is `repeated`. */
  heard(heard: Heard): Promise<{ readonly repeated: boolean }>
  /** Heard and not answered, oldest first. */
  open(): readonly MessageRow[]
  /** What that message changed already: told again, not done again. */
  doneOf(key: string): Done | undefined
  conversation(id: string): ConversationRow | undefined
  /** The newest question that a person was asked in a conversation, even by an earlier process. */
  lastQuestion(
    conversationId: string,
    staffId: string,
  ): { readonly code: string; readonly line: string; readonly at: string } | undefined
  /** Its letters are on their way when this resolves; nothing happens when it was answered before. */
  answered(key: string, answer: MessageAnswer): Promise<void>
  /** Something said before the answer is there. */
  say(letter: LetterDraft): Promise<void>
}

/** All that a summary tells of a job. */
export type Story = {
  readonly job: Job
  readonly askers: readonly Asker[]
  /** The worst first, at most ten. */
  readonly worst: readonly Task[]
  /** The zone of its schedule, when it is the run of one that is still there. */
  readonly zone?: string
}

/** What changed in one frame, as far as it concerns the post. */
export type PostNews = {
  readonly notices: boolean
  /** Letters changed, or somebody spoke, whose session may take some. */
  readonly letters: boolean
  readonly cards: boolean
  readonly jobs: readonly Id[]
}

export type Tried = {
  readonly letterId: Id
  readonly channel: Channel
  readonly outcome: Outcome | 'sending'
  readonly waitMs?: number
  /** This way is over for the letter. */
  readonly close?: boolean
  /** Nobody can take it any more. */
  readonly drop?: boolean
}

/** The notifier's and the postman's side. Everything it says is on disk when it resolves. */
export type PostOffice = {
  /** What nobody took or wrote within a day, since this process began; undefined when there is none. */
  givenUp(): { readonly count: number; readonly at: Instant } | undefined
  /** Waiting to be written, oldest first. */
  notices(): readonly NoticeRow[]
  /** Waiting to be sent, oldest first. */
  letters(): readonly LetterRow[]
  /** Open or closing, oldest first. */
  cards(): readonly CardRow[]
  card(id: string): CardRow | undefined
  cardsOf(jobId: Id): readonly CardRow[]
  conversation(id: string): ConversationRow | undefined
  meter(id: Channel | 'stream'): MeterRow | undefined
  /** Undefined when the job is gone. */
  story(jobId: Id): Story | undefined
  /** The story of a slot's job; undefined when it has none, or that is gone. */
  storyOfSlot(slotId: string): Story | undefined
  /** The last line that a task's command printed; undefined when it printed none. */
  lastWords(taskId: Id): Promise<string | undefined>
  /** All tasks of a job in their order. */
  tasksOf(jobId: Id): Iterable<Task>
  /** What the CLI's lines counted in a task's newest run, which is what view 000 tells; undefined when the task is gone. */
  linesOf(taskId: Id): Pick<LineCounts, 'loaded' | 'alreadyCached' | 'failed'> | undefined
  write(letter: LetterDraft): Promise<Id>
  /** Notices, and letters that were never tried, become one letter; without one they are dropped. */
  seal(of: {
    readonly notices: readonly Id[]
    readonly letters?: readonly Id[]
    readonly letter?: LetterDraft
  }): Promise<Id | undefined>
  tried(tried: Tried): Promise<void>
  cardOpened(card: Pick<CardRow, 'id' | 'jobId' | 'place' | 'shown'>, letterId?: Id): Promise<void>
  cardShown(shown: {
    readonly cardId: string
    readonly shown: Readonly<Record<string, string>>
    readonly outcome: Outcome
    readonly status: CardRow['status']
  }): Promise<void>
  onNews(listener: (news: PostNews) => void): () => void
}
