// servers that went away while a load ran: told from who lived, and since when, before and after it
import type { ServerRole } from '../../shared/verdict.ts'
import type { ServerLife, Servers } from './cluster-facts.ts'

/** What went away during a load, whether it is back or not. */
export type Absences = {
  readonly restarted: readonly ServerRole[]
  /** Not one job worker was there all the time. */
  readonly allJobWorkers: boolean
}

export const NO_ABSENCES: Absences = { restarted: [], allJobWorkers: false }

type Lives = Readonly<Record<string, ServerLife>>

/** @param masterAway the master could not be reached afterwards: that its web does not answer means nothing by itself */
export function compareServers(before: Servers, after: Servers, masterAway: boolean): Absences {
  const master = differs(before.masterStartedAt, after.masterStartedAt, masterAway)
  const jobMaster = differs(before.jobMasterStartedAt, after.jobMasterStartedAt, true)
  const workers = lost(before.workers, after.workers, master)
  const jobWorkers = lost(before.jobWorkers, after.jobWorkers, jobMaster)
  const found: Record<ServerRole, boolean> = {
    master,
    worker: workers.some(Boolean),
    'job-master': jobMaster,
    'job-worker': jobWorkers.some(Boolean),
  }
  const roles: readonly ServerRole[] = ['master', 'worker', 'job-master', 'job-worker']
  return {
    restarted: roles.filter(role => found[role]),
    allJobWorkers: jobWorkers.length > 0 && jobWorkers.every(Boolean),
  }
}

function differs(before: number | undefined, after: number | undefined, absenceCounts: boolean): boolean {
  if (before === undefined) return false
  return after === undefined ? absenceCounts : before !== after
}

/** For each server that was there before: whether it was not there all the time. */
function lost(before: Lives | undefined, after: Lives | undefined, masterRestarted: boolean): boolean[] {
  if (before === undefined || after === undefined) return []
  const there = Object.entries(before).filter(([, life]) => !life.away)
  return there.map(([name, life]) => {
    const now = after[name]
    // a new master registers everybody anew, one after another
    if (now === undefined) return !masterRestarted
    if (now.away) return true
    if (life.startedAt !== undefined && now.startedAt !== undefined) return life.startedAt !== now.startedAt
    return !masterRestarted && life.registeredAt !== now.registeredAt
  })
}
