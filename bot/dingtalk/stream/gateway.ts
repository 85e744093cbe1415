// asks DingTalk's gateway for an address and a ticket, good for one connection
import { errnoOf } from '../../../shared/errors.ts'
import { SECOND } from '../../../shared/time.ts'
import { type Opening, readGatewayAnswer } from './gateway-answer.ts'
import type { StreamDeps } from './port.ts'

const ANSWER_WITHIN_MS = 10 * SECOND
const LARGEST_ANSWER_CHARACTERS = 64 * 1024
/** Diagnostics on DingTalk's side: the library that speaks the protocol. */
const USER_AGENT = 'dingtalk-sdk-nodejs/2.1.5'

export type GatewayDeps = Pick<StreamDeps, 'clientId' | 'clientSecret' | 'apiBase' | 'topics' | 'clock'>

/**
 * Asks once. Every outcome is a value; the secret is in the request's body alone, and neither it nor the ticket is in a
 * refusal. Without the Accept header the gateway may answer XML.
 */
export async function openGateway(deps: GatewayDeps, signal: AbortSignal): Promise<Opening> {
  const late = new AbortController()
  const cancel = deps.clock.after(ANSWER_WITHIN_MS, () => late.abort())
  try {
    const response = await fetch(`${deps.apiBase}/v1.0/gateway/connections/open`, {
      method: 'POST',
      // asked once in hours: nothing is kept open for the next time
      headers: { 'content-type': 'application/json', accept: 'application/json', connection: 'close' },
      body: JSON.stringify({
        clientId: deps.clientId,
        clientSecret: deps.clientSecret,
        subscriptions: deps.topics.map(topic => ({ type: 'CALLBACK', topic })),
        ua: USER_AGENT,
      }),
      // a redirect would carry the secret to somebody else
      redirect: 'manual',
      signal: AbortSignal.any([signal, late.signal]),
    })
    const text = await readText(response)
    return readGatewayAnswer({ status: response.status, text, secure: deps.apiBase.startsWith('https:') })
  } catch (thrown) {
    // the error may quote the request: its class and the system's code are all that goes on
    const detail = thrown instanceof Error ? errnoOf(thrown.cause) : ''
    return { ok: false, code: late.signal.aborted ? 'gateway-timeout' : 'unreachable', ...(detail && { detail }) }
  } finally {
    cancel()
  }
}

// whatever answers may not fill the memory
async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  if (response.body === null) return text
  for await (const bytes of response.body) {
    text += decoder.decode(bytes, { stream: true })
    if (text.length > LARGEST_ANSWER_CHARACTERS) break
  }
  return text
}
