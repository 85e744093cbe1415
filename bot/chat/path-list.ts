// paths as a question shows them: the first ones, and how many more
import { toCount } from '../../shared/chat-figures.ts'
import { cutText, toList, toPathText } from '../../shared/chat-markdown.ts'

const MOST_SHOWN = 10
const LONGEST_SHOWN = 200

export function toPathList(paths: readonly string[]): string {
  const rest = paths.length - MOST_SHOWN
  const shown = paths.slice(0, MOST_SHOWN).map(path => toPathText(cutText(path, LONGEST_SHOWN)))
  return toList(rest > 0 ? [...shown, `其余 ${toCount(rest, '个路径')}`] : shown)
}
