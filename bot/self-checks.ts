// what the daemon can say of itself: disk, listeners, access, bot
import { access, constants, statfs } from 'node:fs/promises'
import { toError } from '../shared/errors.ts'
import type { DaemonConfig } from './config.ts'
import type { Check } from './engine/operations/port.ts'
import type { TimerStatus } from './schedule/timer.ts'

const GIB = 1024 ** 3
const LOW_DISK_BYTES = 256 * 1024 * 1024

/** Checks of the process around the engine; each answers in words and names its remedy. */
export async function checkDaemon(config: DaemonConfig, ports: readonly number[]): Promise<Check[]> {
  return [
    { name: 'listeners', ok: true, answer: `${config.httpHost}, ports ${ports.join(', ')}` },
    await checkDisk(config.dataDir),
    {
      name: 'access',
      ok: true,
      answer: config.auth === 'off' ? 'off: every local process may ask' : 'by token',
    },
    {
      name: 'verdicts',
      ok: config.verify === 'on' ? true : null,
      answer: config.verify === 'on' ? 'measured before and after each load' : 'not measured: loads end as unverified',
      ...(config.verify === 'off' && { remedy: 'unset GANDER_VERIFY to let the cached share decide' }),
    },
  ]
}

async function checkDisk(dir: string): Promise<Check> {
  try {
    await access(dir, constants.W_OK)
    const { bavail, bsize } = await statfs(dir)
    const free = bavail * bsize
    const ok = free > LOW_DISK_BYTES
    return {
      name: 'data directory',
      ok,
      answer: `${dir}, ${(free / GIB).toFixed(1)} GiB free`,
      ...(!ok && { remedy: 'free some space: new asks are refused when it is full' }),
    }
  } catch (cause) {
    return {
      name: 'data directory',
      ok: false,
      answer: toError(cause).message,
      remedy: 'make it writable for the daemon',
    }
  }
}

export type ScheduleFacts = {
  readonly active: number
  readonly paused: number
  readonly timer: Pick<TimerStatus, 'nextAt' | 'lagMs'>
  /** Whether somebody said in which zone schedules are read; else it is the machine's. */
  readonly tz: string | undefined
}

/** A process that wakes up later than this is starved, or its machine was asleep. */
const MOST_LAG_MS = 2_000

/** How many schedules there are, which slot is next, and whether the timer keeps up. */
export function checkSchedules({ active, paused, timer, tz }: ScheduleFacts): Check {
  const zone = tz ?? `${Intl.DateTimeFormat().resolvedOptions().timeZone}, the machine's`
  const { nextAt, lagMs } = timer
  const next = nextAt === undefined ? 'none is due' : `next at ${nextAt}`
  const lags = lagMs > MOST_LAG_MS
  const remedies = [
    ...(lags ? ['give the daemon more processor time, or keep its machine awake'] : []),
    ...(tz === undefined
      ? ['set GANDER_TZ, so that schedules do not follow the zone of whichever machine this is']
      : []),
  ]
  if (active + paused === 0) return { name: 'schedules', ok: null, answer: `none; zone ${zone}` }
  return {
    name: 'schedules',
    ok: lags ? false : tz === undefined ? null : true,
    answer: `${active} active, ${paused} paused, ${next}, the timer lags ${Math.round(lagMs)} ms, zone ${zone}`,
    ...(remedies.length > 0 && { remedy: remedies.join('; ') }),
  }
}
