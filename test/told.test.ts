// what the daemon is told: every mistake of both sources at once, and all that would be used when it is shown
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readTold, showTold } from '../bot/told.ts'
import { ConfigError, type Environment } from '../shared/config.ts'

const directory = mkdtempSync(join(tmpdir(), 'gander-told-'))
afterAll(() => rmSync(directory, { recursive: true }))

const path = join(directory, 'gander.yaml')
const HEX = 'a1'.repeat(32)

async function mistakesOf(yaml: string, more: Environment = {}): Promise<readonly string[]> {
  writeFileSync(path, yaml)
  try {
    await readTold({ GANDER_CONFIG: path, ...more })
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.mistakes
    throw thrown
  }
  return []
}

test('mistakes of variables, of the rules between them and of gander.yaml come at once', async () => {
  const wrong = { GANDER_KEEP_DAYS: '0', GANDER_HTTP_HOST: '0.0.0.0', GANDER_AUTH: 'off' }
  const mistakes = await mistakesOf('defaultUser: nobody\nnonsense: 1\n', wrong)
  for (const name of ['GANDER_KEEP_DAYS', 'GANDER_AUTH', 'defaultUser', 'nonsense'])
    expect(
      mistakes.filter(mistake => mistake.includes(name)),
      name,
    ).toHaveLength(1)
})

test('a rule of schedules is told with what it may be', async () => {
  expect(await mistakesOf('schedules: { overlap: both, misfire: 1 }\n')).toEqual([
    `${path}: schedules.misfire must be one of run-once, skip, got 1`,
    `${path}: schedules.overlap must be one of skip, queue, allow, stop-old, got "both"`,
  ])
})

test('a file that is not there is told beside the variables', async () => {
  const mistakes = await mistakesOf('', { GANDER_CONFIG: join(directory, 'none.yaml'), GANDER_KEEP_DAYS: '0' })
  expect(mistakes).toHaveLength(2)
  expect(mistakes.join()).toContain('GANDER_CONFIG must be a readable file')
})

test("the agents' token is nobody else's", async () => {
  const one = { GANDER_ADMIN_TOKEN: 'the-same', GANDER_AGENT_TOKEN: 'the-same' }
  expect(await mistakesOf('', one)).toEqual([
    'GANDER_ADMIN_TOKEN must differ from GANDER_AGENT_TOKEN, but both are the same',
  ])
  expect(await mistakesOf('', { ...one, GANDER_ADMIN_TOKEN: 'another' })).toEqual([])
})

describe('tokens of gander.yaml', () => {
  test.each(['GANDER_AGENT_TOKEN', 'GANDER_ADMIN_TOKEN'])(
    'differ from %s, however they are written',
    async variable => {
      const digest = createHash('sha256').update('the-same').digest('hex')
      for (const token of ['the-same', `SHA256:${digest.toUpperCase()}`])
        expect(
          await mistakesOf(`users: [{ name: a, role: admin, tokens: ["x", "${token}"] }]`, { [variable]: 'the-same' }),
        ).toEqual([`${variable} must differ from every token of gander.yaml, but is one of "a"`])
    },
  )

  const users = (first: string, second: string) =>
    mistakesOf(`users:
  - { name: a, role: viewer, tokens: ["${first}"] }
  - { name: b, role: admin, tokens: ["other", "${second}"] }
`)

  test('belong to one user, however they are written', async () => {
    const digest = createHash('sha256').update('plain').digest('hex')
    for (const second of ['plain', `sha256:${digest}`, `sha256:${digest.toUpperCase()}`]) {
      const mistakes = await users('plain', second)
      expect(mistakes).toEqual([expect.stringContaining('users.1.tokens.1 must not be a token of "a" too')])
      expect(mistakes.join()).not.toContain('plain')
    }
    expect(await users('plain', `sha256:${HEX}`)).toEqual([])
  })

  test.each(['sha256:xyz', `sha256:${HEX}00`, 'SHA256:abc', 'sha256:'])('%s is no digest', async token => {
    const mistakes = await users('plain', token)
    expect(mistakes).toEqual([expect.stringContaining('users.1.tokens.1 must be sha256: and 64 hexadecimal digits')])
  })
})

