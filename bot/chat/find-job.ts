// the job that a person means: by its number, or the newest of that name
import { AppError, said } from '../../shared/errors.ts'
import type { Actor, Job } from '../../shared/job.ts'
import type { Operations } from '../engine/operations/port.ts'
import { Mistake } from './mistake.ts'

const NUMBER = /^#?(\d{1,15})$/

/** Throws a mistake. A name made of figures is found when no job has that number. */
export async function findJob(operations: Operations, actor: Actor, ref: string): Promise<Job> {
  const number = NUMBER.exec(ref)?.[1]
  const byName = async (): Promise<Job> => {
    const [newest] = (await operations.listJobs(actor, { name: ref, limit: 1 })).items
    const told = number === undefined ? `没有名为 ${said(ref)} 的任务` : `没有任务 #${Number(number)}`
    if (newest === undefined) throw new Mistake('JOB_NOT_FOUND', told)
    return newest
  }
  if (number === undefined) return byName()
  return operations.getJob(actor, number).catch(async (thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === 'JOB_NOT_FOUND') return byName()
    throw thrown
  })
}

/** Throws a mistake for a job that is somebody else's; `deed` as in `可以停止`. */
export function demandOwn({ number, requester }: Job, { name, role }: Actor, deed: string): void {
  if (role === 'admin' || requester === '' || requester === name) return
  throw new Mistake('FORBIDDEN', `#${number} 是 ${requester} 的任务，只有本人或管理员（admin）可以${deed}`)
}
