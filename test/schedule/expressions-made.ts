// expressions made by chance, as people write them and as croner wants them
import fc from 'fast-check'

/** `ours` may be anything that is read; `judge` says the same in the judge's dialect, six fields. */
export type Made = { readonly ours: string; readonly judge: string }

type Written = string | readonly [ours: string, judge: string]

const field = (...written: readonly Written[]): fc.Arbitrary<Made> =>
  fc.constantFrom(
    ...written.map(one => (typeof one === 'string' ? { ours: one, judge: one } : { ours: one[0], judge: one[1] })),
  )

const SECOND = field('0', '0', '0', '0', '30', '15,45', ['50-10/20', '50,10'])
const MINUTE = field(
  '*',
  '*/5',
  '0',
  '30',
  '15,45',
  '1-59/7',
  ['0/15', '*/15'],
  ['50-10', '50-59,0-10'],
  ['5/20', '5-59/20'],
)
const HOUR = field(
  '*',
  '*',
  '*',
  '2',
  '1',
  '0',
  '23',
  '1-3',
  '*/6',
  '3',
  ['22-2', '22,23,0,1,2'],
  ['1/4', '1-23/4'],
  '2,14',
)
const DAY = field(
  ...['*', '*', '*', '*', '1', '15', 'L', 'LW', '15W', '1W', '31W', '28-31', '*/2', '31', '29', '1,15W,L'],
  ...([
    ['?', '*'],
    ['25-5', '25-31,1-5'],
    ['10/7', '10-31/7'],
  ] as const),
)
const MONTH = field('*', '*', '*', '*', '3,10,11', ['JAN-jun', '1-6'], ['OCT-MAR', '10-12,1-3'], '2')
const WEEKDAY = field(
  ...['*', '*', '*', '*', '0', '5L', '1#2', '0#5', '1-5', '2,4', '1#1,5L'],
  ...([
    ['?', '*'],
    ['FRI-MON', '5,6,0,1'],
    ['7', '0'],
    ['5-7', '5,6,0'],
    ['7L', '0L'],
    ['sat/2', '6'],
  ] as const),
)

/** Six fields, or five when seconds say nothing. */
export const MADE: fc.Arbitrary<Made> = fc
  .tuple(SECOND, MINUTE, HOUR, DAY, MONTH, WEEKDAY, fc.boolean())
  .map(([second, ...rest]) => ({ second, rest: rest.slice(0, 5) as Made[], isShort: rest[5] === true }))
  .filter(({ rest }) => rest[3]?.ours !== '2' || !/^3/.test(rest[2]?.ours ?? ''))
  .map(({ second, rest, isShort }) => {
    const join = (who: keyof Made): string => rest.map(one => one[who]).join(' ')
    const head = isShort && second.ours === '0' ? '' : `${second.ours} `
    return { ours: `${head}${join('ours')}`, judge: `${second.judge} ${join('judge')}` }
  })
