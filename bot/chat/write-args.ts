// the arguments of commands that write: copies, names, durations and flags; what is wrong with them is one sentence in Chinese
import { shown } from '../../shared/errors.ts'
import { JobName } from '../../shared/job.ts'
import type { Statement } from '../../shared/statement.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../shared/time.ts'
import { toHalfWidth } from '../../shared/width.ts'
import { CLUSTER, type Key, readJobRef, readPaths, wrong } from './read-args.ts'

export const REPLICAS: Key = ['副本', 'replicas', 'replication']
export const NAME: Key = ['名称', 'name']
export const TIMEOUT: Key = ['超时', 'timeout']
export const REFRESH: Key = ['刷新', 'refresh']
export const ALL: Key = ['全部', 'all']

type Options = ReadonlyMap<Key, string>
type Wrong = ReturnType<typeof wrong>

const MOST_REPLICAS = 100
const LONGEST_TIMEOUT_DAYS = 7

/** Whether a flag stands among the words, and the statement without it. */
export function takeFlag(statement: Statement, flag: Key): { readonly has: boolean; readonly rest: Statement } {
  const words = statement.words.filter(word => !flag.includes(word.toLowerCase()))
  return { has: words.length < statement.words.length, rest: { ...statement, words } }
}

export type WorkArgs = {
  readonly paths: readonly string[]
  readonly cluster: string | undefined
  readonly name: string | undefined
}

/** Paths, a cluster and a name. */
export function readWork(statement: Statement, options: Options): WorkArgs | Wrong {
  const paths = readPaths(statement)
  if ('wrong' in paths) return paths
  for (const key of [CLUSTER, NAME]) {
    const value = options.get(key)
    if (value !== undefined && !JobName.safeParse(value).success)
      return wrong(`${key[0]}要有 1 到 128 个字符、不含控制字符，收到 ${shown(value)}`)
  }
  return { ...paths, cluster: options.get(CLUSTER), name: options.get(NAME) }
}

export function readReplicas(options: Options): { readonly replicas: number | undefined } | Wrong {
  const value = options.get(REPLICAS)
  if (value === undefined) return { replicas: undefined }
  const text = toHalfWidth(value)
  const replicas = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (replicas >= 1 && replicas <= MOST_REPLICAS) return { replicas }
  return wrong(`${REPLICAS[0]}要是 1 到 ${MOST_REPLICAS} 的整数，收到 ${shown(value)}`)
}

const UNITS: readonly (readonly [words: readonly string[], ms: number])[] = [
  [['d', 'day', 'days', '天'], DAY],
  [['h', 'hour', 'hours', '小时', '时'], HOUR],
  [['m', 'min', 'minute', 'minutes', '分钟', '分'], MINUTE],
  [['s', 'sec', 'second', 'seconds', '秒'], SECOND],
]

/** Seconds of a duration such as `2h`, `1h30m`, `90分钟`. */
export function readTimeout(options: Options): { readonly timeoutSeconds: number | undefined } | Wrong {
  const value = options.get(TIMEOUT)
  if (value === undefined) return { timeoutSeconds: undefined }
  const ms = toDurationMs(toHalfWidth(value).toLowerCase().replace(/\s+/g, ''))
  if (ms >= SECOND && ms <= LONGEST_TIMEOUT_DAYS * DAY) return { timeoutSeconds: ms / SECOND }
  return wrong(
    `${TIMEOUT[0]}要写成 2h、30m、1h30m 这样，最短 1 秒、最长 ${LONGEST_TIMEOUT_DAYS} 天，收到 ${shown(value)}`,
  )
}

// 0 for what is no duration
function toDurationMs(text: string): number {
  if (!/^(?:\d{1,7}[^\d]{1,7}){1,4}$/.test(text)) return 0
  let sum = 0
  for (const [, count = '', word = ''] of text.matchAll(/(\d+)([^\d]+)/g)) {
    const unit = UNITS.find(([words]) => words.includes(word))
    if (unit === undefined) return 0
    sum += Number(count) * unit[1]
  }
  return sum
}

/** A job, which has to be named. */
export function readNeededJob(statement: Statement): { readonly ref: string } | Wrong {
  const read = readJobRef(statement)
  if ('wrong' in read) return read
  if (read.ref === undefined) return wrong('缺少任务：需要一个任务号（如 17）或名称')
  return { ref: foldNumber(read.ref) }
}

const foldNumber = (ref: string): string => (/^#?\d+$/.test(toHalfWidth(ref)) ? toHalfWidth(ref) : ref)
