// calls for a cluster that has a coordinator of its own go there as they came, and its answers come back as they are
import { AppError, shown } from '../../shared/errors.ts'
import type { Actor } from '../../shared/job.ts'
import { SECOND } from '../../shared/time.ts'
import { adopt, permitStop } from './adoption.ts'
import { type Answer, type Flow, toNoteHeader } from './answer.ts'
import type { Room } from './endpoint.ts'
import { askUpstream, type Upstream } from './upstream.ts'

/** A call that may be forwarded, when who asks is known and may. */
export type ForwardCall = {
  readonly room: Pick<Room, 'operations' | 'clock' | 'log'>
  readonly actor: Actor
  readonly method: string
  /** Path and query as the caller wrote them. */
  readonly target: string
  header(name: string): string | undefined
  /** The body as it came; throws PAYLOAD_TOO_LARGE. Empty is no body. */
  readonly readBytes: () => Promise<Uint8Array>
  readonly signal: AbortSignal
}

/** Undefined when the chosen cluster has no coordinator: then the view answers itself. */
export type Forward = (call: ForwardCall) => Promise<Answer | undefined>

export type ForwardDeps = {
  /** Base URL of the coordinator by cluster. */
  readonly coordinators: ReadonlyMap<string, string>
  readonly defaultCluster: string
  /** How long a coordinator may say nothing; default 30 s. */
  readonly withinMs?: number
}

const WITHIN_MS = 30 * SECOND
/** What a coordinator hears of its caller: nothing that says who it is. */
const PASSED_ON = ['content-type', 'accept', 'accept-language', 'user-agent']
const PASSED_BACK = [
  ...['content-type', 'content-length', 'content-encoding', 'content-language'],
  ...['etag', 'last-modified', 'location', 'retry-after', 'allow'],
]
/** A coordinator's page is shown, but is none of ours: it may do nothing in our name. */
const SANDBOX = { 'content-security-policy': "default-src 'none'; sandbox" }
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304])
/** Answers to a submission are looked at before they are passed on, up to here. */
const MOST_LOOKED_AT_BYTES = 64 * 1024

/** Makes the forwarding of one daemon. The chosen cluster is the header's `X-GFS-Cluster` or the query's `cluster`. */
export function createForward({ coordinators, defaultCluster, withinMs = WITHIN_MS }: ForwardDeps): Forward {
  return async call => {
    const { target, cluster } = toChoice(call)
    const name = cluster ?? defaultCluster
    const base = coordinators.get(name)
    if (base === undefined) return undefined
    const { method, signal, room } = call
    const bytes = await call.readBytes()
    const headers = pick(PASSED_ON, wanted => call.header(wanted))
    const body = bytes.length === 0 ? undefined : bytes
    const who = `the coordinator of cluster ${name}`
    const about = kindOf(target)
    if (method === 'DELETE' && about !== undefined) await permitStop(call, { cluster: name, request: bytes })
    const kind = method === 'POST' ? about : undefined
    // who goes away has submitted all the same: what the coordinator says to that is waited for
    const until = kind === undefined ? signal : new AbortController().signal
    const ask = { who, base: new URL(base), method, target, headers, body, signal: until, clock: room.clock, withinMs }
    const upstream = await askUpstream(ask)
    if (upstream.status < 200 || upstream.status > 599)
      throw new AppError('COMMAND_FAILED', `${who} answered with the status ${upstream.status}, which nobody knows`)
    if (kind === undefined) {
      // an answer without a body is never read: nobody else lets its connection go
      if (method === 'HEAD' || WITHOUT_BODY.has(upstream.status)) upstream.drop()
      return toAnswer(upstream)
    }
    const submitted = { cluster: name, kind, request: bytes, status: upstream.status }
    const seen = await lookAhead(upstream.body).catch(async (thrown: unknown) => {
      // the coordinator has taken it in, although its answer broke off
      await adopt(call, { ...submitted, answer: undefined })
      throw thrown
    })
    const notes = await adopt(call, { ...submitted, answer: seen.answer })
    if (signal.aborted) upstream.drop()
    const answer = toAnswer({ ...upstream, body: seen.body })
    return { ...answer, headers: { ...answer.headers, ...toNoteHeader(notes) } }
  }
}

/** The cluster that a call names, and its target without that word; all else stays as it was written. */
export function toChoice(call: Pick<ForwardCall, 'target' | 'header'>): {
  readonly target: string
  readonly cluster: string | undefined
} {
  const at = call.target.indexOf('?')
  const path = at < 0 ? call.target : call.target.slice(0, at)
  const words = at < 0 ? [] : call.target.slice(at + 1).split('&')
  const rest = words.filter(word => nameOf(word) !== 'cluster')
  const named = words.filter(word => nameOf(word) === 'cluster').map(word => decode(word.replace(/^[^=]*=?/, '')))
  const all = [...new Set([call.header('x-gfs-cluster')?.trim() ?? '', ...named])].filter(name => name !== '')
  if (all.length > 1)
    throw new AppError(
      'INVALID_INPUT',
      `X-GFS-Cluster and cluster must name one cluster, got ${all.map(shown).join(', ')}`,
    )
  // a lone question mark stays when nothing was taken out
  const query = rest.length === 0 && words.length > 0 && named.length > 0 ? '' : at < 0 ? '' : `?${rest.join('&')}`
  return { target: `${path}${query}`, cluster: all[0] }
}

function nameOf(word: string): string {
  return decode(word.replace(/=.*$/s, ''))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    // not encoded as a URL is: it is what it is
    return text
  }
}

function kindOf(target: string): 'load' | 'free' | undefined {
  const kind = /^\/api\/v1\/(load|free)\/?(?:\?|$)/.exec(target)?.[1]
  return kind === 'load' || kind === 'free' ? kind : undefined
}

function toAnswer({ status, headers, body }: Upstream): Answer {
  const passed = pick(PASSED_BACK, name => {
    const value = headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  })
  if (!WITHOUT_BODY.has(status))
    return { status, headers: { ...passed, ...SANDBOX }, body: { open: () => body, live: false } }
  const { 'content-length': _, ...bodiless } = passed
  return { status, headers: bodiless, body: undefined }
}

function pick(names: readonly string[], read: (name: string) => string | undefined): Record<string, string> {
  return Object.fromEntries(
    names.flatMap(name => {
      const value = read(name)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

type Ahead = {
  /** All of it; undefined when it is longer than what is looked at. */
  readonly answer: Uint8Array | undefined
  /** The whole body once more. */
  readonly body: Flow
}

// what was submitted is known to everybody before its own answer is sent
async function lookAhead(body: Flow): Promise<Ahead> {
  const pieces = body[Symbol.asyncIterator]()
  const seen: Uint8Array[] = []
  let length = 0
  while (length <= MOST_LOOKED_AT_BYTES) {
    const next = await pieces.next()
    if (next.done === true) return { answer: Buffer.concat(seen), body: resume(seen, pieces) }
    seen.push(next.value)
    length += next.value.length
  }
  return { answer: undefined, body: resume(seen, pieces) }
}

async function* resume(seen: readonly Uint8Array[], pieces: AsyncIterator<Uint8Array>): Flow {
  try {
    yield* seen
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value
  } finally {
    await pieces.return?.()
  }
}
