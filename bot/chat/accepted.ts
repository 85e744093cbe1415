// 已受理: what is said at once of work that was taken in, or is told again
import { ACTIONS } from '../../shared/actions.ts'
import { toCount } from '../../shared/chat-figures.ts'
import { escapeMarkdown, toLines, toPair } from '../../shared/chat-markdown.ts'
import { toWaitText } from '../../shared/chat-waits.ts'
import { toQuoted } from '../../shared/chat-words.ts'
import { AppError } from '../../shared/errors.ts'
import type { Actor, Job, JobRequest } from '../../shared/job.ts'
import type { Done } from '../engine/chat-port.ts'
import type { ChatRoom, Reply, Talk } from './command.ts'
import { linkOf } from './links.ts'
import { demandMeant, toLooker } from './looking.ts'
import { Mistake } from './mistake.ts'

type Taken = {
  readonly job: Job
  /** Paths that this ask is about. */
  readonly paths: number
  readonly notes: readonly string[]
}

/** What is said of paths of an ask that the job of that name has at work already. */
const LEFT = /^left: (\d+) of these paths are under way in this job already$/

/** Takes a request in, once for its message, and says so. `word` is what it does. */
export async function accept(talk: Talk<unknown>, word: string, request: JobRequest): Promise<Reply & { job: Job }> {
  const { room, actor, done } = talk
  const taken = done?.jobId === undefined ? await submit(room, actor, request) : await recall(talk, done)
  const { job, notes } = taken
  const left = notes.reduce((sum, note) => sum + Number(LEFT.exec(note)?.[1] ?? 0), 0)
  const paths = taken.paths - left
  const joined = job.counts.total > taken.paths
  const name = escapeMarkdown(job.name)
  const more = joined
    ? `已加入进行中的任务“${name}”，现共 ${toCount(job.counts.total, '个路径')}`
    : toPair('名称', name)
  const title = `已受理 #${job.number}`
  // nothing is new: one line says so
  if (left > 0 && paths <= 0) return { job, title, text: toLines([toUnderWay(job, request), ...linksOf(room, job)]) }
  return { job, title, text: toAccepted(room, { ...taken, paths, word, ...(job.named && { more }) }) }
}

function toUnderWay({ number }: Job, { action }: JobRequest): string {
  return `已受理 #${number}，已在${ACTIONS[action].verified ? '加载' : '处理'}这些路径`
}

function linksOf(room: ChatRoom, { number }: Job): string[] {
  return [linkOf(room, number)].filter(link => link !== undefined)
}

async function submit(room: ChatRoom, actor: Actor, request: JobRequest): Promise<Taken> {
  await demandMeant(room, actor, request.cluster)
  const { job, tasks, notes } = await room.operations.submitJob(actor, request, { skipOpen: 'same' })
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

type Told = Taken & {
  readonly word: string
  readonly more?: string
  /** The name of the schedule that is run. */
  readonly schedule?: string
}

/** `已受理 #17 预热 2 个路径（集群 c1）`, `已受理 #20 执行定时“每夜” 1 个路径（集群 c1）`, with what it waits for and where it can be looked at. */
export function toAccepted(
  room: Pick<ChatRoom, 'publicUrl'>,
  { job, paths, notes, word, more, schedule }: Told,
): string {
  const cluster = escapeMarkdown(job.cluster)
  const what = schedule === undefined ? word : `${word}“${escapeMarkdown(schedule)}”`
  const first = `已受理 #${job.number} ${what} ${toCount(paths, '个路径')}（集群 ${cluster}）`
  const waits = notes.map(note => toWaitText(note) ?? toQuoted(note))
  return toLines([first, more, ...waits, linkOf(room, job.number)].filter(line => line !== undefined))
}
