// what is posted to a URL that is itself the credential: session webhooks and the custom robot
import { type LetterPart, LIMITS, type Outcome } from '../../../shared/chat.ts'
import type { Clock } from '../../../shared/time.ts'
import type { Caller } from '../call.ts'
import { bytesOf, toWebhookBody } from './body.ts'
import { readAnswer, textOf, toFailed } from './judge.ts'
import type { Sender, Way } from './port.ts'
import { toRobotUrl } from './robot-url.ts'
import { readSessionUrl } from './session-url.ts'

type WebhookDeps = {
  readonly apiBase: string
  readonly oapiBase: string
  readonly alertToken: string | undefined
  readonly alertSecret: string | undefined
  readonly caller: Caller
  readonly clock: Clock
}

export type Webhooks = Pick<Sender, 'session' | 'robot'>
type Post = { readonly url: URL; readonly part: LetterPart; readonly more?: Readonly<Record<string, string>> }

/** Makes the ways without an app's token. */
export function createWebhooks({ apiBase, oapiBase, alertToken, alertSecret, caller, clock }: WebhookDeps): Webhooks {
  const post = async (way: Way & keyof typeof LIMITS, { url, part, more = {} }: Post): Promise<Outcome> => {
    const body = { ...toWebhookBody(part), ...more }
    if (bytesOf(body) > LIMITS[way]) return toFailed(way, { code: 'body-too-long' })
    const answer = readAnswer(await caller({ method: 'POST', url, body }), way)
    if (!answer.ok) return answer.failed
    // an answer without a code is not this platform's
    return textOf(answer.json['errcode']) === '0' ? { class: 'sent' } : toFailed(way, { code: 'odd-answer' })
  }
  return {
    async session({ url: text }, part) {
      const url = readSessionUrl(text, [apiBase, oapiBase])
      return url === undefined ? toFailed('session', { code: 'session-host' }) : await post('session', { url, part })
    },
    async robot(part, msgUuid) {
      if (alertToken === undefined) return toFailed('robot', { code: 'no-robot' })
      const url = toRobotUrl(oapiBase, { token: alertToken, secret: alertSecret, now: clock.now() })
      return await post('robot', { url, part, more: { msgUuid } })
    },
  }
}
