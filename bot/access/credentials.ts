// who a token belongs to: configured users, the bootstrap admin, and tokens made through the API, compared by digest
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { Role } from '../../shared/job.ts'

export type User = { readonly name: string; readonly role: Role }
export type ConfiguredUser = User & { readonly tokens: readonly string[] }
/** A user with the digest that was kept of a token. */
export type Known = User & { readonly sha256: string }

const HASHED = /^sha256:([0-9a-f]{64})$/i
const NOBODY = { sha256: '0'.repeat(64), user: undefined } as const

/** Hex SHA-256 of a token: all that is kept of it. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** The digest of a token as it is configured: in plain text or as `sha256:…`; undefined when that is malformed. */
export function toDigest(configured: string): string | undefined {
  if (!/^sha256:/i.test(configured)) return hashToken(configured)
  return HASHED.exec(configured)?.[1]?.toLowerCase()
}

/** A new token: 32 random bytes, shown once. */
export function makeToken(): string {
  return `gander_${randomBytes(32).toString('base64url')}`
}

/** The id of a user's own daemon: 21 lower-case hexadecimal digits. */
export function makeDaemonId(): string {
  return randomBytes(11).toString('hex').slice(1)
}

/** Whether two digests are the same, in a time that does not tell where they differ. */
export function isSameDigest(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Whether a token that was presented is this one; how long it takes depends on neither. */
export function isToken(presented: string | undefined, expected: string): boolean {
  return isSameDigest(hashToken(presented ?? ''), hashToken(expected)) && presented !== undefined
}

/**
 * Makes the lookup from token to user. What is presented is hashed first: the table is searched by the digest, of which
 * a caller cannot choose the beginning, and what was found, or a stand-in when there is nothing, is compared whole. So
 * neither length nor first wrong character nor being known can be measured, with ten thousand tokens as with one.
 * A token that a configured user has made can do no more than that user may by now, and nothing when there is no such user.
 * @param made looks up a digest among the tokens made through the API
 */
export function createCredentials(given: {
  readonly users: readonly ConfiguredUser[]
  readonly adminToken: string | undefined
  /** Users that stand in no file. */
  readonly unlisted: readonly string[]
  readonly made: (sha256: string) => Known | undefined
}): (token: string | undefined) => User | undefined {
  const configured = new Map<string, Known>()
  const roles = new Map(given.users.map(({ name, role }) => [name, role]))
  const add = (sha256: string, user: User): void => void configured.set(sha256, { ...user, sha256 })
  for (const { name, role, tokens } of given.users) {
    for (const token of tokens) add(toDigest(token) ?? hashToken(token), { name, role })
  }
  if (given.adminToken !== undefined) add(hashToken(given.adminToken), { name: 'admin', role: 'admin' })
  return token => {
    if (token === undefined || token === '') return undefined
    const digest = hashToken(token)
    const found = configured.get(digest) ?? given.made(digest)
    const isIt = isSameDigest(digest, found?.sha256 ?? NOBODY.sha256)
    if (!isIt || found === undefined) return NOBODY.user
    const { name, role } = found
    if (configured.has(digest)) return { name, role }
    // whoever was taken out of the file is nobody any more, whatever they had made before
    if (!roles.has(name) && !given.unlisted.includes(name)) return NOBODY.user
    return { name, role: lower(role, roles.get(name)) }
  }
}

function lower(role: Role, other: Role = role): Role {
  const { options } = Role
  return options[Math.min(options.indexOf(role), options.indexOf(other))] ?? role
}
