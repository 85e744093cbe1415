// the log: secrets never pass, whatever they hide in, and a sink that fails hurts nobody
import { expect, test } from 'vitest'
import { createLog, createRedactor, type LogFields } from '../../shared/log.ts'

const SECRET = 'the-known-secret'
const redact = createRedactor([SECRET, undefined, ''])

test.each([
  ['a known value', `before ${SECRET} after`],
  ['a bearer token', 'Authorization: Bearer abc.def-123'],
  ['a webhook', 'https://oapi.example/robot/send?access_token=abc.def-123&timestamp=1'],
  ['an address with a password', 'cosn://user:abc.def-123@bucket/path'],
  ['an address whose password has slashes', 'cosn://user:abc.def-123/x/abc.def-123@bucket/path'],
  ['a mount option', 'fs.cosn.userinfo.secretKey=abc.def-123'],
])('%s in a text', (_, text) => {
  expect(redact(text)).not.toMatch(/the-known-secret|abc\.def-123/)
})

test('secrets by their name, deep inside, in errors too', () => {
  const error = new Error(`refused ${SECRET}`)
  const shown = JSON.stringify(
    redact({ a: [{ agentToken: 'x', password: 'x', headers: { authorization: 'x' } }], error, token: undefined }),
  )
  expect(shown).not.toContain('"x"')
  expect(shown).not.toContain(SECRET)
  expect(shown).toContain('refused ***')
})

test('what is no secret passes as it is', () => {
  const fields = { path: '/a/b', n: 3, ok: true, nothing: null, list: ['x'], tokens: 3 }
  expect(redact(fields)).toEqual(fields)
})

test('fields of the child are added, and a failing sink is survived', () => {
  const lines: { fields: LogFields; message: string }[] = []
  const keep = (fields: LogFields, message: string): void => void lines.push({ fields, message })
  const fail = (): void => {
    throw new Error('disk full')
  }
  const log = createLog({ debug: keep, info: keep, warn: keep, error: fail }, redact)
    .child({ part: 'a' })
    .child({ id: 1 })
  log.info(`hello ${SECRET}`, { more: true })
  log.error('nobody hears this')
  expect(lines).toEqual([{ fields: { part: 'a', id: 1, more: true }, message: 'hello ***' }])
})

test('an address with a port has no password', () => {
  for (const text of ['http://host:8080/a@b', '{"a":"s3://b:19/c","d":"e@f"}']) expect(redact(text)).toBe(text)
})

// what grows with the square of the length would take half an hour
test.each(['a', 'token', 'a-', 'a.b:', '://', '://a:', 'x=', 'Bearer ', '?key=', '"', '\\'])(
  'a megabyte of %j is read like any other text',
  word => {
    expect(redact(word.repeat(2 ** 20 / word.length))).not.toBe('')
  },
)
