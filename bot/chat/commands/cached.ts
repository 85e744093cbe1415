// 占比: how much of each path is in the cache; measured, nothing is loaded
import { toCount, toShare } from '../../../shared/chat-figures.ts'
import { toBlocks, toBold, toHeading, toList, toPathText } from '../../../shared/chat-markdown.ts'
import { isPathMissing, toEnding } from '../../../shared/chat-words.ts'
import { type Job, type JobRequest, MOST_PATHS, type Task } from '../../../shared/job.ts'
import { SECOND } from '../../../shared/time.ts'
import { CLUSTER } from '../../../shared/work-words.ts'
import type { Command, Reply, Talk } from '../command.ts'
import { sumEstimates } from '../estimate-sum.ts'
import { toAbsence, toLooker } from '../looking.ts'
import { toPathList } from '../path-list.ts'
import { readPaths, toArgs } from '../read-args.ts'
import { findSibling } from '../sibling.ts'
import { toEstimateText } from '../task-text.ts'

type CachedArgs = { readonly paths: readonly string[]; readonly cluster: string | undefined }

const WITHIN_MS = 60 * SECOND
const SIBLING_WITHIN_MS = 15 * SECOND
const MOST_SHOWN = 10

const args = toArgs<CachedArgs>([CLUSTER], (statement, options) => {
  const read = readPaths(statement)
  return 'wrong' in read ? read : { ...read, cluster: options.get(CLUSTER) }
})

export const cached: Command<CachedArgs> = {
  words: ['占比', '缓存', 'cached', 'du'],
  summary: { zh: '测量路径的缓存比例，不加载', en: 'files, size and cached share of paths; loads nothing' },
  usage: ['占比 /路径… [集群=c]'],
  examples: ['占比 /datalake/db1', 'cached /datalake/db1 /datalake/db2'],
  effect: 'read',
  args,
  looksAt: ({ paths }) => paths,
  // each costs a program of its own
  question: async ({ room, args: { paths } }) =>
    paths.length <= room.confirmAbove
      ? undefined
      : toBlocks([`要测量 ${toCount(paths.length, '个路径')}吗？`, toPathList(paths)]),
  run: runCached,
}

async function runCached(talk: Talk<CachedArgs>): Promise<Reply> {
  const { room, args, signal } = talk
  const looker = toLooker(talk.actor)
  const title = '缓存占比'
  const absence = await toAbsence(room, looker, args.cluster)
  if (absence !== undefined) return { title, text: `${absence}，现在无法测量` }
  const { cluster } = args
  const paths = [...args.paths]
  const request: JobRequest = {
    action: 'load',
    paths,
    options: {},
    dryRun: true,
    ...(cluster !== undefined && { cluster }),
  }
  const { job } = await room.operations.submitJob(looker, request)
  const now = await room.operations.waitForJob(looker, job.id, { waitMs: WITHIN_MS, signal })
  const tasks = await listTasks(talk, now)
  const later =
    now.endedAt === undefined
      ? `${WITHIN_MS / SECOND} 秒内还有 ${toCount(now.counts.total - tasks.length, '个路径')}没有量完，测量 #${now.number} 在后台继续，稍后用 \`状态 ${now.number}\` 查看`
      : undefined
  return { title, text: toBlocks([await toAnswer(talk, now, tasks), later]) }
}

async function listTasks({ room, actor }: Talk<CachedArgs>, job: Job): Promise<readonly Task[]> {
  const { items } = await room.operations.listTasks(toLooker(actor), job.id, { limit: MOST_PATHS })
  return items.filter(task => task.endedAt !== undefined)
}

async function toAnswer(talk: Talk<CachedArgs>, job: Job, tasks: readonly Task[]): Promise<string | undefined> {
  if (tasks.length === 0) return undefined
  const worst = tasks.toSorted((a, b) => toRank(a) - toRank(b)).slice(0, MOST_SHOWN)
  const shown = tasks.length <= MOST_SHOWN ? tasks : worst
  const missing = shown.find(task => isPathMissing(task))
  const sibling = missing === undefined ? undefined : await findBeside(talk, job, missing.path)
  const entries = shown.map(task => {
    const hint = task === missing && sibling !== undefined ? `，最接近的是 ${toBold(toPathText(sibling))}` : ''
    return `${toBold(toPathText(task.path))}：${toShareText(task)}${hint}`
  })
  const rest = tasks.length - shown.length
  const left = rest > 0 ? [`其余 ${toCount(rest, '个路径')}未列出`] : []
  return toBlocks([toHeading('缓存占比'), toList([...entries, ...left, ...toTotal(job, tasks)])])
}

// what could not be measured first, then the least cached
function toRank({ estimate }: Task): number {
  return estimate === undefined ? -1 : (toShare(estimate.bytes - estimate.missingBytes, estimate.bytes) ?? 100)
}

function toShareText(task: Task): string {
  // how long a load would take is not what was asked
  const { seconds: _, ...estimate } = task.estimate ?? { files: 0, bytes: 0, missingBytes: 0 }
  if (task.estimate !== undefined) return toEstimateText(estimate)
  if (isPathMissing(task)) return '路径不存在'
  return `没有量到，${toEnding(task.exit) ?? '原因不明'}`
}

function toTotal(job: Job, tasks: readonly Task[]): string[] {
  const measured = tasks.filter(({ estimate }) => estimate !== undefined)
  if (measured.length < 2 || measured.length < job.counts.total) return []
  return [`${toBold('合计')}：${toEstimateText(sumEstimates(measured))}`]
}

function findBeside(talk: Talk<CachedArgs>, { cluster }: Job, path: string): Promise<string | undefined> {
  const { room, actor, signal } = talk
  return findSibling(room, { actor: toLooker(actor), path, cluster, waitMs: SIBLING_WITHIN_MS, signal })
}
