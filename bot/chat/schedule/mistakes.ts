// what is wrong with a schedule's time, zone or macros, in Chinese: what is allowed, what came, and where
import { copied } from '../../../shared/chat-markdown.ts'
import { said } from '../../../shared/errors.ts'

type Details = {
  readonly field: string
  readonly allowed: string
  readonly got: string
  readonly position?: number
}

const PARTS: Readonly<Record<string, string>> = {
  second: '秒',
  minute: '分钟',
  hour: '小时',
  'day of month': '日期',
  month: '月份',
  weekday: '星期',
  year: '年份',
}
const partOf = (name = ''): string => PARTS[name] ?? name

/** What may stand behind the numbers of a field. */
const BESIDE: Readonly<Record<string, string>> = {
  'day of month': '，或 L、LW、15W 这样的',
  month: '，或 JAN 到 DEC',
  weekday: '，或 SUN 到 SAT、FRIL、MON#2 这样的',
}

type Row = readonly [allowed: RegExp, zh: (found: readonly string[]) => string]

const ROWS: readonly Row[] = [
  [
    /^an? (second|minute|hour|day of month|month|weekday|year) from (\d+) to (\d+)(?: \((.+): Sunday\))?/,
    ([, part = '', from, to, sunday]) =>
      `${partOf(part)}应为 ${from} 到 ${to}${sunday === undefined ? '' : `（${sunday.replace(' and ', ' 和 ')} 是周日）`}${BESIDE[part] ?? ''}`,
  ],
  [/^a step from 1 to (\d+) for the (.+)$/, ([, most, part]) => `${partOf(part)}的步长应为 1 到 ${most}`],
  [
    /^(.+) and the like alone, not in a/,
    ([, such = '']) => `${such.replaceAll(', ', '、')} 这样的要单独写，不能带范围或步长`,
  ],
  [
    /^words such as .*, or cron fields such as (.+)$/,
    ([, fields]) => `要写成 每天 02:00、每周一 06:30、每30分钟，或 ${copied(`"${fields}"`)} 这样的`,
  ],
  [
    /^an even rhythm, such as/,
    () => '间隔要均匀：cron 每月从头数日期，不能每隔几天或几周，请写成 每天 02:00 或 每月1、11、21号 02:00 这样的',
  ],
  [/^a clear time of day/, () => '时刻要写清楚，例如 凌晨2点、下午2点 或 14:00'],
  [/^am or pm, .* with each time of day$/, () => '每个时刻前都要写上午、下午之类'],
  [
    /^no number such as .*, and none of (.+)$/,
    ([, words = '']) => `不能是编号（如 12、#12）、UUID 或空白，也不能是 ${words.replaceAll(', ', '、')}`,
  ],
  [/^a range of (.+)s that goes up$/, ([, part]) => `${partOf(part)}的范围要从小到大`],
  [/^a weekday.s turn in its month/, () => '星期在月内的次序应为 #1 到 #5'],
  [/^come true some day$/, () => '要有会到来的日期'],
  [/^5, 6 or 7 fields$/, () => '要有 5、6 或 7 个字段'],
  [/^one of (@.+)$/, ([, names = '']) => `应为其中之一：${names.replaceAll(' ', '、')}`],
  [/^a time of day from (\S+) to (\S+)$/, ([, from, to]) => `时刻应为 ${from} 到 ${to}`],
  [
    /^times of day with the same (minutes|minutes and seconds) as (.+) \(else a schedule for each\)$/,
    ([, what, first]) =>
      `几个时刻的${what === 'minutes' ? '分钟' : '分钟和秒'}都要与 ${first} 相同，不同的请另建一个定时`,
  ],
  [/^a weekday such as (.+) or (.+)$/, ([, one, other]) => `星期要写成 ${one} 或 ${other} 这样的`],
  [/^a day of month such as (.+)$/, ([, such = '']) => `日期要写成 ${such.replace(' or ', ' 或 ')} 这样的`],
  [/^a number of (\w+) that divides (\d+)$/, ([, unit, all]) => `间隔的${UNITS[unit ?? ''] ?? unit}要能整除 ${all}`],
  [/^a time zone such as (.+)$/, ([, zone]) => `应为 ${zone} 这样的`],
  [
    /^date macros such as (\S+) \(letters: (.+); (\S+) is a literal (\S+)\)$/,
    ([, macro, letters, escaped, literal]) =>
      `日期宏要写成 ${macro} 这样的，由 ${letters} 组成（要原样写 ${literal} 时写成 ${escaped}）`,
  ],
  [/^a \} at the end of a date macro, such as (\S+)/, ([, macro]) => `日期宏要以 } 结束，例如 ${macro}`],
  [/^MM for the month, .*, such as (.+)$/, ([, macro]) => `MM 是月份，mm 是分钟，例如 ${macro}`],
  [/^a number before the unit, such as (.+)$/, ([, macro]) => `日期宏的单位前要有数字，例如 ${macro}`],
  [/^numbers of at most 6 digits/, () => '日期宏的数字最多 6 位'],
  [
    /^a unit behind each number \((.+)\), such as (.+)$/,
    ([, units = '', macro]) =>
      `日期宏的每个数字后面要有单位 ${units.replaceAll(', ', '、').replace(' or ', ' 或 ')}，例如 ${macro}`,
  ],
  [/^the same unit at both ends of a range, such as (.+)$/, ([, macro]) => `范围两端的单位要相同，例如 ${macro}`],
  [/^a range at the end of a date macro, such as (.+)$/, ([, macro]) => `日期宏的范围要写在最后，例如 ${macro}`],
  [/^at most (\d+) (texts|paths)$/, ([, most]) => `日期宏展开后最多 ${most} 个`],
  [/^the years (\d+) to (\d+)$/, ([, from, to]) => `日期宏要在 ${from} 到 ${to} 年之间`],
  [/^one (?:text|path)$/, () => '日期宏展开后只能是一个'],
]
const UNITS: Readonly<Record<string, string>> = { minutes: '分钟数', hours: '小时数', seconds: '秒数' }

const FIELDS: Readonly<Record<string, string>> = {
  expression: '时间',
  zone: '时区',
  name: '名称',
  waitFor: '等待',
  paths: '路径',
  startAt: '开始时间',
  endAt: '结束时间',
}

/** One sentence for the details of a calendar's refusal; undefined for any other details. */
export function toScheduleSentence(details: unknown): string | undefined {
  if (!isDetails(details)) return undefined
  const { field, allowed, got, position } = details
  const where = position === undefined ? '' : `（第 ${position} 个字符）`
  return `${toField(field)}不对：${toAllowed(allowed)}，收到 ${said(got)}${where}`
}

function toAllowed(allowed: string): string {
  for (const [pattern, zh] of ROWS) {
    const found = pattern.exec(allowed)
    if (found !== null) return zh(found)
  }
  return allowed.replace(/[.\s]+$/, '')
}

function toField(field: string): string {
  const [, at] = /^paths\[(\d+)\]$/.exec(field) ?? []
  return at === undefined ? (FIELDS[field] ?? field) : `第 ${Number(at) + 1} 个路径`
}

function isDetails(details: unknown): details is Details {
  if (typeof details !== 'object' || details === null) return false
  const { field, allowed, got, position } = details as Partial<Details>
  const isPlace = position === undefined || typeof position === 'number'
  return isPlace && [field, allowed, got].every(text => typeof text === 'string')
}
