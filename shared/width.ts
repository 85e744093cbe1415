// what keyboards make of the same character: full-width forms folded, blanks of every kind, characters without width

/** Full-width forms of ASCII, `！` to `～`, stand in its order. */
const WIDE = /[\uff01-\uff5e]/g
const WIDE_ALNUM = /[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]/g
/** What only a keyboard in full-width mode makes: Chinese punctuation such as `：，（）！？` is typed in names too. */
const WIDE_IN_PATHS = /[\uff0d-\uff19\uff1d\uff21-\uff3a\uff3f\uff41-\uff5a]/g
const FROM_WIDE = 0xfee0

const fold = (text: string, which: RegExp): string =>
  text.replace(which, char => String.fromCharCode(char.charCodeAt(0) - FROM_WIDE))

/** Everything that has a half-width form in it: `ｃ１：＃＊` is `c1:#*`. */
export const toHalfWidth = (text: string): string => fold(text, WIDE)

/** Letters and digits only; punctuation may be part of a name. */
export const toHalfWidthLetters = (text: string): string => fold(text, WIDE_ALNUM)

/** Letters, digits and `／．－＿＝`. */
export const toHalfWidthPath = (text: string): string => fold(text, WIDE_IN_PATHS)

/** No name holds these on purpose: they come with what was copied. */
const NOTHING = /[\u200b\u2060\ufeff]/g
export const withoutNothing = (text: string): string => text.replace(NOTHING, '')

/** Joiners and marks of direction: nothing at the edge of a word, but within one they may belong to its name. */
const EDGE = /[\u200c-\u200f\u202a-\u202e\u2066-\u2069]/
export const isEdge = (char: string): boolean => EDGE.test(char)

export function withoutEdges(text: string): string {
  let [from, to] = [0, text.length]
  while (from < to && isEdge(text.charAt(from))) from += 1
  while (to > from && isEdge(text.charAt(to - 1))) to -= 1
  return text.slice(from, to)
}

const BLANK = /[\s\u0085]/
/** Blanks of any width, those that do not break included. */
export const isBlank = (char: string): boolean => BLANK.test(char)

/** What a date macro such as `${yyyy-MM-dd HH:mm-1d..0d}` is made of, in either width. */
const MACRO =
  '[$＄][{｛][ \\u3000\\d\\-/_.:+yMdHmswh\uff0b\uff0d-\uff1a\uff3f\uff28\uff2d\uff44\uff48\uff4d\uff53\uff57\uff59]{1,100}[}｝]'
const MACRO_AT = new RegExp(MACRO, 'y')
const MACROS = new RegExp(MACRO, 'g')

/** The length of the date macro that begins there; 0 when none does. */
export function macroAt(text: string, at: number): number {
  MACRO_AT.lastIndex = at
  return MACRO_AT.exec(text)?.[0].length ?? 0
}

/** The date macros in a text in half width, all else as it is. */
export const withHalfWidthMacros = (text: string): string =>
  text.replace(MACROS, macro => toHalfWidth(macro).replaceAll('\u3000', ' '))
