// who is told while a job is waited for: a bar on a terminal, lines at changes elsewhere, objects for programs
import type { Job } from '../shared/job.ts'
import { toPlainLine } from './job-line.ts'
import type { Screen } from './screen.ts'

export type Watcher = {
  /** The job as it is now. */
  update(job: Job): Promise<void>
  /** The daemon went away; it is being called again. */
  away(): void
  /** Stops drawing, so that others can write; the next `update` begins again. */
  rest(): void
}

const AWAY = 'The daemon is away; trying again.'

/** Lines on stderr, only when the status changed, a path ended, or ten more percent are done. */
export function createLines(screen: Screen): Watcher {
  let last = ''
  return {
    async update(job) {
      const ended = job.counts.total - job.counts.queued - job.counts.running
      const tenth = Math.floor((job.progress?.percent ?? 0) / 10)
      // with thousands of paths every hundredth of them is news enough
      const step = Math.max(1, Math.ceil(job.counts.total / 100))
      const news = [job.status, job.desired, Math.floor(ended / step), tenth].join(' ')
      if (news === last) return
      last = news
      screen.news(toPlainLine(job))
    },
    away: () => screen.news(AWAY),
    rest: () => undefined,
  }
}

/** One object per change on stdout; sentences about the connection stay on stderr. */
export function createObjects(screen: Screen): Watcher {
  let status = ''
  let last = ''
  return {
    async update(job) {
      const text = JSON.stringify(job)
      if (text === last) return
      last = text
      const type = job.status === status ? 'progress' : 'status'
      status = job.status
      await screen.json({ type, job })
    },
    away: () => screen.news(AWAY),
    rest: () => undefined,
  }
}

/** Tells nothing: for asks that answer with their own text. */
export const SILENT: Watcher = { update: async () => undefined, away: () => undefined, rest: () => undefined }
