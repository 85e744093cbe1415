// 释放: paths leave the cache, after a question that shows what is there now
import { toCount, toSize } from '../../../shared/chat-figures.ts'
import { escapeMarkdown, toBlocks } from '../../../shared/chat-markdown.ts'
import { isPathMissing } from '../../../shared/chat-words.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Actor, Task } from '../../../shared/job.ts'
import { SECOND } from '../../../shared/time.ts'
import { CLUSTER, WORK_WORDS } from '../../../shared/work-words.ts'
import { accept } from '../accepted.ts'
import type { ChatRoom, Command, Talk } from '../command.ts'
import { sumEstimates } from '../estimate-sum.ts'
import { demandCluster, toAbsence, toLooker } from '../looking.ts'
import { toPathList } from '../path-list.ts'
import { readPaths, toArgs } from '../read-args.ts'

type FreeArgs = { readonly paths: readonly string[]; readonly cluster: string | undefined }

const LOOK_WITHIN_MS = 10 * SECOND
/** More are not measured in that time. */
const MOST_MEASURED = 100

export const free: Command<FreeArgs> = {
  words: WORK_WORDS.free,
  summary: {
    zh: '从缓存释放；底层存储里的文件不受影响',
    en: 'free from the cache; the files in the object store stay',
  },
  usage: ['释放 /路径… [集群=c]'],
  examples: ['释放 /datalake/old', 'free /datalake/old "/datalake/older one"'],
  effect: 'destroy',
  args: toArgs<FreeArgs>([CLUSTER], (statement, options) => {
    const paths = readPaths(statement)
    return 'wrong' in paths ? paths : { ...paths, cluster: options.get(CLUSTER) }
  }),
  looksAt: ({ paths }) => paths,
  question: askToFree,
  async run(talk) {
    const { paths, cluster } = talk.args
    const where = cluster === undefined ? {} : { cluster }
    const { title, text } = await accept(talk, '释放', { action: 'free', paths: [...paths], ...where, options: {} })
    return { title, text }
  },
}

async function askToFree(talk: Talk<FreeArgs>): Promise<string> {
  const { paths, cluster } = talk.args
  await demandCluster(talk.room, talk.actor, cluster)
  const where = cluster === undefined ? '' : `（集群 ${escapeMarkdown(cluster)}）`
  return toBlocks([
    `要从缓存释放 ${toCount(paths.length, '个路径')}${where}吗？底层存储里的文件不受影响`,
    toPathList(paths),
    await toCachedText(talk),
  ])
}

/** What the paths hold now, as a dry run of a load finds it out. */
async function toCachedText({ room, actor, args, signal }: Talk<FreeArgs>): Promise<string> {
  const looker = toLooker(actor)
  const absence = await toAbsence(room, looker, args.cluster)
  if (absence !== undefined) return `将释放多少：未知（${absence}）`
  if (args.paths.length > MOST_MEASURED) return '将释放多少：未知（路径太多，没有测量）'
  const tasks = await measure(room, looker, { ...args, signal })
  if (tasks === undefined) return `将释放多少：未知（${LOOK_WITHIN_MS / SECOND} 秒内没有测完）`
  const absent = tasks.filter(task => isPathMissing(task)).map(({ path }) => path)
  const isWhole = tasks.every(task => task.estimate !== undefined || isPathMissing(task))
  return toBlocks([
    absent.length === 0 ? undefined : toBlocks(['这些路径不存在：', toPathList(absent)]),
    isWhole ? toSum(tasks) : '将释放多少：未知（有的路径没有量到）',
  ])
}

function toSum(tasks: readonly Task[]): string | undefined {
  if (tasks.every(({ estimate }) => estimate === undefined)) return undefined
  const { files, bytes, missingBytes } = sumEstimates(tasks)
  const all = `${toCount(files, '个文件')}，${toSize(bytes)}`
  return `将释放缓存中的 ${toSize(bytes - missingBytes)}（这些路径下共 ${all}）`
}

/** The measured tasks; undefined when that takes too long. */
async function measure(
  { operations, log }: ChatRoom,
  actor: Actor,
  { paths, cluster, signal }: FreeArgs & { readonly signal: AbortSignal },
): Promise<readonly Task[] | undefined> {
  const asked = { paths: [...paths], ...(cluster !== undefined && { cluster }), options: {}, dryRun: true }
  const { task } = await operations.runNow(actor, { action: 'load', ...asked }, { waitMs: LOOK_WITHIN_MS, signal })
  const tasks = (await operations.listTasks(actor, task.job, { limit: MOST_MEASURED })).items
  if (tasks.every(({ endedAt }) => endedAt !== undefined)) return tasks
  // nobody waits for it any more
  await operations.stopJob(actor, task.job).catch((thrown: unknown) => {
    if (!(thrown instanceof AppError)) throw thrown
    log.debug('a dry run that nobody waits for goes on', { job: task.job, why: thrown.message })
  })
  return undefined
}
