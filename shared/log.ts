// the log port, and what must never be read in a log
import { isSecretName } from './secret-name.ts'

export type LogFields = Readonly<Record<string, unknown>>

/** Where a process writes what its operator must know. Messages are sentences in English; fields are for programs. */
export type Log = {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** The same log with fields added to each line. */
  child(fields: LogFields): Log
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What a logging library offers: one function for each level, fields first. */
export type LogSink = Readonly<Record<LogLevel, (fields: LogFields, message: string) => void>>

export const STARS = '***'

// each repetition is bounded, since a text may be long and made by anybody
const SECRET_IN_TEXT: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, `$1 ${STARS}`],
  [/([?&](?:access_token|token|sign|secret|key|session|ticket)=)[^&\s"']+/gi, `$1${STARS}`],
  // a password may hold slashes; a port and an @ in the path are none
  [/(:\/\/[^\s/:@"']{0,256}):(?!\d{1,5}(?:[/,;]|$))(?::(?!\/\/)|[^\s@"':]){1,1024}@/g, `$1:${STARS}@`],
  [/((?:secret|password|token|accessKeyId|access\.key)[\w.-]{0,64}=)[^\s,;&"']+/gi, `$1${STARS}`],
]
const DEEPEST = 6

/** Makes a function that replaces secrets by stars: known values anywhere, and whatever looks like one by its name or form. */
export function createRedactor(secrets: readonly (string | undefined)[]): (value: unknown) => unknown {
  const known = secrets.filter((secret): secret is string => secret !== undefined && secret.length >= 4)
  const inText = (text: string): string => {
    const plain = known.reduce((rest, secret) => rest.replaceAll(secret, STARS), text)
    return SECRET_IN_TEXT.reduce((rest, [pattern, by]) => rest.replace(pattern, by), plain)
  }
  const walk = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return inText(value)
    if (typeof value !== 'object' || value === null) return value
    if (depth > DEEPEST) return '…'
    if (value instanceof Error) return toErrorFields(value, inText)
    if (Array.isArray(value)) return value.map(item => walk(item, depth + 1))
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, isSecret(key, item) ? STARS : walk(item, depth + 1)]),
    )
  }
  return value => walk(value, 0)
}

/** Makes a log over a library's functions; everything that passes is redacted, and a failing sink hurts nobody. */
export function createLog(sink: LogSink, redact: (value: unknown) => unknown, base: LogFields = {}): Log {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      try {
        sink[level](redact({ ...base, ...fields }) as LogFields, String(redact(message)))
      } catch {
        // a log that cannot be written (a full disk, a closed pipe) must not end the work it tells of
      }
    }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: fields => createLog(sink, redact, { ...base, ...fields }),
  }
}

const silent = (): void => {
  // nobody listens
}

/** A log that says nothing. */
export const SILENT_LOG: Log = { debug: silent, info: silent, warn: silent, error: silent, child: () => SILENT_LOG }

function isSecret(key: string, value: unknown): boolean {
  return isSecretName(key) && (typeof value === 'string' || (typeof value === 'object' && value !== null))
}

function toErrorFields(error: Error, inText: (text: string) => string): LogFields {
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  return { name: error.name, message: inText(error.message), ...code, stack: inText(error.stack ?? '') }
}
