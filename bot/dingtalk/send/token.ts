// the app's access token: kept in memory, renewed early, fetched by one request whoever waits for it
import type { Failed } from '../../../shared/chat.ts'
import { type Clock, MINUTE, SECOND } from '../../../shared/time.ts'
import type { Caller } from '../call.ts'
import { readAnswer, textOf, toFailed } from './judge.ts'

export type Grant = { readonly ok: true; readonly token: string } | { readonly ok: false; readonly failed: Failed }

export type Tokens = {
  /** A token that holds for some minutes. */
  get(): Promise<Grant>
  /** Fetches one, whatever is kept. */
  renew(): Promise<Grant>
  /** It was refused: the next `get` fetches another. */
  drop(token: string): void
  /** What is kept, to be hidden in whatever is said. */
  kept(): string | undefined
}

type TokenDeps = {
  readonly apiBase: string
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
  readonly caller: Caller
  readonly clock: Clock
}

type Kept = { readonly token: string; readonly renewAt: number; readonly endsAt: number }

/** Renewed so long before it ends; a token that lives shorter, in the last tenth of its life. */
const EARLY_MS = 8 * MINUTE
const AGAIN_MS = MINUTE
const USUAL_S = 7_200

/** Makes the keeper. Source: `POST /v1.0/oauth2/accessToken`; asked again within its life the platform renews the same token. */
export function createTokens(deps: TokenDeps): Tokens {
  const { clock } = deps
  let kept: Kept | undefined
  let flight: Promise<Grant> | undefined
  const renew = (): Promise<Grant> => {
    flight ??= fetchToken(deps)
      .then(fetched => {
        if ('failed' in fetched) return { ok: false as const, failed: fetched.failed }
        kept = fetched
        return { ok: true as const, token: fetched.token }
      })
      .finally(() => {
        flight = undefined
      })
    return flight
  }
  return {
    renew,
    async get() {
      if (kept !== undefined && clock.now() < kept.renewAt) return { ok: true, token: kept.token }
      const grant = await renew()
      // renewing early is a favour: while the old one holds, its failure hurts nobody
      if (grant.ok || kept === undefined || clock.now() >= kept.endsAt) return grant
      kept = { ...kept, renewAt: Math.min(kept.endsAt, clock.now() + AGAIN_MS) }
      return { ok: true, token: kept.token }
    },
    drop(token) {
      if (kept?.token === token) kept = undefined
    },
    kept: () => kept?.token,
  }
}

async function fetchToken(deps: TokenDeps): Promise<Kept | { readonly failed: Failed }> {
  const { apiBase, clientId, clientSecret, caller, clock } = deps
  if (clientId === undefined || clientSecret === undefined) return { failed: toFailed('token', { code: 'no-client' }) }
  const askedAt = clock.now()
  const answer = readAnswer(
    await caller({
      method: 'POST',
      url: new URL(`${apiBase.replace(/\/+$/, '')}/v1.0/oauth2/accessToken`),
      body: { appKey: clientId, appSecret: clientSecret },
    }),
    'token',
  )
  if (!answer.ok) return { failed: answer.failed }
  const token = textOf(answer.json['accessToken'])
  if (token === '') return { failed: toFailed('token', { code: 'odd-answer' }) }
  const seconds = Number(answer.json['expireIn'])
  const lifeMs = (seconds > 0 ? seconds : USUAL_S) * SECOND
  const endsAt = askedAt + lifeMs
  return { token, endsAt, renewAt: endsAt - Math.min(EARLY_MS, lifeMs / 10) }
}
