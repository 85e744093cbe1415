// the caller's mistakes: AppError and the one table of its codes

/** Who can mend it: the caller by asking differently, the operator, or nobody but us. */
type Mender = 'caller' | 'operator' | 'us'
type CodeRow = { readonly status: number; readonly retryable: boolean; readonly mender: Mender }

/** Every code an answer may carry: its HTTP status, whether the same ask may succeed later, and who can mend it. */
export const ERROR_CODES = {
  INVALID_INPUT: { status: 400, retryable: false, mender: 'caller' },
  UNAUTHENTICATED: { status: 401, retryable: false, mender: 'caller' },
  FORBIDDEN: { status: 403, retryable: false, mender: 'caller' },
  CROSS_ORIGIN: { status: 403, retryable: false, mender: 'caller' },
  NOT_FOUND: { status: 404, retryable: false, mender: 'caller' },
  JOB_NOT_FOUND: { status: 404, retryable: false, mender: 'caller' },
  TASK_NOT_FOUND: { status: 404, retryable: false, mender: 'caller' },
  AGENT_NOT_FOUND: { status: 404, retryable: false, mender: 'caller' },
  CLUSTER_NOT_FOUND: { status: 404, retryable: false, mender: 'caller' },
  SCHEDULE_NOT_FOUND: { status: 404, retryable: false, mender: 'caller' },
  TOKEN_NOT_FOUND: { status: 404, retryable: false, mender: 'caller' },
  USER_NOT_FOUND: { status: 404, retryable: false, mender: 'caller' },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false, mender: 'caller' },
  CONFLICT: { status: 409, retryable: false, mender: 'caller' },
  GONE: { status: 410, retryable: false, mender: 'caller' },
  PAYLOAD_TOO_LARGE: { status: 413, retryable: false, mender: 'caller' },
  MISDIRECTED: { status: 421, retryable: false, mender: 'caller' },
  INTERNAL: { status: 500, retryable: false, mender: 'us' },
  COMMAND_FAILED: { status: 500, retryable: true, mender: 'operator' },
  NOT_IMPLEMENTED: { status: 501, retryable: false, mender: 'operator' },
  STOPPING: { status: 503, retryable: true, mender: 'operator' },
  STORAGE_FULL: { status: 507, retryable: true, mender: 'operator' },
} as const satisfies Record<string, CodeRow>

export type ErrorCode = keyof typeof ERROR_CODES

/**
 * A mistake of the caller, or a refusal that the caller must hear of. The message is one sentence that names the thing,
 * the expectation and the value; `details` are for programs.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: unknown
  /** What has to be said beside it, for whatever form an answer has. */
  readonly notes: readonly string[]

  constructor(
    code: ErrorCode,
    message: string,
    more: { details?: unknown; cause?: unknown; notes?: readonly string[] } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'AppError'
    this.code = code
    this.details = more.details
    this.notes = more.notes ?? []
  }

  get status(): number {
    return ERROR_CODES[this.code].status
  }
}

/** Turns whatever was thrown into an Error, so that it always has a message and a stack. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

/** The `code` of a system error, for instance `ENOENT`; empty for anything else. */
export function errnoOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
}

/** True for errors that mean "no room": a full disk, or a used-up quota. */
export function isFull(thrown: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'STORAGE_FULL'].includes(errnoOf(thrown))
}

/** The end of a sentence about an input: what came instead of what was expected. */
export function got(input: unknown): string {
  return input === undefined ? 'but is missing' : `got ${shown(input)}`
}

/** Where something stands in a text, as people count: characters, not halves of them, from 1. `at` is an index of the text. */
export function positionOf(text: string, at: number): number {
  return [...text.slice(0, at)].length + 1
}

const LONGEST_SHOWN = 80

/** A value as it may be shown in a sentence: quoted, at most 80 characters. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  if (text.length <= LONGEST_SHOWN) return text
  if (typeof value !== 'string') return `${text.slice(0, LONGEST_SHOWN - 3)}...`
  // no half of an escape before the closing quote
  return `${text.slice(0, LONGEST_SHOWN - 4).replace(/\\+$/, '')}..."`
}

/**
 * What a person typed, in a sentence for persons: in quotes, as it was typed, at most 80 characters. Plain text.
 */
export function said(text: string): string {
  const chars = [...text]
  const told = chars.length <= LONGEST_SHOWN ? chars.join('') : `${chars.slice(0, LONGEST_SHOWN - 1).join('')}…`
  return told.includes('"') ? `“${told}”` : `"${told}"`
}
