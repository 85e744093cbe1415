// who looks at a cluster for a command that reads, and what keeps them from it
import { escapeMarkdown } from '../../shared/chat-markdown.ts'
import { AppError } from '../../shared/errors.ts'
import type { Actor } from '../../shared/job.ts'
import type { ClusterView } from '../engine/operations/port.ts'
import type { ChatRoom } from './command.ts'
import { Mistake } from './mistake.ts'
import { findNearest } from './nearest.ts'

/** A look is no deed of its message: it may be looked twice, nobody is told of its end. */
export function toLooker({ name, role, via }: Actor): Actor {
  return { name, role, via }
}

/** Says that nobody can look at a cluster now; undefined when somebody can, or when it is not known which one is meant. */
export async function toAbsence(
  { operations }: ChatRoom,
  actor: Actor,
  cluster: string | undefined,
): Promise<string | undefined> {
  const { items } = await operations.listClusters(actor)
  const unknown = toUnknown(items, cluster)
  if (unknown !== undefined) return escapeMarkdown(unknown)
  const meant = cluster === undefined ? items : items.filter(({ name }) => name === cluster)
  if (meant.some(({ ready }) => ready > 0)) return undefined
  const [only] = meant.length === 1 ? meant : []
  const name = cluster ?? only?.name
  return name === undefined ? '没有在线代理' : `集群 ${escapeMarkdown(name)} 没有在线代理`
}

/** Throws a `Mistake` for a cluster that neither the settings nor an agent named: nobody can look at it. */
export async function demandCluster(
  { operations }: Pick<ChatRoom, 'operations'>,
  actor: Actor,
  cluster: string | undefined,
): Promise<void> {
  const unknown = toUnknown((await operations.listClusters(toLooker(actor))).items, cluster)
  if (unknown !== undefined) throw new Mistake('CLUSTER_NOT_FOUND', unknown)
}

/**
 * The same for work that may wait for its first agent: throws a `Mistake` only for a cluster that is none of those in the
 * settings, and for what looks like a slip of a known name and was never named by a job.
 */
export async function demandMeant(
  room: Pick<ChatRoom, 'operations'>,
  actor: Actor,
  cluster: string | undefined,
): Promise<void> {
  if (cluster === undefined) return
  const { operations } = room
  const looker = toLooker(actor)
  await operations.clusterFeatures(looker, cluster).catch(async (thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === 'CLUSTER_NOT_FOUND') await demandCluster(room, actor, cluster)
    throw thrown
  })
  const names = (await operations.listClusters(looker)).items.map(({ name }) => name)
  if (names.includes(cluster) || findMeant(names, cluster) === undefined) return
  const { items } = await operations.listJobs(looker, { cluster, limit: 1 })
  if (items.length === 0) await demandCluster(room, actor, cluster)
}

function toUnknown(items: readonly Pick<ClusterView, 'name'>[], cluster: string | undefined): string | undefined {
  if (cluster === undefined || items.length === 0 || items.some(({ name }) => name === cluster)) return undefined
  const names = items.map(({ name }) => name)
  const nearest = findMeant(names, cluster)
  return `没有集群 ${cluster}（现有：${names.join('、')}）${nearest === undefined ? '' : `，是不是“${nearest}”？`}`
}

/** The name of which this one is probably a slip; another number is another cluster. */
function findMeant(names: readonly string[], cluster: string): string | undefined {
  const slips = names.filter(name => toLetters(name) !== toLetters(cluster))
  return findNearest(cluster, slips)
}

const toLetters = (name: string): string => name.replace(/\d+/g, '')
