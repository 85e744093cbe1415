// what can be done with paths and the keys that stand beside them, in the words in which people type them

import { DAY, HOUR, MINUTE, SECOND } from './time.ts'
import { toHalfWidth } from './width.ts'

/** A key of an option with its other names; the first is the one that is told. */
export type Key = readonly [name: string, ...others: string[]]
export const CLUSTER: Key = ['集群', 'cluster']
export const REPLICAS: Key = ['副本', 'replicas', 'replication']
export const NAME: Key = ['名称', 'name', 'task_name']
export const TIMEOUT: Key = ['超时', 'timeout']
export const REFRESH: Key = ['刷新', 'refresh']

/** What a line can ask for. */
export type WorkAction = 'load' | 'forceload' | 'metadata' | 'free' | 'report'

/** Their words, the Chinese one first. */
export const WORK_WORDS: Readonly<Record<WorkAction, readonly [zh: string, ...others: string[]]>> = {
  load: ['预热', '加载', 'load', 'warm', 'preload'],
  forceload: ['强制预热', '刷新预热', 'forceload'],
  metadata: ['元数据', '刷新元数据', 'metadata', 'loadmetadata'],
  free: ['释放', 'free'],
  report: ['报告', '集群', 'report', 'cluster'],
}

/** What each of them takes besides paths. */
export const WORK_KEYS: Readonly<Record<WorkAction, readonly Key[]>> = {
  load: [REPLICAS, NAME, CLUSTER, TIMEOUT],
  forceload: [REPLICAS, NAME, CLUSTER, TIMEOUT],
  metadata: [NAME, CLUSTER],
  free: [NAME, CLUSTER],
  report: [NAME, CLUSTER],
}

const ACTION_OF = new Map(
  (Object.keys(WORK_WORDS) as WorkAction[]).flatMap(action => WORK_WORDS[action].map(word => [word, action] as const)),
)

/** The action that a word names, in any case; undefined for any other word. */
export const findAction = (word: string): WorkAction | undefined => ACTION_OF.get(word.toLowerCase())

/** Keys as they were typed sorted into those that are known, or the first that is not right. */
export type FoundKeys =
  | { readonly found: ReadonlyMap<Key, string> }
  | { readonly problem: 'unknown'; readonly name: string }
  | { readonly problem: 'twice' | 'empty'; readonly key: Key }

export function findKeys(options: Readonly<Record<string, string>>, keys: readonly Key[]): FoundKeys {
  const found = new Map<Key, string>()
  for (const [name, value] of Object.entries(options)) {
    const key = keys.find(one => one.includes(name))
    if (key === undefined) return { problem: 'unknown', name }
    if (found.has(key)) return { problem: 'twice', key }
    if (value === '') return { problem: 'empty', key }
    found.set(key, value)
  }
  return { found }
}

/** The words without a flag, and whether it stood among them. */
export function takeWord(words: readonly string[], flag: Key): { readonly has: boolean; readonly words: string[] } {
  const rest = words.filter(word => !flag.includes(word.toLowerCase()))
  return { has: rest.length < words.length, words: rest }
}

export const MOST_REPLICAS = 100
export const LONGEST_TIMEOUT_DAYS = 7

/** A number of copies; undefined for what is none. */
export function toReplicas(value: string): number | undefined {
  const text = toHalfWidth(value)
  const replicas = /^\d{1,4}$/.test(text) ? Number(text) : 0
  return replicas >= 1 && replicas <= MOST_REPLICAS ? replicas : undefined
}

/** Seconds of a duration such as `2h`, `1h30m`, `90分钟`, at most a week; undefined for what is none. */
export function toTimeoutSeconds(value: string): number | undefined {
  const ms = toDurationMs(toHalfWidth(value).toLowerCase().replace(/\s+/g, ''))
  return ms >= SECOND && ms <= LONGEST_TIMEOUT_DAYS * DAY ? ms / SECOND : undefined
}

const UNITS: readonly (readonly [words: readonly string[], ms: number])[] = [
  [['d', 'day', 'days', '天'], DAY],
  [['h', 'hour', 'hours', '小时', '时'], HOUR],
  [['m', 'min', 'minute', 'minutes', '分钟', '分'], MINUTE],
  [['s', 'sec', 'second', 'seconds', '秒'], SECOND],
]

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
