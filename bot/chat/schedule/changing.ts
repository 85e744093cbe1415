// 定时 暂停, 恢复, 执行 and 删除: what is done to schedules that there are
import { toCount, toInstantText } from '../../../shared/chat-figures.ts'
import { escapeMarkdown, toBlocks, toBold, toList, toPair } from '../../../shared/chat-markdown.ts'
import { toWaitText } from '../../../shared/chat-waits.ts'
import type { Run, Schedule } from '../../../shared/schedule.ts'
import { recall, toAccepted } from '../accepted.ts'
import type { Question, Reply, Talk } from '../command.ts'
import { toLooker } from '../looking.ts'
import { Mistake } from '../mistake.ts'
import { findOwn } from './finding.ts'
import { countPaths, mustAsk } from './making.ts'
import { OPEN, toNextText, toRunText, toTimingText, toTitle, toWorkText } from './words.ts'

type One = { readonly ref: string }

/** All of them or none. Done again it comes to the same. */
export async function pause(talk: Talk<{ readonly refs: readonly string[] }>, paused: boolean): Promise<Reply> {
  const { room, actor, args, done } = talk
  const deed = paused ? '暂停' : '恢复'
  const own = await findOwn(room.operations, actor, { refs: args.refs, deed })
  const ids = own.map(({ id }) => id)
  const isDone = done?.scheduleId !== undefined
  const all = isDone ? own : await room.operations.pauseSchedules(actor, ids, paused)
  const title = `已${deed}定时`
  const entries = all.map(one => `${toBold(toTitle(one))}：${toNextText(one, room.tz)}`)
  return { title, text: toBlocks([`已${deed} ${toCount(all.length, '个定时')}`, toList(entries)]) }
}

/** Asked about as what it does would be by itself. */
export async function askToRun({ room, actor, args }: Talk<One>): Promise<Question | undefined> {
  const [schedule] = await findOwn(room.operations, actor, { refs: [args.ref], deed: '执行' })
  if (schedule === undefined) return undefined
  const count = await countPaths(room, actor, schedule)
  if (!mustAsk(room, { action: schedule.action, count })) return undefined
  return {
    line: `定时 执行 #${schedule.number}`,
    text: `要现在执行定时 ${toBold(toTitle(schedule))} 吗？${toWorkText(schedule)}（${toCount(count, '个路径')}）`,
  }
}

/** Now, whatever its rules say; whoever asks hears of its end. */
export async function runOne(talk: Talk<One>): Promise<Reply> {
  const { room, actor, args, done } = talk
  if (done?.jobId !== undefined) {
    const { job, notes } = await recall(talk, done)
    const schedule = job.schedule === undefined ? args.ref : job.schedule.name
    return toTaken(talk, { job, notes: [...notes, ...job.notes], name: schedule })
  }
  const [schedule] = await findOwn(room.operations, actor, { refs: [args.ref], deed: '执行' })
  if (schedule === undefined) throw new Mistake('SCHEDULE_NOT_FOUND', '没有这个定时')
  const run = done === undefined ? await room.operations.runSchedule(actor, schedule.id) : await findRun(talk, schedule)
  if (run?.job === undefined) return toUnstarted(schedule, run)
  const job = await room.operations.getJob(toLooker(actor), run.job.id)
  return toTaken(talk, { job, notes: job.notes, name: schedule.name })
}

type Taken = {
  readonly job: Parameters<typeof toAccepted>[1]['job']
  readonly notes: readonly string[]
  readonly name: string
}

function toTaken({ room }: Talk<One>, { job, notes, name }: Taken): Reply {
  const waits = [...new Set(notes)].filter(note => toWaitText(note) !== undefined)
  const taken = { job, paths: job.counts.total, notes: waits, word: '执行定时', schedule: name }
  return { title: `已受理 #${job.number}`, text: toAccepted(room, taken), card: job.id }
}

// a repeated message whose run has no job
async function findRun({ room, actor }: Talk<One>, { id }: Schedule): Promise<Run | undefined> {
  const { items } = await room.operations.listRuns(toLooker(actor), id, { limit: 10 })
  return items.find(({ kind, by }) => kind === 'manual' && by === actor.name)
}

function toUnstarted(schedule: Schedule, run: Run | undefined): Reply {
  const why = run === undefined ? '原因不明，发送“定时 历史”查看' : toRunText(run)
  return { title: '没有开始', text: `定时 ${toBold(toTitle(schedule))} 还没有开始任务：${why}` }
}

/** What is removed, and what is at work that goes on. */
export async function askToRemove({ room, actor, args }: Talk<One>): Promise<Question | undefined> {
  const [schedule] = await findOwn(room.operations, actor, { refs: [args.ref], deed: '删除' })
  if (schedule === undefined) return undefined
  const { items } = await room.operations.listRuns(toLooker(actor), schedule.id, { limit: 10, status: OPEN })
  const atWork = items.map(run => {
    const job = run.job === undefined ? '' : ` #${run.job.number}`
    const fate = run.status === 'waiting' ? '不再执行' : '会继续到结束'
    return `${toInstantText(run.slot, room.tz)}${job}：${toRunText(run)}，${fate}`
  })
  return {
    line: `定时 删除 #${schedule.number}`,
    text: toBlocks([
      `要删除定时 ${toBold(toTitle(schedule))} 吗？`,
      toList([
        toPair('时间', `${toTimingText(schedule, room.tz)}，${toNextText(schedule, room.tz)}`),
        toPair('动作', toWorkText(schedule)),
        ...(atWork.length === 0 ? [] : [{ text: `${toBold('进行中')}：`, below: atWork }]),
      ]),
    ]),
  }
}

export async function remove({ room, actor, args, done }: Talk<One>): Promise<Reply> {
  const title = '已删除定时'
  if (done?.scheduleId !== undefined) return { title, text: `已删除定时 ${toBold(escapeMarkdown(args.ref))}` }
  const [schedule] = await findOwn(room.operations, actor, { refs: [args.ref], deed: '删除' })
  if (schedule === undefined) throw new Mistake('SCHEDULE_NOT_FOUND', '没有这个定时')
  await room.operations.removeSchedule(actor, schedule.id)
  return { title, text: `已删除定时 ${toBold(toTitle(schedule))}，不再有新的执行` }
}
