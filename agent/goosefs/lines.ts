// bytes to lines as the CLI wrote them, and the lines that only Java and its loggers write
import { StringDecoder } from 'node:string_decoder'

/** A longer line is cut here, so that one without an end cannot fill the memory. */
export const LONGEST_LINE = 64 * 1024

export type LineSplitter = {
  /** Takes bytes as they come; a character or a line may be split between two calls. */
  push(bytes: Uint8Array): void
  /** What is left without a line end is the last line. */
  end(): void
}

/** Calls `onLine` for each line without its end (`\n` or `\r\n`). Bytes that are not UTF-8 become U+FFFD. */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let skipping = false

  function take(line: string): void {
    if (!skipping) onLine(cut(line))
    skipping = false
  }

  function feed(text: string): void {
    let from = 0
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      const line = text.slice(from, at)
      take(rest === '' ? line : rest + line)
      rest = ''
      from = at + 1
    }
    if (skipping) return
    rest += text.slice(from)
    if (rest.length > LONGEST_LINE) {
      onLine(rest.slice(0, LONGEST_LINE))
      rest = ''
      skipping = true
    }
  }

  return {
    push(bytes) {
      feed(decoder.write(bytes))
    },
    end() {
      feed(decoder.end())
      if (rest !== '') take(rest)
      rest = ''
    },
  }
}

function cut(line: string): string {
  if (line.length <= LONGEST_LINE && !line.endsWith('\r')) return line
  const end = line.endsWith('\r') ? line.length - 1 : line.length
  return line.slice(0, Math.min(end, LONGEST_LINE))
}

// by the character that such a line begins with
const NOISE: Readonly<Record<string, RegExp>> = {
  S: /^SLF4J[:(]/,
  l: /^log4j:(?:WARN|ERROR)/,
  E: /^ERROR StatusLogger/,
  W: /^WARNING: |^Warning: setting \S+ /,
  O: /^OpenJDK\(?.* VM warning:/,
  J: /^Java HotSpot\(?.* VM warning:/,
  P: /^Picked up (?:JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS):/,
  // the CLI's own log cannot be written: it works all the same, and it is no file of anybody's tree
  j: /^java\.io\.FileNotFoundException: .*\buser_.*\.log \([A-Z][\w -]+\)$/,
  '\t': /^\tat [\w$.<>/@-]+\(.*\)$|^\t\.\.\. \d+ (?:more|common frames omitted)$/,
}
const DATED = /^\w{3} \d{1,2}, \d{4} \d.* org\.jline\./
const BLANK = 32

/** Whether a line comes from the JVM or its loggers and says nothing about the command. */
export function isNoise(line: string): boolean {
  // nearly every line that matters starts with a path, a dash or a digit
  const first = line.charCodeAt(0)
  if (first === 47 || first === 45 || (first >= 48 && first <= 57)) return false
  if (NOISE[line.charAt(0)]?.test(line) === true) return true
  return line.charCodeAt(3) === BLANK && DATED.test(line)
}
