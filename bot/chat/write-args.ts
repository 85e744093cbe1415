// the arguments of commands that write: copies, names, durations and flags; what is wrong with them is one sentence in Chinese
import { said } from '../../shared/errors.ts'
import { JobName } from '../../shared/job.ts'
import type { Statement } from '../../shared/statement.ts'
import { toHalfWidth } from '../../shared/width.ts'
import {
  CLUSTER,
  type Key,
  LONGEST_TIMEOUT_DAYS,
  MOST_REPLICAS,
  NAME,
  REFRESH,
  REPLICAS,
  TIMEOUT,
  takeWord,
  toReplicas,
  toTimeoutSeconds,
} from '../../shared/work-words.ts'
import { readJobRef, readPaths, wrong } from './read-args.ts'

export const ALL: Key = ['全部', 'all']

type Options = ReadonlyMap<Key, string>
type Wrong = ReturnType<typeof wrong>

/** Whether a flag stands among the words, and the statement without it. */
export function takeFlag(statement: Statement, flag: Key): { readonly has: boolean; readonly rest: Statement } {
  const { has, words } = takeWord(statement.words, flag)
  return { has, rest: { ...statement, words } }
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
  const names = readNames(options)
  return 'wrong' in names ? names : { ...paths, ...names }
}

/** A cluster and a name. */
export function readNames(options: Options): Omit<WorkArgs, 'paths'> | Wrong {
  for (const key of [CLUSTER, NAME]) {
    const value = options.get(key)
    if (value !== undefined && !JobName.safeParse(value).success)
      return wrong(`${key[0]}要有 1 到 128 个字符、不含控制字符，收到 ${said(value)}`)
  }
  return { cluster: options.get(CLUSTER), name: options.get(NAME) }
}

function readReplicas(options: Options): { readonly replicas: number | undefined } | Wrong {
  const value = options.get(REPLICAS)
  if (value === undefined) return { replicas: undefined }
  const replicas = toReplicas(value)
  if (replicas !== undefined) return { replicas }
  return wrong(`${REPLICAS[0]}要是 1 到 ${MOST_REPLICAS} 的整数，收到 ${said(value)}`)
}

/** Seconds of a duration such as `2h`, `1h30m`, `90分钟`. */
function readTimeout(options: Options): { readonly timeoutSeconds: number | undefined } | Wrong {
  const value = options.get(TIMEOUT)
  if (value === undefined) return { timeoutSeconds: undefined }
  const timeoutSeconds = toTimeoutSeconds(value)
  if (timeoutSeconds !== undefined) return { timeoutSeconds }
  return wrong(
    `${TIMEOUT[0]}要写成 2h、30m、1h30m 这样，最短 1 秒、最长 ${LONGEST_TIMEOUT_DAYS} 天，收到 ${said(value)}`,
  )
}

export type LoadArgs = WorkArgs & {
  readonly replicas: number | undefined
  readonly timeoutSeconds: number | undefined
  readonly refresh: boolean
}

/** All that a load takes. */
export function readLoad(statement: Statement, options: Options): LoadArgs | Wrong {
  const { has: refresh, rest } = takeFlag(statement, REFRESH)
  const work = readWork(rest, options)
  if ('wrong' in work) return work
  const replicas = readReplicas(options)
  if ('wrong' in replicas) return replicas
  const timeout = readTimeout(options)
  return 'wrong' in timeout ? timeout : { ...work, ...replicas, ...timeout, refresh }
}

/** A job, which has to be named. */
export function readNeededJob(statement: Statement): { readonly ref: string } | Wrong {
  const read = readJobRef(statement)
  if ('wrong' in read) return read
  if (read.ref === undefined) return wrong('缺少任务：需要一个任务号（如 17）或名称')
  return { ref: foldNumber(read.ref) }
}

const foldNumber = (ref: string): string => (/^#?\d+$/.test(toHalfWidth(ref)) ? toHalfWidth(ref) : ref)
