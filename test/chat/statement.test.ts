// the written line: what is normalised, what survives, and what is refused
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { parseStatement, type Statement } from '../../shared/statement.ts'

type Case = readonly [typed: string, expected: Partial<Statement>]

const CASES: readonly Case[] = [
  ['预热 /a', { word: '预热', paths: ['/a'], line: '预热 /a' }],
  ['  预热　/a   /b ', { paths: ['/a', '/b'], line: '预热 /a /b' }],
  ['\u00a0@Gander\u2005预热\u00a0/a', { word: '预热', paths: ['/a'], line: '预热 /a' }],
  ['@机器人 ＠另一个 状态', { word: '状态', words: [] }],
  ['@机器人', { word: '', words: [], paths: [], line: '' }],
  ['预热\n/a\r\n/b\n', { paths: ['/a', '/b'], line: '预热 /a /b' }],
  ['预\u200b热 /da\u200bta\ufeff', { word: '预热', paths: ['/data'] }],
  ['预热 \u200e/a\u200f', { paths: ['/a'] }],
  ['预热 /家\u200d庭', { paths: ['/家\u200d庭'] }],
  ['ＬＯＡＤ　／ａ／ｂ＿１', { word: 'LOAD', paths: ['/a/b_1'] }],
  ['预热 ／数据：２０２４，上／（一）', { paths: ['/数据：2024，上/（一）'] }],
  ['预热 /数据：2024，上／下＊', { paths: ['/数据：2024，上／下＊'] }],
  ['预热 "/数据：２０２４　“上”，" 副本=2', { paths: ['/数据：２０２４　“上”，'], options: { 副本: '2' } }],
  ['预热 gfs：//host：19998/a：b', { paths: ['gfs://host:19998/a：b'] }],
  ['预热 ＧＦＳ：／／ｈｏｓｔ：１９９９８／ａ', { paths: ['gfs://host:19998/a'] }],
  ['预热 gfs://h1:1,h2:2/p', { paths: ['gfs://h1:1,h2:2/p'] }],
  ['预热 "/a b" “/c d” ‘/e f’ “/g h“', { paths: ['/a b', '/c d', '/e f', '/g h'] }],
  ['预热“/a b”', { word: '预热', paths: ['/a b'], line: '预热 "/a b"' }],
  ['预热：“/a b”，“/c d”', { word: '预热', paths: ['/a b', '/c d'] }],
  ['预热："/a""/b"', { paths: ['/a', '/b'] }],
  ['预热 "/a b”', { paths: ['/a b'] }],
  ['预热 "/a \\"b\\" \\\\ \\c"', { paths: ['/a "b" \\ \\c'], line: '预热 "/a \\"b\\" \\\\ \\\\c"' }],
  ["预热 /it's", { paths: ["/it's"] }],
  ['预热 /a, /b，/c、/d；', { paths: ['/a', '/b', '/c', '/d'] }],
  ['预热：/a', { word: '预热', paths: ['/a'] }],
  ['预热： /a', { word: '预热', paths: ['/a'] }],
  ['load:/a', { word: 'load', paths: ['/a'] }],
  ['预热/a', { word: '预热', paths: ['/a'] }],
  ['预热gfs://h/p', { word: '预热', paths: ['gfs://h/p'] }],
  ['停止17', { word: '停止', words: ['17'], line: '停止 17' }],
  ['确认ab2c', { word: '确认', words: ['ab2c'] }],
  ['停止：夜间-a', { word: '停止:夜间-a', words: [] }],
  ['停止＃１７', { word: '停止', words: ['#17'] }],
  ['停止 ＃１７', { word: '停止', words: ['#17'] }],
  ['？', { word: '?', line: '?' }],
  ['预热 /a 副本＝３ 名称=夜间：一 超时＝２ｈ', { options: { 副本: '3', 名称: '夜间：一', 超时: '2h' } }],
  [
    '预热 /a 名称="每天 两次" Replicas=2',
    { options: { 名称: '每天 两次', replicas: '2' }, line: '预热 /a 名称="每天 两次" replicas=2' },
  ],
  ['预热 /a 名称=“每天 两次”', { options: { 名称: '每天 两次' } }],
  ['预热 /p=9/x', { paths: ['/p=9/x'], options: {} }],
  ['预热 名称=', { options: { 名称: '' } }],
  ['/a /b', { word: '', paths: ['/a', '/b'], line: '/a /b' }],
  ['"停止17"', { word: '停止17', words: [], line: '"停止17"' }],
  ['"@x" 1', { word: '@x', words: ['1'], line: '"@x" 1' }],
  ['定时 新建 "0 2 * * *" 预热 /p 名称=夜间', { words: ['新建', '0 2 * * *', '预热'], paths: ['/p'] }],
  ['定时 新建 每天 ０２：００ 预热 /p', { words: ['新建', '每天', '02:00', '预热'] }],
  ['预热 ""', { words: [], paths: [] }],
  [
    `预热 /a/\${yyyy-MM-dd HH:mm-1d}/b，/c_\${yyyyMMdd-6d..0d} 等待=/m/\${HH:mm+1h}/_SUCCESS`,
    {
      paths: [`/a/\${yyyy-MM-dd HH:mm-1d}/b`, `/c_\${yyyyMMdd-6d..0d}`],
      options: { 等待: `/m/\${HH:mm+1h}/_SUCCESS` },
    },
  ],
  ['预热 ／ａ／＄｛ｙｙｙｙ－ＭＭ　ＨＨ：ｍｍ＋１ｄ．．２ｄ｝／ｂ', { paths: [`/a/\${yyyy-MM HH:mm+1d..2d}/b`] }],
  ['预热 "/数据：＄｛yyyy｝" 名称=日＄｛ＭＭ｝', { paths: [`/数据：\${yyyy}`], options: { 名称: `日\${MM}` } }],
  [`预热/a/$\${yyyy} gfs：//h/\${HH:mm}`, { word: '预热', paths: [`/a/$\${yyyy}`, `gfs://h/\${HH:mm}`] }],
  ['预热 /a/＄｛x y｝', { paths: ['/a/＄｛x'], words: ['y}'] }],
]

