// messages cut into parts: nothing is lost, nothing is too large, no character is divided
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toApiMessage, toWebhookBody } from '../../bot/dingtalk/send/body.ts'
import { fitsWay, type Limited } from '../../bot/notify/body.ts'
import { cutLine } from '../../bot/notify/cut-line.ts'
import { MOST_CHARACTERS, splitPart } from '../../bot/notify/split.ts'
import { type LetterPart, LIMITS } from '../../shared/chat.ts'
import { escapeMarkdown } from '../../shared/chat-markdown.ts'

const ALL: readonly Limited[] = ['session', 'robot', 'api']
const markdown = (text: string, more: Partial<LetterPart> = {}): LetterPart => ({
  ...{ format: 'markdown', title: '告警：预热未完成 #18', text, mentions: [] },
  ...more,
})

/** Bytes as they go out, with ids longer than any that were seen. */
const ID = 'x'.repeat(90)
function bytesOf(way: Limited, part: LetterPart): number {
  const body =
    way === 'api'
      ? { robotCode: ID, openConversationId: ID, ...toApiMessage(part) }
      : { ...toWebhookBody(part), ...(way === 'robot' && { msgUuid: ID }) }
  return Buffer.byteLength(JSON.stringify(body))
}

/** The lines of all parts without their headings and numbers. */
function unpack(parts: readonly LetterPart[]): string {
  return parts.map(({ format, text }) => text.slice(text.indexOf('\n') + (format === 'text' ? 1 : 2))).join('\n')
}

const HARD = ['😀', '👨‍👩‍👧‍👦', '🇨🇳', 'é', '\\*', '&lt;', '数', 'a', ' ', '"', '\\\\', '/']
const line = fc.array(fc.constantFrom(...HARD), { maxLength: 900 }).map(units => units.join(''))
const text = fc.array(line, { maxLength: 40 }).map(lines => lines.join('\n'))

describe('a part', () => {
  test('that fits stays as it is', () => {
    const part = markdown('### 告警：预热未完成 #18\n- a')
    expect(splitPart(part, { ways: ALL })).toEqual([part])
  })

  test('that is too long is cut at lines; each part has its number, the heading and so the first word', () => {
    const lines = Array.from({ length: 300 }, (_, at) => `- **/datalake/db${at}**：3% → **71%**，缺 ${at} 个文件`)
    const parts = splitPart(markdown(['### 告警：预热未完成 #18 夜间', ...lines].join('\n')), { ways: ALL })
    expect(parts.length).toBeGreaterThan(2)
    expect(unpack(parts).split('\n')).toEqual(lines)
    for (const [at, part] of parts.entries()) {
      expect(part.title).toBe(`告警：预热未完成 #18 (${at + 1}/${parts.length})`)
      expect(part.text.split('\n')[0]).toBe(`### 告警：预热未完成 #18 夜间 (${at + 1}/${parts.length})`)
      expect(part.text.length).toBeLessThanOrEqual(MOST_CHARACTERS)
    }
  })

  test('of plain text is cut by bytes alone', () => {
    const part: LetterPart = { ...markdown('数\n'.repeat(9_000).trim()), format: 'text', title: '日志 #17' }
    const parts = splitPart(part, { ways: ['session'] })
    expect(parts).toHaveLength(3)
    expect(unpack(parts)).toBe(part.text)
    expect(parts[1]?.text.startsWith('日志 #17 (2/3)\n数\n')).toBe(true)
  })

  test('loses nothing, keeps every limit, divides no character and no escape', () => {
    fc.assert(
      fc.property(
        text,
        fc.constantFrom('markdown', 'text'),
        fc.array(fc.string({ maxLength: 64 }), { maxLength: 5 }),
        (body, format, mentions) => {
          const part: LetterPart = { ...markdown(body), format, mentions: mentions.filter(id => /^\w+$/.test(id)) }
          const parts = splitPart(part, { ways: ALL })
          const joined = parts.length === 1 ? body : unpack(parts)
          expect(joined.replace(/\s*\n\s*|\n/g, '')).toBe(body.replace(/\s*\n\s*|\n/g, ''))
          for (const one of parts) {
            for (const way of ALL) expect(bytesOf(way, one)).toBeLessThanOrEqual(LIMITS[way])
            if (format === 'markdown') expect(one.text.length).toBeLessThanOrEqual(MOST_CHARACTERS)
            expect(one.text).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])/)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  test('however small its pieces have to be', () => {
    const parts = splitPart(markdown('数据'.repeat(500)), { ways: ['robot'], characters: 200 })
    expect(unpack(parts).replaceAll('\n', '')).toBe('数据'.repeat(500))
    for (const part of parts) expect(part.text.length).toBeLessThanOrEqual(200)
  })

  test('with names has less room on the way that writes them out', () => {
    const part = { ...markdown('x'.repeat(14_000)), format: 'text' as const }
    expect(fitsWay('api', part)).toBe(true)
    expect(fitsWay('api', { ...part, names: ['张三'.repeat(100), '李四'.repeat(100)] })).toBe(false)
  })

  test('with more mentions has less room for text', () => {
    const crowd = Array.from({ length: 50 }, (_, at) => `staff-${at}-${'x'.repeat(50)}`)
    const part = { ...markdown('x'.repeat(17_000)), format: 'text' as const, mentions: crowd }
    expect(fitsWay('session', { ...part, mentions: [] })).toBe(true)
    for (const one of splitPart(part, { ways: ['session'] }))
      expect(bytesOf('session', one)).toBeLessThanOrEqual(LIMITS.session)
  })
})

describe('a line', () => {
  test('is cut between characters that people see, escapes and entities', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 14, max: 90 }), (whole, most) => {
        const pieces = cutLine(whole, piece => piece.length <= most)
        expect(pieces.join('')).toBe(whole)
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(most)
          expect(piece).not.toMatch(/^\u200d|\u200d$|(^|[^\\])(\\\\)*\\$|&(l|lt)?$/)
        }
      }),
    )
  })

  test('of one endless character is cut all the same', () => {
    const zalgo = `a${'\u0301'.repeat(5_000)}`
    const pieces = cutLine(zalgo, piece => piece.length <= 1_000)
    expect(pieces.join('')).toBe(zalgo)
    expect(cutLine('😀😀', piece => piece.length <= 1).join('')).toBe('😀😀')
    expect(cutLine('', () => true)).toEqual([''])
  })

  test('of a megabyte is cut in no time', () => {
    const long = escapeMarkdown('数_'.repeat(500_000))
    expect(cutLine(long, piece => piece.length <= MOST_CHARACTERS).join('')).toBe(long)
  })
})
