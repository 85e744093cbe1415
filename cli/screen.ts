// where the client writes: results on stdout, news and errors on stderr, colours only where someone sees them
import { once } from 'node:events'

type Style = 'good' | 'bad' | 'warn' | 'dim' | 'bold'
export type Paint = (style: Style, text: string) => string

const CODES: Readonly<Record<Style, readonly [number, number]>> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
}

export type Screen = {
  /** One line of result. */
  line(text: string): Promise<void>
  /** Bytes of result as they are. */
  bytes(chunk: Uint8Array): Promise<void>
  /** One JSON object on a line of its own. */
  json(value: unknown): Promise<void>
  /** One line for people on stderr. */
  news(text: string): void
  readonly paint: Paint
  readonly newsPaint: Paint
  /** Somebody watches stderr: a bar may move there. */
  readonly live: boolean
  /** Somebody watches stderr and can type an answer. */
  readonly interactive: boolean
  readonly columns: () => number
  /** Aborted when whoever read stdout went away. */
  readonly gone: AbortSignal
}

type Environment = Readonly<Record<string, string | undefined>>

/** The process's own screen. A closed pipe is no error: what is written later is dropped, and `gone` tells. */
export function createScreen(environment: Environment): Screen {
  const gone = new AbortController()
  process.stdout.on('error', error => {
    if ('code' in error && error.code === 'EPIPE') gone.abort()
    else throw error
  })
  // nobody reads the news any more: that must not end a wait
  process.stderr.on('error', () => {})

  async function write(chunk: string | Uint8Array): Promise<void> {
    if (gone.signal.aborted || process.stdout.write(chunk)) return
    // a reader that leaves while we wait aborts the waiting
    await once(process.stdout, 'drain', { signal: gone.signal }).catch(() => undefined)
  }

  const live = process.stderr.isTTY === true && environment['TERM'] !== 'dumb'
  return {
    line: text => write(`${text}\n`),
    bytes: write,
    json: value => write(`${JSON.stringify(value)}\n`),
    news: text => void process.stderr.write(`${text}\n`),
    paint: toPaint(process.stdout.isTTY === true, environment),
    newsPaint: toPaint(process.stderr.isTTY === true, environment),
    live,
    interactive: live && process.stdin.isTTY === true,
    columns: () => process.stderr.columns ?? 80,
    gone: gone.signal,
  }
}

/** Colours for a stream: only on a terminal, never with NO_COLOR (no-color.org) or a dumb terminal. */
export function toPaint(tty: boolean, environment: Environment): Paint {
  const plain = !tty || (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb'
  if (plain) return (_, text) => text
  return (style, text) => `\u001b[${CODES[style][0]}m${text}\u001b[${CODES[style][1]}m`
}
