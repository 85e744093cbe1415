// JSON with comments and trailing commas: what is taken off, and what stands in quotes and stays
import fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { toStrictJson } from '../../../bot/http/dialects/pandora/relaxed-json.ts'

const read = (text: string): unknown => JSON.parse(toStrictJson(text))

test.each<[string, unknown]>([
  ['{"a": 1, // one\n "b": 2 // two\r\n}', { a: 1, b: 2 }],
  ['// first\n{"a": [1, 2, ], }', { a: [1, 2] }],
  ['{"a": 1, // the last, "with": "odd", ] }\n}', { a: 1 }],
  ['{"a": 1, // one\n // and more\n }// the end', { a: 1 }],
  ['{"a": "// none", "b": "1,]", "c": "x,}"}', { a: '// none', b: '1,]', c: 'x,}' }],
  ['{"a": "\\"// none", /**/ "b": "\\\\" // "\n}'.replace('/**/', ''), { a: '"// none', b: '\\' }],
  ['{"http://a//b": "cosn://b//c",}', { 'http://a//b': 'cosn://b//c' }],
  ['{"a": "名,} // 字",} // 名', { a: '名,} // 字' }],
])('%j is read', (text, value) => {
  expect(read(text)).toEqual(value)
})

test.each(['{"a": 1,, }', '{"a": "open // }', "{'a': 1}", '{a: 1}', '/* a */ {}', '{"a": 1 /', '{"a": "\\'])(
  '%j is none',
  text => {
    expect(() => read(text)).toThrow(SyntaxError)
  },
)

it('leaves strict JSON as it is', () => {
  fc.assert(
    fc.property(fc.json(), fc.json({ noUnicodeString: false }), (one, other) => {
      for (const text of [one, other]) expect(toStrictJson(text)).toBe(text)
    }),
    { seed: 4, numRuns: 100 },
  )
})

it('takes off what was put between any tokens', () => {
  const noise = fc.constantFrom('', ' ', '\n', '// x\n', '// "x", ]}\n', '//\r\n // y\n')
  const text = fc.constantFrom('a', '//', ',]', '\\"', ' // \\\\ ', '"', ',}')
  fc.assert(
    fc.property(
      fc.dictionary(text, fc.array(text, { maxLength: 3 }), { maxKeys: 3 }),
      fc.array(noise, { minLength: 60, maxLength: 60 }),
      (value, noises) => {
        let at = 0
        const odd = (): string => noises[at++ % noises.length] ?? ''
        const list = (items: readonly string[]): string =>
          items.map(item => `${odd()}${JSON.stringify(item)}${odd()},`).join('') + odd()
        const typed = `${odd()}{${Object.entries(value)
          .map(([key, items]) => `${odd()}${JSON.stringify(key)}${odd()}:${odd()}[${list(items)}]${odd()},`)
          .join('')}${odd()}}${odd()}`
        expect(read(typed)).toEqual(value)
      },
    ),
    { seed: 4, numRuns: 100 },
  )
})

it.each(['"', '\\"', '"\\', '"\\"', '//', ',', ', ', '/', ',\n//'])('reads a mebibyte of %j in no time', piece => {
  const text = piece.repeat(Math.ceil(1_048_576 / piece.length))
  expect(toStrictJson(text).length).toBeLessThanOrEqual(text.length)
})
