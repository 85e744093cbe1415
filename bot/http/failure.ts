// what went wrong, ready for a dialect to say it: every thrown thing becomes one of these
import { AppError, ERROR_CODES, type ErrorCode, toError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { toNoteHeader } from './answer.ts'

export type Failure = {
  readonly code: ErrorCode
  readonly status: number
  readonly message: string
  readonly details?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Turns what was thrown into a failure. Our own mistakes are logged with their stack; the caller sees an id to name. */
export function toFailure(thrown: unknown, log: Log): Failure {
  if (thrown instanceof AppError && thrown.code !== 'INTERNAL') return fromAppError(thrown)
  const id = crypto.randomUUID()
  log.error('a request failed by our own mistake', { id, error: toError(thrown) })
  const message = `internal error, please name ${id} to the operator`
  return { code: 'INTERNAL', status: ERROR_CODES.INTERNAL.status, message, details: { id } }
}

/** The message as other views than the native one say it. */
export function toPlainMessage(failure: Failure): string {
  return failure.code === 'STORAGE_FULL' ? 'storage full' : failure.message
}

function fromAppError(error: AppError): Failure {
  const headers = { ...HEADERS[error.code], ...toNoteHeader(error.notes) }
  const base = { code: error.code, status: error.status, message: error.message, headers }
  return error.details === undefined ? base : { ...base, details: error.details }
}

const HEADERS: Partial<Record<ErrorCode, Readonly<Record<string, string>>>> = {
  UNAUTHENTICATED: { 'www-authenticate': 'Bearer' },
  STOPPING: { 'retry-after': '5' },
}
