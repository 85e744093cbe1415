// 已受理: what is said at once of work that was taken in, or is told again
import { toCount } from '../../shared/chat-figures.ts'
import { escapeMarkdown, toLines, toPair } from '../../shared/chat-markdown.ts'
import { toQuoted } from '../../shared/chat-words.ts'
import { AppError } from '../../shared/errors.ts'
import type { Actor, Job, JobRequest } from '../../shared/job.ts'
import type { Done } from '../engine/chat-port.ts'
import type { ChatRoom, Reply, Talk } from './command.ts'
import { linkOf } from './links.ts'
import { demandCluster, toLooker } from './looking.ts'
import { Mistake } from './mistake.ts'
import { toWaitText } from './waits.ts'

type Taken = {
  readonly job: Job
  /** Paths that this ask is about. */
  readonly paths: number
  readonly notes: readonly string[]
}

/** Takes a request in, once for its message, and says so. `word` is what it does. */
export async function accept(talk: Talk<unknown>, word: string, request: JobRequest): Promise<Reply & { job: Job }> {
  const { room, actor, done } = talk
  const taken = done?.jobId === undefined ? await submit(room, actor, request) : await recall(talk, done)
  const { job, paths } = taken
  const joined = job.counts.total > paths
  const name = escapeMarkdown(job.name)
  const more = joined
    ? `已加入进行中的任务“${name}”，现共 ${toCount(job.counts.total, '个路径')}`
    : toPair('名称', name)
  return { job, title: `已受理 #${job.number}`, text: toAccepted(room, { ...taken, word, ...(job.named && { more }) }) }
}

async function submit(room: ChatRoom, actor: Actor, request: JobRequest): Promise<Taken> {
  const { job, tasks, notes } = await room.operations.submitJob(actor, request).catch(async (thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === 'CLUSTER_NOT_FOUND')
      await demandCluster(room, actor, request.cluster)
    throw thrown
  })
  return { job, paths: tasks.length, notes }
}

/** What an earlier try of the same message came to. */
export async function recall({ room, actor }: Pick<Talk<unknown>, 'room' | 'actor'>, done: Done): Promise<Taken> {
  const job = await room.operations.getJob(toLooker(actor), done.jobId ?? '').catch((thrown: unknown) => {
    if (!(thrown instanceof AppError) || thrown.code !== 'JOB_NOT_FOUND') throw thrown
    throw new Mistake('JOB_NOT_FOUND', '这条消息已经处理过，但它的任务已被删除')
  })
  return { job, paths: done.taskIds ?? job.counts.total, notes: done.notes ?? [] }
}

/** `已受理 #17 预热 2 个路径（集群 c1）`, with what it waits for and where it can be looked at. */
export function toAccepted(
  room: Pick<ChatRoom, 'publicUrl'>,
  { job, paths, notes, word, more }: Taken & { readonly word: string; readonly more?: string },
): string {
  const cluster = escapeMarkdown(job.cluster)
  const first = `已受理 #${job.number} ${word} ${toCount(paths, '个路径')}（集群 ${cluster}）`
  const waits = notes.map(note => toWaitText(note) ?? toQuoted(note))
  return toLines([first, more, ...waits, linkOf(room, job.number)].filter(line => line !== undefined))
}
