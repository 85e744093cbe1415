// the line that names people on a way that wakes nobody
import type { LetterPart } from './chat.ts'
import { escapeMarkdown } from './chat-markdown.ts'

/** More would be no call any more. */
const MOST_NAMED = 20

/** Text that follows a part where an `@` has no effect; '' when it calls nobody. */
export function toCalledLine({ format, names = [] }: Pick<LetterPart, 'format' | 'names'>): string {
  if (names.length === 0) return ''
  const told = names.slice(0, MOST_NAMED).map(name => (format === 'markdown' ? escapeMarkdown(name) : name))
  const more = names.length > told.length ? ` 等 ${names.length} 人` : ''
  return `\n\n请留意：${told.join('、')}${more}`
}
