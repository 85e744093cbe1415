// a click on a card's button: read from what DingTalk pushes, and the answer that changes the card

import { type Fields, isFields, parsed, textOf } from './fields.ts'

/** Who clicked what. `action` and `job` came through the client: a lookup key, and no proof of anything. */
export type Click = {
  readonly outTrackId: string
  /** The clicker, who need not be the requester; a staffId when `userIdType` is 1. */
  readonly userId: string
  readonly userIdType: number
  readonly action: string
  readonly job: string
}

const STAFF_ID = 1

/**
 * Reads the data of topic `/v1.0/card/instances/callback`; undefined when it names no card, person or action.
 * By `params`, never by `actionIds`: the platform appends numbers to those.
 */
export function readClick(data: unknown): Click | undefined {
  if (!isFields(data)) return undefined
  const outTrackId = textOf(data['outTrackId'])
  const userId = textOf(data['userId'])
  const params = readParams(data['value']) ?? readParams(data['content'])
  const action = textOf(params?.['action'])
  if (outTrackId === '' || userId === '' || action === '') return undefined
  const type = textOf(data['userIdType'])
  return {
    ...{ outTrackId, userId, action, job: textOf(params?.['job']) },
    userIdType: type === '' ? STAFF_ID : Number(type),
  }
}

/** The answer to a click: it refreshes the card of whoever clicked, and only the variables given. To be sent within 2 s. */
export function toClickResponse(variables: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  return {
    cardUpdateOptions: { updateCardDataByKey: true, updatePrivateDataByKey: true },
    cardData: { cardParamMap: variables },
    userPrivateData: { cardParamMap: {} },
  }
}

/** `value` and `content` hold the same: JSON as a string, or the object itself. */
function readParams(value: unknown): Fields | undefined {
  const content = parsed(value)
  const data = isFields(content) ? parsed(content['cardPrivateData']) : undefined
  const params = isFields(data) ? parsed(data['params']) : undefined
  return isFields(params) ? params : undefined
}
