// markdown of the profile that every chat client shows: outside text escaped, and the few forms that messages are made of

/** Characters that would be marks. `<` cannot stand even behind a backslash: clients take it for HTML. */
const MARKS = /[\\*_[\]()#>!~`|]/g
/** Anything that people cannot see and that would move what they do see; joiners stay, emoji are made of them. */
const UNSEEN = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/g
const BREAKS = /\r\n|[\n\r\u000b\u000c\u0085\u2028\u2029]/g
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
/** Behind a line's beginning these would make a list, a rule, or a heading of the line above. */
const FIRST = /^( *)([-+=]|\d{1,9}[.)](?=\s|$))/
/** Without it a client that looks for `@name` in the text would call somebody. */
const NOBODY = '\u200b'
const BLANK = '\u00a0'

/**
 * Outside text within a line of a message: shown as it is, whatever it holds. Breaks become blanks, runs of blanks stay,
 * what nobody can see is named, nobody is called by an `@`.
 */
export function escapeMarkdown(text: string): string {
  const clean = text
    .replace(LONE_SURROGATE, '\ufffd')
    .replace(BREAKS, ' ')
    .replace(/\t/g, '    ')
    .replace(CONTROL, '\ufffd')
    .replace(UNSEEN, toName)
  const [all = '', blanks = '', mark = ''] = FIRST.exec(clean) ?? []
  // the figures of an ordered list's number stay, its point is escaped
  const head = mark === '' ? '' : `${blanks}${mark.slice(0, -1)}\\${mark.slice(-1)}`
  return `${head}${escapeMarks(clean.slice(all.length))}`.replace(/^ +| +$| {2,}/g, run => BLANK.repeat(run.length))
}

function escapeMarks(text: string): string {
  return text
    .replace(MARKS, mark => `\\${mark}`)
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/@/g, `@${NOBODY}`)
}

/** A path, escaped; in quotes when it holds blanks, so that it reads as one and can be typed again. */
export function toPathText(path: string): string {
  return /\s/.test(path) ? `"${escapeMarkdown(path.replace(/["\\]/g, '\\$&'))}"` : escapeMarkdown(path)
}

// nothing in code is escaped: this would end it, call somebody, not be seen, or be a mark to a client that draws no code
const NO_CODE = /[\\*_[\]()#>!~`|<&@]|[\u0000-\u001f\u007f-\u00a0\u2028\u2029]/

const isCode = (text: string): boolean =>
  text !== '' && text.trim() === text && !NO_CODE.test(text) && text.search(UNSEEN) < 0

/** Outside text to be copied, in code as it is; escaped where it holds what could be a mark. */
export function toCode(text: string): string {
  return isCode(text) ? `\`${text}\`` : escapeMarkdown(text)
}

/** Holds what is to be copied in a plain sentence; nobody can type it, see `withoutCopyMarks`. */
const COPY = '\u0001'
/** As unfit for a path or a name as that is: what was refused with the one is not let through without it. */
const NO_COPY = '\u0002'

/** What people type, and outside text in a sentence, without the mark that only we may set. */
export const withoutCopyMarks = (text: string): string => text.replaceAll(COPY, NO_COPY)

/** Words of our own in a plain sentence, to be copied: they will stand in code, whatever they hold. */
export const copied = (text: string): string => `${COPY}${text}${COPY}`

/** The same of outside text, which will stand in code only where it holds nothing that could be a mark. */
export function typed(text: string): string {
  return isCode(text) ? copied(text) : withoutCopyMarks(text)
}

/** A plain sentence, escaped; what was marked in it as to be copied stands in code. */
export function toMarked(sentence: string): string {
  const texts = sentence.split(COPY)
  // a last mark without its fellow was cut off
  const isCut = texts.length % 2 === 0
  // a blank beside code is one that separates
  const around = (part: string): string => {
    const [, before = '', text = '', behind = ''] = /^(\s*)(.*?)(\s*)$/s.exec(part) ?? []
    return `${before && ' '}${escapeMarkdown(text)}${behind && ' '}`
  }
  if (texts.length === 1) return escapeMarkdown(sentence)
  const isLast = (at: number): boolean => at === texts.length - 1
  return texts.map((text, at) => (at % 2 === 0 || (isCut && isLast(at)) ? around(text) : `\`${text}\``)).join('')
}

/** Bold. What is before it must end, and what is behind it begin, with punctuation or a blank. */
export function toBold(marked: string): string {
  return marked === '' ? '' : `**${marked}**`
}

export function toHeading(marked: string): string {
  return `### ${marked}`
}

/** `**键**：值` */
export function toPair(key: string, value: string): string {
  return `${toBold(key)}：${value}`
}

/** A link. The address is encoded where it would end the link. */
export function toLink(text: string, url: string): string {
  const safe = url.replace(/[\s()<>"\\]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
  return `[${text}](${safe})`
}

/** An entry of a list, with what stands below it. */
export type Entry = string | { readonly text: string; readonly below: readonly string[] }

export function toList(entries: readonly Entry[]): string {
  return entries
    .flatMap(entry =>
      typeof entry === 'string' ? [`- ${entry}`] : [`- ${entry.text}`, ...entry.below.map(line => `  - ${line}`)],
    )
    .join('\n')
}

/** A single break is swallowed, so each has two blanks on both sides. */
export const LINE_BREAK = '  \n  '

/** Lines of one block. */
export function toLines(lines: readonly string[]): string {
  return lines.join(LINE_BREAK)
}

/** Blocks of a message with a blank line between them; what is not there is left out. */
export function toBlocks(blocks: readonly (string | undefined)[]): string {
  return blocks.filter(block => block !== undefined && block !== '').join('\n\n')
}

/** Text with at most `most` characters, cut between characters. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text
  const chars = [...text]
  return chars.length <= most ? text : `${chars.slice(0, most - 1).join('')}…`
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', amp: '&', nbsp: ' ' }
/** All that stands for something else, looked for in one pass, so that what one rule made is not another's food. */
const FORMS =
  /\\([\\*_[\]()#>!~`|\-+=.])|&(lt|amp|nbsp);| {2}(\n) {2}|^#{1,6} |\*\*|`([^`]*)`|`|\[((?:\\.|[^\]\\])*)\]\(([^)]*)\)|(@)\u200b|(\u00a0)/gm

/** A message without its marks, for places that show none: previews, terminals, plain text. */
export function toPlainText(markdown: string): string {
  return markdown.replace(FORMS, (_: string, ...found: (string | undefined)[]) => {
    const [escaped, entity, lineBreak, code, label, url, at, blank] = found
    if (label !== undefined) return `${toPlainText(label)} ${url}`
    if (entity !== undefined) return ENTITIES[entity] ?? ''
    return escaped ?? lineBreak ?? code ?? at ?? (blank === undefined ? '' : ' ')
  })
}

function toName(char: string): string {
  return `[U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`
}