test.each(['ftp://host/x', 'file:///etc/passwd', 'host:19999'])('a coordinator is not at %s', async address => {
  expect(await mistakesOf(`clusters: [{ name: ai, type: alluxio3, coordinator: "${address}" }]`)).toEqual([
    expect.stringContaining('clusters.0.coordinator must be an address such as http://host:19999'),
  ])
})

test('is shown whole, tokens as stars, the zone that is used', async () => {
  const yaml = `users: [{ name: cmcc, role: operator, tokens: ["plain-token", "sha256:${HEX}"], staffIds: [m1] }]
clusters: [{ name: ai, type: alluxio3, coordinator: "http://user:pw-secret@host:1" }]
notify: { routes: [{ when: ended, to: [robot] }] }
`
  writeFileSync(path, yaml)
  const shown = showTold(await readTold({ GANDER_CONFIG: path })).join('\n')
  for (const hidden of ['plain-token', HEX, 'pw-secret']) expect(shown).not.toContain(hidden)
  expect(shown).toMatch(/tokens:\s+- "?\*\*\*"?\s+- "?\*\*\*"?\s+staffIds:\s+- m1/)
  expect(shown).toContain('when: ended')
  expect(shown).toContain(`# ${path}`)
  expect(shown).toContain(`GANDER_TZ=${Intl.DateTimeFormat().resolvedOptions().timeZone}`)
  const bare = showTold(await readTold({ GANDER_TZ: 'Asia/Tokyo' })).join('\n')
  expect(bare).toContain('GANDER_TZ=Asia/Tokyo')
  expect(bare).not.toContain('users')
})

test('a staffId is a text: a number has lost its zeros, blanks around it would never be met, and an empty one is nobody', async () => {
  const users = (id: string) => `users: [{ name: a, role: admin, staffIds: [${id}] }]`
  expect(await mistakesOf(users('0147'))).toEqual([
    expect.stringContaining('users.0.staffIds.0 must be a text in quotes, such as "0147", got 147'),
  ])
  for (const none of ['""', '" "'])
    expect(await mistakesOf(users(none))).toEqual([expect.stringContaining('users.0.staffIds.0 must not be empty')])
  writeFileSync(path, users('" 0147 "'))
  expect((await readTold({ GANDER_CONFIG: path })).file.users[0]?.staffIds).toEqual(['0147'])
})

describe('the capacity guard', () => {
  const guardOf = async (yaml: string) => {
    writeFileSync(path, yaml)
    return (await readTold({ GANDER_CONFIG: path })).file.guard
  }

  test('refuses what cannot fit and warns of what crowds others out, unless it is told otherwise', async () => {
    expect(await guardOf('')).toEqual({ beyondCapacity: 'refuse', beyondFree: 'warn' })
    expect(await guardOf('guard: { beyondFree: refuse }')).toEqual({ beyondCapacity: 'refuse', beyondFree: 'refuse' })
    for (const off of ['off', 'false', '"off"'])
      expect(await guardOf(`guard: { beyondCapacity: ${off} }`)).toEqual({ beyondCapacity: 'off', beyondFree: 'warn' })
  })

  test('takes no other words', async () => {
    expect(await mistakesOf('guard: { beyondFree: maybe, beyond: off }')).toEqual([
      expect.stringContaining('guard.beyondFree'),
      expect.stringContaining('beyond'),
    ])
    expect(await mistakesOf('guard: off')).toHaveLength(1)
  })

  test('is shown with its defaults', async () => {
    writeFileSync(path, '')
    expect(showTold(await readTold({ GANDER_CONFIG: path })).join('\n')).toContain('beyondCapacity: refuse')
  })
})
