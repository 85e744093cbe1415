// schedules that are due every second, a daemon that is killed around their firing, and a clock that is wrong
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Job } from '../../../shared/job.ts'
import type { Run, Schedule } from '../../../shared/schedule.ts'
import { MINUTE, SECOND, toInstant } from '../../../shared/time.ts'
import { until } from '../../agent/until.ts'
import { createStack, type Stack } from '../../helpers/stack.ts'
import { type Chance, createChance } from '../dingtalk/random.ts'
import { toCasts } from './cast.ts'
import { createJudge, type Judged } from './judge.ts'

export type ScheduleSoak = {
  readonly kills: number
  readonly seed: number
  readonly onProgress?: (kills: number, violations: readonly string[]) => void
}
export type ScheduleSoakResult = {
  readonly violations: readonly string[]
  readonly numbers: Readonly<Record<string, number>>
  readonly faults: ReadonlyMap<string, number>
}

const CLOCK = fileURLToPath(new URL('./skewed-clock.mjs', import.meta.url))
const PAGE = 1_000
/** Not many are made in one life. */
const PAGE_OF_JOBS = 200
/** What is due is written down within this, whatever else the machine does. */
const SETTLED_WITHIN_MS = 60_000
/** A slot that is delayed by its jitter, and the second in which it is looked at. */
const BEHIND_MS = 4 * SECOND

/** How a life of the daemon goes, by weight. */
const LIVES = { even: 8, forward: 3, backward: 3, suspended: 3, unready: 2 } as const
type Life = keyof typeof LIVES

type Room = ReturnType<typeof createRoom>

/** Runs it. Its dist/ must be built. */
export async function runScheduleSoak({ kills, seed, onProgress }: ScheduleSoak): Promise<ScheduleSoakResult> {
  const chance = createChance(`schedules ${seed}`)
  const stack = await createStack({ agents: 0, start: false, daemonEnv: { GANDER_TZ: 'UTC', LOG_LEVEL: 'warn' } })
  const room = createRoom(stack, chance)
  try {
    await room.open()
    await makeSchedules(room)
    for (let at = 1; at <= kills; at += 1) {
      await live(room)
      onProgress?.(at, [...room.judge.violations])
    }
    await settle(room)
    return { violations: [...room.judge.violations], numbers: room.judge.numbers(), faults: room.faults }
  } finally {
    await stack.close()
  }
}

function createRoom(stack: Stack, chance: Chance) {
  const file = join(stack.dir, 'skew')
  const faults = new Map<string, number>()
  const judge = createJudge()
  const schedules: Judged[] = []
  let skewMs = 0
  const write = (): void => {
    // a life that is just beginning never finds half of it
    writeFileSync(`${file}.new`, String(skewMs))
    renameSync(`${file}.new`, file)
  }
  write()
  const room = {
    ...{ stack, chance, judge, schedules, faults },
    /** What the daemon takes the time for, in ms since the epoch. */
    now: (): number => Date.now() + skewMs,
    count: (fault: string): void => void faults.set(fault, (faults.get(fault) ?? 0) + 1),
    begin: (): void => stack.daemon.start({ NODE_OPTIONS: `--import=${CLOCK}`, SOAK_SKEW_FILE: file }),
    async open(): Promise<void> {
      room.begin()
      await stack.daemonReady()
    },
    /** Moves its clock, whether it runs or not. */
    shift(byMs: number): void {
      if (byMs < 0) judge.rewind({ from: room.now() + byMs - SECOND, to: room.now() + BEHIND_MS })
      skewMs += byMs
      write()
      if (stack.daemon.running) process.kill(stack.daemon.pid, 'SIGUSR2')
    },
    signal: (name: NodeJS.Signals): void => void process.kill(stack.daemon.pid, name),
    async kill(): Promise<void> {
      if (!stack.daemon.running)
        judge.breach('the daemon ends only when it is killed', stack.daemon.log().slice(-1_000))
      await stack.daemon.end('SIGKILL')
    },
    async get<T>(path: string): Promise<T> {
      const { status, text, json } = await stack.api('GET', path)
      if (status !== 200) throw new Error(`${path}: ${status} ${text.slice(0, 500)}`)
      return json as T
    },
  }
  return room
}

async function makeSchedules({ stack, judge, schedules, now }: Room): Promise<void> {
  for (const { request, everyMs } of toCasts(now())) {
    const { status, text, json } = await stack.api('POST', '/api/v1/schedules', request)
    if (status !== 201) throw new Error(`${request.name}: ${status} ${text.slice(0, 500)}`)
    const { id, name, createdAt } = json as Schedule
    const judged = { id, name, createdAt, everyMs }
    schedules.push(judged)
    judge.add(judged)
  }
}

