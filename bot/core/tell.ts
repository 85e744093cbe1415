// what chat hears of jobs in the frame in which it happens: ends, ends that did not last, and loads that take long
import { MINUTE, toInstant, toMs } from '../../shared/time.ts'
import { toPair } from './chat-indexes.ts'
import type { Context } from './commands.ts'
import { turnCards } from './decide/post.ts'
import type { Event } from './events.ts'
import { toEndNotices } from './notices.ts'
import type { JobRow, NoticeRow, State } from './state.ts'

/** Askers are told once of a load that runs longer. */
const HALFWAY_MS = 30 * MINUTE

/** The end of a job: what was to be told of it before is void, and this end is told. */
export function tellEnd(state: State, job: JobRow, context: Context): Event[] {
  const notices = toEndNotices(state, job, context)
  return [
    ...drop([...state.notices.find('job', job.id)]),
    ...notices.map(notice => ({ type: 'notice.queued' as const, notice })),
  ]
}

/**
 * Jobs that changed in this frame: of one that goes on again no end is told, of one that is gone nothing; its cards are open
 * as long as it is. The work is proportional to what changed.
 */
export function followJobs(draft: State, { now }: Context): Event[] {
  return [...draft.jobs.changes()].flatMap(([jobId, job]) => {
    const isGone = job === undefined || job.purged === true
    const told = draft.notices.countOf('job', jobId) === 0 ? [] : [...draft.notices.find('job', jobId)]
    const untrue = isGone ? told : told.filter(({ about }) => (about === 'ended') !== (job.endedAt !== undefined))
    const cards = draft.cards.countOf('job', jobId) === 0 ? [] : turnCards(draft, jobId, now)
    return [...drop(untrue), ...cards]
  })
}

/** Loads whose askers wait for long: each place is told once, unless a card shows it. */
export function tellHalfway(state: State, { now, ids }: Context): Event[] {
  const last = toInstant(now - HALFWAY_MS)
  const minutes = [...state.jobs.keys('halfway')].filter(minute => minute <= last.slice(0, 16))
  const jobs = minutes.flatMap(minute => [...state.jobs.find('halfway', minute)])
  return jobs
    .filter(({ startedAt }) => startedAt !== undefined && startedAt <= last)
    .flatMap(job => {
      const places = [...new Set(job.askers?.map(asker => asker.place))]
      const silent = places.filter(place => state.cards.countOf('open', toPair(job.id, place)) === 0)
      const at = toInstant(now)
      const notices = silent.map((place): NoticeRow => {
        const about = { jobId: job.id, about: 'halfway', form: 'summary', alarm: false } as const
        return { id: ids.next(now), place, ...about, at, dueAt: at }
      })
      const queued = notices.map((notice): Event => ({ type: 'notice.queued', notice }))
      return [...queued, { type: 'job.told-halfway', jobId: job.id }]
    })
}

/** When the next one takes long, in ms since the epoch. */
export function nextHalfway(state: State): number | undefined {
  const [minute] = [...state.jobs.keys('halfway')].sort()
  if (minute === undefined) return undefined
  const started = Array.from(state.jobs.find('halfway', minute), job => toMs(job.startedAt ?? job.createdAt))
  return Math.min(...started) + HALFWAY_MS
}

function drop(notices: readonly NoticeRow[]): Event[] {
  return notices.length === 0 ? [] : [{ type: 'notice.dropped', noticeIds: notices.map(({ id }) => id), why: 'void' }]
}
