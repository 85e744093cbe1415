// why the client gives up: one sentence for stderr and the exit code that goes with it

/** The exit codes that scripts rely on; `detached` is the shell's own number for Ctrl-C. */
export const EXIT = {
  cached: 0,
  failed: 1,
  usage: 2,
  partly: 3,
  stopped: 4,
  unreachable: 5,
  refused: 6,
  unverified: 7,
  detached: 130,
} as const

/** Ends the client with a sentence that says what happened and what to do. */
export class Failure extends Error {
  readonly exit: number
  /** What the daemon said about its refusal for programs. */
  details: unknown

  constructor(exit: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'Failure'
    this.exit = exit
  }
}

/** A mistake in the command line: exit 2, and where to read on. */
export function usage(message: string): Failure {
  return new Failure(EXIT.usage, message)
}

const REFUSALS: ReadonlySet<number> = new Set([401, 403, 421])
const HINTS: Readonly<Record<number, string>> = {
  401: 'Give a token with --token or GANDER_TOKEN.',
  403: 'Ask for a role that may do this, or use another token.',
  421: 'Use the address the daemon is bound to, or its GANDER_PUBLIC_URL.',
  503: 'The daemon is starting or stopping: try again in a moment.',
  507: 'Free space in the directory of the daemon (GANDER_DATA_DIR).',
}

/** An error answer of the daemon as a failure: refusals 6, other mistakes of the asker 2, everything else 1. */
export function toFailure(status: number, message: string, details?: unknown): Failure {
  const exit = REFUSALS.has(status) ? EXIT.refused : status >= 400 && status < 500 ? EXIT.usage : EXIT.failed
  const hint = HINTS[status]
  const sentence = /[.!?]$/.test(message) ? message : `${message}.`
  const failure = new Failure(exit, hint === undefined ? sentence : `${sentence} ${hint}`)
  failure.details = details
  return failure
}
