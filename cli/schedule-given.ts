// the bare words that say when and what: an expression, an action and its paths, or everything that was ever loaded
import { ACTIONS, ActionName } from '../shared/actions.ts'
import { MOST_PATHS } from '../shared/job.ts'
import { pathProblem } from '../shared/path.ts'
import { readPlainTime } from '../shared/plain-times.ts'
import { EVERYTHING } from '../shared/work-statement.ts'
import { Failure, usage } from './failure.ts'
import { findNearest } from './nearest.ts'
import { readPaths } from './paths.ts'

export type Given = {
  readonly expression?: string
  readonly action?: ActionName
  readonly paths: readonly string[]
  /** In place of an action and paths: what was ever loaded whole is loaded again, metadata first. */
  readonly everything?: true
}

/** How to say it: a shell makes names of files of a bare star. */
export const EVERYTHING_HINT = `'${EVERYTHING}', in quotes, is everything that was ever loaded`

const isAction = (word: string): word is ActionName => ActionName.safeParse(word).success

/** What to do is not said: which word was probably meant to, and what there is. */
export function toNoAction(words: readonly string[]): Failure {
  const at = words.findIndex(word => pathProblem(word) === undefined)
  const word = words.slice(0, at < 0 ? words.length : at).at(-1) ?? ''
  const nearest = findNearest(word, ActionName.options)
  const actions = ActionName.options.join(', ')
  if (nearest !== undefined) return usage(`${JSON.stringify(word)} is no action, ${nearest} is: one of ${actions}.`)
  const got = JSON.stringify(words.slice(0, 7).join(' '))
  return usage(
    `What to do is missing: EXPRESSION ACTION PATH, an action being ${actions}; got ${got}. ${EVERYTHING_HINT}.`,
  )
}

/** The expression, up to the first word that is an action, and the paths behind it. Throws a usage `Failure`. */
export async function readGiven(words: readonly string[], file: string | undefined): Promise<Given> {
  const before = beforeEverything(words)
  if (before !== undefined) {
    if (file !== undefined) throw usage(`No list goes with ${EVERYTHING}: it is everything that was ever loaded.`)
    return { ...toExpression(before), paths: [], everything: true }
  }
  const at = words.findIndex(isAction)
  const action = words.find(isAction)
  const rest = at < 0 ? [] : words.slice(at + 1)
  const listed = rest.length > 0 || file !== undefined
  const needed = action !== undefined && ACTIONS[action].paths !== 'none'
  const paths = listed || needed ? await readBehind(rest, file, action) : []
  if (paths.length > MOST_PATHS) throw usage(`A schedule has at most ${MOST_PATHS} paths, not ${paths.length}.`)
  return { ...toExpression(words.slice(0, at < 0 ? words.length : at)), ...(action && { action }), paths }
}

const toExpression = (words: readonly string[]): Pick<Given, 'expression'> =>
  words.length === 0 ? {} : { expression: words.join(' ') }

/**
 * What stands before a star that means everything, alone or behind load; undefined where there is none. Behind a cron
 * expression without quotes it is the last field of that.
 */
export function beforeEverything(words: readonly string[]): readonly string[] | undefined {
  const at = words.findIndex(isAction)
  const rest = words.slice(at + 1)
  if (at >= 0) {
    if (words[at] !== 'load' || !rest.includes(EVERYTHING)) return undefined
    const extra = rest.find(word => word !== EVERYTHING)
    if (extra !== undefined) throw usage(`Nothing may stand beside ${EVERYTHING}, got ${JSON.stringify(extra)}.`)
    return words.slice(0, at)
  }
  if (words.at(-1) !== EVERYTHING) return undefined
  const before = words.slice(0, -1)
  const [first = '', ...others] = before
  const isWhole = others.length === 0 && (first === '' || first.startsWith('@') || /\s/.test(first))
  return isWhole || readPlainTime(before.join(' ')) !== undefined ? before : undefined
}

async function readBehind(
  words: readonly string[],
  file: string | undefined,
  action: ActionName | undefined,
): Promise<readonly string[]> {
  try {
    return await readPaths(words, file)
  } catch (thrown) {
    const isExpanded = action === 'load' && words.length > 0 && words.every(word => pathProblem(word) !== undefined)
    if (thrown instanceof Failure && isExpanded) throw usage(`${thrown.message}\n${EVERYTHING_HINT}.`)
    throw thrown
  }
}
