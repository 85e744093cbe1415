// figures of the chat: never flattering, always with their unit
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  toBar,
  toCount,
  toDuration,
  toInstantText,
  toPercent,
  toRate,
  toShare,
  toSize,
} from '../../shared/chat-figures.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../shared/time.ts'

const GIB = 2 ** 30

describe('shares', () => {
  it('are whole and rounded down: 100 means all of it', () => {
    expect([0, 0.4, 52.9, 99.999_999, 100, 101, -1, Number.NaN].map(toPercent)).toEqual([
      ...['0%', '0%', '52%', '99%', '100%', '100%', '0%', '0%'],
    ])
    expect(toShare(1, 0)).toBeUndefined()
    expect(toShare(999_999_999, 1_000_000_000)).toBe(99)
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (part, more) => {
        const share = toShare(part, part + more)
        expect(share === 100).toBe(more === 0 && part > 0)
      }),
    )
  })

  it('are bars of ten cells', () => {
    expect([0, 9, 52.9, 99, 100].map(share => toBar(share))).toEqual([
      ...['░░░░░░░░░░ 0%', '░░░░░░░░░░ 9%', '▓▓▓▓▓░░░░░ 52%', '▓▓▓▓▓▓▓▓▓░ 99%', '▓▓▓▓▓▓▓▓▓▓ 100%'],
    ])
    expect(toBar(50, 4)).toBe('▓▓░░ 50%')
  })
})

describe('amounts', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KB'],
    [1536, '1.5 KB'],
    [38.2 * GIB, '38.2 GB'],
    [1.25 * GIB, '1.25 GB'],
    [120 * GIB, '120 GB'],
    [1023.6 * 2 ** 20, '1 GB'],
    [99.96 * GIB, '100 GB'],
    [9.999 * GIB, '10 GB'],
  ])('%d bytes are %s', (bytes, text) => expect(toSize(bytes)).toBe(text))

  it('have at most three figures below the last unit', () => {
    fc.assert(
      fc.property(fc.double({ min: 1024, max: 2 ** 59, noNaN: true }), bytes => {
        expect(toSize(bytes)).toMatch(/^(?:\d{1,3}|\d{1,2}\.\d|\d\.\d{1,2}|1,0[0-2]\d) [KMGTP]B$/)
      }),
    )
  })

  it('are counted in groups, and flow per second', () => {
    expect([toCount(1204, '个文件'), toCount(7), toCount(1_234_567)]).toEqual(['1,204 个文件', '7', '1,234,567'])
    expect(toRate(92 * 2 ** 20)).toBe('92 MB/s')
  })
})

describe('times', () => {
  it.each([
    [0, '0 秒'],
    [999, '不到 1 秒'],
    [45 * SECOND, '45 秒'],
    [6 * MINUTE + 12 * SECOND, '6 分 12 秒'],
    [6 * MINUTE, '6 分'],
    [HOUR + 5 * MINUTE + 59 * SECOND, '1 小时 5 分'],
    [HOUR + 59 * SECOND, '1 小时'],
    [2 * DAY + 3 * HOUR, '2 天 3 小时'],
  ])('%d ms are %s', (ms, text) => expect(toDuration(ms)).toBe(text))

  it('are told in a zone that is named', () => {
    const at = '2024-05-01T16:00:05.000Z'
    expect(toInstantText(at, 'Asia/Shanghai')).toBe('2024-05-02 00:00:05（Asia/Shanghai）')
    expect(toInstantText(Date.parse(at), 'UTC')).toBe('2024-05-01 16:00:05（UTC）')
  })
})
