// asks DingTalk's gateway for an address and a ticket, good for one connection
import { createCaller, LATE } from '../call.ts'
import { type Opening, readGatewayAnswer } from './gateway-answer.ts'
import type { StreamDeps } from './port.ts'

/** Diagnostics on DingTalk's side: the library that speaks the protocol. */
const USER_AGENT = 'dingtalk-sdk-nodejs/2.1.5'

export type GatewayDeps = Pick<StreamDeps, 'clientId' | 'clientSecret' | 'apiBase' | 'topics' | 'clock'>

/**
 * Asks once. Every outcome is a value; the secret is in the request's body alone, and neither it nor the ticket is in a
 * refusal. Without the Accept header the gateway may answer XML.
 */
export async function openGateway(deps: GatewayDeps, signal: AbortSignal): Promise<Opening> {
  const { clientId, clientSecret, topics, apiBase, clock } = deps
  const call = createCaller({ clock, signal, secrets: () => [clientSecret] })
  const reply = await call({
    method: 'POST',
    url: new URL(`${apiBase}/v1.0/gateway/connections/open`),
    body: {
      clientId,
      clientSecret,
      subscriptions: topics.map(topic => ({ type: 'CALLBACK', topic })),
      ua: USER_AGENT,
    },
  })
  if (reply.reached)
    return readGatewayAnswer({ status: reply.status, text: reply.text, secure: apiBase.startsWith('https:') })
  return reply.why === LATE
    ? { ok: false, code: 'gateway-timeout' }
    : { ok: false, code: 'unreachable', detail: reply.why }
}
