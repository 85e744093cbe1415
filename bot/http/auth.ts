// who asks, from where, and whether they may: host, origin, credential, role, in this order
import { AppError, shown } from '../../shared/errors.ts'
import type { Actor, Role } from '../../shared/job.ts'
import type { Authenticate } from '../engine/operations/port.ts'
import type { Effect } from './endpoint.ts'

export type Headers = (name: string) => string | undefined

export type Access = {
  readonly authenticate: Authenticate
  readonly mode: 'off' | 'token'
  /** Who somebody without a known credential is while the mode is `off`. */
  readonly defaultUser: { readonly name: string; readonly role: Role }
  readonly publicUrl?: string | undefined
  /** Addresses the listeners are bound to, as configured. */
  readonly boundHosts: readonly string[]
}

const RANK: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 }
const NEEDS: Readonly<Record<Effect, Role>> = {
  open: 'viewer',
  read: 'viewer',
  own: 'viewer',
  write: 'operator',
  manage: 'admin',
}
const LOOPBACK =
  /^(?:localhost|[\w.-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\]|\[::ffff:(?:7f[0-9a-f]{2}:[0-9a-f]{1,4}|127(?:\.\d{1,3}){3})\])$/

/**
 * Without tokens only the name protects from pages that rebind their own name to this address: the `Host` must be a
 * loopback name, a bound address or that of the public URL. Throws `MISDIRECTED`.
 */
export function checkHost(access: Access, headers: Headers): void {
  if (access.mode !== 'off') return
  const host = headers('host') ?? ''
  const name = toHostName(host)
  const ours = [...access.boundHosts.map(toUrlHost), toHostName(hostOf(access.publicUrl))]
  if (name !== '' && (LOOPBACK.test(name) || ours.includes(name))) return
  throw new AppError('MISDIRECTED', `the Host header must name this daemon, got ${shown(host)}`)
}

/** Refuses what a page of another site sends. Command-line clients send neither header. Throws `CROSS_ORIGIN`. */
export function checkOrigin(headers: Headers): void {
  const origin = headers('origin')
  const site = headers('sec-fetch-site')
  const strangeSite = site !== undefined && site !== 'same-origin' && site !== 'none'
  if (!strangeSite && (origin === undefined || isOwnOrigin(origin, headers('host') ?? ''))) return
  throw new AppError('CROSS_ORIGIN', `requests from pages of other sites are refused, got ${shown(origin ?? site)}`)
}

/** Who asks. Throws `UNAUTHENTICATED` when the mode wants a token and there is no known one. */
export function toActor(access: Access, headers: Headers): Actor {
  const via = viaOf(headers)
  const token = tokenOf(headers)
  const user = token === undefined ? undefined : access.authenticate(token)
  if (user !== undefined) return { name: user.name, role: user.role, via }
  if (access.mode === 'off') return { ...access.defaultUser, via }
  throw new AppError(
    'UNAUTHENTICATED',
    token === undefined
      ? 'a token is needed, such as Authorization: Bearer <token>'
      : 'this token is not known; ask an administrator for one',
  )
}

/** Whether the same headers would still make the same actor: a token may have been revoked meanwhile. */
export function isStill(access: Access, actor: Actor, headers: Headers): boolean {
  try {
    const now = toActor(access, headers)
    return now.name === actor.name && now.role === actor.role
  } catch {
    // whoever is not known any more is nobody
    return false
  }
}

/** The door: the command-line client marks itself. */
export function viaOf(headers: Headers): 'cli' | 'http' {
  return headers('x-gander-via') === 'cli' ? 'cli' : 'http'
}

/** Throws `FORBIDDEN` when the role is too low for the effect. */
export function checkRole(actor: Actor, effect: Effect): void {
  if (RANK[actor.role] >= RANK[NEEDS[effect]]) return
  throw new AppError('FORBIDDEN', `this needs the role ${NEEDS[effect]}, but ${actor.name} is ${actor.role}`)
}

/** The token of `Authorization: Token|Bearer|Pandora <t>` or `X-Nomad-Token: <t>`. */
export function tokenOf(headers: Headers): string | undefined {
  const match = /^(?:token|bearer|pandora)\s+(\S+)\s*$/i.exec(headers('authorization') ?? '')
  const token = match?.[1] ?? headers('x-nomad-token')?.trim()
  return token === '' ? undefined : token
}

function isOwnOrigin(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false
  const { protocol, host: theirs } = new URL(origin)
  // parsed with the scheme of the origin, so that a default port written out is the same as none
  const ours = `${protocol}//${host}`
  return /^https?:$/.test(protocol) && URL.canParse(ours) && new URL(ours).host === theirs
}

function hostOf(url: string | undefined): string {
  return url !== undefined && URL.canParse(url) ? new URL(url).host : ''
}

function toUrlHost(address: string): string {
  return toHostName(address.includes(':') && !address.startsWith('[') ? `[${address}]` : address)
}

function toHostName(host: string): string {
  // a Host header is a name and a port, never user, path or query
  if (host === '' || /[@/?#\\\s]/.test(host) || !URL.canParse(`http://${host}`)) return ''
  return new URL(`http://${host}`).hostname.replace(/\.$/, '')
}
