// date macros: what they stand for at the borders of days, months, years and summer time; what is no macro, and where
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: macros look like placeholders
import { describe, expect, it } from 'vitest'
import { FIRING } from '../../bot/schedule/firing.ts'
import { fillWritten, toError } from '../../bot/schedule/templates.ts'
import { AppError } from '../../shared/errors.ts'

const SHANGHAI = 'Asia/Shanghai'
const BERLIN = 'Europe/Berlin'
const at = (instant: string): number => Date.parse(instant)

function fill(text: string, instant: string, zone = SHANGHAI): readonly string[] {
  const filled = fillWritten({ field: 'template', text, as: 'text' }, { instant: at(instant), zone })
  if ('mistake' in filled) throw toError(filled.mistake)
  return filled.texts
}

describe('filling in', () => {
  it.each([
    // the evening in UTC is the next day in Shanghai
    ['${yyyy-MM-dd}', '2026-11-21T18:00:00Z', '2026-11-22'],
    ['${yyyyMMdd-1d}', '2026-11-21T18:00:00Z', '20261121'],
    ['${yyyyMMdd-1d}', '2026-02-28T17:00:00Z', '20260228'],
    ['${yyyyMMdd-1d}', '2024-02-29T17:00:00Z', '20240229'],
    ['${yyyyMMdd+1d}', '2025-12-30T17:00:00Z', '20260101'],
    ['${yyyyMM-1M}', '2026-01-10T00:00:00Z', '202512'],
    ['${yyyyMMdd-1M}', '2026-03-31T00:00:00Z', '20260228'],
    ['${yyyyMMdd-1M}', '2024-03-31T00:00:00Z', '20240229'],
    ['${yyyyMMdd+1y}', '2024-02-29T00:00:00Z', '20250228'],
    ['${yyyyMMdd-1M-1d}', '2026-03-31T00:00:00Z', '20260227'],
    // the order in which they are written says nothing
    ['${yyyyMMdd-1d-1M}', '2026-03-31T00:00:00Z', '20260227'],
    ['${yyyyMMdd-2w}', '2026-01-05T00:00:00Z', '20251222'],
    ['${yy/M/d H}', '2026-01-05T01:02:03Z', '26/1/5 9'],
    ['${HH:mm:ss_.}', '2026-01-05T01:02:03Z', '09:02:03_.'],
    ['${yyyyMMddHH-10h}', '2025-12-31T17:30:00Z', '2025123115'],
    ['${HHmm-90m}', '2026-01-05T01:02:03Z', '0732'],
    ['/a/${yyyy}/${MM}-x/$${dd}/$$', '2026-01-05T00:00:00Z', '/a/2026/01-x/${dd}/$$'],
    ['nothing {dd} $dd', '2026-01-05T00:00:00Z', 'nothing {dd} $dd'],
  ])('%s at %s is %s', (template, instant, text) => {
    expect(fill(template, instant)).toEqual([text])
  })

  it('counts days on the calendar and hours in real time when a clock is moved', () => {
    // 29 March 2026 has 23 hours in Berlin, 25 October has 25
    expect(fill('${yyyyMMddHH-1d}', '2026-03-29T22:30:00Z', BERLIN)).toEqual(['2026032900'])
    expect(fill('${yyyyMMddHH-24h}', '2026-03-29T22:30:00Z', BERLIN)).toEqual(['2026032823'])
    expect(fill('${HH-1h}', '2026-03-29T01:30:00Z', BERLIN)).toEqual(['01'])
    expect(fill('${HH-3h..0h}', '2026-10-25T01:30:00Z', BERLIN)).toEqual(['00', '01', '02'])
    expect(fill('${yyyyMMddHH-1d}', '2026-10-25T22:30:00Z', BERLIN)).toEqual(['2026102423'])
    // a day that Samoa left out is a day of the calendar all the same
    expect(fill('${yyyyMMdd-1d}', '2011-12-30T12:00:00Z', 'Pacific/Apia')).toEqual(['20111230'])
  })

  it('makes several of a range, oldest first', () => {
    expect(fill('/d/${yyyyMMdd-2d..0d}', '2026-02-28T17:00:00Z')).toEqual(['/d/20260227', '/d/20260228', '/d/20260301'])
    expect(fill('/d/${yyyyMM-1M..-2M}', '2026-01-31T00:00:00Z')).toEqual(['/d/202511', '/d/202512'])
    // the same range moves together, another one multiplies
    expect(fill('${MM-1d..0d}/${dd-1d..0d}/${HH+0h..1h}', '2026-03-01T00:00:00Z')).toEqual([
      '02/28/08',
      '02/28/09',
      '03/01/08',
      '03/01/09',
    ])
    // a shift before the range moves all of it
    expect(fill('${yyyyMMdd-1M-1d..0d}', '2026-03-31T00:00:00Z')).toEqual(['20260227', '20260228'])
    expect(fill('${dd-999d..0d}', '2026-03-31T00:00:00Z')).toHaveLength(31)
    expect(fill('${yyyyMMdd-999d..0d}', '2026-03-31T00:00:00Z')).toHaveLength(1_000)
  })

  it.each(['${yyyy-2000y}', '${yyyy+9000y}', '${yyyy-999999y}', '${yyyy-999999M-5h}', '${HH-999999h+9999y}'])(
    'refuses %s, which leaves the years of four digits',
    template => {
      expect(() => fill(template, '2026-03-31T00:00:00Z')).toThrow(
        /^template must stay within the years 1000 to 9999, got /,
      )
    },
  )
})

