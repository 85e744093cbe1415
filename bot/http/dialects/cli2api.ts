// reference document 000 (goosefs-cli2api): actions by name or number, task ids, exit strings
import { toJson, toText } from '../answer.ts'
import { type Dialect, endpoint } from '../endpoint.ts'
import { toPlainMessage } from '../failure.ts'
import { groupOutput, groupStatus, oneOutput, oneStatus } from './cli2api/queries.ts'
import { report } from './cli2api/report.ts'
import { ErrorBody } from './cli2api/schemas.ts'
import { submit } from './cli2api/submit.ts'

const hc = endpoint({
  method: 'GET',
  path: '/hc',
  summary: 'The daemon is alive',
  effect: 'open',
  answers: { 200: 'text' },
  handler: () => toText('ok'),
})

export const cli2api: Dialect = {
  name: 'cli2api',
  endpoints: [submit, report, oneStatus, oneOutput, groupStatus, groupOutput, hc],
  fail: failure => toJson({ error: toPlainMessage(failure) }, { status: failure.status }),
  errorShape: ErrorBody,
}
