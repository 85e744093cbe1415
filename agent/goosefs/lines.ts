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
      take(rest + text.slice(from, at))
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
  const end = line.endsWith('\r') ? line.length - 1 : line.length
  return line.slice(0, Math.min(end, LONGEST_LINE))
}

const NOISE = [
  /^SLF4J[:(]/,
  /^log4j:(?:WARN|ERROR)/,
  /^ERROR StatusLogger/,
  /^WARNING: /,
  /^(?:OpenJDK|Java HotSpot)\(?.* VM warning:/,
  /^Picked up (?:JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS):/,
  /^Warning: setting \S+ /,
  /^\w{3} \d{1,2}, \d{4} \d.* org\.jline\./,
  /^java\.io\.FileNotFoundException: .*user_\S*\.log \(Permission denied\)/,
  /^\tat (?:java|org\.apache\.log4j)\./,
]

/** Whether a line comes from the JVM or its loggers and says nothing about the command. */
export function isNoise(line: string): boolean {
  // nearly every line that matters starts with a path, a dash or a digit
  const first = line.charCodeAt(0)
  if (first === 47 || first === 45 || (first >= 48 && first <= 57)) return false
  return NOISE.some(pattern => pattern.test(line))
}