const LETTERS = '(letters: yyyy yy MM M dd d HH H mm ss; $${ is a literal ${)'
const MACROS = `date macros such as \${yyyyMMdd-1d} ${LETTERS}`

describe('at the door', () => {
  const check = (asked: Partial<Parameters<typeof FIRING.checkTemplates>[0]>) => () =>
    FIRING.checkTemplates({ paths: [], zone: SHANGHAI, ...asked })

  it('names field, macro, what is allowed, and the character', () => {
    const wrong = check({ paths: ['/ok', '/data/${yyymm}'] })
    expect(wrong).toThrow(`paths[1] must hold ${MACROS}, got "\${yyymm}" at character 7.`)
    try {
      wrong()
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(AppError)
      expect(thrown).toMatchObject({
        code: 'INVALID_INPUT',
        details: { field: 'paths[1]', allowed: MACROS, got: '${yyymm}', position: 7 },
      })
    }
    // characters are counted, not halves of them
    expect(check({ paths: ['/😀/${}'] })).toThrow('got "${}" at character 4.')
  })

  it.each([
    '${YYYY}',
    '${yyyyMMddd}',
    '${yyyy',
    '${yyyy-1}',
    '${yyyy-1D}',
    '${yyyy-1d..}',
    '${yyyy-1d..0h}',
    '${yyyy..1d}',
    '${yyyy-1d..0d-1d}',
    '${-1d}',
    '${ - }',
    '${yyyy年}',
    '${yyyy-1234567d}',
    '${${yyyy}}',
    '$$${yyyy}${hh}',
  ])('refuses %s', text => {
    expect(check({ name: `x${text}` })).toThrow(/^name must hold .* such as \$\{.*, got "\$\{/)
  })

  const UNIT = 'a unit behind each number (y, M, w, d, h or m), such as ${yyyyMMdd-1d}'
  const MINUTE = 'MM for the month, mm for the minute, such as '
  it.each([
    ['${x}', MACROS],
    ['${YYYYMMDD}', `date macros such as \${yyyyMMdd} ${LETTERS}`],
    ['${YYYY-MM-DD hh:MM:SS}', `date macros such as \${yyyy-MM-dd HH:mm:ss} ${LETTERS}`],
    ['${yyyyMMdd-1}', UNIT],
    ['${yyyyMMdd-1D}', UNIT],
    ['${yyyyMMdd-6d..0h}', 'the same unit at both ends of a range, such as ${yyyyMMdd-6d..0d}'],
    ['${yyyyMMdd-6d..}', 'a range at the end of a date macro, such as ${yyyyMMdd-6d..0d}'],
    ['${yyyyMMdd', 'a } at the end of a date macro, such as ${yyyyMMdd-1d} ($${ is a literal ${)'],
    ['${yyyymmdd}', `${MINUTE}\${yyyyMMdd}`],
    ['${yyyy-mm-dd-1d}', `${MINUTE}\${yyyy-MM-dd-1d}`],
    ['${mm/dd}', `${MINUTE}\${MM/dd}`],
    ['${yyyyMMdd-d}', 'a number before the unit, such as ${yyyyMMdd-1d}'],
    ['${yyyyMM-M}', 'a number before the unit, such as ${yyyyMM-1M}'],
    ['${yyyyMMddHH-h}', 'a number before the unit, such as ${yyyyMMddHH-1h}'],
    ['${yyyyMMdd+d}', 'a number before the unit, such as ${yyyyMMdd-1d}'],
  ])('says what is wrong with %s', (text, allowed) => {
    const got = JSON.stringify(text)
    expect(check({ paths: [`/a/${text}`] })).toThrow(`paths[0] must hold ${allowed}, got ${got} at character 4.`)
  })

  it.each([
    '${mm}',
    '${HHmm}',
    '${yyyyMMddHHmm}',
    '${yyyy/MM/dd/mm}',
    '${yyyy-M-d}',
    '${M-d}',
    '${yyyy/yyyyMM/yyyyMMdd}',
  ])('takes %s', text => expect(check({ paths: [`/a/${text}`] })).not.toThrow())

  it('refuses what fills in to no path, to no name, or to too many', () => {
    expect(check({ paths: ['${yyyy}/x'] })).toThrow(/^paths\[0\] must start with "\/" .*, got "2024\/x"\.$/)
    expect(check({ paths: ['/x/${yyyy-3000y}'] })).toThrow('paths[0] must stay within the years 1000 to 9999')
    expect(check({ paths: ['/x/${yyyyMMdd-1000d..0d}'] })).toThrow(
      'paths[0] must stand for at most 1000 texts, got "${yyyyMMdd-1000d..0d}" at character 4.',
    )
    expect(check({ paths: ['/${dd-99d..0d}${HH-99h..0h}'] })).toThrow('paths[0] must stand for at most 1000 texts')
    const many = Array.from({ length: 11 }, (_, one) => `/${one}/\${yyyyMMdd-999d..0d}`)
    expect(check({ paths: many })).toThrow('paths must stand for at most 10000 paths, got more.')
    expect(check({ paths: many.slice(1) })).not.toThrow()
    expect(check({ name: '${yyyyMMdd-1d..0d}' })).toThrow('name must stand for one text, got "${yyyyMMdd-1d..0d}".')
    expect(check({ marker: '/${yyyyMMdd-1d..0d}/_OK' })).toThrow('waitFor must stand for one path')
    expect(check({ marker: 'cosn://b/${dd}/_OK' })).toThrow('waitFor must begin with "/" or "gfs://"')
    expect(check({ name: '夜-${yyyyMMdd}', paths: ['gfs://h:1/${dd}'], marker: '/${dd}/_OK' })).not.toThrow()
  })
})
