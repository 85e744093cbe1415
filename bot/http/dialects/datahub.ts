// reference document 003 (datahub daemon): a user's own daemon, its log, and how healthy tags are
import type { Dialect } from '../endpoint.ts'
import { daemonId, entrypoints, log, status, tags } from './datahub/daemon.ts'
import { heard, heartbeat } from './datahub/heartbeat.ts'
import { ErrorBody } from './datahub/schemas.ts'
import { fail } from './datahub/words.ts'

export const datahub: Dialect = {
  name: 'datahub',
  endpoints: [daemonId, entrypoints, log, status, tags, heartbeat, heard],
  fail,
  errorShape: ErrorBody,
}