/** One life from ready to killed; then the next one begins, and is asked what it knows. */
async function live(room: Room): Promise<void> {
  const { chance, judge, stack } = room
  const kind: Life = chance.choose(LIVES)
  const from = room.now()
  await LIVING[kind](room)
  if (kind === 'even') judge.rest({ from: from + SECOND, to: room.now() - SECOND })
  await untilMoment(room)
  await room.kill()
  room.count('killed')
  // also while nobody is there a clock may be set
  if (chance.is(0.1)) shiftAway(room)
  room.begin()
  if (kind === 'unready') {
    await wait(chance.int(0, 500))
    await room.kill()
    room.count('killed before it was ready')
    room.begin()
  }
  await stack.daemonReady()
  await look(room)
}

const LIVING: Readonly<Record<Life, (room: Room) => Promise<void>>> = {
  even: ({ chance }) => wait(chance.int(0, 2_500)),
  unready: ({ chance }) => wait(chance.int(0, 500)),
  async forward(room) {
    await wait(room.chance.int(0, 800))
    room.shift(room.chance.pick([3 * SECOND, 20 * SECOND, 61 * SECOND, 5 * MINUTE]) + room.chance.int(0, 999))
    room.count('clock set forward')
    await wait(room.chance.int(0, 1_500))
  },
  async backward(room) {
    await wait(room.chance.int(0, 800))
    room.shift(-room.chance.int(300, 20_000))
    room.count('clock set back')
    await wait(room.chance.int(0, 1_500))
  },
  async suspended(room) {
    await wait(room.chance.int(0, 800))
    room.signal('SIGSTOP')
    await wait(room.chance.int(200, 2_500))
    room.signal('SIGCONT')
    room.count('suspended')
    await wait(room.chance.int(0, 400))
  },
}

function shiftAway(room: Room): void {
  room.shift(room.chance.is(0.5) ? room.chance.int(0, 2 * MINUTE) : -room.chance.int(0, 30 * SECOND))
  room.count('clock set while it was down')
}

// mostly shortly before, in or after the frame of a whole second, when something is due of every schedule
async function untilMoment({ chance, now }: Room): Promise<void> {
  const intoSecond = chance.is(0.8) ? chance.int(-30, 60) : chance.int(0, 999)
  await wait((2 * SECOND - (now() % SECOND) + intoSecond) % SECOND)
}

// the daemon goes on meanwhile: what is fired while its runs are read has a job that is newer than they
async function look(room: Room): Promise<void> {
  const { judge, schedules } = room
  judge.showJobs(await findNewJobs(room))
  for (const { id } of schedules) judge.showRuns(id, await findRuns(room, id))
  const jobs = await findNewJobs(room)
  const fresh = new Set(jobs.map(({ id }) => id).filter(id => !judge.jobs.has(id)))
  judge.showJobs(jobs)
  judge.check(fresh)
}

async function findRuns({ get }: Room, id: string): Promise<Run[]> {
  const runs: Run[] = []
  for (let after = ''; ; ) {
    const page = await get<{ items: Run[]; next?: string }>(`/api/v1/schedules/${id}/runs?limit=${PAGE}${after}`)
    runs.push(...page.items)
    if (page.next === undefined) return runs
    after = `&after=${encodeURIComponent(page.next)}`
  }
}

// newest first: what is behind one that is known is known too
async function findNewJobs({ get, judge }: Room): Promise<Job[]> {
  const jobs: Job[] = []
  for (let after = ''; ; ) {
    const page = await get<{ items: Job[]; next?: string }>(`/api/v1/jobs?limit=${PAGE_OF_JOBS}${after}`)
    jobs.push(...page.items)
    if (page.next === undefined || page.items.some(({ id }) => judge.jobs.has(id))) return jobs
    after = `&after=${encodeURIComponent(page.next)}`
  }
}

/** The last life: all that was due until it began has to be written down, then everything is held together. */
async function settle(room: Room): Promise<void> {
  const { judge } = room
  const target = room.now()
  const isThere = async (): Promise<boolean> => {
    if (room.now() < target + BEHIND_MS) return false
    await look(room)
    return judge.missingUntil(target).length === 0
  }
  await until('all slots to be written down', isThere, SETTLED_WITHIN_MS).catch(() => {
    const missing = judge.missingUntil(target)
    for (const slot of missing.slice(0, 20)) judge.breach('every slot is written down', slot)
    if (missing.length > 20)
      judge.breach('every slot is written down', `${missing.length} are not, until ${toInstant(target)}`)
  })
  judge.checkSteady()
}

const wait = (ms: number): Promise<void> => new Promise(resolve => void setTimeout(resolve, ms))
