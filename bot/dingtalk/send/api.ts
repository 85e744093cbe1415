// what is asked of the open API with the app's token: robot messages and cards
import { type CardOpening, type LetterPart, LIMITS, type Outcome } from '../../../shared/chat.ts'
import type { Call, Caller } from '../call.ts'
import { bytesOf, toApiMessage } from './body.ts'
import { toCardBody } from './card-body.ts'
import { type Answer, isJson, type Json, readAnswer, textOf, toFailed } from './judge.ts'
import type { Sender, Way } from './port.ts'
import { TOKEN_CODES } from './refusals.ts'
import type { Tokens } from './token.ts'

type ApiDeps = {
  readonly apiBase: string
  readonly robotCode: string | undefined
  readonly cardTemplateId: string | undefined
  readonly caller: Caller
  readonly tokens: Tokens
}

export type Api = Pick<Sender, 'group' | 'people' | 'card'>
type Ask = Pick<Call, 'method' | 'body'> & { readonly path: string }

const MOST_PEOPLE = 20

/** Makes the ways that need the token. A request refused because of its token is made once more with a new one. */
export function createApi({ apiBase, robotCode, cardTemplateId, caller, tokens }: ApiDeps): Api {
  const once = async (way: Way, ask: Ask): Promise<{ readonly answer: Answer; readonly token: string }> => {
    const grant = await tokens.get()
    if (!grant.ok) return { answer: grant, token: '' }
    const url = new URL(`${apiBase.replace(/\/+$/, '')}${ask.path}`)
    const reply = await caller({ method: ask.method, url, body: ask.body, token: grant.token })
    return { answer: readAnswer(reply, way), token: grant.token }
  }
  const call = async (way: Way, ask: Ask): Promise<Answer> => {
    const { answer, token } = await once(way, ask)
    if (answer.ok || token === '' || !TOKEN_CODES.has(answer.failed.code)) return answer
    tokens.drop(token)
    return (await once(way, ask)).answer
  }
  const send = async (way: 'group' | 'people', path: string, to: Json & { part: LetterPart }): Promise<Answer> => {
    const { part, ...whom } = to
    const body = { robotCode, ...whom, ...toApiMessage(part) }
    if (bytesOf(body) > LIMITS.api) return { ok: false, failed: toFailed(way, { code: 'body-too-long' }) }
    return await call(way, { method: 'POST', path, body })
  }
  return {
    async group(openConversationId, part) {
      return toSent('group', await send('group', '/v1.0/robot/groupMessages/send', { openConversationId, part }))
    },
    async people(userIds, part) {
      if (userIds.length === 0) return toFailed('people', { code: 'no-people' })
      if (userIds.length > MOST_PEOPLE) return toFailed('people', { code: 'too-many-people' })
      const answer = await send('people', '/v1.0/robot/oToMessages/batchSend', { userIds, part })
      return toReached(answer, userIds.length)
    },
    card: {
      async open(card) {
        if (cardTemplateId === undefined) return toFailed('card', { code: 'no-template' })
        const body = toCardBody(card, { cardTemplateId, robotCode })
        const path = '/v1.0/card/instances/createAndDeliver'
        return toDelivered(card, await call('card', { method: 'POST', path, body }))
      },
      async update(outTrackId, variables) {
        // without this option every variable that is not sent disappears
        const cardUpdateOptions = { updateCardDataByKey: true }
        const body = { outTrackId, cardData: { cardParamMap: variables }, cardUpdateOptions }
        const answer = await call('card', { method: 'PUT', path: '/v1.0/card/instances', body })
        if (!answer.ok) return answer.failed
        return isTrue(answer.json['success']) ? { class: 'sent', ref: outTrackId } : refuse(answer.json, 'not-updated')
      },
    },
  }
}

function toSent(way: Way, answer: Answer): Outcome {
  if (!answer.ok) return answer.failed
  const ref = textOf(answer.json['processQueryKey'])
  return ref === '' ? toFailed(way, { code: 'odd-answer' }) : { class: 'sent', ref }
}

/** Accepted is not delivered: who did not get it stands in two lists. */
function toReached(answer: Answer, count: number): Outcome {
  if (!answer.ok) return answer.failed
  const { invalidStaffIdList: invalid, flowControlledStaffIdList: controlled } = answer.json
  if (Array.isArray(controlled) && controlled.length > 0) return toFailed('people', { code: 'staff-flow-controlled' })
  if (Array.isArray(invalid) && invalid.length >= count) return toFailed('people', { code: 'staff-invalid' })
  return toSent('people', answer)
}

function toDelivered({ outTrackId }: CardOpening, answer: Answer): Outcome {
  const sent: Outcome = { class: 'sent', ref: outTrackId }
  // ids of cards are ours and never used twice: such a card is what an opening without an answer left behind
  if (!answer.ok) return answer.failed.code === 'param.cardAlreadyExist' ? sent : answer.failed
  const { result } = answer.json
  const deliveries = isJson(result) && Array.isArray(result['deliverResults']) ? result['deliverResults'] : []
  const refused = deliveries.find(delivery => !isJson(delivery) || !isTrue(delivery['success']))
  if (refused !== undefined) return refuse(isJson(refused) ? refused : {}, 'deliver-failed')
  if (!isTrue(answer.json['success'])) return refuse(answer.json, 'deliver-failed')
  return deliveries.length === 0 ? toFailed('card', { code: 'odd-answer' }) : sent
}

function refuse(json: Json, code: string): Outcome {
  if (json['success'] === undefined) return toFailed('card', { code: 'odd-answer' })
  return toFailed('card', { code, said: textOf(json['errorMsg']) || textOf(json['message']) })
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true'
}
