// what the daemon answers, checked at the border; what is handed on is the answer as it came
import * as z from 'zod'
import { Capabilities } from '../shared/agent.ts'
import { Job, Task } from '../shared/job.ts'
import { EXIT, Failure } from './failure.ts'
import type { Api, Ask } from './http.ts'

export const AgentRow = z.object({
  id: z.string(),
  name: z.string(),
  cluster: z.string(),
  status: z.string(),
  version: z.string().optional(),
  host: z.string().optional(),
  capacity: z.object({ work: z.number(), read: z.number() }).optional(),
  running: z.number().optional(),
  silentSince: z.string().optional(),
  capabilities: Capabilities.partial().optional(),
})
export type AgentRow = z.infer<typeof AgentRow>

export const ClusterRow = z.object({ name: z.string(), agents: z.number().optional(), ready: z.number().optional() })
export type ClusterRow = z.infer<typeof ClusterRow>

export const CheckRow = z.object({
  name: z.string(),
  ok: z.boolean().nullable(),
  answer: z.string(),
  remedy: z.string().optional(),
})
export type CheckRow = z.infer<typeof CheckRow>

export const TokenRow = z.object({
  id: z.string(),
  name: z.string(),
  user: z.string().optional(),
  role: z.string().optional(),
  createdAt: z.string().optional(),
  token: z.string().optional(),
})
export type TokenRow = z.infer<typeof TokenRow>

export const AuditRow = z.object({
  at: z.string(),
  user: z.string(),
  role: z.string().optional(),
  via: z.string().optional(),
  view: z.string().optional(),
  what: z.string(),
  said: z.string().optional(),
  status: z.number(),
  code: z.string().optional(),
  from: z.string().optional(),
})
export type AuditRow = z.infer<typeof AuditRow>

export const ReportAnswer = z.object({ cluster: z.string(), text: z.string() })
export const Me = z.object({ name: z.string(), role: z.string() })

/** The answer itself when it has the shape of `schema`. Throws a `Failure` that names what is wrong otherwise. */
export function checked<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer)
  // keys may be added to any answer: they are kept for --json, so the answer itself goes on, not the parsed copy
  if (parsed.success) return answer as T
  const issue = parsed.error.issues[0]
  const where = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`
  throw new Failure(EXIT.failed, `The daemon's answer is not understood${where}: are client and daemon of one version?`)
}

/** Asks for one thing. */
export async function askFor<T>(
  api: Api,
  schema: z.ZodType<T>,
  call: readonly [method: string, path: string, ask?: Ask],
): Promise<T> {
  return checked(schema, await api.json(...call))
}

/** Walks through a list page by page; one page is in memory at a time. `path` may carry a query. */
export async function* pages<T>(api: Api, schema: z.ZodType<T>, path: string): AsyncGenerator<T> {
  const Page = z.object({ items: z.array(z.unknown()), next: z.string().nullish() })
  const joint = path.includes('?') ? '&' : '?'
  let after = ''
  for (;;) {
    const page = checked(Page, await api.json('GET', `${path}${after}`))
    for (const item of page.items) yield checked(schema, item)
    if (page.next === undefined || page.next === null || page.next === '') return
    after = `${joint}after=${encodeURIComponent(page.next)}`
  }
}

/** A page of tasks with up to a hundred missing files each stays small. */
const TASKS_A_PAGE = 200

/** The tasks of a job, in order. */
export function tasksOf(api: Api, job: string, status?: string): AsyncGenerator<Task> {
  const filter = status === undefined ? '' : `&status=${encodeURIComponent(status)}`
  return pages(api, Task, `/api/v1/jobs/${encodeURIComponent(job)}/tasks?limit=${TASKS_A_PAGE}${filter}`)
}

/** What is a number or an id, and not a name. */
export const NUMBER_OR_ID = /^#?\d+$|^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The job that people mean: by number, UUID, or name (then the newest of that name). */
export async function findJob(api: Api, ref: string): Promise<Job> {
  if (NUMBER_OR_ID.test(ref)) return askFor(api, Job, ['GET', `/api/v1/jobs/${ref.replace('#', '').toLowerCase()}`])
  for await (const job of pages(api, Job, `/api/v1/jobs?limit=1&name=${encodeURIComponent(ref)}`)) return job
  throw new Failure(
    EXIT.usage,
    `There is no job with the number, id or name ${JSON.stringify(ref)}; \`gander jobs\` lists them.`,
  )
}
