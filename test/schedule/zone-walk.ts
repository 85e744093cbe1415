// a judge of slots that shares nothing with the calendar: walls through Intl minute by minute, matches through croner in UTC
import { Cron } from 'croner'
import { DAY, HOUR, MINUTE } from '../../shared/time.ts'

/** Zones with odd rules: half hours, gaps at midnight, days left out, winter time in Ramadan, moves of two hours. */
export const ODD_ZONES = [
  ...['America/New_York', 'Europe/London', 'Australia/Lord_Howe', 'Pacific/Apia', 'Africa/Casablanca'],
  ...['America/Sao_Paulo', 'America/St_Johns', 'Pacific/Chatham', 'Asia/Gaza', 'Africa/Cairo', 'America/Havana'],
  ...['Antarctica/Troll', 'Asia/Tehran', 'Asia/Pyongyang', 'America/Caracas', 'Europe/Istanbul'],
]

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const parts = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...parts })
  formats.set(zone, made)
  return made
}

/** What the wall shows at a whole minute. */
export function wallThere(instant: number, zone: string): number {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 0, hour = 0, minute = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute)
}

const known = new Map<string, number[]>()

/** When the zone's clocks were moved in these years. */
export function movesOf(zone: string): number[] {
  const before = known.get(zone)
  if (before !== undefined) return before
  const offsetAt = (instant: number): number => wallThere(instant, zone) - instant
  const moves: number[] = []
  for (let at = Date.UTC(2007, 0); at < Date.UTC(2031, 0); at += 10 * DAY) {
    let [low, high] = [at, at + 10 * DAY]
    if (offsetAt(low) === offsetAt(high)) continue
    while (high - low > MINUTE) {
      const middle = low + Math.floor((high - low) / MINUTE / 2) * MINUTE
      if (offsetAt(middle) === offsetAt(low)) low = middle
      else high = middle
    }
    moves.push(high)
  }
  known.set(zone, moves)
  return moves
}

/** The first minute of each wall minute around a move, and the walls in the order of time. */
const walks = new Map<string, { readonly first: Map<number, number>; readonly walls: readonly [number, number][] }>()

function walk(from: number, until: number, zone: string): NonNullable<ReturnType<typeof walks.get>> {
  const key = `${zone} ${from} ${until}`
  const before = walks.get(key)
  if (before !== undefined) return before
  const first = new Map<number, number>()
  const walls: [number, number][] = []
  for (let at = from; at <= until; at += MINUTE) {
    const wall = wallThere(at, zone)
    if (!first.has(wall)) first.set(wall, at)
    walls.push([at, wall])
  }
  walks.set(key, { first, walls })
  return { first, walls }
}

export type Around = { readonly zone: string; readonly from: number; readonly until: number }

/** All slots after `from` up to `until`, by the rule: a gap runs once at its end, what comes twice runs the first time. */
export function slotsByWalk(pattern: string, { zone, from, until }: Around): number[] {
  // Samoa left out a day, nobody else more than three hours
  const margin = zone === 'Pacific/Apia' ? 25 * HOUR : 3 * HOUR
  const { first, walls } = walk(from - margin, until + margin, zone)
  const shown = walls.map(([, wall]) => wall)
  const job = new Cron(pattern, { timezone: 'UTC' })
  const found = new Set<number>()
  const end = Math.max(...shown)
  for (let run = job.nextRun(new Date(Math.min(...shown) - 1)); run !== null && run.getTime() <= end; ) {
    const wall = run.getTime()
    const minute = Math.floor(wall / MINUTE) * MINUTE
    const same = first.get(minute)
    // left out: the first instant at which a later time is shown, and was not before
    const slot = same === undefined ? walls.find(([, other]) => other > wall)?.[0] : same + (wall - minute)
    if (slot !== undefined && slot > from && slot <= until) found.add(slot)
    run = job.nextRun(run)
  }
  return [...found].sort((one, other) => one - other)
}
