// a sender over a local DingTalk, on a clock that the test moves, with everything it logs kept as it was said

import type { SenderDeps } from '../../bot/dingtalk/send/port.ts'
import { createSender } from '../../bot/dingtalk/send/sender.ts'
import type { LetterPart, Outcome } from '../../shared/chat.ts'
import { createLog } from '../../shared/log.ts'
import { CARD_TEMPLATE, createLocalDingTalk, createMovingClock, GROUP } from '../helpers/dingtalk/local.ts'
import type { LocalOptions } from '../helpers/dingtalk/shapes.ts'

export const ALERT_TOKEN = 'alert-token-0123456789abcdef'
export const ALERT_SECRET = 'SEC0123456789abcdef'
export const PERSON = '0147'

export const GROUP_SEND = 'POST /v1.0/robot/groupMessages/send'
export const PEOPLE_SEND = 'POST /v1.0/robot/oToMessages/batchSend'
export const TOKEN = 'POST /v1.0/oauth2/accessToken'
export const SESSION_SEND = 'POST /robot/sendBySession'
export const ROBOT_SEND = 'POST /robot/send'
export const CARD_OPEN = 'POST /v1.0/card/instances/createAndDeliver'
export const CARD_UPDATE = 'PUT /v1.0/card/instances'

export const part = (more: Partial<LetterPart> = {}): LetterPart => ({
  ...{ format: 'markdown', title: '通知：预热完成 #17', text: '### 通知：预热完成 #17', mentions: [] },
  ...more,
})

/** The failed half of an outcome; fails the test when it was sent. */
export function failed(outcome: Outcome): Exclude<Outcome, { class: 'sent' }> {
  if (outcome.class === 'sent') throw new Error('it was sent')
  return outcome
}

export async function createSendRoom(given: { local?: Partial<LocalOptions>; deps?: Partial<SenderDeps> } = {}) {
  const clock = createMovingClock()
  const local = await createLocalDingTalk({
    ...{ clock, groups: [{ id: GROUP, title: '数据平台群' }], users: [PERSON] },
    ...given.local,
  })
  const lines: string[] = []
  const write = (fields: unknown, message: string): void => void lines.push(JSON.stringify({ message, fields }))
  const log = createLog({ debug: write, info: write, warn: write, error: write }, value => value)
  const { clientId, clientSecret } = local.options
  const sender = createSender({
    ...{ apiBase: local.base, oapiBase: local.base, clientId, clientSecret, clock, log },
    ...{ cardTemplateId: CARD_TEMPLATE, alertToken: ALERT_TOKEN, alertSecret: ALERT_SECRET },
    ...given.deps,
  })
  local.addRobot(ALERT_TOKEN, { secret: ALERT_SECRET })
  return {
    ...{ clock, local, sender, lines },
    session: () => ({ url: local.openSession(GROUP, 5_400_000).url }),
    async close(): Promise<void> {
      sender.close()
      await local.close()
    },
  }
}

export type SendRoom = Awaited<ReturnType<typeof createSendRoom>>
