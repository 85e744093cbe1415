// the ways in which something is sent to DingTalk, as a port
import type { CardOpening, LetterPart, Outcome } from '../../../shared/chat.ts'
import type { Log } from '../../../shared/log.ts'
import type { Clock } from '../../../shared/time.ts'

/** Each verb is one sending, and never rejects: how it ended is its answer. No request of it takes longer than 10 s. */
export type Sender = {
  /** One part over the conversation's session webhook. */
  session(session: { readonly url: string }, part: LetterPart): Promise<Outcome>
  /** The robot API into a group (its conversation's id). Nobody can be woken this way. */
  group(conversationId: string, part: LetterPart): Promise<Outcome>
  /** The robot API to people, at most 20 a call. `sent` when somebody got it. */
  people(staffIds: readonly string[], part: LetterPart): Promise<Outcome>
  /** The custom robot; `msgUuid` makes a repeat harmless. */
  robot(part: LetterPart, msgUuid: string): Promise<Outcome>
  readonly card: {
    /** A card that stands already (a repeat after no answer) is `sent` too; `ref` is its outTrackId. */
    open(card: CardOpening): Promise<Outcome>
    /** Only the variables given are changed. `expired`: there is no such card. */
    update(outTrackId: string, variables: Readonly<Record<string, string>>): Promise<Outcome>
  }
  /** Fetches a new token, which is never answered: what a self-check asks. */
  checkToken(): Promise<Outcome>
  /** Ends what is under way (`unknown`) and answers everything later with `busy`. */
  close(): void
}

export type SenderDeps = {
  /** Bases of the two APIs, for instance `https://api.dingtalk.com` and `https://oapi.dingtalk.com`. */
  readonly apiBase: string
  readonly oapiBase: string
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
  /** Default: the client id, as for every internal app. */
  readonly robotCode?: string | undefined
  readonly cardTemplateId?: string | undefined
  /** The bare access token of the custom robot, and its secret when it asks for signatures. */
  readonly alertToken?: string | undefined
  readonly alertSecret?: string | undefined
  readonly clock: Clock
  readonly log: Log
}

/** Which door of the platform was knocked at: the same code means different things at different doors. */
export type Way = 'session' | 'robot' | 'group' | 'people' | 'card' | 'token'
