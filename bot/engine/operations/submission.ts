// a request as the core takes it: the short forms of options joined, and what makes two requests the same
import type { Actor, JobRequest } from '../../../shared/job.ts'
import type { SubmitJob } from '../../core/commands.ts'

/** Turns a validated request into the command. `idempotencyKey` is the caller's own. */
export function toSubmission(actor: Actor, request: JobRequest, idempotencyKey: string | undefined): SubmitJob {
  const { action, paths, name, cluster, options, dryRun } = request
  return {
    type: 'job.submit',
    actor,
    action,
    paths,
    ...(name !== undefined && { name }),
    ...(cluster !== undefined && { cluster }),
    options: dryRun === undefined ? options : { ...options, dryRun },
    ...(idempotencyKey !== undefined && { idempotency: { key: idempotencyKey, fingerprint: toFingerprint(request) } }),
  }
}

// the parsed body is compared: spaces and the order of keys do not count
function toFingerprint(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
