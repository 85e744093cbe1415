// what is said in chat: places, messages as they are heard, letters as they leave, and how one sending of them ended
import * as z from 'zod'
import { Id } from './ids.ts'
import { Instant } from './time.ts'

/** Where letters go: `robot` (the custom robot), `conversation <id>`, `staff <id>`. */
export const Place = z.string().min(1)
export type Place = z.infer<typeof Place>

export const ROBOT: Place = 'robot'
export const toConversation = (id: string): Place => `conversation ${id}`
export const toStaff = (id: string): Place => `staff ${id}`

/** A place taken apart. */
export function readPlace(place: Place): { readonly kind: 'robot' | 'conversation' | 'staff'; readonly id: string } {
  const at = place.indexOf(' ')
  const kind = place.slice(0, Math.max(0, at))
  if (kind === 'conversation' || kind === 'staff') return { kind, id: place.slice(at + 1) }
  return { kind: 'robot', id: '' }
}

/** Who asked for something in chat, and where: they hear what becomes of it. */
export const Asker = z.object({
  place: Place,
  staffId: z.string(),
  nick: z.string(),
})
export type Asker = z.infer<typeof Asker>

/** The asker with the message that they typed: what is done because of it is done once. */
export const ChatAsk = Asker.extend({ message: z.string() })
export type ChatAsk = z.infer<typeof ChatAsk>

/** A URL through which one may post into a conversation for a while. It is a secret. */
export const Session = z.object({ url: z.string(), expiresAt: Instant })
export type Session = z.infer<typeof Session>

/** A message as a receiver heard it, whatever the platform. */
export const Heard = z.object({
  /** Names the message for ever: the robot and the platform's own id; a redelivery has the same. */
  key: z.string().min(1),
  /** What was typed; absent when it was no text (a picture, a file, sound). */
  text: z.string().optional(),
  conversation: z.object({ id: z.string().min(1), kind: z.enum(['group', 'direct']), title: z.string().optional() }),
  /** `staffId` is empty for people who have none (outside the company). */
  sender: z.object({ staffId: z.string(), nick: z.string() }),
  session: Session.optional(),
})
export type Heard = z.infer<typeof Heard>

/** One message as it is sent: at most as large as its way allows. */
export const LetterPart = z.object({
  format: z.enum(['markdown', 'text']),
  /** Shown in the list of conversations; `text` repeats it. */
  title: z.string(),
  text: z.string(),
  /** staffIds of people to be woken. */
  mentions: z.array(z.string()),
  /** What they are called: written out on a way that wakes nobody. */
  names: z.array(z.string()).optional(),
})
export type LetterPart = z.infer<typeof LetterPart>

/** `answer`: to a command. `result`: what became of something; falls back further, and alarms go first. */
export const LetterKind = z.enum(['answer', 'result'])
export type LetterKind = z.infer<typeof LetterKind>

export const LetterDraft = z.object({
  place: Place,
  kind: LetterKind,
  alarm: z.boolean(),
  parts: z.array(LetterPart).min(1),
  /** Rather shown as the card of this job, where there are cards. */
  card: Id.optional(),
})
export type LetterDraft = z.infer<typeof LetterDraft>

/** The ways a letter can go, in the order in which they are tried. */
export const Channel = z.enum(['card', 'session', 'api', 'robot', 'terminal'])
export type Channel = z.infer<typeof Channel>

/** Classes of how one sending ended; all but `sent` carry a code and a hint for people. */
export const FailureClass = z.enum([
  'unknown', // no answer: it may have arrived
  'busy', // the platform's own trouble: again soon
  'rate', // too fast: again after waitMs
  'expired', // this session is over: another way
  'config', // somebody has to change a setting: another way
  'content', // this text is not accepted, on any way
  'too-long', // to be split further
  'bug', // our mistake
])
export type FailureClass = z.infer<typeof FailureClass>

export type Failed = {
  readonly class: FailureClass
  /** The platform's own code, or ours for what it did not answer. Never a secret. */
  readonly code: string
  readonly en: string
  readonly zh: string
  readonly waitMs?: number
}
export type Outcome = { readonly class: 'sent'; readonly ref?: string } | Failed

/** A card to be made and delivered with its first content; its id is what a repeat is known by. */
export type CardOpening = {
  readonly outTrackId: string
  readonly place:
    | { readonly kind: 'group'; readonly conversationId: string }
    | { readonly kind: 'direct'; readonly staffId: string }
  readonly variables: Readonly<Record<string, string>>
  /** What the list of conversations shows. */
  readonly lastMessage: string
  /** Who is woken: staffId to nick. */
  readonly mentions?: Readonly<Record<string, string>>
}

/** Bytes of one request's whole body, by way. */
export const LIMITS = { session: 20_000, robot: 20_000, api: 15_000 } as const
