// outside text in messages: shown as it is, and never as anything else
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  copied,
  cutText,
  escapeMarkdown,
  toBlocks,
  toBold,
  toCode,
  toHeading,
  toLines,
  toLink,
  toList,
  toMarked,
  toPair,
  toPathText,
  toPlainText,
  typed,
} from '../../shared/chat-markdown.ts'
import { parseStatement } from '../../shared/statement.ts'

describe('outside text', () => {
  it.each([
    ['/a_b/*c*', '/a\\_b/\\*c\\*'],
    ['[x](y) #1 >q !i ~s~ `c` |t|', '\\[x\\]\\(y\\) \\#1 \\>q \\!i \\~s\\~ \\`c\\` \\|t\\|'],
    ['<b>&lt;&amp', '&lt;b\\>&amp;lt;&amp'],
    ['back\\slash', 'back\\\\slash'],
    ['a\r\nb\nc\u2028d', 'a b c d'],
    ['@all', '@\u200ball'],
    ['- item', '\\- item'],
    ['+ item', '\\+ item'],
    ['---', '\\---'],
    ['===', '\\==='],
    ['12. item', '12\\. item'],
    ['12) item', '12\\) item'],
    ['2.9.1', '2.9.1'],
    ['    code', '\u00a0\u00a0\u00a0\u00a0code'],
    ['a  b ', 'a\u00a0\u00a0b\u00a0'],
    ['\u202egpj.exe', '\\[U+202E\\]gpj.exe'],
    ['a\u200bb', 'a\\[U+200B\\]b'],
    ['\u001b[31mred', '\ufffd\\[31mred'],
    ['half \ud83d', 'half \ufffd'],
    ['👩‍💻 数据：2024', '👩‍💻 数据：2024'],
  ])('%j is written %j', (text, escaped) => expect(escapeMarkdown(text)).toBe(escaped))

  it('reads the same when its marks are taken off, and never brings any of its own', () => {
    const strings = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'-1.) <>&;lt@*_#`[]()\\|~! a') }),
    )
    fc.assert(
      fc.property(strings, text => {
        const escaped = escapeMarkdown(text)
        expect(escaped.replace(/\\[\\*_[\]()#>!~`|\-+=.)]/g, '')).not.toMatch(/[\\*_[\]()#>!~`|<\n\r]|@(?!\u200b)/)
        const again = escapeMarkdown(toPlainText(escaped))
        expect(toPlainText(again)).toBe(toPlainText(escaped))
      }),
      { numRuns: 500 },
    )
  })

  it('that is visible comes back from a message as it was', () => {
    const visible = fc
      .string({ unit: fc.constantFrom(...'/a_b*c<d>&lt;@x.-1)`~#| 数：') })
      .filter(text => !/^ | $| {2}/.test(text))
    fc.assert(
      fc.property(visible, text => {
        expect(toPlainText(escapeMarkdown(text))).toBe(text)
      }),
    )
  })
})

describe('paths', () => {
  it('stand in quotes when they hold blanks, and can be typed again', () => {
    expect(toPathText('/data/a_b')).toBe('/data/a\\_b')
    for (const path of ['/data/a b', '/data/"x" \\ y', '/data/数 据/p=1']) {
      const text = toPlainText(toPathText(path))
      expect(text.startsWith('"')).toBe(true)
      expect(parseStatement(`占比 ${text}`).paths).toEqual([path])
    }
  })
})

describe('forms', () => {
  it('are blocks with blank lines between them', () => {
    const text = toBlocks([
      toHeading('通知：预热完成 #17'),
      undefined,
      toList([toPair('路径', '/d'), { text: toBold('/e'), below: ['空间不足：1 个'] }]),
      '',
      toLines(['one', 'two']),
      toLink('查看任务', 'http://h:1/a b(c)'),
    ])
    expect(text).toBe(
      '### 通知：预热完成 #17\n\n- **路径**：/d\n- **/e**\n  - 空间不足：1 个\n\none  \n  two\n\n[查看任务](http://h:1/a%20b%28c%29)',
    )
    expect(toPlainText(text)).toBe(
      '通知：预热完成 #17\n\n- 路径：/d\n- /e\n  - 空间不足：1 个\n\none\ntwo\n\n查看任务 http://h:1/a%20b%28c%29',
    )
    expect(toBold('')).toBe('')
  })

  it('of code is one: what is in it stays as it is', () => {
    expect(toPlainText('看 `/a\\*b/**` 和 **粗** \\`c\\*\\`')).toBe('看 /a\\*b/** 和 粗 `c*`')
    expect(toPlainText('一个 ` 与 **粗**')).toBe('一个  与 粗')
  })

  it('of code are for what holds no marks', () => {
    expect(toCode('s-ann')).toBe('`s-ann`')
    expect(toCode('/a*')).toBe('/a\\*')
    const sentence = `没有 x\`[a](h)\`y，${copied('预热 /路径 [刷新]')} 或 ${typed('/a_b')} 或 ${typed('/a')}`
    expect(toMarked(sentence)).toBe('没有 x\\`\\[a\\]\\(h\\)\\`y，`预热 /路径 [刷新]` 或 /a\\_b 或 `/a`')
    expect(toMarked(`一 ${copied('a').slice(0, -1)}`)).toBe('一 a')
  })

  it('are cut between characters', () => {
    expect(cutText('abc', 3)).toBe('abc')
    expect(cutText('abcd', 3)).toBe('ab…')
    expect(cutText('👩👩👩', 2)).toBe('👩…')
  })
})
