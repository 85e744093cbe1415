// how view 003 says things: errors as code, msg and data; answers bare, or wrapped for who asks for it
import type { ErrorCode } from '../../../../shared/errors.ts'
import { got } from '../../../../shared/errors.ts'
import { type Answer, toJson } from '../../answer.ts'
import type { Call } from '../../endpoint.ts'
import { type Failure, toPlainMessage } from '../../failure.ts'
import type { Mistake } from '../../input.ts'

const INVALID = 1007
// numbers of the original's platform
const CODES: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 1005,
  FORBIDDEN: 1006,
  CROSS_ORIGIN: 1006,
  METHOD_NOT_ALLOWED: 1003,
  MISDIRECTED: 1003,
  INVALID_INPUT: INVALID,
  PAYLOAD_TOO_LARGE: INVALID,
  NOT_FOUND: 1009,
  USER_NOT_FOUND: 6002,
}
/** What has to be given, and the number for its being absent. */
const ABSENT: Readonly<Record<string, number>> = {
  repname: 1400,
  itemname: 1400,
  daemonid: 6201,
  'the body': 6201,
}
// these are said in fixed words; the sentence stands beside them
const FIXED: Partial<Record<ErrorCode, string>> = {
  UNAUTHENTICATED: 'unauthorized',
  FORBIDDEN: 'permission denied',
}

/** The header that asks for wrapped answers. */
export const VERSION_HEADER = 'X-DataHub-Version'
export const HEADERS = { [VERSION_HEADER]: '1: the answer comes as {code, msg, data}' }

/** An answer, wrapped when the caller asks for it. */
export function told(call: Pick<Call<unknown, unknown, unknown>, 'header'>, value: unknown): Answer {
  return toJson(isWrapped(call) ? { code: 0, msg: 'OK', data: value } : value)
}

export function isWrapped(call: Pick<Call<unknown, unknown, unknown>, 'header'>): boolean {
  return call.header(VERSION_HEADER.toLowerCase())?.trim() === '1'
}

/** An error. What the original has no number for is told by its HTTP status. */
export function fail(failure: Failure): Answer {
  const { code, status, message } = failure
  const fixed = FIXED[code]
  const body = { code: codeOf(failure), msg: fixed ?? toPlainMessage(failure), data: {} }
  return toJson(body, { status, notes: fixed === undefined ? [] : [message] })
}

function codeOf({ code, status, details }: Failure): number {
  const mistakes = code === 'INVALID_INPUT' && Array.isArray(details) ? (details as readonly Mistake[]) : []
  const absent = mistakes.find(({ field, message }) => Object.hasOwn(ABSENT, field) && message.endsWith(got(undefined)))
  return (absent === undefined ? CODES[code] : ABSENT[absent.field]) ?? status
}
