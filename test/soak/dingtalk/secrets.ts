// secrets of the soak, looked for in every line of the log
import type { LocalDingTalk } from '../../helpers/dingtalk/local.ts'
import type { LogLine } from './daemon.ts'

export type Secrets = {
  /** As they stand in the configuration. */
  readonly plain: readonly string[]
  /** Made while it ran: sessions, tickets, access tokens, signs. */
  readonly made: ReadonlySet<string>
}

export function collectSecrets(local: LocalDingTalk, plain: readonly string[]): Secrets {
  const made = new Set<string>()
  for (const { query, headers } of local.calls()) {
    const token = headers['x-acs-dingtalk-access-token']
    for (const one of [query['session'], query['ticket'], query['sign'], token]) {
      if (typeof one === 'string' && one !== '') made.add(one)
    }
  }
  for (const { ticket } of local.allConnections()) made.add(ticket)
  return { plain, made }
}

const TELLING = /(?:session|ticket|sign|access_token|accessToken)=(?!\*\*\*)[\w%+/.-]{6,}/i
const WORDS = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}|[\w+/]{40,}=/g

/** Lines that hold one. */
export function findSecrets(log: readonly LogLine[], { plain, made }: Secrets): string[] {
  return log.flatMap(({ text }) => {
    const found =
      plain.find(secret => text.includes(secret)) ??
      TELLING.exec(text)?.[0] ??
      text.match(WORDS)?.find(word => made.has(word))
    return found === undefined ? [] : [`${found.slice(0, 12)}… in ${text.slice(0, 300)}`]
  })
}
