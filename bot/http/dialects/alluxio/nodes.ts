// the workers of the cache in view 001, which are not our agents
import { createHash } from 'node:crypto'
import * as z from 'zod'
import { AppError, shown } from '../../../../shared/errors.ts'
import type { WorkerFacts } from '../../../engine/operations/port.ts'
import { toJson } from '../../answer.ts'
import { CLUSTER, type Here, offer } from './offer.ts'
import { Nothing, omitEmpty, queryWord, resultsOrOne } from './schemas.ts'

const path = '/api/v1/nodes'
const Query = z.object({
  id: queryWord.meta({ description: 'such as worker-587899dd-5da5-45d4-af40-ce481acc4087' }),
  ...CLUSTER,
})
const Node = z
  .object({
    id: z.string(),
    address: z.string(),
    status: z.enum(['ONLINE', 'OFFLINE']),
    capacityBytes: z.number().optional(),
    usedBytes: z.number().optional(),
    heartbeatSeconds: z.int().optional().meta({ description: 'since it was heard of last' }),
  })
  .meta({ id: 'AlluxioNode' })

const look = offer({
  method: 'GET',
  path,
  summary: 'Workers of the cache, or the one of that id',
  query: Query,
  answers: { 200: resultsOrOne(Node, 'AlluxioNodes') },
  handler: async here => {
    const workers = await listNodes(here)
    return toJson(
      here.query.id === undefined ? { results: workers.map(toRow) } : toRow(findNode(workers, here.query.id)),
    )
  },
})

const remove = offer({
  method: 'DELETE',
  path,
  summary: 'Take a worker out of the cluster',
  query: Query,
  answers: { 200: Nothing },
  handler: async here => {
    const { worker } = findNode(await listNodes(here), here.query.id)
    await here.room.operations.removeWorker(here.actor, here.cluster.cluster, toAddress(worker.host, worker.webPort))
    return toJson({})
  },
})

export const nodes = [look, remove]

type Known = { readonly id: string; readonly worker: WorkerFacts }

// a worker that came back is listed among the lost ones too
async function listNodes({ room, actor, cluster }: Here): Promise<readonly Known[]> {
  const known = new Map<string, Known>()
  for (const worker of await room.operations.listWorkers(actor, cluster.cluster)) {
    const id = `worker-${toUuid(toUuid(NAMES, cluster.cluster), worker.host)}`
    if (worker.live || !known.has(id)) known.set(id, { id, worker })
  }
  return [...known.values()]
}

function findNode(workers: readonly Known[], id: string | undefined): Known {
  const found = workers.find(one => one.id === id?.toLowerCase())
  if (found !== undefined) return found
  throw new AppError(
    'NOT_FOUND',
    id === undefined ? 'id must name a worker, but is missing' : `there is no worker ${shown(id)}`,
  )
}

function toRow({ id, worker }: Known): Record<string, unknown> {
  const { host, port, live, capacityBytes, usedBytes, heartbeatSeconds } = worker
  return omitEmpty({
    ...{ id, address: toAddress(host, port), status: live ? 'ONLINE' : 'OFFLINE' },
    ...{ capacityBytes, usedBytes, heartbeatSeconds },
  })
}

function toAddress(host: string, port: number | undefined): string {
  return port === undefined ? host : `${host}:${port}`
}

/** The name space of URLs (RFC 9562, section 6.6); each fixed one would do. */
const NAMES = '6ba7b811-9dad-11d1-80b4-00c04fd430c8'

// UUIDv5: the same cluster and host always give the same id
function toUuid(names: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(names.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
  const bytes = hash.subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
