// 状态: one job with its paths, or the asker's own jobs that are under way

import { ACTIONS, ActionName } from '../../../shared/actions.ts'
import { escapeMarkdown, toBlocks, toHeading, toList } from '../../../shared/chat-markdown.ts'
import type { Actor, Job } from '../../../shared/job.ts'
import type { Operations } from '../../engine/operations/port.ts'
import type { Command, Reply, Talk } from '../command.ts'
import { findJob } from '../find-job.ts'
import { toJobLine, toJobText, toJobTitle } from '../job-text.ts'
import { toLooker } from '../looking.ts'
import { readJobRef, toArgs } from '../read-args.ts'
import { toActionWord } from '../state-words.ts'
import { findWorst } from '../worst.ts'

type StatusArgs = { readonly ref: string | undefined }

const MOST_JOBS = 10
const MOST_PATHS = 10
/** Open jobs that are looked through for the asker's own, in pages of a hundred. */
const MOST_PAGES = 10
const PAGE = 100
const WRITING: readonly ActionName[] = ActionName.options.filter(action => ACTIONS[action].effect !== 'read')

const args = toArgs<StatusArgs>([], readJobRef)

export const status: Command<StatusArgs> = {
  words: ['状态', '进度', 'status'],
  summary: {
    zh: '任务的状态、进度和各路径；不带参数时列出自己正在进行的任务',
    en: 'state and progress of a job, or of your own',
  },
  usage: ['状态 [任务号|名称]'],
  examples: ['状态', '状态 1', 'status #1'],
  effect: 'read',
  args,
  run: async talk => (talk.args.ref === undefined ? tellOwn(talk) : tellJob(talk, talk.args.ref)),
}

async function tellJob({ room, actor }: Talk<StatusArgs>, ref: string): Promise<Reply> {
  const looker = toLooker(actor)
  const job = await findJob(room.operations, looker, ref)
  const told = await findWorst(room.operations, looker, { job, most: MOST_PATHS })
  const dryRun = told.tasks[0]?.options.dryRun === true
  const title = `${toActionWord(job.action, dryRun)} ${toJobTitle(job)}`
  return { title: `状态 #${job.number}`, text: toBlocks([toHeading(title), toJobText(room, job, told)]) }
}

async function tellOwn({ room, actor }: Talk<StatusArgs>): Promise<Reply> {
  const looker = toLooker(actor)
  const { operations } = room
  const title = '我的任务'
  const { own, more } = await findOwn(operations, looker)
  if (own.length > 0) {
    const dry = await Promise.all(own.map(job => isDryRun(operations, looker, job)))
    const heading = toHeading(`正在进行的任务：${escapeMarkdown(actor.name)}`)
    const rest = more ? `只列出最新的 ${MOST_JOBS} 个` : undefined
    return { title, text: toBlocks([heading, toList(own.map((job, at) => toJobLine(job, dry[at]))), rest]) }
  }
  const last = await findLast(operations, looker)
  return { title, text: toBlocks(['没有正在进行的任务', last && toList([`最近一次：${toJobLine(last)}`])]) }
}

async function isDryRun(operations: Operations, actor: Actor, job: Job): Promise<boolean> {
  const [first] = (await operations.listTasks(actor, job.id, { limit: 1 })).items
  return first?.options.dryRun === true
}

async function findOwn(operations: Operations, actor: Actor): Promise<{ readonly own: Job[]; readonly more: boolean }> {
  const own: Job[] = []
  let after: string | undefined
  for (let at = 0; at < MOST_PAGES && own.length <= MOST_JOBS; at += 1) {
    const page = await operations.listJobs(actor, { status: ['queued', 'running'], limit: PAGE, after })
    own.push(...page.items.filter(job => job.requester === actor.name))
    after = page.next
    if (after === undefined) break
  }
  return { own: own.slice(0, MOST_JOBS), more: own.length > MOST_JOBS }
}

// what only looked is nothing that somebody asks about later
async function findLast(operations: Operations, actor: Actor): Promise<Job | undefined> {
  const { items } = await operations.listJobs(actor, { does: WRITING, limit: PAGE })
  for (const job of items.filter(({ requester }) => requester === actor.name).slice(0, MOST_JOBS))
    if (!(await isDryRun(operations, actor, job))) return job
  return undefined
}
