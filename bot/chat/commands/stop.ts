// 停止: a job is stopped, after a question that shows how far it is
import { toBar, toCount, toDuration } from '../../../shared/chat-figures.ts'
import { escapeMarkdown, toLines } from '../../../shared/chat-markdown.ts'
import type { Job } from '../../../shared/job.ts'
import { SECOND } from '../../../shared/time.ts'
import { recall } from '../accepted.ts'
import type { ChatRoom, Command, Talk } from '../command.ts'
import { demandOwn, findJob } from '../find-job.ts'
import { toLooker } from '../looking.ts'
import { Mistake } from '../mistake.ts'
import { toArgs } from '../read-args.ts'
import { toActionWord, toEndedText, toRequester, toStatusWord } from '../state-words.ts'
import { readNeededJob } from '../write-args.ts'

type StopArgs = { readonly ref: string }

export const stop: Command<StopArgs> = {
  words: ['停止', '取消任务', 'stop', 'cancel'],
  summary: { zh: '停止任务，GooseFS 里排队的部分也会取消', en: 'stop a job, and what GooseFS still has queued for it' },
  usage: ['停止 任务号|名称'],
  examples: ['停止 1', 'stop #1', '取消任务 夜间'],
  effect: 'destroy',
  args: toArgs<StopArgs>([], readNeededJob),
  async question({ room, actor, args }) {
    const job = await findJob(room.operations, toLooker(actor), args.ref)
    demandOpen(job)
    demandOwn(job, actor, '停止')
    return { text: toQuestion(room, job), line: `停止 ${job.number}` }
  },
  async run(talk) {
    const { job } = talk.done?.jobId === undefined ? await stopNow(talk) : await recall(talk, talk.done)
    return { title: `停止 #${job.number}`, text: toStopped(job) }
  },
}

async function stopNow({ room, actor, args }: Talk<StopArgs>): Promise<{ readonly job: Job }> {
  const found = await findJob(room.operations, toLooker(actor), args.ref)
  demandOpen(found)
  // a card's button asks no question
  demandOwn(found, actor, '停止')
  return { job: await room.operations.stopJob(actor, found.id, 'chat') }
}

function demandOpen(job: Job): void {
  if (job.endedAt === undefined) return
  throw new Mistake('CONFLICT', `${toEndedText(job)}，没有可停止的`)
}

function toQuestion(room: ChatRoom, job: Job): string {
  const { number, name, named, action, counts, cluster, progress } = job
  const title = named ? `#${number} ${escapeMarkdown(name)}` : `#${number}`
  const { percent, etaSeconds } = progress ?? {}
  const eta = etaSeconds === undefined ? '' : `，预计还要 ${toDuration(etaSeconds * SECOND)}`
  const ended = counts.total - counts.queued - counts.running
  return toLines([
    `要停止 ${title} 吗？`,
    `${toActionWord(action)} ${toCount(counts.total, '个路径')}（集群 ${escapeMarkdown(cluster)}），${toStatusWord(job)}，发起：${toRequester(room, job)}`,
    percent === undefined ? `已结束 ${toCount(ended, '个路径')}，进度未知` : `${toBar(percent)}${eta}`,
  ])
}

export function toStopped(job: Job): string {
  if (job.endedAt === undefined) return `正在停止 #${job.number}，GooseFS 里排队的部分也会取消`
  return job.status === 'stopped' ? `已停止 #${job.number}` : toEndedText(job)
}
