// the arguments of commands that read: paths, a job, keys; what is wrong with them is one sentence in Chinese
import * as z from 'zod'
import { said } from '../../shared/errors.ts'
import { MOST_PATHS } from '../../shared/job.ts'
import { pathProblemInChinese } from '../../shared/path.ts'
import type { Statement } from '../../shared/statement.ts'
import { findKeys, type Key } from '../../shared/work-words.ts'
import { findNearest } from './nearest.ts'
import { findSlip, toUnknown } from './slips.ts'

export const LINES: Key = ['行', 'lines']

type Wrong = { readonly wrong: string; readonly stray?: readonly string[] }
export const wrong = (sentence: string): Wrong => ({ wrong: sentence })
/** The mistake is words that have no place there: one of them may be a slip. */
export const stray = (words: readonly string[], sentence: string): Wrong => ({ wrong: sentence, stray: words })

/** A schema over a statement. `read` answers the arguments, or what is wrong with them. */
export function toArgs<Args extends object>(
  keys: readonly Key[],
  read: (statement: Statement, options: ReadonlyMap<Key, string>) => Args | Wrong,
): z.ZodType<Args, Statement> {
  return z.custom<Statement>().transform((statement, context) => {
    const options = readOptions(statement, keys)
    const args = 'wrong' in options ? options : read(statement, options.found)
    if (!('wrong' in args)) return args
    const slip = args.stray === undefined ? undefined : findSlip(args.stray, keys)
    context.addIssue({ code: 'custom', message: slip ?? args.wrong })
    return z.NEVER
  })
}

function readOptions(
  { options }: Statement,
  keys: readonly Key[],
): Wrong | { readonly found: ReadonlyMap<Key, string> } {
  const read = findKeys(options, keys)
  if ('found' in read) return read
  if (read.problem === 'unknown') return wrong(toUnknownKey(read.name, keys))
  const [name] = read.key
  return wrong(read.problem === 'twice' ? `参数 ${name} 给了两次，只能给一次` : `参数 ${name} 需要一个值，收到的是空值`)
}

function toUnknownKey(name: string, keys: readonly Key[]): string {
  if (keys.length === 0) return `没有参数 ${said(name)}，这个命令不带 键=值`
  const nearest = keys.find(key => key.includes(findNearest(name, keys.flat()) ?? ''))?.[0]
  return nearest === undefined ? toUnknown(name, keys) : `没有参数 ${said(name)}，是不是 ${nearest}=…？`
}

/** One path. */
export function readPath({ paths, words }: Statement): { readonly path: string } | Wrong {
  const [path, second] = paths
  const [word] = words
  if (word !== undefined) return stray(words, `路径要以 / 或 gfs:// 开头，收到 ${said(word)}`)
  if (path === undefined) return wrong('缺少路径：需要一个以 / 或 gfs:// 开头的路径')
  if (second !== undefined) return wrong(`只能给一个路径，收到 ${paths.length} 个，第二个是 ${said(second)}`)
  const problem = pathProblemInChinese(path)
  return problem === undefined ? { path } : wrong(problem)
}

/** One path or more. */
export function readPaths({ paths, words }: Statement): { readonly paths: readonly string[] } | Wrong {
  const [word] = words
  if (word !== undefined) return stray(words, `路径要以 / 或 gfs:// 开头，收到 ${said(word)}`)
  if (paths.length === 0) return wrong('缺少路径：至少需要一个以 / 或 gfs:// 开头的路径')
  if (paths.length > MOST_PATHS) return wrong(`最多 ${MOST_PATHS} 个路径，收到 ${paths.length} 个`)
  const problem = paths.flatMap(path => pathProblemInChinese(path) ?? [])[0]
  return problem === undefined ? { paths } : wrong(problem)
}

/** A job's number or name; undefined when none is given. */
export function readJobRef({ paths, words }: Statement): { readonly ref: string | undefined } | Wrong {
  const given = [...words, ...paths]
  const [ref, second] = given
  if (second !== undefined)
    return stray(words, `只能给一个任务号或名称，收到 ${given.length} 个，第二个是 ${said(second)}`)
  return { ref }
}

/** For commands that take nothing but keys. */
export function readNothing({ paths, words }: Statement): Wrong | undefined {
  const [extra] = [...words, ...paths]
  return extra === undefined ? undefined : stray(words, `这个命令不需要 ${said(extra)}`)
}
