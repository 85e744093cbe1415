// the laws of what is said: done once, answered once, told once and only while it is true

import type { Answer } from '../../bot/core/commands.ts'
import type { Event } from '../../bot/core/events.ts'
import type { JobRow, MessageRow, State } from '../../bot/core/state.ts'
import { ACTIONS } from '../../shared/actions.ts'
import { ROBOT } from '../../shared/chat.ts'
import type { Id } from '../../shared/ids.ts'
import { DAY, toMs } from '../../shared/time.ts'
import type { Breach } from './laws.ts'

/** What has to be remembered of what was said. */
export type ChatMemory = {
  readonly answered: Set<string>
  readonly done: Set<string>
  /** Where the newest end of a job has to be told. */
  readonly ends: Map<Id, { readonly endedAt: string; readonly places: ReadonlySet<string> }>
  /** `job place endedAt` of notices that became letters, or that nobody wrote in time. */
  readonly sealed: Set<string>
  readonly halfway: Set<string>
  /** Letters on their way, parts that arrived by letter, letters that were tried. */
  readonly letters: Set<Id>
  readonly arrived: Map<Id, number>
  readonly tried: Set<Id>
}

export const createChatMemory = (): ChatMemory => ({
  ...{ answered: new Set(), done: new Set(), ends: new Map(), sealed: new Set(), halfway: new Set() },
  ...{ letters: new Set(), arrived: new Map(), tried: new Set() },
})

/** What a message that had changed something before changed now: nothing, and it was told what it did. */
export function countDone(of: { before: MessageRow | undefined; answer: Answer; more: number }): Breach[] {
  const { before, answer, more } = of
  const isTold = answer.repeated === true && answer.jobId === before?.done?.jobId
  return before?.done === undefined || (isTold && more === 0)
    ? []
    : [{ law: 'what a message did is not done again', what: `${more} jobs` }]
}

type Watch = {
  readonly memory: ChatMemory
  readonly at: string
  readonly breach: (law: string, what: string) => void
}

/** Looks at one event before it is applied. */
export function watchChat(draft: State, event: Event, watch: Watch): void {
  const look = WATCHERS[event.type] as ((draft: State, event: Event, watch: Watch) => void) | undefined
  look?.(draft, event, watch)
}

const WATCHERS: {
  readonly [Type in Event['type']]?: (draft: State, event: Extract<Event, { type: Type }>, watch: Watch) => void
} = {
  'message.answered'(_draft, { key }, { memory, breach }) {
    if (memory.answered.has(key)) breach('a message is answered once', key)
    memory.answered.add(key)
  },
  'message.done'(_draft, { key }, { memory, breach }) {
    if (memory.done.has(key)) breach('what a message did is not done again', key)
    memory.done.add(key)
  },
  'message.forgotten'(_draft, { keys }, { memory }) {
    for (const key of keys) for (const set of [memory.answered, memory.done]) set.delete(key)
  },
  'job.ended'(draft, { jobId }, { memory, at }) {
    const job = draft.jobs.get(jobId)
    if (job !== undefined) memory.ends.set(jobId, { endedAt: at, places: toPlaces(draft, job) })
  },
  'notice.queued'(_draft, { notice }, { memory, breach }) {
    if (notice.about === 'slot') return
    const told = `${notice.jobId} ${notice.place}`
    if (notice.about === 'halfway' && memory.halfway.has(told)) breach('a long load is told of once', told)
    if (notice.about === 'halfway') memory.halfway.add(told)
  },
  'notice.dropped'(draft, { noticeIds, why }, { memory }) {
    const rows = noticeIds.flatMap(id => draft.notices.get(id) ?? [])
    const ends = rows.filter(row => row.about !== 'slot')
    if (why !== 'void') for (const row of ends) memory.sealed.add(`${row.jobId} ${row.place} ${row.endedAt}`)
  },
  'letter.queued'(_draft, { letter }, { memory }) {
    memory.letters.add(letter.id)
  },
  'letter.removed'(draft, { letterId, why }, { memory, at, breach }) {
    const row = draft.letters.get(letterId)
    const arrived = memory.arrived.get(letterId) ?? 0
    if (why === 'sent' && arrived !== row?.parts.length) breach('letters leave only as told', `${arrived} arrived`)
    if (why === 'old' && toMs(at) - toMs(row?.at ?? at) < DAY) breach('letters leave only as told', 'too early')
    if (why === 'sealed' && memory.tried.has(letterId)) breach('what was tried is not sealed', letterId)
    memory.letters.delete(letterId)
  },
}

// without routes: every place that asked, and the robot for a name
function toPlaces(draft: State, job: JobRow): ReadonlySet<string> {
  const tasks = [...draft.tasks.find('job', job.id)]
  const counts = tasks.some(({ action, options }) => ACTIONS[action].effect !== 'read' && !options.dryRun)
  if (!counts || job.purged) return new Set()
  return new Set([...(job.askers?.map(asker => asker.place) ?? []), ...(job.named ? [ROBOT] : [])])
}

/** Laws about a state at rest. */
export function checkChat(state: State, memory: ChatMemory): Breach[] {
  return [...checkNotices(state), ...checkEnds(state, memory), ...checkLetters(state, memory), ...checkCards(state)]
}

function checkNotices(state: State): Breach[] {
  return [...state.notices.rows()].flatMap(notice => {
    // such a one holds all that is told of it
    if (notice.about === 'slot') return []
    const { jobId, about, endedAt } = notice
    const job = state.jobs.get(jobId)
    const isTrue = job !== undefined && !job.purged && job.endedAt === endedAt
    return isTrue ? [] : [{ law: 'no notice outlives its end', what: `${about} ${endedAt} ${job?.endedAt}` }]
  })
}

function checkEnds(state: State, { ends, sealed }: ChatMemory): Breach[] {
  return [...state.jobs.rows()].flatMap(job => {
    const end = ends.get(job.id)
    if (job.endedAt === undefined || job.purged || end?.endedAt !== job.endedAt) return []
    const waiting = [...state.notices.find('job', job.id)]
    const told = [...end.places].map(
      place =>
        waiting.filter(row => row.place === place).length + Number(sealed.has(`${job.id} ${place} ${end.endedAt}`)),
    )
    const others = waiting.filter(row => !end.places.has(row.place))
    const isRight = told.every(count => count === 1) && others.length === 0
    return isRight ? [] : [{ law: 'every end is told once a place', what: `${told.join()} and ${others.length}` }]
  })
}

function checkLetters(state: State, { letters }: ChatMemory): Breach[] {
  const there = new Set(Array.from(state.letters.rows(), row => row.id))
  const isSame = there.size === letters.size && [...letters].every(id => there.has(id))
  return isSame ? [] : [{ law: 'letters leave only as told', what: `${there.size} of ${letters.size}` }]
}

function checkCards(state: State): Breach[] {
  const open = [...state.cards.rows()].filter(card => card.status === 'open')
  const places = new Set(open.map(card => `${card.jobId} ${card.place}`))
  const twice = places.size === open.length ? [] : [{ law: 'one open card a place', what: `${open.length}` }]
  const wrong = [...state.cards.rows()].filter(({ jobId, status }) => {
    const job = state.jobs.get(jobId)
    const isOpen = job !== undefined && !job.purged && job.endedAt === undefined
    return status !== 'closed' && (status === 'open') !== isOpen
  })
  return [...twice, ...wrong.map(({ status }) => ({ law: 'a card is as its job', what: status }))]
}
