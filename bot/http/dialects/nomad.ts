// reference document 002 (dtle 3.x on Nomad): names are jobs, attempts are allocations, agents are nodes
import type { ErrorCode } from '../../../shared/errors.ts'
import { toText } from '../answer.ts'
import type { Dialect } from '../endpoint.ts'
import { type Failure, toPlainMessage } from '../failure.ts'
import { allocationEndpoints } from './nomad/allocations.ts'
import { evaluationEndpoints } from './nomad/evaluations.ts'
import { jobEndpoints } from './nomad/job.ts'
import { jobsEndpoints } from './nomad/jobs.ts'
import { nodeEndpoints } from './nomad/nodes.ts'
import { statusEndpoints } from './nomad/status.ts'

// Nomad's own words and status; what we had to say goes into the note beside
const WORDS: Partial<Record<ErrorCode, { readonly status: number; readonly text: string }>> = {
  METHOD_NOT_ALLOWED: { status: 405, text: 'Invalid method' },
  UNAUTHENTICATED: { status: 403, text: 'Permission denied' },
  FORBIDDEN: { status: 403, text: 'Permission denied' },
}

export const nomad: Dialect = {
  name: 'nomad',
  endpoints: [
    ...jobsEndpoints,
    ...jobEndpoints,
    ...allocationEndpoints,
    ...nodeEndpoints,
    ...evaluationEndpoints,
    ...statusEndpoints,
  ],
  fail: failure => {
    const words = WORDS[failure.code]
    if (words === undefined) return toText(toPlainMessage(failure), { status: toStatus(failure) })
    return toText(words.text, { status: words.status, notes: [failure.message] })
  },
  errorShape: 'text',
}

// a registration that enforces another index is an error of its server to Nomad
function toStatus({ status, details }: Failure): number {
  const isIndex = typeof details === 'object' && details !== null && 'enforcedIndex' in details
  return isIndex ? 500 : status
}
