// what a schedule does, read from the line that people type: an ask, everything that was ever loaded, or why nobody can read it
import { AppError, shown } from './errors.ts'
import { JobName, MOST_PATHS } from './job.ts'
import { CachePath } from './path.ts'
import type { Work } from './schedule.ts'
import { parseStatement, type Statement } from './statement.ts'
import {
  CLUSTER,
  findAction,
  findKeys,
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
  WORK_KEYS,
  WORK_WORDS,
  type WorkAction,
} from './work-words.ts'

/** Everything that was ever loaded. */
export const EVERYTHING = '*'

/** `name`: what `name=`, `task_name=` or `名称=` said. */
export type WorkRead = { readonly work: Work; readonly name?: string }

/**
 * Reads a line such as `load /a /b replicas=2 cluster=c refresh`, `预热 /a 副本=2`, `report` or `*`. Pure; never throws: what
 * nobody can read is `unreadable`, with one sentence. Paths stay as they were written, date macros included.
 */
export function readWork(text: string): WorkRead {
  const read = readLine(text)
  return 'problem' in read ? { work: { kind: 'unreadable', statement: text, problem: read.problem } } : read
}

type Problem = { readonly problem: string }
type Options = ReadonlyMap<Key, string>

function readLine(text: string): WorkRead | Problem {
  const statement = toStatement(text)
  if ('problem' in statement) return statement
  const { word, words, paths } = statement
  const action = word === EVERYTHING ? 'load' : findAction(word)
  if (action === undefined) return { problem: toUnknownWord(word) }
  const all = word === EVERYTHING ? words : words.filter(one => one !== EVERYTHING)
  const isEverything = (word === EVERYTHING || all.length < words.length) && action === 'load'
  const options = readKeys(statement, isEverything ? [NAME, CLUSTER] : WORK_KEYS[action])
  if ('problem' in options) return options
  const [name, cluster] = [options.found.get(NAME), options.found.get(CLUSTER)]
  const more = { ...(cluster !== undefined && { cluster }) }
  const named = name === undefined ? {} : { name }
  if (!isEverything) {
    const ask = readAsk(action, statement, options.found)
    return 'problem' in ask ? ask : { work: { kind: 'ask', ...ask, ...more, statement: text }, ...named }
  }
  const [extra] = [...all, ...paths]
  if (extra !== undefined) return { problem: `Nothing but keys may stand beside ${EVERYTHING}, got ${shown(extra)}.` }
  return { work: { kind: 'warmed', ...more, statement: text }, ...named }
}

function toStatement(text: string): Statement | Problem {
  try {
    return parseStatement(text)
  } catch (thrown) {
    if (thrown instanceof AppError) return { problem: thrown.message }
    throw thrown
  }
}

function toUnknownWord(word: string): string {
  const words = [...Object.keys(WORK_WORDS), EVERYTHING].join(', ')
  return `The statement must begin with one of ${words}, got ${shown(word)}.`
}

function readKeys({ options }: Statement, keys: readonly Key[]): { readonly found: Options } | Problem {
  const read = findKeys(options, keys)
  if ('found' in read) return findBadName(read.found) ?? read
  if (read.problem !== 'unknown') {
    const [, name] = read.key
    return { problem: `The key ${name} must be given once${read.problem === 'twice' ? '' : ', with a value'}.` }
  }
  const known = keys.map(([zh, en = zh]) => en).join(', ')
  return { problem: `The key must be one of ${known}, got ${shown(read.name)}.` }
}

function findBadName(options: Options): Problem | undefined {
  for (const key of [NAME, CLUSTER]) {
    const issue = options.has(key) ? JobName.safeParse(options.get(key)).error?.issues[0] : undefined
    if (issue !== undefined) return { problem: `The ${key[1]} ${issue.message}.` }
  }
  return undefined
}

type Ask = Pick<Extract<Work, { kind: 'ask' }>, 'action' | 'paths' | 'options'>

function readAsk(action: WorkAction, statement: Statement, options: Options): Ask | Problem {
  const mayRefresh = action === 'load' || action === 'forceload'
  const { has: refresh, words } = mayRefresh ? takeWord(statement.words, REFRESH) : { has: false, ...statement }
  const problem = findBadPath(action, words, statement.paths)
  if (problem !== undefined) return { problem }
  const [copies, time] = [options.get(REPLICAS), options.get(TIMEOUT)]
  const replication = copies === undefined ? undefined : toReplicas(copies)
  const timeoutSeconds = time === undefined ? undefined : toTimeoutSeconds(time)
  if (copies !== undefined && replication === undefined)
    return { problem: `The replicas must be an integer from 1 to ${MOST_REPLICAS}, got ${shown(copies)}.` }
  if (time !== undefined && timeoutSeconds === undefined) return { problem: toBadTime(time) }
  return {
    action,
    paths: statement.paths,
    options: {
      ...(replication !== undefined && { replication }),
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      ...(refresh && action === 'load' && { refresh }),
    },
  }
}

const toBadTime = (time: string): string =>
  `The timeout must be a duration such as 2h or 1h30m, from 1s to ${LONGEST_TIMEOUT_DAYS}d, got ${shown(time)}.`

function findBadPath(action: WorkAction, words: readonly string[], paths: readonly string[]): string | undefined {
  const [word] = words
  if (action === 'report') {
    const extra = word ?? paths[0]
    return extra === undefined ? undefined : `The statement must have no paths for report, got ${shown(extra)}.`
  }
  if (word !== undefined) return `A path must start with "/" or a scheme such as "cosn://", got ${shown(word)}.`
  if (paths.length === 0) return `The statement must have at least one path for ${action}, got none.`
  if (paths.length > MOST_PATHS) return `The statement must have at most ${MOST_PATHS} paths, got ${paths.length}.`
  for (const path of paths) {
    const issue = CachePath.safeParse(path).error?.issues[0]
    if (issue !== undefined) return `A path ${issue.message}.`
  }
  return undefined
}
