// the mount table of view 001
import * as z from 'zod'
import { AppError, shown } from '../../../../shared/errors.ts'
import { CachePath, toComparable } from '../../../../shared/path.ts'
import type { MountPoint } from '../../../engine/operations/port.ts'
import { toJson } from '../../answer.ts'
import { CLUSTER, ClusterQuery, type Off, offer } from './offer.ts'
import { Flag, givenOf, Nothing, omitEmpty, optional, PathBody, PathQuery, resultsOrOne, whole } from './schemas.ts'

const path = '/api/v1/mount'
const UFS = ['ufs', 'ufsUri', 'ufs_uri', 'uri'] as const
const address = optional(CachePath)
// a value may be a secret: no sentence holds it
const OptionValue = z.union([z.string(), z.number(), z.boolean()], { error: 'must be a text' }).transform(String)

const Request = z
  .object({
    path: CachePath,
    ufs: address,
    ufsUri: address,
    ufs_uri: address,
    uri: address,
    readonly: optional(Flag),
    shared: optional(Flag),
    options: optional(z.record(z.string(), OptionValue, { error: 'must be an object of texts' })),
  })
  .superRefine((asked, context) => {
    const given = givenOf(UFS, asked).length
    if (given !== 1)
      context.addIssue(whole(`ufs must be the one address to mount, got ${given === 0 ? 'none' : given}`))
  })
  .transform(({ ufs, ufsUri, ufs_uri, uri, ...rest }) => ({ ...rest, ufs: ufs ?? ufsUri ?? ufs_uri ?? uri ?? '' }))
  .meta({ id: 'AlluxioMountRequest' })
const Mount = z
  .object({ path: z.string(), ufs: z.string(), options: z.record(z.string(), z.string()).optional() })
  .meta({ id: 'AlluxioMount' })

const unchangeable: Off = ({ cluster, mount: manner }) =>
  manner === 'static' ? `the mount table of cluster ${cluster} is static and cannot be changed from here` : undefined

const look = offer({
  method: 'GET',
  path,
  summary: 'The mount table, or one row of it',
  query: z.object({ ...PathQuery, ...CLUSTER }),
  answers: { 200: resultsOrOne(Mount, 'AlluxioMounts') },
  handler: async ({ room, actor, cluster, query }) => {
    const mounts = await room.operations.listMounts(actor, cluster.cluster)
    const wanted = query.path
    if (wanted === undefined) return toJson({ results: mounts.map(toRow) })
    const mounted = mounts.find(one => toComparable(one.path) === toComparable(wanted))
    if (mounted === undefined) throw new AppError('NOT_FOUND', `nothing is mounted at ${shown(wanted)}`)
    return toJson(toRow(mounted))
  },
})

const add = offer({
  method: 'POST',
  path,
  summary: 'Mount an address of the under storage',
  query: ClusterQuery,
  body: Request,
  answers: { 200: Nothing },
  off: unchangeable,
  handler: async ({ room, actor, cluster, body }) => {
    const { path: at, ufs, readonly = false, shared = false, options = {} } = body
    await room.operations.addMount(actor, cluster.cluster, { path: at, ufs, readonly, shared, options })
    return toJson({})
  },
})

const remove = offer({
  method: 'DELETE',
  path,
  summary: 'Unmount',
  query: ClusterQuery,
  body: PathBody,
  answers: { 200: Nothing },
  off: unchangeable,
  handler: async ({ room, actor, cluster, body }) => {
    await room.operations.removeMount(actor, cluster.cluster, body.path)
    return toJson({})
  },
})

export const mount = [look, add, remove]

function toRow({ path: at, ufs, options }: MountPoint): Record<string, unknown> {
  return omitEmpty({ path: at, ufs, options })
}
