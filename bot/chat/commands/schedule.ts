// 定时: what the clock repeats: made, listed, paused, run now and removed, by sub-word
import * as z from 'zod'
import { copied } from '../../../shared/chat-markdown.ts'
import { said } from '../../../shared/errors.ts'
import type { ScheduleRequest } from '../../../shared/schedule.ts'
import type { Statement } from '../../../shared/statement.ts'
import type { Command, Question, Reply, Talk } from '../command.ts'
import { demandMeant } from '../looking.ts'
import { findNearest } from '../nearest.ts'
import { readNothing, stray, toArgs, wrong } from '../read-args.ts'
import { ASKED_KEYS, readAsked } from '../schedule/asked.ts'
import { askToRemove, askToRun, pause, remove, runOne } from '../schedule/changing.ts'
import { askToMake, make } from '../schedule/making.ts'
import { findSub, SUB_WORDS, SUBS, type Sub } from '../schedule/subs.ts'
import { tellAll, tellRuns } from '../schedule/telling.ts'

export type ScheduleArgs =
  | { readonly sub: 'list' }
  | { readonly sub: 'new'; readonly request: ScheduleRequest }
  | { readonly sub: 'pause' | 'resume'; readonly refs: readonly string[] }
  | { readonly sub: 'run' | 'delete' | 'history'; readonly ref: string }

type Read = z.ZodType<ScheduleArgs, Statement>

const toOne = (sub: 'run' | 'delete' | 'history'): Read =>
  toArgs<ScheduleArgs>([], ({ words, paths }) => {
    const [ref, second] = [...words, ...paths]
    if (ref === undefined) return wrong(`缺少定时的名称或编号，用法：${copied(SUBS[sub].usage)}`)
    if (second !== undefined)
      return stray(words, `只能给一个定时的名称或编号，第二个是 ${said(second)}；名称里有空格就加引号`)
    return { sub, ref }
  })

const toSome = (sub: 'pause' | 'resume'): Read =>
  toArgs<ScheduleArgs>([], ({ words, paths }) => {
    const refs = [...words, ...paths]
    return refs.length === 0 ? wrong(`缺少定时的名称或编号，用法：${copied(SUBS[sub].usage)}`) : { sub, refs }
  })

const READS: Readonly<Record<Sub, Read>> = {
  list: toArgs<ScheduleArgs>([], statement => readNothing(statement) ?? { sub: 'list' }),
  new: toArgs<ScheduleArgs>(ASKED_KEYS, (statement, options) => {
    const asked = readAsked(statement, options)
    return 'wrong' in asked ? asked : { sub: 'new', ...asked }
  }),
  pause: toSome('pause'),
  resume: toSome('resume'),
  run: toOne('run'),
  delete: toOne('delete'),
  history: toOne('history'),
}

const args: Read = z.custom<Statement>().transform((statement, context) => {
  const [first, ...words] = statement.words
  const isBare = first === undefined && statement.paths.length === 0 && Object.keys(statement.options).length === 0
  const sub = isBare ? 'list' : findSub((first ?? '').replace(/:$/, ''))
  const read = sub === undefined ? undefined : READS[sub].safeParse({ ...statement, words })
  if (read?.success) return read.data
  const message = read?.error.issues[0]?.message ?? toUnknown(first ?? statement.paths[0] ?? '')
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

function toUnknown(word: string): string {
  const nearest = findNearest(word, SUB_WORDS)
  const sub = nearest === undefined ? undefined : findSub(nearest)
  if (sub !== undefined) return `定时没有子命令 ${said(word)}，是不是“${nearest}”？用法：${copied(SUBS[sub].usage)}`
  const words = Object.values(SUBS).map(one => one.words[0])
  const head = `定时后面要写 ${words.slice(0, -1).join('、')} 或 ${words.at(-1)}`
  return `${head}，收到 ${said(word)}；例如：${copied('定时 新建 每天 02:00 预热 /路径')}`
}

export const schedule: Command<ScheduleArgs> = {
  words: ['定时', 'schedule'],
  summary: {
    zh: '定时执行：列表、新建、暂停、恢复、执行、删除、历史',
    en: 'schedules: list, new, pause, resume, run, delete, history',
  },
  usage: [
    '定时 列表|新建|暂停|恢复|执行|删除|历史 …',
    ...Object.values(SUBS).flatMap(({ usage }, at) => (at === 0 ? [] : [usage])),
  ],
  examples: [
    '定时',
    '定时 新建 "0 2 * * *" 预热 /datalake/db1 名称=每夜',
    `定时 新建 每天 02:00 预热 /datalake/\${yyyyMMdd-1d} 通知=always 时区=Asia/Shanghai`,
    'schedule new weekdays 05:00 load /datalake/db1 name=morning wait=/datalake/_SUCCESS ready=08:30',
    'schedule list',
  ],
  effect: ({ sub }) => SUBS[sub].effect,
  subs: Object.values(SUBS).map(({ words: [word], effect }) => ({ word, effect })),
  args,
  question: ask,
  run: carryOut,
}

async function ask(talk: Talk<ScheduleArgs>): Promise<string | Question | undefined> {
  const { args } = talk
  if (args.sub === 'new') return askToMake({ ...talk, args })
  if (args.sub === 'run') return askToRun({ ...talk, args: { ref: args.ref } })
  return args.sub === 'delete' ? askToRemove({ ...talk, args: { ref: args.ref } }) : undefined
}

async function carryOut(talk: Talk<ScheduleArgs>): Promise<Reply> {
  const { args } = talk
  if (args.sub === 'list') return tellAll(talk)
  if (args.sub === 'new') {
    if (talk.done?.scheduleId === undefined) await demandMeant(talk.room, talk.actor, args.request.cluster)
    return make({ ...talk, args })
  }
  if ('refs' in args) return pause({ ...talk, args }, args.sub === 'pause')
  const one = { ...talk, args: { ref: args.ref } }
  if (args.sub === 'history') return tellRuns(one)
  return args.sub === 'run' ? runOne(one) : remove(one)
}
