// 报告: capacity and workers of the clusters, asked now
import { toCount, toDuration, toPercent, toShare, toSize } from '../../../shared/chat-figures.ts'
import { escapeMarkdown, toBlocks, toBold, toHeading, toList, toPair } from '../../../shared/chat-markdown.ts'
import { toWaitText } from '../../../shared/chat-waits.ts'
import { toQuoted } from '../../../shared/chat-words.ts'
import type { ClusterReport } from '../../../shared/cluster.ts'
import { AppError, type ErrorCode } from '../../../shared/errors.ts'
import type { Actor } from '../../../shared/job.ts'
import { SECOND } from '../../../shared/time.ts'
import { CLUSTER, WORK_WORDS } from '../../../shared/work-words.ts'
import type { ClusterAnswer, Operations, WorkerFacts } from '../../engine/operations/port.ts'
import type { Command, Reply, Talk } from '../command.ts'
import { demandCluster, toLooker } from '../looking.ts'
import { readNothing, toArgs } from '../read-args.ts'

type ReportArgs = { readonly cluster: string | undefined }

/** Clusters asked when none is named. */
const MOST_CLUSTERS = 5
/** With more workers only those that are lost are told. */
const FEW_WORKERS = 8
const MOST_RAW_LINES = 10
const CANNOT_TELL: ReadonlySet<string> = new Set<ErrorCode>(['COMMAND_FAILED', 'NOT_IMPLEMENTED'])

const args = toArgs<ReportArgs>([CLUSTER], (statement, options) => {
  return readNothing(statement) ?? { cluster: options.get(CLUSTER) }
})

export const report: Command<ReportArgs> = {
  words: WORK_WORDS.report,
  summary: { zh: '集群容量、已用、worker 和版本', en: 'capacity, used, workers and version of a cluster' },
  usage: ['报告 [集群=c]'],
  examples: ['报告', 'report cluster=default'],
  effect: 'read',
  args,
  run: runReport,
}

async function runReport({ room, actor, args, signal }: Talk<ReportArgs>): Promise<Reply> {
  const title = '集群报告'
  const looker = toLooker(actor)
  const { operations } = room
  await demandCluster(room, actor, args.cluster)
  const known = args.cluster === undefined ? (await operations.listClusters(looker)).items.map(({ name }) => name) : []
  const names = args.cluster === undefined ? known.slice(0, MOST_CLUSTERS) : [args.cluster]
  if (names.length === 0) return { title, text: '还没有任何集群：先启动一个代理' }
  const texts = await Promise.all(names.map(name => tellCluster(operations, looker, { name, signal })))
  const left = known.slice(MOST_CLUSTERS).map(name => escapeMarkdown(name))
  const rest = left.length === 0 ? undefined : `其余集群：${left.join('、')}，用 \`报告 集群=名称\` 查看`
  return { title, text: toBlocks([...texts, rest]) }
}

type Asked = { readonly name: string; readonly signal: AbortSignal }

async function tellCluster(operations: Operations, actor: Actor, { name, signal }: Asked): Promise<string> {
  const heading = toHeading(`集群 ${escapeMarkdown(name)}`)
  try {
    const [answer, workers] = await Promise.all([
      operations.clusterReport(actor, name, signal),
      // who has no table of workers has a report all the same
      operations.listWorkers(actor, name).catch((): readonly WorkerFacts[] => []),
    ])
    return toBlocks([heading, toReportText(answer, workers)])
  } catch (thrown) {
    // one cluster of several that cannot be asked does not keep the others from being told
    if (!(thrown instanceof AppError) || !CANNOT_TELL.has(thrown.code)) throw thrown
    const wait = thrown.notes.flatMap(note => toWaitText(note) ?? [])[0]
    return toBlocks([heading, `没有拿到报告：${wait ?? toQuoted(thrown.message)}`])
  }
}

function toReportText({ report, text }: ClusterAnswer, workers: readonly WorkerFacts[]): string {
  if (report !== undefined) return toList([...toFacts(report), ...toWorkers(workers)])
  const lines = text.split('\n').filter(line => line.trim() !== '')
  return toList(lines.slice(0, MOST_RAW_LINES).map(line => toQuoted(line)))
}

function toFacts(report: ClusterReport): string[] {
  const { version, simulated, capacityBytes, usedBytes, liveWorkers, lostWorkers, safeMode } = report
  const share = toShare(usedBytes ?? 0, capacityBytes ?? 0)
  const percent = share === undefined || usedBytes === undefined ? '' : `（${toPercent(share)}）`
  return [
    ...(version === undefined ? [] : [toPair('版本', `${escapeMarkdown(version)}${simulated ? '（模拟）' : ''}`)]),
    ...(capacityBytes === undefined ? [] : [toPair('容量', toSize(capacityBytes))]),
    ...(usedBytes === undefined ? [] : [toPair('已用', `${toSize(usedBytes)}${percent}`)]),
    ...(liveWorkers === undefined ? [] : [toPair('在线 worker', toCount(liveWorkers, '个'))]),
    ...(lostWorkers === undefined ? [] : [toPair('失联 worker', toCount(lostWorkers, '个'))]),
    ...(safeMode === true ? [toPair('安全模式', '是，暂时不能写入')] : []),
  ]
}

function toWorkers(workers: readonly WorkerFacts[]): string[] {
  const lost = workers.filter(({ live }) => !live)
  const told = workers.length <= FEW_WORKERS ? [...lost, ...workers.filter(({ live }) => live)] : lost
  const rest = told.length - FEW_WORKERS
  const lines = told.slice(0, FEW_WORKERS).map(toWorkerText)
  return rest > 0 ? [...lines, `其余 ${toCount(rest, '个')}失联 worker 未列出`] : lines
}

function toWorkerText({ host, live, heartbeatSeconds, capacityBytes, usedBytes }: WorkerFacts): string {
  const share = toShare(usedBytes ?? 0, capacityBytes ?? 0)
  const used =
    capacityBytes === undefined || usedBytes === undefined
      ? []
      : [`已用 ${toSize(usedBytes)} / ${toSize(capacityBytes)}${share === undefined ? '' : `（${toPercent(share)}）`}`]
  const heard = heartbeatSeconds === undefined ? [] : [`心跳 ${toDuration(heartbeatSeconds * SECOND)}前`]
  return `${toBold(escapeMarkdown(host))}：${[live ? '在线' : '失联', ...used, ...heard].join('，')}`
}
