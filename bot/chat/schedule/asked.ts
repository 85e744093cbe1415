// what 定时 新建 asks for: a time, what to do at it, and under which rules
import { copied } from '../../../shared/chat-markdown.ts'
import { said } from '../../../shared/errors.ts'
import { readPlainTime } from '../../../shared/plain-times.ts'
import type { ScheduleRequest } from '../../../shared/schedule.ts'
import type { Statement } from '../../../shared/statement.ts'
import { EVERYTHING } from '../../../shared/work-statement.ts'
import {
  CLUSTER,
  findAction,
  type Key,
  NAME,
  REPLICAS,
  TIMEOUT,
  WORK_KEYS,
  WORK_WORDS,
  type WorkAction,
} from '../../../shared/work-words.ts'
import { readNothing, wrong } from '../read-args.ts'
import { type LoadArgs, readLoad, readNames, readWork, type WorkArgs } from '../write-args.ts'
import { RULE_KEYS, readRules } from './rules.ts'

type Wrong = ReturnType<typeof wrong>
type Options = ReadonlyMap<Key, string>

export const ASKED_KEYS: readonly Key[] = [NAME, ...RULE_KEYS, CLUSTER, REPLICAS, TIMEOUT]

const MISSING_TIME = `缺少时间：要写成 每天 02:00、每周一 06:30 或 ${copied('"0 2 * * *"')}，后面跟要做的事`
const MISSING_WORK = `缺少要做的事：时间后面写 预热、强制预热、元数据、释放 或 报告，例如 ${copied('定时 新建 每天 02:00 预热 /路径')}`

const MISSING_CLOCK = `缺少几点：写成 ${copied('每天 02:00')} 这样，后面跟要做的事`

// 每天 and the like, with nothing behind
function missesClock(expression: string): boolean {
  const plain = readPlainTime(expression)
  return (
    plain !== undefined &&
    'mistake' in plain &&
    plain.mistake.got === '' &&
    /^a time of day/.test(plain.mistake.allowed)
  )
}

/** Reads what stands behind 新建. */
export function readAsked(statement: Statement, options: Options): { readonly request: ScheduleRequest } | Wrong {
  const split = splitWords(statement)
  if ('wrong' in split) return split
  const rules = readRules(options)
  if ('wrong' in rules) return rules
  const work = split.action === EVERYTHING ? readEverything(split, options) : readAction(split.action, split, options)
  if ('wrong' in work) return work
  const name = options.get(NAME)
  return { request: { expression: split.expression, ...rules, ...work, ...(name !== undefined && { name }) } }
}

type Split = {
  readonly expression: string
  readonly action: WorkAction | typeof EVERYTHING
  readonly word: string
  /** What stands behind the action. */
  readonly rest: Statement
}

// 每天02:00预热/a
const TOUCHING_WORDS = Object.values(WORK_WORDS)
  .flat()
  .filter(word => /^\p{Script=Han}{2,}$/u.test(word) && word !== '集群')
  .sort((a, b) => b.length - a.length)
const TOUCHING = new RegExp(`^(.*?)(${TOUCHING_WORDS.join('|')})[:：]?((?:/|[a-z][a-z0-9+.-]*://).*)?$`, 's')

function splitWords(statement: Statement): Split | Wrong {
  const { words } = statement
  const [first] = words
  if (first === undefined) return wrong(MISSING_TIME)
  // a quoted expression is one word
  const isWhole = /\s/.test(first) || first.startsWith('@')
  for (let at = isWhole ? 1 : 0; at < words.length; at += 1) {
    const [, before = '', word = '', path] = TOUCHING.exec(words[at] ?? '') ?? [undefined, '', words[at]]
    const action = findAction(word)
    if (action === undefined || (isWhole && at > 1)) continue
    const expression = [...words.slice(0, at), ...(before === '' ? [] : [before])].join(' ')
    if (expression === '') return wrong(MISSING_TIME)
    if (missesClock(expression)) return wrong(MISSING_CLOCK)
    const rest = words.slice(at + 1)
    const paths = [...(path === undefined ? [] : [path]), ...statement.paths]
    const isEverything = action === 'load' && rest.includes(EVERYTHING)
    const behind = { ...statement, words: isEverything ? rest.filter(one => one !== EVERYTHING) : rest, paths }
    return { expression, action: isEverything ? EVERYTHING : action, word, rest: behind }
  }
  return splitEverything(statement, isWhole)
}

/** `每天 02:00 *`: of a bare cron expression the star is its last field. */
function splitEverything(statement: Statement, isWhole: boolean): Split | Wrong {
  const { words } = statement
  const expression = words.slice(0, -1).join(' ')
  const isLast = words.at(-1) === EVERYTHING && expression !== ''
  if (isLast && (isWhole ? words.length === 2 : readPlainTime(expression) !== undefined))
    return { expression, action: EVERYTHING, word: EVERYTHING, rest: { ...statement, words: [] } }
  if (missesClock(words.join(' '))) return wrong(MISSING_CLOCK)
  const extra = isWhole ? words[1] : undefined
  return wrong(extra === undefined ? MISSING_WORK : `${MISSING_WORK}，收到 ${said(extra)}`)
}

type Work = Pick<ScheduleRequest, 'action' | 'paths' | 'options' | 'cluster' | 'statement'>

const toUnfit = (word: string, [name]: Key): Wrong => wrong(`${word} 不带参数 ${name}`)

function readEverything({ word, rest }: Split, options: Options): Work | Wrong {
  const extra = readNothing(rest)
  if (extra !== undefined) return extra
  const unfit = [REPLICAS, TIMEOUT].find(key => options.has(key))
  if (unfit !== undefined) return toUnfit(`${word} ${EVERYTHING}`, unfit)
  const names = readNames(options)
  if ('wrong' in names) return names
  const { cluster } = names
  return { statement: EVERYTHING, ...(cluster !== undefined && { cluster }) }
}

function readAction(action: WorkAction, { word, rest }: Split, options: Options): Work | Wrong {
  const unfit = [REPLICAS, TIMEOUT].find(key => options.has(key) && !WORK_KEYS[action].includes(key))
  if (unfit !== undefined) return toUnfit(word, unfit)
  const args = readArgs(action, rest, options)
  if ('wrong' in args) return args
  const { cluster, paths, replicas, timeoutSeconds, refresh } = args
  return {
    action,
    ...(action !== 'report' && { paths: [...paths] }),
    ...(cluster !== undefined && { cluster }),
    options: {
      ...(replicas !== undefined && { replication: replicas }),
      ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      ...(refresh === true && action === 'load' && { refresh }),
    },
  }
}

function readArgs(action: WorkAction, rest: Statement, options: Options): (WorkArgs & Partial<LoadArgs>) | Wrong {
  if (action === 'load' || action === 'forceload') return readLoad(rest, options)
  if (action !== 'report') return readWork(rest, options)
  const extra = readNothing(rest)
  if (extra !== undefined) return extra
  const names = readNames(options)
  return 'wrong' in names ? names : { ...names, paths: [] }
}
