// who a token belongs to: configured users, the bootstrap admin, and tokens made through the API, compared by digest
import { createHash, randomBytes } from 'node:crypto'
import type { Role } from '../../shared/job.ts'

export type User = { readonly name: string; readonly role: Role }
export type ConfiguredUser = User & { readonly tokens: readonly string[] }

const HASHED = /^sha256:([0-9a-f]{64})$/i

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

/**
 * Makes the lookup from token to user. Tokens are compared as digests in a table, so that neither their length nor
 * their first wrong character can be measured.
 * @param made looks up a digest among the tokens made through the API
 */
export function createCredentials(given: {
  readonly users: readonly ConfiguredUser[]
  readonly adminToken: string | undefined
  readonly made: (sha256: string) => User | undefined
}): (token: string | undefined) => User | undefined {
  const configured = new Map<string, User>()
  for (const { name, role, tokens } of given.users) {
    for (const token of tokens) configured.set(toDigest(token) ?? hashToken(token), { name, role })
  }
  if (given.adminToken !== undefined) configured.set(hashToken(given.adminToken), { name: 'admin', role: 'admin' })
  return token => {
    if (token === undefined || token === '') return undefined
    const digest = hashToken(token)
    return configured.get(digest) ?? given.made(digest)
  }
}
