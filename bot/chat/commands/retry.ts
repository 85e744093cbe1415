// 重试: what failed of a job once more, or all of it
import { toCount } from '../../../shared/chat-figures.ts'
import { copied, escapeMarkdown, toPair } from '../../../shared/chat-markdown.ts'
import { toWaitText } from '../../../shared/chat-waits.ts'
import type { Job } from '../../../shared/job.ts'
import { recall, toAccepted } from '../accepted.ts'
import type { Command, Talk } from '../command.ts'
import { demandOwn, findJob } from '../find-job.ts'
import { toLooker } from '../looking.ts'
import { Mistake } from '../mistake.ts'
import { toArgs } from '../read-args.ts'
import { ALL, readNeededJob, takeFlag } from '../write-args.ts'

type RetryArgs = { readonly ref: string; readonly all: boolean }

export const retry: Command<RetryArgs> = {
  words: ['重试', 'retry'],
  summary: { zh: '重试失败的路径；加“全部”重试所有路径', en: 'retry the paths that failed, or all' },
  usage: ['重试 任务号|名称 [全部]'],
  examples: ['重试 1', 'retry #1 all'],
  effect: 'write',
  args: toArgs<RetryArgs>([], statement => {
    const { has: all, rest } = takeFlag(statement, ALL)
    const read = readNeededJob(rest)
    return 'wrong' in read ? read : { ...read, all }
  }),
  async question({ room, actor, args }) {
    const job = await findJob(room.operations, toLooker(actor), args.ref)
    demandOwn(job, actor, '重试')
    const paths = demandSome(job, args.all)
    return paths > room.confirmAbove ? `要重试 #${job.number} 的 ${toCount(paths, '个路径')}吗？` : undefined
  },
  async run(talk) {
    const { room, done } = talk
    const taken = done?.jobId === undefined ? await retryNow(talk) : await recall(talk, done)
    const { job } = taken
    const more = job.named ? { more: toPair('名称', escapeMarkdown(job.name)) } : {}
    return {
      title: `已受理 #${job.number}`,
      text: toAccepted(room, { ...taken, word: '重试', ...more }),
      card: job.id,
    }
  },
}

async function retryNow({ room, actor, args }: Talk<RetryArgs>) {
  const found = await findJob(room.operations, toLooker(actor), args.ref)
  // a card's button asks no question
  demandOwn(found, actor, '重试')
  const paths = demandSome(found, args.all)
  const job = await room.operations.retryJob(actor, found.id, args.all ? 'all' : 'failed')
  const taken = actor.chat === undefined ? undefined : room.desk.doneOf(actor.chat.message)?.taskIds
  return { job, paths: taken ?? paths, notes: job.notes.filter(note => toWaitText(note) !== undefined) }
}

/** How many paths there are to retry; a job that has none, or is on its way out, is told so. */
export function demandSome(job: Job, all: boolean): number {
  const { number, desired, endedAt, counts } = job
  if (desired === 'stop' && endedAt === undefined) throw new Mistake('CONFLICT', `#${number} 正在停止，结束后才能重试`)
  const failed = counts.failed + counts.lost
  const ended = counts.total - counts.queued - counts.running
  if (all ? ended > 0 : failed > 0) return all ? ended : failed
  if (ended === 0) throw new Mistake('CONFLICT', `#${number} 还没有结束的路径，没有可重试的`)
  throw new Mistake('CONFLICT', `#${number} 没有失败的路径；要重试所有路径请发送：${copied(`重试 ${number} 全部`)}`)
}
