// GET /api/v1/gfs/report: the cluster's report as one JSON string
import { AppError } from '../../../../shared/errors.ts'
import type { Operations } from '../../../engine/operations/port.ts'
import { toJson } from '../../answer.ts'
import { type Call, endpoint } from '../../endpoint.ts'
import { ReportQuery, ReportText } from './schemas.ts'

export const report = endpoint({
  method: 'GET',
  path: '/api/v1/gfs/report',
  summary: "The cluster's report as one JSON string, with ?format=json as an object",
  effect: 'read',
  query: ReportQuery,
  answers: { 200: ReportText },
  handler: async call => {
    const { query } = call
    const {
      text,
      report: parsed,
      notes,
    } = query.cluster === undefined ? await readDefault(call) : await read(call, query.cluster)
    return toJson(query.format === 'json' ? (parsed ?? {}) : text, { notes })
  },
})

type Asking = Pick<Call<unknown, unknown, unknown>, 'room' | 'actor' | 'signal'>

function read({ room, actor, signal }: Asking, cluster: string): ReturnType<Operations['clusterReport']> {
  return room.operations.clusterReport(actor, cluster, signal)
}

// who named no cluster did not name a wrong one: there is just nobody to run the command yet
function readDefault(asking: Asking): ReturnType<Operations['clusterReport']> {
  const cluster = asking.room.defaultCluster
  return read(asking, cluster).catch((cause: unknown) => {
    if (!(cause instanceof AppError) || cause.code !== 'CLUSTER_NOT_FOUND') throw cause
    throw new AppError('COMMAND_FAILED', `no agent of cluster ${cluster} has connected yet`, { cause })
  })
}
