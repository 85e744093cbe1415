// rules of paths in view 001 (TTL, priority): one family, of which each rule is a row
import * as z from 'zod'
import { AppError, shown } from '../../../../shared/errors.ts'
import type { PathFacts, PolicyView } from '../../../engine/operations/port.ts'
import { toJson } from '../../answer.ts'
import { CLUSTER, ClusterQuery, type Here, type Off, offer, recode } from './offer.ts'
import { Nothing, PathBody, PathQuery, resultsOrOne } from './schemas.ts'

/** What a rule is called and how it is kept; `Value` is what it gives a path. */
export type PathRule<Value> = {
  readonly kind: PolicyView['kind']
  readonly title: string
  readonly off: Off
  /** The body that sets it. */
  readonly Request: z.ZodType<{ readonly path: string; readonly value: Value }>
  /** The key that holds its value, in asks and answers. */
  readonly key: string
  /** What the cluster says of a path, as a text; undefined when it has no such rule. */
  readonly read: (facts: PathFacts) => string | undefined
  /** The value as the daemon remembers it, as a text. */
  readonly show: (remembered: string) => string
  readonly set: (here: Here, path: string, value: Value) => Promise<void>
  readonly unset: (here: Here, path: string) => Promise<void>
}

/** List, look, set and remove: what no cluster lists, the daemon remembers. */
export function pathRules<Value>(rule: PathRule<Value>) {
  const { kind, title, off, key } = rule
  const path = `/api/v1/${kind}`
  const Row = z.object({ path: z.string(), [key]: z.string() }).meta({ id: `Alluxio${title}` })
  const look = offer({
    ...{ path, off, method: 'GET', summary: `${title} of paths, or of one path` },
    query: z.object({ ...PathQuery, ...CLUSTER }),
    answers: { 200: resultsOrOne(Row, `Alluxio${title}List`) },
    handler: async here =>
      toJson(here.query.path === undefined ? await list(here, rule) : await one(here, rule, here.query.path)),
  })
  const set = offer({
    ...{ path, off, method: 'POST', summary: `Set or change the ${title} of a path` },
    ...{ query: ClusterQuery, body: rule.Request, answers: { 200: Nothing } },
    handler: async here => {
      const { path: at, value } = here.body
      // whatever is wrong with the path is wrong with the ask
      await rule.set(here, at, value).catch(recode({ NOT_FOUND: 'INVALID_INPUT' }))
      return toJson({})
    },
  })
  const remove = offer({
    ...{ path, off, method: 'DELETE', summary: `Remove the ${title} of a path` },
    ...{ query: ClusterQuery, body: PathBody, answers: { 200: Nothing } },
    handler: async here => {
      await rule.unset(here, here.body.path)
      return toJson({})
    },
  })
  return [look, set, remove]
}

async function list(
  { room, actor, cluster }: Here,
  { kind, key, show }: Pick<PathRule<unknown>, 'kind' | 'key' | 'show'>,
) {
  const rows = await room.operations.listPolicies(actor, { kind, cluster: cluster.cluster })
  return { results: rows.map(({ path, value }) => ({ path, [key]: show(value) })) }
}

async function one(
  { room, actor, cluster }: Here,
  { title, key, read }: Pick<PathRule<unknown>, 'title' | 'key' | 'read'>,
  path: string,
) {
  const facts = await room.operations
    .pathFacts(actor, cluster.cluster, path)
    .catch(recode({ INVALID_INPUT: 'NOT_FOUND' }))
  const value = read(facts)
  if (value === undefined) throw new AppError('NOT_FOUND', `${shown(path)} has no ${title}`)
  return { path: facts.path, [key]: value }
}
