// load and free in view 001: one family, of which each kind of work is a row
import * as z from 'zod'
import type { ActionName, TaskOptions } from '../../../../shared/actions.ts'
import { AppError } from '../../../../shared/errors.ts'
import type { Job } from '../../../../shared/job.ts'
import { toJson } from '../../answer.ts'
import type { Room } from '../../endpoint.ts'
import { type Ask, StopRequest, toName } from './asks.ts'
import { listWork, NO_JOB, WorkQuery } from './list-work.ts'
import { ClusterQuery, type Here, offer } from './offer.ts'
import { State } from './progress.ts'
import { omitEmpty, resultsOrOne } from './schemas.ts'
import { findByKey, readKept, type Seen } from './seen.ts'

/** A kind of work: its words, what it asks the CLI for, and what it shows. */
export type Work = {
  readonly noun: 'load' | 'free'
  /** Jobs that do one of these are of this kind, whichever view they came from. */
  readonly does: readonly ActionName[]
  readonly Request: z.ZodType<Ask>
  readonly toAsked: (ask: Ask) => { readonly action: ActionName; readonly options: TaskOptions }
  readonly Progress: z.ZodType
  readonly toProgress: (seen: Seen, room: Pick<Room, 'tz' | 'clock'>) => Readonly<Record<string, unknown>>
}

const submitted = { id: z.string(), jobId: z.string(), alias: z.string().optional(), index: z.string().optional() }
const Submitted = z.object(submitted).meta({ id: 'AlluxioSubmitted' })
const Met = z.object({ ...submitted, status: z.string() }).meta({ id: 'AlluxioMet' })
const Stopped = z.object({ id: z.string(), state: State }).meta({ id: 'AlluxioStopped' })

/** List and progress, submit and resume, stop. */
export function workFamily(work: Work) {
  const { noun, Progress } = work
  const path = `/api/v1/${noun}`
  const title = `Alluxio${noun === 'load' ? 'Load' : 'Free'}`
  const look = offer({
    ...{
      method: 'GET',
      path,
      summary: `All ${noun} jobs, oldest first, or the newest one of a name`,
      query: WorkQuery,
    },
    answers: { 200: resultsOrOne(Progress, `${title}List`) },
    handler: here => listWork(here, work),
  })
  const start = offer({
    ...{ method: 'POST', path, summary: `Submit a ${noun}, or take up an earlier one again`, query: ClusterQuery },
    body: work.Request,
    headers: { 'Idempotency-Key': 'an ask repeated with it answers with the same job' },
    answers: { 200: Submitted, 409: Met },
    handler: here => submit(here, work),
  })
  const stop = offer({
    ...{ method: 'DELETE', path, summary: `Stop a ${noun} job`, query: ClusterQuery, body: StopRequest },
    answers: { 200: Stopped },
    handler: async here => {
      const job = await findByKey(here, here.body, work.does)
      if (job === undefined) throw new AppError('GONE', NO_JOB)
      if (job.endedAt !== undefined) throw new AppError('GONE', `the ${noun} job ${job.id} has ended already`)
      await here.room.operations.stopJob(here.actor, job.id, 'alluxio')
      return toJson({ id: job.id, state: 'STOPPED' })
    },
  })
  return [look, start, stop]
}

async function submit(here: Here<unknown, Ask>, work: Work) {
  const { room, actor, body, cluster: place, header } = here
  const { cluster } = place
  const name = toName(body, room.alluxioEdition)
  const { index, options } = body
  const paths = await room.operations.expandPaths(actor, cluster, {
    ...{ paths: body.paths, index, filter: options?.fileFilterRegex },
  })
  const { job, met, notes } = await room.operations.submitJob(
    actor,
    { ...work.toAsked(body), paths: [...paths], cluster, ...(name !== undefined && { name }) },
    { view: 'alluxio', document: body, resume: true, idempotencyKey: header('idempotency-key') },
  )
  const asked = met === undefined ? body : ((await readKept(here, job)) ?? {})
  const names = omitEmpty({
    id: job.id,
    jobId: job.id,
    alias: asked.index === undefined ? job.name : undefined,
    index: asked.index,
  })
  if (met === undefined) return toJson(names, { notes })
  return toJson({ ...names, status: toMetSentence(work, job, met) }, { status: 409, notes })
}

function toMetSentence({ noun }: Work, { id, desired }: Job, met: 'open' | 'resumed'): string {
  if (met === 'resumed') return `the ${noun} job ${id} was taken up again: what it had not finished runs once more`
  const how = desired === 'stop' ? 'is still being stopped; ask again when it has ended' : 'is under way and goes on'
  return `the ${noun} job ${id} of the same paths or the same name ${how}`
}
