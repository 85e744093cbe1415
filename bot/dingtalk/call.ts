// one HTTP request to DingTalk: with an end, without redirects, through the proxy of the environment; failures are answers too
import { request as askHttp, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as askHttps } from 'node:https'
import type { Socket } from 'node:net'
import { errnoOf, toError } from '../../shared/errors.ts'
import { type Clock, SECOND } from '../../shared/time.ts'
import { agentFor } from './proxy.ts'

/**
 * What came back. `heard` false: it certainly never arrived there; true: nobody knows.
 * `hide` are the secrets that the answer might repeat: nothing of it is shown before they are taken out.
 */
export type Reply =
  | { readonly reached: true; readonly status: number; readonly text: string; readonly hide: readonly string[] }
  | { readonly reached: false; readonly heard: boolean; readonly why: string }

export type Call = {
  readonly method: 'POST' | 'PUT'
  /** Its query may hold secrets. */
  readonly url: URL
  readonly body: unknown
  readonly token?: string
}

export type Caller = (call: Call) => Promise<Reply>

const WITHIN_MS = 10 * SECOND
const MOST_BYTES = 1024 * 1024
/** Why a call ended that was not answered in time. */
export const LATE = 'no-answer'
const ABANDONED = 'ABORT_ERR'

type CallerDeps = {
  readonly clock: Clock
  /** Its abort ends every request. */
  readonly signal: AbortSignal
  /** Secrets that may come back, beside those of the request itself. */
  readonly secrets: () => readonly (string | undefined)[]
}

/** Makes a caller. Each request has a connection of its own: a kept one may be closed by the time it is used again. */
export function createCaller({ clock, signal, secrets }: CallerDeps): Caller {
  return call =>
    new Promise(resolve => {
      let heard = false
      let request: ClientRequest | undefined
      const over = new AbortController()
      const settle = (reply: Reply): void => {
        stop()
        signal.removeEventListener('abort', abandon)
        resolve(reply)
        // behind a proxy that does not answer a request has no socket, and cannot tell that it is over
        over.abort()
        request?.destroy()
      }
      const fail = (why: string): void => settle({ reached: false, heard, why })
      const broken = (thrown: unknown): void => fail(toWhy(thrown))
      const abandon = (): void => fail(ABANDONED)
      const stop = clock.after(WITHIN_MS, () => fail(LATE))
      signal.addEventListener('abort', abandon)
      try {
        if (signal.aborted) return abandon()
        const body = JSON.stringify(call.body)
        request = begin(call, { signal: over.signal, length: Buffer.byteLength(body) })
        request.on('socket', socket => onceThrough(call, socket, () => (heard = true)))
        request.on('error', broken)
        request.on('response', response => {
          read(response).then(text => {
            const status = response.statusCode ?? 0
            settle({ reached: true, status, text, hide: hidden(call, secrets()) })
          }, broken)
        })
        request.end(body)
      } catch (thrown) {
        // what Node refuses to send, such as a line break in a header
        broken(thrown)
      }
    })
}

function toWhy(thrown: unknown): string {
  const cause = toError(thrown)
  return errnoOf(cause) || cause.name
}

function onceThrough({ url }: Call, socket: Socket, then: () => void): void {
  const through = url.protocol === 'https:' ? 'secureConnect' : 'connect'
  // one that comes out of a tunnel is connected already
  if (through === 'connect' && !socket.connecting) then()
  else socket.once(through, then)
}

function begin({ method, url, token }: Call, more: { signal: AbortSignal; length: number }): ClientRequest {
  const start = url.protocol === 'https:' ? askHttps : askHttp
  return start(url, {
    method,
    agent: agentFor(url, more.signal) ?? false,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'content-length': more.length,
      ...(token !== undefined && { 'x-acs-dingtalk-access-token': token }),
    },
  })
}

function hidden({ url, token }: Call, known: readonly (string | undefined)[]): readonly string[] {
  const inQuery = [...url.searchParams.values()].flatMap(value => [value, encodeURIComponent(value)])
  // a short value is none, and would eat the words around it
  return [...inQuery, token, ...known].flatMap(secret => (secret !== undefined && secret.length >= 6 ? [secret] : []))
}

async function read(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of response) {
    pieces.push(piece as Buffer)
    length += (piece as Buffer).length
    if (length > MOST_BYTES) throw new Error('too-long-answer')
  }
  return Buffer.concat(pieces).toString('utf8')
}
