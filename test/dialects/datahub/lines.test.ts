// lines of a log: told and read in a zone, also where clocks are changed
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isLine, readLine, toLine } from '../../../bot/http/dialects/datahub/lines.ts'
import { Instant } from '../../../shared/time.ts'

const ZONES = ['UTC', 'Asia/Shanghai', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia']

test.each([
  ['Asia/Shanghai', '2015/12/01 14:58:29 testlog7', '2015-12-01T06:58:29.000Z'],
  ['UTC', '2015/12/01 14:58:29 testlog7', '2015-12-01T14:58:29.000Z'],
  ['Asia/Shanghai', '2016/02/29 00:00:00 testlog7', '2016-02-28T16:00:00.000Z'],
  ['America/New_York', '2024/03/10 03:00:00 testlog7', '2024-03-10T07:00:00.000Z'],
  ['America/New_York', '2024/03/10 01:59:59 testlog7', '2024-03-10T06:59:59.000Z'],
])('%s %s', (tz, line, at) => {
  expect(readLine(line, tz)).toEqual({ at, text: 'testlog7' })
  expect(toLine({ at, text: 'testlog7' }, tz)).toBe(line)
})

test.each([
  '',
  'testlog7',
  '2015/12/01 testlog7',
  '2015-12-01 14:58:29 x',
  ' 2015/12/01 14:58:29 x',
  '2015/12/01 14:58:29x',
])('without a time: "%s"', line => {
  expect(isLine(line)).toBe(true)
  expect(readLine(line, 'UTC')).toEqual({ text: line })
})

test.each([
  '2015/13/01 14:58:29 x',
  '2015/02/29 14:58:29 x',
  '2015/12/01 24:00:00 x',
  '2015/12/01 14:60:00',
  '2015/12/00 00:00:00 x',
  // the instant of these cannot be told in four digits in every zone
  '0000/01/01 00:00:00 x',
  '9999/12/31 23:59:59 x',
])('no such time: %s', line => expect(isLine(line)).toBe(false))

test.each(ZONES)('what is taken in %s can be kept and read again', tz => {
  for (const time of ['1000/01/01 00:00:00', '9998/12/31 23:59:59']) {
    const { at } = readLine(`${time} x`, tz)
    expect(Instant.safeParse(at).success, `${time} ${at}`).toBe(true)
  }
})

test('a time alone has an empty text', () => {
  expect(readLine('2015/12/01 14:58:29', 'UTC')).toEqual({ at: '2015-12-01T14:58:29.000Z', text: '' })
})

describe('what was told is read again', () => {
  test.each(ZONES)('%s', tz => {
    const seconds = fc.integer({ min: Date.UTC(1980, 0, 1) / 1_000, max: Date.UTC(2037, 0, 1) / 1_000 })
    fc.assert(
      fc.property(seconds, fc.string(), (second, text) => {
        const line = toLine({ at: new Date(second * 1_000).toISOString(), text }, tz)
        const read = readLine(line, tz)
        expect(read.text).toBe(text)
        expect(toLine({ at: read.at ?? '', text }, tz)).toBe(line)
      }),
      { seed: 20_151_201, numRuns: 300 },
    )
  })
})
