// the stored form of what is said: messages, conversations, notices, letters, cards, meters
import * as z from 'zod'
import { Channel, FailureClass, LetterKind, LetterPart, Place, Session } from '../../shared/chat.ts'
import { Id } from '../../shared/ids.ts'
import { Instant } from '../../shared/time.ts'

const count = z.int().min(0)
const shown = z.record(z.string(), z.string()).readonly()

const Done = z
  .object({
    jobId: Id.exactOptional(),
    taskIds: count.exactOptional(),
    scheduleId: Id.exactOptional(),
    met: z.enum(['open', 'resumed']).exactOptional(),
    notes: z.array(z.string()).readonly().exactOptional(),
  })
  .readonly()

const waiting = { id: Id, place: Place, alarm: z.boolean(), at: Instant, dueAt: Instant }
const SlotTrouble = z.enum(['missed', 'late', 'no-agent', 'marker', 'unmarked', 'ahead', 'over', 'unstarted'])

export const CHAT_RECORDS = {
  messages: z.object({
    id: z.string(),
    conversationId: z.string(),
    staffId: z.string(),
    nick: z.string(),
    text: z.string().optional(),
    at: Instant,
    status: z.enum(['heard', 'answered']),
    done: Done.optional(),
    question: z.object({ code: z.string(), line: z.string() }).optional(),
  }),
  conversations: z.object({
    id: z.string(),
    kind: z.enum(['group', 'direct']),
    title: z.string().optional(),
    staffId: z.string().optional(),
    session: Session.optional(),
    heardAt: Instant,
    toldUnlisted: z.string().optional(),
  }),
  notices: z.discriminatedUnion('about', [
    z.object({
      ...waiting,
      jobId: Id,
      about: z.enum(['ended', 'halfway']),
      form: z.enum(['summary', 'named']),
      endedAt: Instant.exactOptional(),
    }),
    z.object({
      ...waiting,
      about: z.literal('slot'),
      form: z.literal('summary'),
      slotId: z.string(),
      trouble: SlotTrouble,
      schedule: z.object({ id: Id, number: count, name: z.string(), zone: z.string() }),
      slot: Instant,
      jobNumber: count.exactOptional(),
      cluster: z.string().exactOptional(),
      count: count.exactOptional(),
      expectedAt: Instant.exactOptional(),
      readyBy: Instant.exactOptional(),
      path: z.string().exactOptional(),
      message: z.string().exactOptional(),
      staffId: z.string().exactOptional(),
    }),
  ]),
  letters: z.object({
    id: Id,
    place: Place,
    kind: LetterKind,
    alarm: z.boolean(),
    parts: z.array(LetterPart),
    sent: count,
    card: Id.optional(),
    at: Instant,
    tries: count,
    notBefore: Instant.optional(),
    closed: z.array(Channel),
    last: z.object({ channel: Channel, class: FailureClass, code: z.string() }).optional(),
  }),
  cards: z.object({
    id: z.string(),
    jobId: Id,
    place: Place,
    at: Instant,
    status: z.enum(['open', 'closing', 'closed']),
    shown,
    shownAt: Instant,
    updates: count,
  }),
  meters: z.object({
    id: z.string(),
    recent: z.array(z.number()),
    blockedUntil: Instant.optional(),
    blocks: count,
    month: z.string(),
    used: count,
    last: z.object({ at: Instant, class: z.union([z.literal('sent'), FailureClass]), code: z.string() }).optional(),
  }),
} as const
