// puts the ways to send to DingTalk together; each sending is told in the log, without anything secret
import { setMaxListeners } from 'node:events'
import type { Outcome } from '../../../shared/chat.ts'
import { toError } from '../../../shared/errors.ts'
import { createCaller } from '../call.ts'
import { createApi } from './api.ts'
import { toFailed } from './judge.ts'
import type { Sender, SenderDeps, Way } from './port.ts'
import { createTokens } from './token.ts'
import { createWebhooks } from './webhook.ts'

/** Makes the sender. It starts nothing by itself; `close` ends what is under way. */
export function createSender(deps: SenderDeps): Sender {
  const { apiBase, oapiBase, clientId, clientSecret, clock, log } = deps
  const end = new AbortController()
  // one listener for each sending under way
  setMaxListeners(0, end.signal)
  const { cardTemplateId, alertToken, alertSecret } = deps
  const secrets = (): readonly (string | undefined)[] => [clientSecret, alertToken, alertSecret, tokens.kept()]
  const caller = createCaller({ clock, signal: end.signal, secrets })
  const tokens = createTokens({ apiBase, clientId, clientSecret, caller, clock })
  const api = createApi({ apiBase, robotCode: deps.robotCode ?? clientId, cardTemplateId, caller, tokens })
  const webhooks = createWebhooks({ apiBase, oapiBase, alertToken, alertSecret, caller, clock })
  const tell = async (way: Way, sending: Promise<Outcome>): Promise<Outcome> => {
    try {
      const outcome = await sending
      // the platform's support asks for the reference
      log.debug(outcome.class === 'sent' ? 'a call of DingTalk went well' : 'a call of DingTalk failed', {
        way,
        ...toFields(outcome),
      })
      return outcome
    } catch (thrown) {
      log.error('a sending to DingTalk broke off', { way, why: toError(thrown).name })
      return toFailed(way, { code: 'internal' })
    }
  }
  return {
    session: (session, part) => tell('session', webhooks.session(session, part)),
    group: (conversationId, part) => tell('group', api.group(conversationId, part)),
    people: (staffIds, part) => tell('people', api.people(staffIds, part)),
    robot: (part, msgUuid) => tell('robot', webhooks.robot(part, msgUuid)),
    card: {
      open: card => tell('card', api.card.open(card)),
      update: (outTrackId, variables) => tell('card', api.card.update(outTrackId, variables)),
    },
    checkToken: () =>
      tell(
        'token',
        tokens.renew().then(grant => (grant.ok ? { class: 'sent' } : grant.failed)),
      ),
    close: () => end.abort(),
  }
}

function toFields(outcome: Outcome): Readonly<Record<string, unknown>> {
  if (outcome.class === 'sent') return outcome.ref === undefined ? {} : { ref: outcome.ref }
  return { class: outcome.class, code: outcome.code, ...(outcome.waitMs !== undefined && { waitMs: outcome.waitMs }) }
}
