// the keys of 定时 新建: zone, notices, overlap, slots that were missed, marker, ready-by and quiet hours
import { said } from '../../../shared/errors.ts'
import { pathProblemInChinese } from '../../../shared/path.ts'
import type { Misfire, NotifyPolicy, Overlap, ScheduleRequest } from '../../../shared/schedule.ts'
import { toHalfWidth } from '../../../shared/width.ts'
import type { Key } from '../../../shared/work-words.ts'
import { wrong } from '../read-args.ts'

type Rules = Partial<
  Pick<ScheduleRequest, 'notify' | 'overlap' | 'misfire' | 'waitFor' | 'readyBy' | 'quietHours' | 'zone'>
>
type Wrong = ReturnType<typeof wrong>
type Rule = { readonly key: Key; readonly read: (value: string, key: Key) => Rules | Wrong }

type Choices<Value extends string> = readonly (readonly [value: Value, ...words: string[]])[]

export const NOTIFY: Choices<NotifyPolicy> = [
  ['alarm', '告警', '失败'],
  ['always', '总是', '每次'],
  ['never', '从不', '不'],
]
export const OVERLAP: Choices<Overlap> = [
  ['skip', '跳过'],
  ['queue', '排队'],
  ['allow', '并行'],
  ['stop-old', '停旧'],
]
export const MISFIRE: Choices<Misfire> = [
  ['run-once', '补跑', 'run'],
  ['skip', '跳过'],
]

/** `跳过（skip）` */
export function toChoiceText<Value extends string>(choices: Choices<Value>, value: Value): string {
  const zh = choices.find(([one]) => one === value)?.[1]
  return zh === undefined ? value : `${zh}（${value}）`
}

/** One of several words; the first of each is told. */
function toChoice<Value extends string>(choices: Choices<Value>, toRules: (value: Value) => Rules): Rule['read'] {
  return (text, [name]) => {
    const word = toHalfWidth(text).toLowerCase()
    const found = choices.find(one => one.includes(word))
    if (found !== undefined) return toRules(found[0])
    const told = choices.map(([value]) => toChoiceText(choices, value)).join('、')
    return wrong(`${name}应为其中之一：${told}，收到 ${said(text)}`)
  }
}

// a range is typed with whatever is at hand
const SPAN = /^(.+?)\s*(?:-|~|–|—|至|到)\s*(.+)$/

// with what becomes of a slot within
const QUIET = /^(.*?)(?::(skip|跳过|wait|等待))?$/i

const RULES: readonly Rule[] = [
  {
    key: ['通知', 'notify'],
    read: toChoice(NOTIFY, notify => ({ notify })),
  },
  { key: ['时区', 'zone', 'tz'], read: zone => ({ zone }) },
  {
    key: ['重叠', 'overlap'],
    read: toChoice(OVERLAP, overlap => ({ overlap })),
  },
  {
    key: ['错过', 'misfire'],
    read: toChoice(MISFIRE, misfire => ({ misfire })),
  },
  { key: ['等待', 'wait'], read: readMarker },
  {
    key: ['就绪', 'ready'],
    read: (value, [name]) => {
      const readyBy = toClockTime(value)
      return readyBy === undefined ? toBadTime(name, value) : { readyBy }
    },
  },
  { key: ['静默', 'quiet'], read: readQuiet },
]

export const RULE_KEYS: readonly Key[] = RULES.map(({ key }) => key)

/** All rules that were given, or what is wrong with the first bad one. */
export function readRules(options: ReadonlyMap<Key, string>): Rules | Wrong {
  let rules: Rules = {}
  for (const { key, read } of RULES) {
    const value = options.get(key)
    const one = value === undefined ? {} : read(value, key)
    if ('wrong' in one) return one
    rules = { ...rules, ...one }
  }
  return rules
}

function readMarker(waitFor: string): Rules | Wrong {
  const problem = pathProblemInChinese(waitFor)
  return problem === undefined ? { waitFor } : wrong(`等待的${problem}`)
}

function readQuiet(value: string, [name]: Key): Rules | Wrong {
  const [, span = '', word = ''] = QUIET.exec(toHalfWidth(value).trim()) ?? []
  const [, first = '', second = ''] = SPAN.exec(span) ?? []
  const [from, to] = [toClockTime(first), toClockTime(second)]
  if (from === undefined || to === undefined)
    return wrong(`${name}要写成 08:00-20:00 这样的两个时刻，收到 ${said(value)}`)
  if (from === to) return wrong(`${name}的开始和结束不能相同，收到 ${said(value)}`)
  return { quietHours: { from, to, mode: /skip|跳过/i.test(word) ? 'skip' : 'wait' } }
}

const toBadTime = (name: string, value: string): Wrong =>
  wrong(`${name}应为 00:00 到 23:59 的时刻，收到 ${said(value)}`)

/** `8:30` is `08:30`. */
function toClockTime(text: string): string | undefined {
  const [, hour = '', minute = ''] = /^(\d{1,2}):(\d{2})$/.exec(toHalfWidth(text).trim()) ?? []
  if (hour === '' || Number(hour) > 23 || Number(minute) > 59) return undefined
  return `${hour.padStart(2, '0')}:${minute}`
}
