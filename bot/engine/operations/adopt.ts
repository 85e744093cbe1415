// work that was given to a cluster's coordinator past us, taken in as a job that is only followed
import { ACTIONS, type ActionName, type TaskOptions } from '../../../shared/actions.ts'
import { type CoordinatorKey, isSameJob, toCoordinatorKey } from '../../../shared/adopted.ts'
import type { Actor, Job } from '../../../shared/job.ts'
import { demandOwner } from '../../core/decide/permit.ts'
import { findJob } from '../queries/find.ts'
import { toJob } from '../queries/views.ts'
import type { OperationsDeps } from './deps.ts'
import { permit } from './permission.ts'
import { toSubmission } from './submission.ts'

/** `id` is what names it at the coordinator, in the words of `shared/adopted.ts`; at least one path. */
export type Adopted = {
  readonly cluster: string
  readonly action: ActionName
  readonly paths: readonly string[]
  readonly name?: string
  readonly id: string
  readonly replication?: number
}

export type AdoptVerb = {
  /** Takes in what a coordinator runs already; while it is open, the same once more is the same job. */
  adoptJob(actor: Actor, adopted: Adopted): Promise<Job>
  /** Throws FORBIDDEN when what is to be stopped at a coordinator is known to be somebody else's. */
  permitStopThere(actor: Actor, there: { readonly cluster: string; readonly key: CoordinatorKey }): Promise<void>
}

/** The verb over one engine. Throws FORBIDDEN when the actor's role is too low for the action. */
export function createAdoption({ state, engine }: OperationsDeps): AdoptVerb {
  // the same work, told of twice at once, is taken in once
  const taking = new Map<string, Promise<Job>>()

  async function take(actor: Actor, { cluster, action, paths, name, id, replication }: Adopted): Promise<Job> {
    for (const task of state.tasks.find('open', cluster)) {
      if (task.options.adopted === id && task.desired === 'run') return toJob(state, findJob(state, task.jobId))
    }
    const options: TaskOptions = { adopted: id, ...(replication !== undefined && { replication }) }
    const request = { action, paths: [...paths], cluster, options: {}, ...(name !== undefined && { name }) }
    const command = toSubmission(actor, request, { view: 'alluxio' })
    const answer = await engine.dispatch({ ...command, asks: command.asks.map(ask => ({ ...ask, options })) })
    return toJob(state, findJob(state, answer.jobId ?? ''))
  }

  return {
    async permitStopThere(actor, { cluster, key }) {
      permit(actor, 'destroy', 'stopping a job')
      for (const { id, jobId, options } of state.tasks.find('open', cluster)) {
        const job = state.jobs.get(jobId)
        if (job !== undefined && isSameJob(toCoordinatorKey({ task: id, options }), key))
          demandOwner(actor, job, 'stop it')
      }
    },
    async adoptJob(actor, adopted) {
      permit(actor, ACTIONS[adopted.action].effect, adopted.action)
      const key = JSON.stringify([adopted.cluster, adopted.id])
      const taken = taking.get(key) ?? take(actor, adopted).finally(() => taking.delete(key))
      taking.set(key, taken)
      return taken
    },
  }
}
