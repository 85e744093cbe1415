// GET /api/v1/gfs/report: the cluster's report as one JSON string
import { toJson } from '../../answer.ts'
import { endpoint } from '../../endpoint.ts'
import { ReportQuery, ReportText } from './schemas.ts'

export const report = endpoint({
  method: 'GET',
  path: '/api/v1/gfs/report',
  summary: "The cluster's report as one JSON string, with ?format=json as an object",
  effect: 'read',
  query: ReportQuery,
  answers: { 200: ReportText },
  handler: async ({ room, actor, query, signal }) => {
    const cluster = query.cluster ?? room.defaultCluster
    const { text, report: parsed } = await room.operations.clusterReport(actor, cluster, signal)
    return toJson(query.format === 'json' ? (parsed ?? {}) : text)
  },
})
