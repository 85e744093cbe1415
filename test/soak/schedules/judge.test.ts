// the judge of the soak finds what it is there to find
import { describe, expect, test } from 'vitest'
import type { Job } from '../../../shared/job.ts'
import type { Run } from '../../../shared/schedule.ts'
import { SECOND, toInstant } from '../../../shared/time.ts'
import { job } from '../../notify/tales.ts'
import { createJudge } from './judge.ts'

const BEGAN = Date.UTC(2026, 10, 21, 18)
const at = (seconds: number): string => toInstant(BEGAN + seconds * SECOND)

function createRoom() {
  const judge = createJudge()
  judge.add({ id: 's', name: 'nightly', createdAt: at(0), everyMs: SECOND })
  /** The slot `number` seconds after the schedule was made. */
  const run = (number: number, more: Partial<Run> = {}): Run => ({
    ...{ id: `s clock ${at(number)}`, schedule: 's', number, kind: 'clock', status: 'queued' },
    ...{ slot: at(number), dueAt: at(number), at: at(number), job: { id: `j${number}`, number } },
    ...more,
  })
  const jobOf = (number: number, more: Partial<Job> = {}): Job =>
    job({
      id: `j${number}`,
      number,
      via: 'schedule',
      schedule: { id: 's', name: 'nightly', slot: at(number), run: number },
      ...more,
    })
  const missed = (number: number, more: Partial<Run> = {}): Run => {
    const { job: _, ...rest } = run(number, { status: 'missed', why: 'late', ...more })
    return rest
  }
  const show = (runs: readonly Run[], jobs: readonly Job[]): readonly string[] => {
    judge.showRuns('s', runs)
    judge.showJobs(jobs)
    judge.check()
    return [...judge.violations]
  }
  return { judge, run, missed, jobOf, show }
}

describe('the judge', () => {
  test('is content with slots that have one job each, and others that are counted', () => {
    const { judge, run, missed, jobOf, show } = createRoom()
    const late = missed(2, { slot: at(6), others: { count: 4, since: at(2) } })
    expect(show([run(1), late], [jobOf(1)])).toEqual([])
    expect(judge.missingUntil(BEGAN + 6 * SECOND)).toEqual([])
    expect(judge.violations.size).toBe(0)
  })

  test('finds a slot that is lost', () => {
    const { judge, run, jobOf, show } = createRoom()
    show(
      [run(1), run(2, { slot: at(3) })],
      [jobOf(1), jobOf(2, { schedule: { id: 's', name: 'nightly', slot: at(3), run: 2 } })],
    )
    expect(judge.missingUntil(BEGAN + 4 * SECOND)).toEqual([`nightly ${at(2)}`, `nightly ${at(4)}`])
  })

  test('finds a slot that is run twice', () => {
    const { run, jobOf, show } = createRoom()
    const again = jobOf(1, { id: 'j9', number: 9 })
    expect(show([run(1)], [jobOf(1), again]).join('\n')).toMatch(/no slot is run twice.*\n.*a job has its slot: #9/)
    const twice = createRoom()
    expect(twice.show([run(1), run(2, { slot: at(1) })], [jobOf(1), jobOf(2)]).join()).toContain(
      'no slot is written down twice',
    )
  })

  test('finds a job without a slot, a slot without a job, and a slot that changed its job', () => {
    const { run, jobOf, show } = createRoom()
    const found = show([run(1)], [jobOf(2)]).join('\n')
    expect(found).toContain('a job has its slot: #2')
    expect(found).toContain('what was fired has a job: nightly 1')
    expect(show([run(1, { job: { id: 'j2', number: 2 } })], []).join('\n')).toContain('a slot keeps its job')
  })

  test('finds what is gone, and what came again though no clock was set back', () => {
    const { judge, run, missed, jobOf, show } = createRoom()
    show([run(1), missed(2)], [jobOf(1)])
    expect(show([run(2)], [jobOf(2)]).join('\n')).toMatch(/what is written down stays: nightly 1\n?.*/)
    expect([...judge.violations].join('\n')).toContain('what was missed is over: nightly 2')
    const back = createRoom()
    back.judge.rewind({ from: BEGAN, to: BEGAN + 9 * SECOND })
    back.show([missed(1)], [])
    expect(back.show([run(1)], [jobOf(1)])).toEqual([])
  })

  test('finds what was missed while somebody was there, and others that are miscounted', () => {
    const { judge, missed, show } = createRoom()
    show([missed(1, { slot: at(9), others: { count: 2, since: at(1) } })], [])
    judge.rest({ from: BEGAN + 8 * SECOND, to: BEGAN + 10 * SECOND })
    judge.checkSteady()
    judge.missingUntil(BEGAN + 9 * SECOND)
    expect([...judge.violations].join('\n')).toMatch(/who is there misses nothing.*\n.*others are counted/)
  })
})
