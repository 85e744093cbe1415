// 定时 新建: a schedule is made, and its next instants are told
import type { ActionName } from '../../../shared/actions.ts'
import { toCount, toInstantText } from '../../../shared/chat-figures.ts'
import { copied, escapeMarkdown, toBlocks, toBold, toList, toPair } from '../../../shared/chat-markdown.ts'
import { toWaitText } from '../../../shared/chat-waits.ts'
import { ACTION_WORDS } from '../../../shared/chat-words.ts'
import { AppError, said } from '../../../shared/errors.ts'
import type { Preview, Schedule, ScheduleRequest, TimingRequest } from '../../../shared/schedule.ts'
import { toMs } from '../../../shared/time.ts'
import type { Done } from '../../engine/chat-port.ts'
import type { ChatRoom, Reply, Talk } from '../command.ts'
import { demandMeant, toLooker } from '../looking.ts'
import { Mistake } from '../mistake.ts'
import { toPathList } from '../path-list.ts'
import { toOptionText } from './options.ts'
import { toTimingText, toTitle, toWorkText } from './words.ts'

const NEXT = 3

type New = { readonly request: ScheduleRequest }

/** Many paths are asked about, and what would be freed each time; what is wrong with the time is told before. */
export async function askToMake({ room, actor, args: { request } }: Talk<New>): Promise<string | undefined> {
  const { paths = [], action, cluster } = request
  const { words, items } = await preview(room, actor, { ...request, paths })
  const count = Math.max(paths.length, items[0]?.paths?.length ?? 0)
  if (!mustAsk(room, { action, count })) return undefined
  await demandMeant(room, actor, cluster)
  const does = action === undefined ? '处理' : ACTION_WORDS[action]
  return toBlocks([
    `要新建定时（${escapeMarkdown(words.zh)}），每次${does} ${toCount(count, '个路径')}吗？`,
    toPathList(paths),
  ])
}

/** As the action by itself would be asked about. */
export function mustAsk(
  { confirmAbove }: Pick<ChatRoom, 'confirmAbove'>,
  { action, count }: { readonly action: ActionName | undefined; readonly count: number },
): boolean {
  return action === 'free' || count > confirmAbove
}

/** How many paths a schedule comes to next, its date macros filled in. */
export async function countPaths(room: ChatRoom, actor: Talk<New>['actor'], schedule: Schedule): Promise<number> {
  const { paths = [] } = schedule
  const { items } = await preview(room, actor, { ...toTimingOf(schedule), paths }).catch((thrown: unknown) => {
    // its years are over, and it can be run all the same
    if (thrown instanceof AppError && thrown.code === 'INVALID_INPUT') return { items: [] }
    throw thrown
  })
  return Math.max(paths.length, items[0]?.paths?.length ?? 0)
}

export async function make({ room, actor, args: { request }, done }: Talk<New>): Promise<Reply> {
  const schedule =
    done?.scheduleId === undefined ? await create(room, actor, request) : await recall(room, actor, done.scheduleId)
  const { items } = await preview(room, actor, toTimingOf(schedule))
  const title = `已新建定时 #${schedule.number}`
  const options = toOptionText(schedule)
  return {
    title,
    text: toBlocks([
      `已新建定时 ${toBold(toTitle(schedule))}`,
      toList([
        toPair('时间', toTimingText(schedule, room.tz)),
        toPair('动作', toWorkText(schedule)),
        ...(options === undefined ? [] : [toPair('选项', options)]),
        ...(schedule.notes ?? []).flatMap(note => toWaitText(note) ?? []),
        ...toNextEntries(schedule, items, room.tz),
      ]),
    ]),
  }
}

type Recalled = NonNullable<Done['scheduleId']>

/** What an earlier try of the same message made. */
async function recall(room: ChatRoom, actor: Talk<New>['actor'], id: Recalled): Promise<Schedule> {
  return room.operations.getSchedule(toLooker(actor), id).catch((thrown: unknown) => {
    if (!(thrown instanceof AppError) || thrown.code !== 'SCHEDULE_NOT_FOUND') throw thrown
    throw new Mistake('SCHEDULE_NOT_FOUND', '这条消息已经处理过，但它的定时已被删除')
  })
}

async function create(room: ChatRoom, actor: Talk<New>['actor'], request: ScheduleRequest): Promise<Schedule> {
  return room.operations.createSchedule(actor, request).catch(async (thrown: unknown) => {
    if (!(thrown instanceof AppError) || thrown.code !== 'CONFLICT' || request.name === undefined) throw thrown
    const all = await room.operations.findSchedules(toLooker(actor), {})
    const other = all.find(({ name }) => name === request.name)
    if (other === undefined) throw thrown
    const told = `已有名为 ${said(other.name)} 的定时：#${other.number}（${other.owner || '无主'}）`
    throw new Mistake('CONFLICT', `${told}，请换一个名称，或先 ${copied(`定时 删除 #${other.number}`)}`)
  })
}

function preview(room: ChatRoom, actor: Talk<New>['actor'], timing: Timing): Promise<Preview> {
  const { expression, zone, startAt, endAt, jitterSeconds, quietHours, paths } = timing
  return room.operations.previewSchedule(toLooker(actor), {
    ...{ expression, count: NEXT },
    ...(zone !== undefined && { zone }),
    ...(startAt !== undefined && { startAt }),
    ...(endAt !== undefined && { endAt }),
    ...(jitterSeconds !== undefined && { jitterSeconds }),
    ...(quietHours !== undefined && { quietHours }),
    ...(paths !== undefined && { paths }),
  })
}

type Timing = Pick<ScheduleRequest, keyof TimingRequest | 'paths'>

const toTimingOf = ({ jitterSeconds, paths: _, ...schedule }: Schedule): Timing => ({
  ...schedule,
  ...(jitterSeconds > 0 && { jitterSeconds }),
})

function toNextEntries({ zone }: Schedule, items: Preview['items'], tz: string) {
  if (items.length === 0) return [toPair('接下来', '不会再执行')]
  const below = items.map(({ slot, local, dueAt }) => {
    const here = zone === tz ? [] : [`当地 ${escapeMarkdown(local)}`]
    // jitter and quiet hours move it
    const late = dueAt === undefined || toMs(dueAt) <= toMs(slot) ? [] : [`延到 ${toInstantText(dueAt, tz)}`]
    return [toInstantText(slot, tz), ...here, ...late].join('，')
  })
  return [{ text: `${toBold('接下来')}：`, below }]
}
