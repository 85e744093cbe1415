// why the CLI did not do what it was asked: one of a few reasons, with its own sentence
import type { Exit } from '../../shared/allocation.ts'
import type { CallRefusal } from '../../shared/call.ts'
import { isNoise } from './lines.ts'
import { readMissingPath } from './read-ls.ts'
import { REDACTED } from './read-mounts.ts'

type Why = CallRefusal['why']

/** In this order. A file may be called like any of these sentences, so they are looked for at the ends of lines. */
const REASONS: readonly (readonly [Why, (line: string) => boolean])[] = [
  ['absent', line => readMissingPath(line) !== undefined],
  ['unsupported', line => /is an unknown command\.?$|^Unsupported command \S+$/.test(line)],
  ['unsupported', line => /^(?:Failed to parse args for \w+: )?Unrecognized option: /.test(line)],
  ['unsupported', line => /UnimplementedException|UnsupportedOperationException/.test(line)],
  ['taken', line => / already (?:exists|mounted)\b/.test(line)],
  // two mounts of one place in the under storage, or over what is there
  ['taken', line => /^Mount (?:point|path) .+ (?:is a prefix of|shadows an existing path) /.test(line)],
  ['absent', line => / does not exist\.?$|existing mount point| not a mount point|not known by the master/.test(line)],
]

// Alluxio 2.9 repeats the whole command with its options before it says why
const ECHO = /^mount command: |^(?:shared|readOnly): |^\w+ \{$|^\}$|^\s+\S|^Acquired mount ID /
const LONGEST = 300

type Refused = {
  readonly exit: Pick<Exit, 'reason' | 'code' | 'message'>
  readonly lines: readonly string[]
  /** Never repeated. */
  readonly secrets?: readonly string[]
}

/** Reads what a call that did not succeed has said. */
export function readRefusal({ exit, lines, secrets = [] }: Refused): CallRefusal {
  const refuse = (why: Why, message: string): CallRefusal => ({ ok: false, why, message: toSentence(message, secrets) })
  if (exit.reason === 'timeout') return refuse('timeout', 'the CLI did not answer in time and was ended')
  if (exit.reason === 'spawn-failed') return refuse('failed', exit.message ?? 'the CLI cannot be started')
  if (exit.reason !== 'exited') return refuse('failed', exit.message ?? `the CLI was ended (${exit.reason})`)
  const words = lines.filter(line => line.trim() !== '' && !isNoise(line) && !ECHO.test(line))
  for (const [why, fits] of REASONS) {
    const line = words.find(fits)
    if (line !== undefined) return refuse(why, line)
  }
  return refuse('failed', words[0] ?? `the CLI ended without a word (exit status ${exit.code ?? 'unknown'})`)
}

function toSentence(message: string, secrets: readonly string[]): string {
  const plain = secrets.reduce((rest, secret) => (secret === '' ? rest : rest.replaceAll(secret, REDACTED)), message)
  return plain
    .replace(/:\/\/[^/@\s]*@/g, `://${REDACTED}@`)
    .trim()
    .slice(0, LONGEST)
}