const MACROS = [`\${yyyy MM}`, '＄｛ｙ　Ｍ｝', `\${`, `\${y `]

test.each(CASES)('%j', (typed, expected) => {
  const statement = parseStatement(typed)
  expect(statement).toMatchObject(expected)
  if (expected.options !== undefined) expect(statement.options).toEqual(expected.options)
  expect(parseStatement(statement.line)).toEqual(statement)
})

test('a key is no more than a key', () => {
  const { options, words } = parseStatement('x __proto__=1 constructor=2')
  expect(words).toEqual(['__proto__=1'])
  expect(Object.entries(options)).toEqual([['constructor', '2']])
})

test.each([
  ['预热 "/a b', { problem: 'unclosed-quote', position: 4, from: '"/a b' }],
  ['预热 “/a\n/b”', { problem: 'unclosed-quote', position: 4, from: '“/a' }],
  ['预热 😀 “/a', { problem: 'unclosed-quote', position: 6, from: '“/a' }],
  ['预热 /a 名称="夜', { problem: 'unclosed-quote', position: 10, from: '"夜' }],
  ['释放 "/a b"/c', { problem: 'behind-quote', position: 10, from: '/c' }],
  ['预热 副本=2 副本=3', { problem: 'repeated-key', key: '副本' }],
])('%j is refused', (typed, details) => {
  expect(mistakeOf(typed)?.details).toEqual(details)
})

describe('whatever is typed', () => {
  const bits = [
    '预热',
    '停止17',
    '/a',
    '／ａ',
    'gfs://h',
    '：',
    '//',
    '"',
    '“',
    '”',
    "'",
    '’',
    '\\',
    '=',
    '＝',
    ',',
    '，',
    ' ',
    '　',
    '\n',
  ]
  const typed = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.oneof(
          fc.constantFrom(...bits, ...MACROS, '@', '#', '１', '\u200d', '\u200b', '\u202e', 'é', 'İ', '*'),
          fc.string({ maxLength: 2 }),
        ),
      )
      .map(all => all.join('')),
  )

  test('is a statement or a mistake, and its line is the same statement', () => {
    fc.assert(
      fc.property(typed, text => {
        if (mistakeOf(text) !== undefined) return
        const statement = parseStatement(text)
        expect(parseStatement(statement.line)).toEqual(statement)
        expect(statement.line).not.toContain('\n')
      }),
      { numRuns: 3000 },
    )
  })

  test('is read in linear time: no run of anything is walked again and again', () => {
    const more = ['\u202e', '"a” ', '“a“ ', 'a=“', ',/', 'a,b:', '预热', '\\"', 'x\u202e']
    for (const bit of [...bits, ...more, ...MACROS]) {
      const text = bit.repeat(50_000)
      mistakeOf(text) ?? parseStatement(text)
    }
  })
})

function mistakeOf(text: string): AppError | undefined {
  try {
    parseStatement(text)
    return undefined
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'INVALID_INPUT') return thrown
    throw thrown
  }
}
