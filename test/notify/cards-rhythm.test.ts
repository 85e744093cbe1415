// when a card is changed, and how long a refused change waits
import { describe, expect, it } from 'vitest'
import { toRetryMs } from '../../bot/notify/cards/retries.ts'
import { BUDGET, type Look, toStep } from '../../bot/notify/cards/rhythm.ts'
import { DAY, MINUTE, SECOND } from '../../shared/time.ts'
import { START } from '../core/world.ts'

const SHOWN = { status: 'RUNNING', percent: '10', detail: 'a', elapsed: '1 秒', showCancel: 'true', showRetry: 'false' }

function look(sinceMs: number, more: Partial<Look> & { wanted: Record<string, string> }): Look {
  const common = { now: START + sinceMs, shown: SHOWN, shownAt: START, used: 0, over: false, fresh: false }
  return { ...common, ...more, wanted: { ...SHOWN, elapsed: '2 秒', ...more.wanted } }
}

const HOURS = 5 * 60 * MINUTE
const again = (againMs: number | undefined) => ({ againMs })

describe('a card', () => {
  it.each<[string, Look, ReturnType<typeof toStep>]>([
    ['ten points are not enough before ten seconds', look(9_999, { wanted: { percent: '20' } }), again(1)],
    [
      'ten points are after ten seconds',
      look(10_000, { wanted: { percent: '20' } }),
      { send: { percent: '20', elapsed: '2 秒' } },
    ],
    ['nine points wait for the quiet refresh', look(10_000, { wanted: { percent: '19' } }), again(5 * MINUTE - 10_000)],
    ['going back counts too', look(10_000, { wanted: { percent: '0' } }), { send: { percent: '0', elapsed: '2 秒' } }],
    [
      'a state counts like ten points',
      look(10_000, { wanted: { showCancel: 'false' } }),
      { send: { showCancel: 'false', elapsed: '2 秒' } },
    ],
    ['a state waits as long as points do', look(3_000, { wanted: { showCancel: 'false' } }), again(7_000)],
    ['the time alone is told every five minutes', look(5 * MINUTE, { wanted: {} }), { send: { elapsed: '2 秒' } }],
    ['the time alone is not told by the last calls', look(5 * MINUTE, { wanted: {}, used: 12 }), again(undefined)],
    ['nothing beyond the budget', look(HOURS, { wanted: { percent: '90' }, used: BUDGET }), again(undefined)],
    [
      'the last is beyond the budget',
      look(2_000, { wanted: { status: 'OK' }, used: BUDGET, over: true }),
      { send: { status: 'OK', elapsed: '2 秒' } },
    ],
    ['the last keeps the floor', look(1_999, { wanted: { status: 'OK' }, over: true }), again(1)],
    [
      'the last is said again when it is not known to be shown as the last',
      { ...look(2_000, { wanted: {}, over: true }), wanted: SHOWN },
      { send: { status: 'RUNNING' } },
    ],
    [
      'an end that did not last is taken back, beyond the budget',
      { ...look(2_000, { wanted: {}, used: BUDGET }), shown: { ...SHOWN, status: 'FAILED' } },
      { send: { status: 'RUNNING', elapsed: '2 秒' } },
    ],
    [
      'left by an earlier process: at once',
      look(2_000, { wanted: { percent: '11' }, fresh: true }),
      { send: { percent: '11', elapsed: '2 秒' } },
    ],
    [
      'left by an earlier process, nothing new but the time: as ever',
      look(2_000, { wanted: {}, fresh: true }),
      again(5 * MINUTE - 2_000),
    ],
    [
      'nobody knows what it shows: all of it',
      { ...look(2_000, { wanted: {} }), shown: {} },
      { send: { ...SHOWN, elapsed: '2 秒' } },
    ],
    [
      'a clock that was set back does not stop it',
      look(-DAY, { wanted: { percent: '50' } }),
      { send: { percent: '50', elapsed: '2 秒' } },
    ],
  ])('%s', (_name, asked, step) => {
    expect(toStep(asked)).toEqual(step)
  })
})

describe('an update that failed', () => {
  const waits = (last: boolean, kind: 'busy' | 'unknown' | 'config' | 'rate', waitMs?: number): number[] =>
    [0, 1, 2, 3, 4, 5, 6, 7, 100].map(fails =>
      toRetryMs({ fails, failed: { class: kind, ...(waitMs !== undefined && { waitMs }) }, last, random: 0 }),
    )
  const seconds = (list: readonly number[]): number[] => list.map(ms => ms / SECOND)

  it('is made again soon when it was the last, then every minute', () => {
    expect(seconds(waits(true, 'busy'))).toEqual([1, 2, 5, 10, 20, 30, 60, 60, 60])
  })

  it('keeps the floor when it may have been shown', () => {
    expect(seconds(waits(true, 'unknown')).slice(0, 3)).toEqual([2, 2, 5])
  })

  it('waits as long as it was told', () => {
    expect(seconds(waits(true, 'rate', MINUTE)).slice(0, 2)).toEqual([60, 60])
  })

  it('costs few calls while the job goes on', () => {
    expect(seconds(waits(false, 'busy')).slice(0, 5)).toEqual([10, 30, 60, 300, 300])
  })

  it('waits long when somebody has to change something', () => {
    expect(seconds(waits(true, 'config')).slice(0, 2)).toEqual([600, 600])
  })

  it('does not come back together with all others', () => {
    expect(toRetryMs({ fails: 0, failed: { class: 'busy' }, last: true, random: 0.5 })).toBe(1_100)
  })
})
