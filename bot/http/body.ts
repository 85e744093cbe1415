// a request's body: at most 1 MiB, counted while it comes, read as JSON whatever its type says
import { AppError } from '../../shared/errors.ts'

export const MOST_BODY_BYTES = 1_048_576
/** What is nested deeper was made to break whoever walks through it. */
const DEEPEST = 100

/** Makes JSON of what is none as it came. */
type Relax = (text: string) => string

/**
 * Reads a body as JSON. An empty one (or white space) is no body and gives undefined. Throws `PAYLOAD_TOO_LARGE` as soon
 * as there are too many bytes, announced or not, and `INVALID_INPUT` when it is no JSON in UTF-8.
 */
export async function readBody(request: Request, relax?: Relax): Promise<unknown> {
  const text = decode(await readBytes(request))
  if (text.trim() === '') return undefined
  const value = parse(text, relax)
  if (isDeep(value)) throw new AppError('INVALID_INPUT', `the body must be nested at most ${DEEPEST} levels deep`)
  return value
}

/** A body that is not ours to judge, for whoever writes down what was said; undefined when it is no JSON, or too deep. */
export function parseLeniently(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return isDeep(value) ? undefined : value
  } catch {
    // its beginning might be a secret
    return undefined
  }
}

/** A body as it came; empty when there is none. Throws `PAYLOAD_TOO_LARGE` as soon as there are too many bytes. */
export async function readBytes(request: Request): Promise<Uint8Array> {
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > MOST_BODY_BYTES) throw tooLarge()
  return request.body === null ? new Uint8Array() : collect(request.body)
}

async function collect(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = body.getReader()
  const read = () =>
    reader.read().catch((cause: unknown) => {
      throw new AppError('INVALID_INPUT', 'the body broke off', { cause })
    })
  for (let next = await read(); !next.done; next = await read()) {
    length += next.value.length
    // the rest is not awaited: the connection is drained or closed by the server
    if (length > MOST_BODY_BYTES) throw tooLarge()
    chunks.push(next.value)
  }
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new AppError('INVALID_INPUT', 'the body must be UTF-8', { cause })
  }
}

function parse(text: string, relax?: Relax): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const relaxed = relax?.(text) ?? text
    if (relaxed !== text) return parse(relaxed)
    const reason = cause instanceof Error ? `: ${cause.message}` : ''
    throw new AppError('INVALID_INPUT', `the body must be JSON${reason}`, { cause })
  }
}

// level by level, since recursion is what such a body breaks
function isDeep(value: unknown): boolean {
  let level = [value].filter(isNest)
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth += 1)
    level = level.flatMap(one => Object.values(one)).filter(isNest)
  return level.length > 0
}

function isNest(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function tooLarge(): AppError {
  return new AppError('PAYLOAD_TOO_LARGE', `the body must have at most ${MOST_BODY_BYTES} bytes`)
}
