// jobs and status: what was asked for, and how it stands
import { Job } from '../../shared/job.ts'
import { findJob, pages, tasksOf } from '../answers.ts'
import { EXIT } from '../failure.ts'
import { toPlainLine } from '../job-line.ts'
import { hasEnded } from '../outcome.ts'
import { toTable } from '../table.ts'
import { toTaskLines } from '../task-lines.ts'
import type { Context, Verb } from '../verb.ts'
import { toLocalTime, toPrintable } from '../words.ts'

const DEFAULT_LIMIT = 20
const LATEST = 5
/** The daemon answers at most this many rows at once. */
const PAGE = 100

export const jobs: Verb = {
  name: 'jobs',
  takes: '',
  summary: 'list jobs, newest first',
  options: ['status', 'name', 'action', 'cluster', 'path', 'limit'],
  examples: [
    ['gander jobs --status running,queued', 'what is going on'],
    ['gander jobs --path /datalake --limit 100 --json', 'everything asked for below a path'],
  ],
  run: async context => {
    const { status, name, action, cluster, path, limit } = context.options
    const query = { status, name, action, cluster, path }
    await tellJobs(context, query, limit ?? DEFAULT_LIMIT)
    return EXIT.cached
  },
}

export const status: Verb = {
  name: 'status',
  takes: '[job]',
  summary: 'how a job stands, path by path; without a job: what is going on',
  options: ['status', 'task', 'missing'],
  examples: [
    ['gander status', 'open jobs, and the latest'],
    ['gander status 12', 'every path of job 12'],
    ['gander status 12 --status failed', 'only the paths that failed'],
    ['gander status 12 --missing', 'the whole list of files that are not cached'],
  ],
  run: async context => {
    const ref = context.words[0]
    if (ref === undefined) return tellOverview(context)
    const job = await findJob(context.api, ref)
    return context.options.missing ? tellMissing(context, job) : tellJob(context, job)
  },
}

async function tellOverview(context: Context): Promise<number> {
  const open = await tellJobs(context, { status: 'queued,running' }, DEFAULT_LIMIT)
  if (open === 0) {
    if (!context.options.json) await context.screen.line('Nothing is going on. The latest:')
    await tellJobs(context, {}, LATEST)
  }
  return EXIT.cached
}

type Query = Readonly<Record<string, string | undefined>>

async function tellJobs({ api, screen, options }: Context, query: Query, limit: number): Promise<number> {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const search = new URLSearchParams([...given, ['limit', String(Math.min(limit, PAGE))]])
  const rows: string[][] = []
  let count = 0
  const flush = async () => {
    const head = ['JOB', 'STATUS', 'ACTION', 'PATHS', 'CLUSTER', 'BY', 'CREATED', 'NAME']
    if (rows.length > 0) for (const line of toTable([head, ...rows])) await screen.line(line)
    rows.length = 0
  }
  for await (const job of pages(api, Job, `/api/v1/jobs?${search}`)) {
    if (options.json) await screen.json(job)
    else rows.push(toRow(job))
    if (rows.length >= PAGE) await flush()
    if (++count >= limit || screen.gone.aborted) break
  }
  await flush()
  return count
}

function toRow(job: Job): string[] {
  const ended = job.counts.total - job.counts.queued - job.counts.running
  return [
    String(job.number),
    job.status,
    job.action,
    hasEnded(job) ? String(job.counts.total) : `${ended}/${job.counts.total}`,
    job.cluster,
    toPrintable(job.requester),
    toLocalTime(job.createdAt),
    job.named ? toPrintable(job.name) : '',
  ]
}

async function tellJob(context: Context, job: Job): Promise<number> {
  const { api, screen, options } = context
  if (options.json) await screen.json({ type: 'job', job })
  else await screen.line(`${toPlainLine(job)} · ${job.action} on ${job.cluster} by ${toPrintable(job.requester)}`)
  if (!options.json) for (const note of job.notes) await screen.line(screen.paint('dim', `note: ${toPrintable(note)}`))
  for await (const task of tasksOf(api, job.id, options.status)) {
    if (screen.gone.aborted) break
    if (options.task !== undefined && task.id !== options.task) continue
    if (options.json) {
      await screen.json({ type: 'task', task })
      continue
    }
    for (const line of toTaskLines(job, task, screen.paint)) await screen.line(line)
  }
  return EXIT.cached
}

async function tellMissing({ api, screen, options }: Context, job: Job): Promise<number> {
  const query = options.task === undefined ? '' : `?task=${options.task}`
  const response = await api.open(`/api/v1/jobs/${job.id}/missing${query}`, { signal: screen.gone })
  for await (const chunk of response.body ?? []) await screen.bytes(chunk)
  return EXIT.cached
}
