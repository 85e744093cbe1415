// our own API: what every other view can be expressed in, with errors as code, message and details
import * as z from 'zod'
import { ERROR_CODES } from '../../../shared/errors.ts'
import { toJson } from '../answer.ts'
import type { Dialect } from '../endpoint.ts'
import { accountEndpoints } from './native/account.ts'
import { clusterEndpoints } from './native/clusters.ts'
import { jobEndpoints } from './native/jobs.ts'
import { outputEndpoints } from './native/output.ts'
import { scheduleEndpoints } from './native/schedules.ts'
import { systemEndpoints } from './native/system.ts'

const codes = Object.keys(ERROR_CODES) as [string, ...string[]]
export const ErrorBody = z
  .object({ code: z.enum(codes), message: z.string(), details: z.unknown().optional() })
  .meta({ id: 'Error', description: 'message is one sentence; details are for programs' })

export const native: Dialect = {
  name: 'native',
  endpoints: [
    ...[...jobEndpoints, ...outputEndpoints, ...scheduleEndpoints],
    ...[...clusterEndpoints, ...accountEndpoints, ...systemEndpoints],
  ],
  fail: ({ code, status, message, details }) => toJson({ code, message, details }, { status }),
  errorShape: ErrorBody,
}
