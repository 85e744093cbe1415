// view 004 on a real socket over verbs that answer what a test says and keep what they were asked
import type { Operations } from '../../../bot/engine/operations/port.ts'
import type { HttpServerDeps } from '../../../bot/http/server.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Run, Schedule } from '../../../shared/schedule.ts'
import { findDeviations } from '../../helpers/conform.ts'
import { openServer } from '../../http/door.ts'

export const TASK_ID = '01900000-0000-7000-8000-000000000001'
const AT = '2024-08-19T09:46:15.123Z'

export const toSchedule = (more: Partial<Schedule> = {}): Schedule => ({
  ...{ id: TASK_ID, number: 1, name: 'nightly', owner: 'otto', via: 'http', expression: '0 16 * * *' },
  ...{ cron: '0 0 16 * * * *', words: { en: '', zh: '' }, zone: 'UTC', jitterSeconds: 0, statement: '*' },
  ...{ overlap: 'skip', misfire: 'run-once', notify: 'alarm', paused: false, runs: 0, createdAt: AT, updatedAt: AT },
  ...more,
})

export const toRun = (number: number, more: Partial<Run> = {}): Run => ({
  ...{ id: `${TASK_ID} clock ${number}`, schedule: TASK_ID, number, kind: 'clock', status: 'succeeded' },
  ...{ slot: AT, dueAt: AT, at: new Date(Date.parse(AT) + number * 60_000).toISOString() },
  ...more,
})

type Verbs = 'createSchedule' | 'replaceSchedule' | 'removeSchedule' | 'getSchedule' | 'findSchedules'
type Verb = Verbs | 'documentOf' | 'pauseSchedules' | 'findRuns'
export type Says = { readonly [Name in Verb]?: unknown }

export type Reply = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly json: any
}

/** Asks a server, and holds the answer against the document. */
export function askOf(url: string) {
  return async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const response = await fetch(`${url}${path}`, { method, headers, ...sent })
    const text = await response.text()
    const type = response.headers.get('content-type') ?? ''
    const deviations = findDeviations({ method, path }, { status: response.status, type, body: text })
    if (deviations.length > 0) throw new Error(`${method} ${path}: ${JSON.stringify(deviations)}`)
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === '' ? undefined : JSON.parse(text),
    }
  }
}

/** A server whose verbs say `says`, or throw it when it is an error. A verb that is not told what to say must not be called. */
export async function openPandora(says: Says = {}, more: Partial<HttpServerDeps> = {}) {
  const asked: { verb: string; args: readonly unknown[] }[] = []
  const operations = new Proxy({} as Operations, {
    get: (_, verb: string) => {
      if (!Object.hasOwn(says, verb)) throw new Error(`nobody expects ${verb}`)
      return async (actor: unknown, ...args: readonly unknown[]) => {
        asked.push({ verb, args })
        const said = says[verb as Verb]
        const answer = typeof said === 'function' ? said(actor, ...args) : said
        if (answer instanceof AppError) throw answer
        return answer
      }
    },
  })
  const { server, url } = await openServer({ ...more, operations })
  return { asked, ask: askOf(url), close: () => server.close(0) }
}
