// looks at the markers that slots wait for: each at once and then ever so often, few at a time, the same one only once
import { toError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { toNamespacePath } from '../../shared/path.ts'
import { type Clock, MINUTE, SECOND } from '../../shared/time.ts'
import type { ClusterCalls } from '../engine/ports.ts'
import type { Look, ScheduleDesk, ScheduleRow } from '../engine/schedule-desk.ts'

type Deps = {
  readonly desk: Pick<ScheduleDesk, 'schedule' | 'awaiting' | 'looked' | 'onNews'>
  readonly calls: ClusterCalls
  /** Where the jobs of a schedule go. Throws when there is no such cluster. */
  readonly clusterOf: (schedule: ScheduleRow) => string
  readonly clock: Clock
  readonly log: Log
}

export type MarkerWatch = { start(): void; close(): void }

/** One place that is looked at, for all slots that wait for it. */
type Place = {
  readonly cluster: string
  readonly path: string
  everyMs: number
  /** In ms since the epoch. */
  nextAt: number
  isLookedAt: boolean
  slots: string[]
}

const MOST_AT_ONCE = 4
/** When nobody could be asked, it is tried again so soon. */
const RETRY_MS = MINUTE

const toKey = ({ cluster, path }: Pick<Place, 'cluster' | 'path'>): string => `${cluster} ${path}`

/** Makes the watch. What nobody could look at is said to nobody. */
export function createMarkerWatch({ desk, calls, clusterOf, clock, log }: Deps): MarkerWatch {
  let places = new Map<string, Place>()
  let seen = new Set<string>()
  let looking = 0
  let isClosed = false
  let unsubscribe: (() => void) | undefined
  let disarm: (() => void) | undefined

  function clusterOfSlot(scheduleId: string): string | undefined {
    const schedule = desk.schedule(scheduleId)
    try {
      return schedule === undefined ? undefined : clusterOf(schedule)
    } catch (cause) {
      log.debug('a marker cannot be looked at', { schedule: scheduleId, cause })
      return undefined
    }
  }

  /** The places that slots wait for now; what was known of them stays. */
  function gather(now: number): void {
    const waiting = new Map<string, Place>()
    const slots = new Set<string>()
    for (const { id, scheduleId, awaited } of desk.awaiting()) {
      const cluster = awaited === undefined ? undefined : clusterOfSlot(scheduleId)
      if (awaited === undefined || cluster === undefined) continue
      const path = toNamespacePath(awaited.path)
      const key = toKey({ cluster, path })
      const everyMs = awaited.everySeconds * SECOND
      const known = waiting.get(key)
      const place = known ?? places.get(key) ?? { cluster, path, everyMs, nextAt: now, isLookedAt: false, slots: [] }
      if (known === undefined) Object.assign(place, { everyMs, slots: [] })
      place.everyMs = Math.min(place.everyMs, everyMs)
      place.slots.push(id)
      // whoever is new here does not wait for the next look of others, and a clock that went backward puts nothing off
      place.nextAt = seen.has(`${id} ${key}`) ? Math.min(place.nextAt, now + place.everyMs) : now
      waiting.set(key, place)
      slots.add(`${id} ${key}`)
    }
    places = waiting
    seen = slots
  }

  async function look(place: Place): Promise<void> {
    const sight = await ask(place)
    // a schedule may have been edited meanwhile: what was seen here says nothing to who waits elsewhere
    if (!isClosed) gather(clock.now())
    place.nextAt = clock.now() + (sight === 'unknown' ? Math.min(RETRY_MS, place.everyMs) : place.everyMs)
    if (sight === 'unknown' || isClosed) return
    if (places.get(toKey(place)) !== place) return
    const look = sight === 'absent' ? undefined : sight
    await Promise.all(place.slots.map(slot => desk.looked(slot, place.path, look)))
  }

  async function ask({ cluster, path }: Place): Promise<Look | 'absent' | 'unknown'> {
    try {
      const answer = await calls.call(cluster, { verb: 'size', path })
      if (answer.ok && answer.size !== undefined) return answer.size
      if (!answer.ok && answer.why === 'absent') return 'absent'
      log.debug('a marker could not be looked at', { cluster, path, why: answer.ok ? 'no size' : answer.message })
    } catch (thrown) {
      log.debug('nobody could look at a marker', { cluster, path, why: toError(thrown).message })
    }
    return 'unknown'
  }

  function begin(place: Place): void {
    looking += 1
    place.isLookedAt = true
    look(place)
      .catch((cause: unknown) => {
        log.debug('what was seen of a marker could not be saved', { cause })
        // its deadline may be near
        place.nextAt = Math.min(place.nextAt, clock.now() + RETRY_MS)
      })
      .finally(() => {
        looking -= 1
        place.isLookedAt = false
        plan(0)
      })
  }

  function wake(): void {
    const now = clock.now()
    gather(now)
    const free = [...places.values()].filter(place => !place.isLookedAt).sort((a, b) => a.nextAt - b.nextAt)
    const due = free.filter(({ nextAt }) => nextAt <= now).slice(0, MOST_AT_ONCE - looking)
    for (const place of due) begin(place)
    const next = free[due.length]
    // when all hands are full, the next one to be free goes on
    if (next !== undefined && looking < MOST_AT_ONCE) plan(Math.max(0, next.nextAt - now))
  }

  function plan(delayMs: number): void {
    disarm?.()
    if (!isClosed) disarm = clock.after(delayMs, wake)
  }

  return {
    start() {
      unsubscribe = desk.onNews(({ markers }) => {
        if (markers) plan(0)
      })
      plan(0)
    },
    close() {
      isClosed = true
      unsubscribe?.()
      disarm?.()
    },
  }
}
