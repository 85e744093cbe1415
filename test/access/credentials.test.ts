// who a token belongs to: digests only, compared whole, and quick among many
import { expect, test } from 'vitest'
import {
  createCredentials,
  hashToken,
  isSameDigest,
  isToken,
  type Known,
  makeToken,
} from '../../bot/access/credentials.ts'

const ADMIN = 'the-first-administrator'

function create(made: ReadonlyMap<string, Known> = new Map()) {
  const users = [
    {
      name: 'otto',
      role: 'operator' as const,
      tokens: ['plain-token', `sha256:${hashToken('hashed-token').toUpperCase()}`],
    },
    { name: 'vera', role: 'viewer' as const, tokens: ['another'] },
  ]
  return createCredentials({ users, adminToken: ADMIN, unlisted: ['admin', 'local'], made: digest => made.get(digest) })
}

test.each([
  ['plain-token', { name: 'otto', role: 'operator' }],
  ['hashed-token', { name: 'otto', role: 'operator' }],
  ['another', { name: 'vera', role: 'viewer' }],
  [ADMIN, { name: 'admin', role: 'admin' }],
  ['plain-toke', undefined],
  ['plain-token ', undefined],
  [hashToken('hashed-token'), undefined],
  [`sha256:${hashToken('hashed-token')}`, undefined],
  ['', undefined],
  [undefined, undefined],
])('%s is %j', (token, user) => {
  expect(create()(token)).toEqual(user)
})

test('a row whose digest is another one lets nobody in, whatever the table answers', () => {
  const made = new Map<string, Known>()
  made.set(hashToken('mine'), { name: 'eve', role: 'admin', sha256: hashToken('yours') })
  expect(create(made)('mine')).toBeUndefined()
})

test('the whole of both digests is compared', () => {
  const digest = hashToken('x')
  const flipped = (at: number): string => digest.slice(0, at) + (digest[at] === '0' ? '1' : '0') + digest.slice(at + 1)
  expect(isSameDigest(digest, digest)).toBe(true)
  for (const at of digest.split('').keys()) expect(isSameDigest(digest, flipped(at))).toBe(false)
  expect(isSameDigest(digest, digest.slice(0, 62))).toBe(false)
  expect([isToken('x', 'x'), isToken('y', 'x'), isToken(undefined, ''), isToken('', '')]).toEqual([
    true,
    false,
    false,
    true,
  ])
})

test('of ten thousand made tokens one is looked at', () => {
  const made = new Map<string, Known>()
  const tokens = Array.from({ length: 10_000 }, makeToken)
  for (const [at, token] of tokens.entries())
    made.set(hashToken(token), { name: 'local', role: at === 9_999 ? 'operator' : 'viewer', sha256: hashToken(token) })
  let lookups = 0
  const find = createCredentials({
    users: [],
    adminToken: undefined,
    unlisted: ['local'],
    made: digest => {
      lookups += 1
      return made.get(digest)
    },
  })
  expect(find(tokens[9_999])).toEqual({ name: 'local', role: 'operator' })
  expect(find('unknown')).toBeUndefined()
  expect(lookups).toBe(2)
  expect(new Set(tokens).size).toBe(tokens.length)
})

test.each([
  ['vera', 'admin', 'viewer'],
  ['vera', 'viewer', 'viewer'],
  ['otto', 'viewer', 'viewer'],
  ['otto', 'admin', 'operator'],
  ['admin', 'operator', 'operator'],
] as const)('a token that %s made as %s can do what a %s may', (name, role, wanted) => {
  const sha256 = hashToken('made')
  expect(create(new Map([[sha256, { name, role, sha256 }]]))('made')).toEqual({ name, role: wanted })
})

test('a token of somebody who stands in the file no more is nobody any more', () => {
  const sha256 = hashToken('made')
  expect(create(new Map([[sha256, { name: 'eve', role: 'viewer', sha256 }]]))('made')).toBeUndefined()
})
