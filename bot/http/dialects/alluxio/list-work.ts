// GET of load and free in view 001: one job by its name, or all of them page by page
import { setImmediate } from 'node:timers/promises'
import * as z from 'zod'
import { AppError, got } from '../../../../shared/errors.ts'
import type { Job } from '../../../../shared/job.ts'
import { type Answer, type Flow, toBytes, toJson } from '../../answer.ts'
import { CLUSTER, type Here } from './offer.ts'
import { givenOf, omitEmpty, queryWord, whole } from './schemas.ts'
import { findByKey, see } from './seen.ts'
import type { Work } from './work.ts'

export const NO_JOB = 'No job found...'
const KEYS = ['index', 'alias', 'id'] as const
const PAGE = 200

const Count = z
  .string()
  .refine(text => /^\d{1,15}$/.test(text) && Number(text) >= 1, {
    error: ({ input }) => `must be a whole number from 1, ${got(input)}`,
  })
  .transform(Number)
  .meta({ type: 'integer', minimum: 1 })

/** Without a name all jobs are listed, behind `lastKey` and at most `count`. */
export const WorkQuery = z
  .object({
    index: queryWord,
    alias: queryWord,
    id: queryWord,
    lastKey: queryWord.meta({ description: 'id of the last job that was seen' }),
    count: Count.optional(),
    ...CLUSTER,
  })
  .superRefine((query, context) => {
    const given = givenOf(KEYS, query)
    if (given.length > 1)
      context.addIssue(whole(`at most one of ${KEYS.join(', ')} must be given, got ${given.join(' and ')}`))
  })
type WorkQuery = z.output<typeof WorkQuery>

/** Answers with the progress of one job, or with a list that flows, since there may be many. */
export async function listWork(here: Here<WorkQuery>, work: Work): Promise<Answer> {
  if (givenOf(KEYS, here.query).length > 0) return toJson(await progressOf(here, work))
  const first = await readPage(here, work, here.query.lastKey)
  return toBytes(() => toList(here, work, first), 'application/json; charset=utf-8')
}

async function progressOf(here: Here<WorkQuery>, work: Work): Promise<unknown> {
  const job = await findByKey(here, here.query, work.does)
  const seen = job === undefined ? undefined : await see(here, job, work.does)
  if (seen === undefined) throw new AppError('JOB_NOT_FOUND', NO_JOB)
  return omitEmpty(work.toProgress(seen, here.room))
}

async function readPage(here: Here<WorkQuery>, { does }: Work, after: string | undefined): Promise<readonly Job[]> {
  const { room, actor, named, query } = here
  const limit = Math.min(PAGE, query.count ?? PAGE)
  const behind = after === undefined ? {} : { afterId: after.toLowerCase() }
  return (await room.operations.listJobs(actor, { does, oldestFirst: true, cluster: named, limit, ...behind })).items
}

async function* toList(here: Here<WorkQuery>, work: Work, first: readonly Job[]): Flow {
  let left = here.query.count ?? Number.POSITIVE_INFINITY
  let comma = ''
  yield encode('{"results":[')
  for (let page = first; page.length > 0 && left > 0; ) {
    for (const job of page.slice(0, left)) {
      const seen = await see(here, job, work.does)
      if (seen === undefined) continue
      yield encode(`${comma}${JSON.stringify(omitEmpty(work.toProgress(seen, here.room)))}`)
      comma = ','
    }
    left -= page.length
    // others have their turn: all of this is in memory
    await setImmediate()
    page = page.length < PAGE ? [] : await readPage(here, work, page.at(-1)?.id)
  }
  yield encode(']}')
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
