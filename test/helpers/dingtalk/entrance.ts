// the gateway that hands out tickets, and the app's access tokens
import { randomUUID } from 'node:crypto'
import type { Answer, Call, Subscription } from './shapes.ts'
import type { Web } from './web.ts'
import { errcode, isJson, jsonOf, ok, refuse, textOf, type World } from './world.ts'

export type Ticket = { readonly subscriptions: readonly Subscription[]; readonly issuedAt: number; used: boolean }
export type Entrance = ReturnType<typeof createEntrance>

export function createEntrance(world: World, web: Web) {
  const { options, now } = world
  const tickets = new Map<string, Ticket>()
  const token = { value: '', until: 0 }
  const denied = new Set<string>()

  const isPair = (id: unknown, secret: unknown): boolean => id === options.clientId && secret === options.clientSecret

  web.route('POST /v1.0/gateway/connections/open', ({ json, headers }) => {
    // the code of a malformed request is an assumption: no document names it
    if (!isJson(json)) return refuse(400, 'systemError', '系统错误')
    const { clientId, clientSecret } = json
    const subscriptions = readSubscriptions(json['subscriptions'])
    if (!textOf(clientId) || !textOf(clientSecret) || subscriptions.length === 0) {
      return refuse(400, 'systemError', '系统错误')
    }
    if (!isPair(clientId, clientSecret)) return refuse(401, 'authFailed', '鉴权失败')
    const ticket = randomUUID()
    tickets.set(ticket, { subscriptions, issuedAt: now(), used: false })
    const endpoint = `${world.state.base.replace(/^http/, 'ws')}/connect`
    if (options.xmlUnlessAccepted && !headers.accept?.includes('application/json')) {
      const body = `<ConnectionsOpenResponse><endpoint>${endpoint}</endpoint><ticket>${ticket}</ticket></ConnectionsOpenResponse>`
      return { status: 200, type: 'text/xml;charset=utf-8', body }
    }
    return ok({ endpoint, ticket })
  })

  /** The same token while it is valid, renewed by asking. */
  function renew(): string {
    if (token.value === '' || token.until <= now()) token.value = randomUUID().replaceAll('-', '')
    token.until = now() + options.tokenTtlS * 1_000
    return token.value
  }
  const badPair = (): Answer => refuse(400, 'invalidClientIdOrSecret', '无效的clientId或者clientSecret')

  web.route('POST /v1.0/oauth2/accessToken', ({ json }) => {
    const { appKey, appSecret } = jsonOf(json)
    return isPair(appKey, appSecret) ? ok({ accessToken: renew(), expireIn: options.tokenTtlS }) : badPair()
  })
  web.route(/^POST \/v1\.0\/oauth2\/[^/]+\/token$/, ({ json, path }) => {
    if (decodeURIComponent(path.split('/')[3] ?? '') !== options.corpId) return refuse(500, 'unknownError', '未知错误')
    const { client_id, client_secret } = jsonOf(json)
    return isPair(client_id, client_secret) ? ok({ access_token: renew(), expires_in: options.tokenTtlS }) : badPair()
  })
  web.route('GET /gettoken', ({ query }) => {
    for (const name of ['appkey', 'appsecret']) if (!query[name]) return errcode(40035, `缺少参数 ${name}`)
    if (!isPair(query['appkey'], query['appsecret'])) return errcode(40096, '不合法的appKey或appSecret')
    return errcode(0, 'ok', { access_token: renew(), expires_in: options.tokenTtlS })
  })

  web.guard.check = (call: Call): Answer | undefined => {
    const given = call.headers['x-acs-dingtalk-access-token']
    if (typeof given !== 'string' || given === '') {
      return refuse(400, 'AuthenticationFailed.MissingParameter', 'x-acs-dingtalk-access-token is missing')
    }
    if (given !== token.value || token.until <= now())
      return refuse(400, 'InvalidAuthentication', '不合法的access_token')
    if (![...denied].some(prefix => call.path.startsWith(prefix))) return undefined
    return refuse(403, 'Forbidden.AccessDenied.AccessTokenPermissionDenied', '应用尚未开通所需的权限')
  }

  return {
    /** Uses up a ticket; says why not when it cannot be. */
    enter(ticket: string): Ticket | string {
      const known = tickets.get(ticket)
      if (known === undefined) return 'unknown ticket'
      if (known.used) return 'used ticket'
      if (now() - known.issuedAt > options.ticketTtlMs) return 'expired ticket'
      known.used = true
      return known
    },
    /** The token handed out last is worth nothing from now on; who asks gets a new one. */
    revokeToken(): void {
      token.value = ''
      token.until = 0
    },
    /** Switches a permission off: 403 below this path. */
    deny: (prefix: string) => void denied.add(prefix),
    allow: (prefix: string) => void denied.delete(prefix),
    tokenNow: (): string => token.value,
  }
}

function readSubscriptions(value: unknown): Subscription[] {
  if (!Array.isArray(value)) return []
  return value.filter(isJson).map(({ type, topic }) => ({ type: textOf(type), topic: textOf(topic) }))
}
