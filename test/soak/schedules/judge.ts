// whether every slot was written down once and run once, whatever befell the process and its clock
import type { Job } from '../../../shared/job.ts'
import type { Run, Schedule } from '../../../shared/schedule.ts'
import { toInstant, toMs } from '../../../shared/time.ts'

/** A schedule whose slots are the instants that can be divided by `everyMs`. */
export type Judged = Pick<Schedule, 'id' | 'name' | 'createdAt'> & { readonly everyMs: number }
/** From `from` until `to`, both by the daemon's clock, in ms since the epoch. */
export type Stretch = { readonly from: number; readonly to: number }

export type Judge = ReturnType<typeof createJudge>

const ENDS_WITHOUT_JOB: ReadonlySet<Run['status']> = new Set<Run['status']>([
  ...(['waiting', 'skipped', 'missed', 'unstarted'] as const),
])
/** Of each schedule the daemon keeps some hundred runs; what is newer than these must not go. */
const KEPT_AT_LEAST = 400

/** Remembers all that it was ever shown. */
export function createJudge() {
  const schedules: Judged[] = []
  const runs = new Map<string, Map<number, Run>>()
  const others = new Map<string, Run[]>()
  const jobs = new Map<string, Job>()
  const rewound: Stretch[] = []
  const steady: Stretch[] = []
  const violations = new Set<string>()
  const breach = (law: string, what: string): void => void violations.add(`${law}: ${what}`)
  const nameOf = (id: string): string => schedules.find(schedule => schedule.id === id)?.name ?? id
  const label = (run: Run): string => `${nameOf(run.schedule)} ${run.number} ${run.slot} ${run.status} ${run.why ?? ''}`
  const mayComeAgain = (slot: number): boolean => rewound.some(({ from, to }) => slot > from && slot <= to)

  function see(run: Run): void {
    const known = runs.get(run.schedule)
    const before = known?.get(run.number)
    known?.set(run.number, run)
    if (run.others !== undefined && before?.others === undefined) others.get(run.schedule)?.push(run)
    if (before === undefined) return
    if (before.slot !== run.slot || before.kind !== run.kind)
      breach('a number names one slot', `${label(before)} → ${label(run)}`)
    if (before.job !== undefined && before.job.id !== run.job?.id)
      breach('a slot keeps its job', `${label(before)} → ${label(run)}`)
    const isDone = before.status === 'skipped' || before.status === 'unstarted'
    if (isDone && run.status !== before.status) breach('what was decided stays so', `${label(before)} → ${label(run)}`)
    const isBack = before.status === 'missed' && run.status !== 'missed'
    if (isBack && !mayComeAgain(toMs(run.slot))) breach('what was missed is over', `${label(before)} → ${label(run)}`)
  }

  function checkKept(id: string, seen: readonly Run[]): void {
    const here = new Set(seen.map(run => run.number))
    const newest = Math.max(0, ...(runs.get(id)?.keys() ?? []))
    for (const number of runs.get(id)?.keys() ?? [])
      if (number > newest - KEPT_AT_LEAST && !here.has(number))
        breach('what is written down stays', `${nameOf(id)} ${number}`)
  }

  // a job that is newer than what was shown of its slot is held against that the next time
  function checkJobs(isFresh: (id: string) => boolean): void {
    const bySlot = new Map<string, Job>()
    for (const job of jobs.values()) {
      if (job.schedule === undefined) continue
      const key = `${nameOf(job.schedule.id)} ${job.schedule.slot}`
      const other = bySlot.get(key)
      if (other !== undefined) breach('no slot is run twice', `${key}: #${other.number} and #${job.number}`)
      bySlot.set(key, job)
      if (isFresh(job.id)) continue
      const run = runs.get(job.schedule.id)?.get(job.schedule.run)
      if (run === undefined) breach('a job has its slot', `#${job.number} of ${key}`)
      else if (run.job?.id !== job.id)
        breach('a job has its slot', `#${job.number} of ${key}, whose slot has ${run.job?.number}`)
    }
  }

  function checkRuns({ id, name }: Judged): void {
    const slots = new Map<string, Run>()
    const rows = [...(runs.get(id)?.values() ?? [])].sort((a, b) => a.number - b.number)
    rows.forEach((run, at) => {
      if (run.number !== at + 1 && rows[at - 1]?.number !== run.number - 1)
        breach('numbers have no gaps', `${name} before ${run.number}`)
      const other = slots.get(run.slot)
      if (other !== undefined) breach('no slot is written down twice', `${label(other)} and ${label(run)}`)
      slots.set(run.slot, run)
      const withoutJob = ENDS_WITHOUT_JOB.has(run.status)
      if (withoutJob && run.job !== undefined) breach('only what was fired has a job', label(run))
      if (!withoutJob && (run.job === undefined || !jobs.has(run.job.id)))
        breach('what was fired has a job', label(run))
    })
  }

  /** How often each slot until then is written down; those that none is written of. */
  function findMissing({ id, name, everyMs, createdAt }: Judged, until: number): string[] {
    const own = new Set([...(runs.get(id)?.values() ?? [])].map(run => toMs(run.slot)))
    for (const slot of own)
      if (slot % everyMs !== 0) breach('slots are those of the expression', `${name} ${toInstant(slot)}`)
    const counted = new Map<number, number>()
    for (const run of others.get(id) ?? []) {
      const { count = 0, since = run.slot, atLeast } = run.others ?? {}
      let found = 0
      for (let slot = firstFrom(toMs(since), everyMs); slot < toMs(run.slot); slot += everyMs) {
        // what was judged before the clock was set back is not counted again
        found += 1
        counted.set(slot, (counted.get(slot) ?? 0) + 1)
      }
      if (!atLeast && (count > found || count < found - 1) && !mayComeAgain(toMs(run.slot)))
        breach('others are counted', `${label(run)}: ${count} since ${since}, of ${found}`)
    }
    const missing: string[] = []
    for (let slot = firstFrom(toMs(createdAt) + 1, everyMs); slot <= until; slot += everyMs) {
      const times = (counted.get(slot) ?? 0) + Number(own.has(slot))
      if (times === 0) missing.push(`${name} ${toInstant(slot)}`)
      if (times > 1 && !mayComeAgain(slot))
        breach('no slot is accounted for twice', `${name} ${toInstant(slot)} ${times} times`)
    }
    return missing
  }

  function checkSteady({ id }: Judged): void {
    for (const run of runs.get(id)?.values() ?? []) {
      const slot = toMs(run.slot)
      const isNear = steady.some(({ from, to }) => slot > from && slot < to)
      if (isNear && run.status === 'missed' && run.why === 'late') breach('who is there misses nothing', label(run))
    }
  }

  return {
    ...{ jobs, violations },
    add(schedule: Judged): void {
      schedules.push(schedule)
      runs.set(schedule.id, new Map())
      others.set(schedule.id, [])
    },
    /** The clock was set back: slots until where it stood may come by again. */
    rewind: (stretch: Stretch): void => void rewound.push(stretch),
    /** The daemon was ready, its clock went on evenly, nothing was done to it. */
    rest: (stretch: Stretch): void => void steady.push(stretch),
    /** All runs of a schedule, as they are after a recovery. */
    showRuns(id: string, seen: readonly Run[]): void {
      for (const run of seen) see(run)
      checkKept(id, seen)
    },
    showJobs: (seen: readonly Job[]): void => {
      for (const job of seen) jobs.set(job.id, job)
    },
    /** Holds the laws that hold at any time; `fresh` are jobs that were made while the runs were shown. */
    check(fresh: ReadonlySet<string> = new Set()): void {
      checkJobs(id => fresh.has(id))
      for (const schedule of schedules) checkRuns(schedule)
    },
    /** Slots until then (ms since the epoch) that nothing is written of. */
    missingUntil: (until: number): string[] => schedules.flatMap(schedule => findMissing(schedule, until)),
    /** Holds the laws about slots that passed while everything was well. */
    checkSteady(): void {
      for (const schedule of schedules) checkSteady(schedule)
    },
    breach,
    numbers(): Record<string, number> {
      const all = [...runs.values()].flatMap(rows => [...rows.values()])
      const of = (is: (run: Run) => boolean): number => all.filter(is).length
      return {
        ...{ schedules: schedules.length, 'slots written down': all.length, jobs: jobs.size },
        ...{ 'fired slots': of(run => run.job !== undefined), 'waiting slots': of(run => run.status === 'waiting') },
        ...{ 'skipped slots': of(run => run.status === 'skipped'), 'missed slots': of(run => run.status === 'missed') },
        'unstarted slots': of(run => run.status === 'unstarted'),
        'slots counted as others': all.reduce((sum, run) => sum + (run.others?.count ?? 0), 0),
      }
    },
  }
}

function firstFrom(from: number, everyMs: number): number {
  return Math.ceil(from / everyMs) * everyMs
}
