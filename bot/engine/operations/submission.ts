// a request as the core takes it: the short forms of options joined, and what makes two requests the same
import type { Actor, JobRequest } from '../../../shared/job.ts'
import type { SubmitJob } from '../../core/commands.ts'
import type { Registration, SubmitHow } from './registry-port.ts'

/** Turns a validated request into the command. */
export function toSubmission(actor: Actor, request: JobRequest, how: SubmitHow): SubmitJob {
  const { action, paths, options, dryRun } = request
  const asked = dryRun === undefined ? options : { ...options, dryRun }
  // what has no paths is one task of none
  const asks = (paths.length === 0 ? [''] : paths).map(path => ({ action, path, options: asked }))
  return toCommand(actor, { ...request, asks }, how)
}

/** The same for a submission whose units differ. */
export function toRegistration(actor: Actor, { groups, ...rest }: Registration, how: SubmitHow): SubmitJob {
  return { ...toCommand(actor, { ...rest, asks: groups }, how), skipOpen: true }
}

type Asked = Pick<JobRequest, 'name' | 'cluster'> & Pick<SubmitJob, 'asks'>

function toCommand(actor: Actor, asked: Asked, how: SubmitHow): SubmitJob {
  const { name, cluster, asks } = asked
  const { idempotencyKey: key, view = 'native', document, resume, enforceIndex, skipOpen } = how
  return {
    type: 'job.submit',
    actor,
    asks,
    ...(name !== undefined && { name }),
    ...(cluster !== undefined && { cluster }),
    view,
    ...(document !== undefined && { document }),
    ...(resume !== undefined && { resume }),
    ...(skipOpen !== undefined && { skipOpen }),
    ...(enforceIndex !== undefined && { enforceIndex }),
    ...(key !== undefined && { idempotency: { key, fingerprint: toFingerprint(asked) } }),
  }
}

/** What is the same for the same request: the parsed body is compared, spaces and the order of keys do not count. */
export function toFingerprint(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
