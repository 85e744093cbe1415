// 预热, 强制预热, 元数据: what brings paths into the cache, or their metadata
import { toCount } from '../../../shared/chat-figures.ts'
import { escapeMarkdown, toBlocks } from '../../../shared/chat-markdown.ts'
import type { JobRequest } from '../../../shared/job.ts'
import { WORK_KEYS, WORK_WORDS } from '../../../shared/work-words.ts'
import { accept } from '../accepted.ts'
import type { Command, Reply, Talk } from '../command.ts'
import { demandMeant } from '../looking.ts'
import { toPathList } from '../path-list.ts'
import { toArgs } from '../read-args.ts'
import { type LoadArgs, readLoad, readWork, type WorkArgs } from '../write-args.ts'

const loadArgs = toArgs<LoadArgs>(WORK_KEYS.load, readLoad)

export const load: Command<LoadArgs> = {
  words: WORK_WORDS.load,
  summary: {
    zh: '把路径加载到缓存；加“刷新”先更新元数据',
    en: 'load paths into the cache; `refresh` takes the metadata first',
  },
  usage: ['预热 /路径… [刷新] [副本=n] [名称=x] [集群=c] [超时=2h]'],
  examples: [
    '预热 /datalake/db1',
    '预热 /datalake/db1 /datalake/db2 副本=2 名称=夜间',
    'load "/path with spaces" refresh timeout=2h',
  ],
  effect: 'write',
  args: loadArgs,
  question: talk => toQuestion(talk, '预热'),
  run: talk => run(talk, 'load', '预热'),
}

export const forceload: Command<LoadArgs> = {
  words: WORK_WORDS.forceload,
  summary: { zh: '先更新元数据，再加载到缓存', en: 'metadata, then load' },
  usage: ['强制预热 /路径… [副本=n] [名称=x] [集群=c] [超时=2h]'],
  examples: ['强制预热 /datalake/db1', 'forceload /datalake/db1 replicas=2 name=nightly'],
  effect: 'write',
  args: loadArgs,
  question: talk => toQuestion(talk, '强制预热'),
  run: talk => run(talk, 'forceload', '强制预热'),
}

export const metadata: Command<WorkArgs> = {
  words: WORK_WORDS.metadata,
  summary: { zh: '从底层存储更新元数据', en: 'load the metadata anew' },
  usage: ['元数据 /路径… [名称=x] [集群=c]'],
  examples: ['元数据 /datalake/db1', 'metadata /datalake/db1 /datalake/db2'],
  effect: 'write',
  args: toArgs<WorkArgs>(WORK_KEYS.metadata, readWork),
  question: talk => toQuestion(talk, '更新元数据'),
  run: talk => run(talk, 'metadata', '元数据'),
}

async function run(
  talk: Talk<WorkArgs & Partial<LoadArgs>>,
  action: JobRequest['action'],
  word: string,
): Promise<Reply> {
  const { paths, cluster, name, replicas, timeoutSeconds, refresh } = talk.args
  const { job, ...reply } = await accept(talk, refresh && action === 'load' ? '刷新并预热' : word, {
    action,
    paths: [...paths],
    ...(name !== undefined && { name }),
    ...(cluster !== undefined && { cluster }),
    options: {
      ...(replicas !== undefined && { replication: replicas }),
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      ...(refresh && action === 'load' && { refresh }),
    },
  })
  return { ...reply, card: job.id }
}

/** Only many paths are asked about; a cluster that cannot be meant is told before. */
async function toQuestion({ room, actor, args }: Talk<WorkArgs>, word: string): Promise<string | undefined> {
  const { paths, cluster } = args
  if (paths.length <= room.confirmAbove) return undefined
  await demandMeant(room, actor, cluster)
  const where = cluster === undefined ? '' : `（集群 ${escapeMarkdown(cluster)}）`
  return toBlocks([`要${word} ${toCount(paths.length, '个路径')}${where}吗？`, toPathList(paths)])
}
