// 日志: the last lines that the command of a job printed
import { toCount, toSize } from '../../../shared/chat-figures.ts'
import { toBlocks, toBold, toHeading, toLines, toPathText } from '../../../shared/chat-markdown.ts'
import { toWaitText } from '../../../shared/chat-waits.ts'
import { said } from '../../../shared/errors.ts'
import type { Actor, Job, Task } from '../../../shared/job.ts'
import type { Command, Reply, Talk } from '../command.ts'
import { findJob } from '../find-job.ts'
import { toJobTitle } from '../job-text.ts'
import { linkOf } from '../links.ts'
import { toLooker } from '../looking.ts'
import { readTail, type Tail } from '../output-tail.ts'
import { LINES, readJobRef, toArgs, wrong } from '../read-args.ts'
import { toActionWord, toStatusWord } from '../state-words.ts'
import { findWorst } from '../worst.ts'

type LogsArgs = { readonly ref: string; readonly lines: number }

const DEFAULT_LINES = 50
const MOST_LINES = 200
/** Of several paths only the worst have anything that somebody looks for. */
const MOST_PATHS = 5
/** Room for heading, notes and link stays beside it. */
const MOST_CHARACTERS = 3_200

const args = toArgs<LogsArgs>([LINES], (statement, options) => {
  const read = readJobRef(statement)
  if ('wrong' in read) return read
  if (read.ref === undefined) return wrong('缺少任务号或名称，例如：日志 17')
  const asked = options.get(LINES) ?? String(DEFAULT_LINES)
  const lines = /^\d{1,4}$/.test(asked) ? Number(asked) : 0
  if (lines < 1 || lines > MOST_LINES) return wrong(`参数 行 要是 1 到 ${MOST_LINES} 的整数，收到 ${said(asked)}`)
  return { ref: read.ref, lines }
})

export const logs: Command<LogsArgs> = {
  words: ['日志', '输出', 'logs', 'output'],
  summary: { zh: '任务输出的最后几行', en: 'the last lines of a job’s output' },
  usage: ['日志 任务号|名称 [行=50]'],
  examples: ['日志 1', 'logs #1 lines=10'],
  effect: 'read',
  args,
  run: runLogs,
}

async function runLogs({ room, actor, args }: Talk<LogsArgs>): Promise<Reply> {
  const looker = toLooker(actor)
  const job = await findJob(room.operations, looker, args.ref)
  const { tasks } = await findWorst(room.operations, looker, { job, most: MOST_PATHS })
  const characters = Math.floor(MOST_CHARACTERS / Math.max(1, tasks.length))
  const tails = await Promise.all(
    tasks.map(async task => ({
      task,
      tail: await readTask(room.operations, looker, { job, task, ...args, characters }),
    })),
  )
  const printed = tails.flatMap(({ task, tail }) => (tail === undefined ? [] : [{ task, tail }]))
  const several = job.counts.total > 1
  const blocks = printed.flatMap(({ task, tail }) => toTailBlocks(tail, several ? task : undefined))
  const heading = toHeading(`日志：${toJobTitle(job)} ${toActionWord(job.action)}，${toStatusWord(job)}`)
  const rest = job.counts.total - tasks.length
  return {
    title: `日志 #${job.number}`,
    text: toBlocks([
      heading,
      ...(blocks.length === 0 ? [toNothing(job)] : blocks),
      rest > 0 ? `其余 ${toCount(rest, '个路径')}的输出未列出` : undefined,
      linkOf(room, job.number, 'output'),
    ]),
  }
}

type Of = { readonly job: Job; readonly task: Task; readonly lines: number; readonly characters: number }

async function readTask(
  operations: Talk<LogsArgs>['room']['operations'],
  actor: Actor,
  { job, task, lines, characters }: Of,
): Promise<Tail | undefined> {
  const [reader] = await operations.openOutput(actor, { ref: job.id, taskId: task.id }, 'output')
  if (reader === undefined || (await reader.length()) === 0) return undefined
  return readTail(reader, { lines, characters })
}

function toTailBlocks({ lines, dropped, earlierBytes }: Tail, task: Task | undefined): string[] {
  const left = [
    ...(dropped > 0 ? [`${toCount(dropped, '行')}放不下`] : []),
    ...(earlierBytes > 0 ? [`更早的输出 ${toSize(earlierBytes)}`] : []),
  ]
  const note = left.length === 0 ? [] : [`（前面未显示：${left.join('，')}）`]
  const head = task === undefined ? [] : [toBold(toPathText(task.path))]
  return [...head, ...note, toLines(lines)].filter(block => block !== '')
}

function toNothing(job: Job): string {
  const wait = job.endedAt === undefined ? job.notes.flatMap(note => toWaitText(note) ?? [])[0] : undefined
  return wait === undefined ? '没有输出' : `还没有输出，${wait}`
}
