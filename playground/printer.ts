// the way out: each line at once, never faster than the reader, and spoiled on request
import type { Knob } from './knobs.ts'
import { isOn } from './knobs.ts'

export interface Printer {
  /** One line on stdout. */
  line(text: string): Promise<void>
  /** Many lines, gathered into larger writes. */
  lines(texts: Iterable<string>): Promise<void>
  /** Text as it is, without a newline (or bytes). */
  raw(text: string | Uint8Array): Promise<void>
  /** One line on stderr. */
  complain(text: string): Promise<void>
  /** From now on the process kills itself after so many lines. */
  crashAfter(lines: number): void
}

function put(stream: NodeJS.WriteStream, chunk: string | Uint8Array): Promise<void> {
  return stream.write(chunk) || stream.destroyed ? Promise.resolve() : drained(stream)
}

function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      stream.off('drain', done)
      stream.off('close', done)
      resolve()
    }
    stream.on('drain', done)
    stream.on('close', done)
  })
}

const NOISE = 'log4j:WARN Please initialize the log4j system properly.'

async function putSplit(text: string): Promise<void> {
  const bytes = Buffer.from(text)
  const cut = bytes.findIndex(byte => byte > 127) + 1
  if (cut === 0) return put(process.stdout, bytes)
  await put(process.stdout, bytes.subarray(0, cut))
  await new Promise(resolve => setTimeout(resolve, 2))
  await put(process.stdout, bytes.subarray(cut))
}

/** Without a UTF-8 locale every foreign character becomes a question mark, as the JVM prints it. */
export function createPrinter(knob: Knob, utf8: boolean): Printer {
  let left = Number.POSITIVE_INFINITY
  // a reader that went away: the real program does not notice either
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})

  async function raw(chunk: string | Uint8Array): Promise<void> {
    if (typeof chunk !== 'string') return put(process.stdout, chunk)
    const text = utf8 ? chunk : chunk.replace(/[^\0-\x7f]/gu, '?')
    await (isOn(knob('split')) ? putSplit(text) : put(process.stdout, text))
  }

  async function line(text: string): Promise<void> {
    await raw(`${text}\n`)
    if (isOn(knob('noise'))) await put(process.stderr, `${NOISE}\n`)
    if (--left <= 0) process.kill(process.pid, 'SIGKILL')
  }

  async function lines(texts: Iterable<string>): Promise<void> {
    let block: string[] = []
    for (const text of texts) {
      block.push(text)
      if (block.length < 200) continue
      await line(block.join('\n'))
      block = []
    }
    if (block.length > 0) await line(block.join('\n'))
  }

  return {
    line,
    lines,
    raw,
    complain: text => put(process.stderr, `${text}\n`),
    crashAfter: lines => {
      left = lines
    },
  }
}
