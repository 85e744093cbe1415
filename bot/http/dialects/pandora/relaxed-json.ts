// JSON as people type it out of the reference document: with comments behind `//`, and commas before a closing bracket

// a text is taken whole, closed or not, so that each character is looked at once
const TEXT = String.raw`"[^"\\]*(?:\\[\s\S]?[^"\\]*)*"?`
const COMMENT = new RegExp(String.raw`${TEXT}|//[^\n\r]*`, 'g')
const TRAILING_COMMA = new RegExp(String.raw`${TEXT}|,(?=\s*[\]}])`, 'g')

/** The same without comments and trailing commas. Pure, in linear time; what stands in quotes stays as it is. */
export function toStrictJson(text: string): string {
  return withoutOdd(withoutOdd(text, COMMENT), TRAILING_COMMA)
}

function withoutOdd(text: string, pattern: RegExp): string {
  return text.replace(pattern, found => (found.startsWith('"') ? found : ''))
}
