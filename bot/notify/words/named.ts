// the ancestor's one text about a named job, for the custom robot: http-dialects.md §2.7
import { ACTION_WORDS, toGroupState } from '../../../shared/group.ts'
import type { Job, Task } from '../../../shared/job.ts'
import { toComparable } from '../../../shared/path.ts'
import { BAD, GOOD } from './heading.ts'

/** A task with what the CLI's lines counted, which is what view 000 tells. */
export type Counted = { readonly task: Task; readonly success: number; readonly total: number }

export type NamedText = {
  readonly alarm: boolean
  /** `通知:GooseFSDistributeLoad success for task nightly` */
  readonly head: string
  /** `path: /a 3/3`, one a path. */
  readonly lines: readonly string[]
}

/** The text of one job. Of several tasks of one action and path the newest counts, as in view 000. */
export function toNamedText({ name }: Pick<Job, 'name'>, tasks: Iterable<Counted>): NamedText {
  const newest = new Map<string, Counted>()
  for (const counted of tasks) {
    const { action, path, options } = counted.task
    if (options.dryRun !== true) newest.set(`${action}\n${toComparable(path)}`, counted)
  }
  const members = [...newest.values()]
  const state = toGroupState(members)
  const action = [...new Set(members.map(({ task }) => ACTION_WORDS[task.action]))].join(',')
  const alarm = state !== 'success'
  return {
    alarm,
    head: `${alarm ? BAD : GOOD}:${action} ${state} for task ${name}`,
    lines: members.map(({ task, success, total }) => `path: ${task.path} ${success}/${total}`),
  }
}

/** Path lines that each of several texts in one message keeps, when there is no room for all. */
const MOST_SHARED_LINES = 10

/**
 * The texts as few messages as they fit, alarms first; one that is too long for itself is cut with `...`.
 * @param fits whether a text can be sent as one message
 */
export function packNamed(texts: readonly NamedText[], fits: (text: string) => boolean): string[] {
  const ordered = [...texts.filter(({ alarm }) => alarm), ...texts.filter(({ alarm }) => !alarm)]
  const whole = ordered.map(toWhole)
  const all = whole.join('\n\n')
  if (fits(all)) return all === '' ? [] : [all]
  if (ordered.length === 1) return [cut(all, fits)]
  const packed: string[] = []
  for (const text of ordered.map(toShort)) {
    const last = packed.at(-1)
    const joined = last === undefined ? undefined : `${last}\n\n${text}`
    if (joined !== undefined && fits(joined)) packed[packed.length - 1] = joined
    else packed.push(fits(text) ? text : cut(text, fits))
  }
  return packed
}

function toWhole({ head, lines }: NamedText): string {
  return [head, ...lines].join('\n')
}

function toShort({ head, lines }: NamedText): string {
  return [head, ...lines.slice(0, MOST_SHARED_LINES), ...(lines.length > MOST_SHARED_LINES ? ['...'] : [])].join('\n')
}

// as much as fits, never half a character
function cut(text: string, fits: (text: string) => boolean): string {
  let [low, high] = [0, text.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(`${text.slice(0, middle)}...`)) low = middle
    else high = middle - 1
  }
  const end = /[\ud800-\udbff]$/.test(text.slice(0, low)) ? low - 1 : low
  return `${text.slice(0, end)}...`
}
