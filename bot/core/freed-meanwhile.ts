// files that are missing for no known cause, where somebody had the same paths freed while they were loaded

import { isWithin, toComparable } from '../../shared/path.ts'
import { HOUR, toInstant, toMs } from '../../shared/time.ts'
import { toFreesKey } from './indexes.ts'
import type { Judgement } from './judge.ts'
import type { AllocationRow, State, TaskRow } from './state.ts'

type Ran = { readonly task: TaskRow; readonly allocation: AllocationRow; readonly now: number }

/** The same judgement; its verdict names the last free that may be the cause, when there was one. */
export function withFrees(state: State, { task, allocation, now }: Ran, judgement: Judgement): Judgement {
  const { verdict } = judgement
  const { unknown = 0 } = verdict?.missingByCause ?? {}
  if (verdict === undefined || unknown === 0) return judgement
  const path = toComparable(task.path)
  const last = hoursOf(allocation.placedAt, now)
    .flatMap(hour => [...state.tasks.find('frees', toFreesKey(task.cluster, hour))])
    .filter(free => (free.endedAt ?? toInstant(now)) >= allocation.placedAt)
    .filter(free => meets(toComparable(free.path), path))
    .toSorted((a, b) => ((a.startedAt ?? '') < (b.startedAt ?? '') ? -1 : 1))
    .at(-1)
  if (last === undefined) return judgement
  const number = state.jobs.get(last.jobId)?.number
  const who = number === undefined ? 'a job' : `#${number}`
  const note = `${who} freed ${last.path} while this was loaded, which may be why files are missing`
  return { ...judgement, verdict: { ...verdict, notes: [...verdict.notes, note] } }
}

// those that are under way, and the hours in which others may have ended meanwhile: the newest of a load that took long
function hoursOf(since: string, now: number): readonly string[] {
  const first = Math.max(Math.floor(toMs(since) / HOUR), Math.floor(now / HOUR) - MOST_HOURS)
  const count = Math.max(0, Math.floor(now / HOUR) - first + 1)
  return ['', ...Array.from({ length: count }, (_, at) => toInstant((first + at) * HOUR))]
}

const MOST_HOURS = 200

const meets = (one: string, other: string): boolean => isWithin(one, other) || isWithin(other, one)
