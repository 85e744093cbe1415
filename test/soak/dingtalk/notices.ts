// whether each end of a job was told once in each place that asked, and each named one once to the custom robot
import type { JobRow } from '../../../bot/core/state.ts'
import { toConversation } from '../../../shared/chat.ts'
import { countDoubles } from './answers.ts'
import { isContinuation, isResult, type Shown, type Wall } from './lines.ts'
import type { Evidence, Part } from './verdict.ts'

/** How often something was told: for certain, and counting what somebody could not know to have arrived. */
type Told = { clean: number; all: number }
type Tally = Map<string, Told>

const HALFWAY = '进行中'

export function judgeNotices(evidence: Evidence, wall: Wall): Part {
  const { cast, state } = evidence
  const told: Tally = new Map()
  const halfway: Tally = new Map()
  const doubles: Shown[] = []
  let messages = 0
  let merged = 0
  const read = (place: string, line: Shown): void => {
    const jobs = toJobs(line)
    messages += 1
    if (jobs.length > 1) merged += 1
    if (line.spoiled || line.maybe) doubles.push(line)
    const tally = line.title.includes(HALFWAY) && jobs.length === 1 ? halfway : told
    for (const job of jobs) add(tally, `${place} ${job}`, line)
  }
  for (const room of cast.rooms)
    for (const line of wall.of(room.id)) if (isResult(line) && !isContinuation(line)) read(room.id, line)
  // what found no way to its conversation
  const fallen = wall.robot.filter(line => isResult(line) && !isContinuation(line))
  for (const line of fallen) read('robot', { ...line, spoiled: false })

  const named = readNamed(wall.robot)
  const jobs = Array.from(state.jobs.rows()).filter(job => job.endedAt !== undefined && isToldOf(evidence, job))
  const runs = countRuns(evidence)
  const endsOf = (job: JobRow): Ends => {
    const most = runs.get(job.number) ?? 1
    return { least: Math.max(1, most - countHasty(evidence, job)), most }
  }
  const violations = [
    ...jobs.flatMap(job =>
      judgeSummaries(job, told, endsOf(job)).map(one => `${one}${tellCourse(evidence, wall, job)}`),
    ),
    ...judgeNamed(
      jobs.filter(job => job.named),
      named,
      endsOf,
    ),
  ]
  const known = new Set(jobs.map(({ number }) => number))
  for (const key of told.keys())
    if (!known.has(Number(key.split(' ')[1]))) violations.push(`told of a job that nobody asked for: ${key}`)
  for (const [key, { clean }] of halfway)
    if (clean > 1) violations.push(`told ${clean} times that it takes long: ${key}`)
  const robotTexts = wall.robot.filter(line => /^(通知|告警):/.test(line.words.trim())).length
  return {
    violations,
    numbers: {
      'ends told': sum(told),
      '… in messages': messages,
      '… of which of several jobs': merged,
      'halfway messages': sum(halfway),
      'named ends told by the robot': [...named.values()].reduce((a, b) => a + b, 0),
      '… in messages of the robot': robotTexts,
      'fallen back to the robot': fallen.length,
      ...countDoubles(
        'notices doubled',
        doubles.filter(one => hasLater(wall, one)),
      ),
    },
  }
}

type Ends = { readonly least: number; readonly most: number }

function judgeSummaries(job: JobRow, told: Tally, { least, most }: Ends): string[] {
  const places = [...new Set(job.askers?.map(({ place }) => place))]
  const of = (place: string): Told => told.get(`${place} ${job.number}`) ?? { clean: 0, all: 0 }
  const ids = places.map(place => place.replace(toConversation(''), ''))
  const atRobot = of('robot').all
  const violations = ids.flatMap(id => {
    const { clean, all } = of(id)
    if (clean > most) return [`#${job.number}: ${clean} notices in ${id}, it ended ${most} times`]
    if (all + atRobot < least) return [`#${job.number}: ${all} notices in ${id}, it ended ${least} times or more`]
    return []
  })
  const clean = ids.reduce((total, id) => total + of(id).clean, atRobot)
  if (clean > most * ids.length) violations.push(`#${job.number}: ${clean} notices in all for ${ids.length} places`)
  return violations
}

/** Several jobs may have had one name, one after the other. */
function judgeNamed(
  jobs: readonly JobRow[],
  told: ReadonlyMap<string, number>,
  endsOf: (job: JobRow) => Ends,
): string[] {
  return [...new Set(jobs.map(({ name }) => name))].flatMap(name => {
    const own = jobs.filter(job => job.name === name)
    // while the robot has to wait its end may be over: who retries then makes what was to be told untrue
    const least = own.length
    const most = own.reduce((all, job) => all + endsOf(job).most, 0)
    const times = told.get(name) ?? 0
    if (times >= least && times <= most) return []
    return [`${name}: told ${times} times by the robot, it ended ${least} to ${most} times`]
  })
}

// what only looked, or was asked for elsewhere
function isToldOf({ state }: Evidence, job: JobRow): boolean {
  if (job.askers === undefined || job.askers.length === 0) return false
  return [...state.tasks.find('job', job.id)].some(task => task.action !== 'list' && task.options.dryRun !== true)
}

/** How often each job can have ended: once, and once more for each time that one of its paths ran again. */
function countRuns({ state, agent }: Evidence): ReadonlyMap<number, number> {
  return new Map(
    Array.from(state.jobs.rows(), job => {
      const runs = [...state.tasks.find('job', job.id)].map(task => agent.ran.get(task.path) ?? 1)
      return [job.number, Math.max(1, ...runs)]
    }),
  )
}

/** An end has to last 5 s before it is told; a daemon that was away hears of it later. */
const LASTS_MS = 12_000
const AWAY_MS = 60_000

/** When it ended and was asked for again. */
function tellCourse({ talk, state, agent, cast }: Evidence, wall: Wall, job: JobRow): string {
  const toTime = (ms: number): string => new Date(ms).toISOString().slice(11, 23)
  const ends = [...state.tasks.find('job', job.id)].flatMap(task => agent.ended.get(task.path) ?? [])
  const asked = talk.said.filter(one => one.job === job.number && one.kind === 'retry')
  const heard = asked.map(({ key }) => state.messages.get(key)?.at.slice(11, 23) ?? 'never')
  const told = [...cast.rooms.flatMap(({ id }) => wall.of(id)), ...wall.robot]
    .filter(line => new RegExp(`#${job.number}\\b`).test(line.words))
    .map(
      line => `${toTime(line.line.at)} ${line.line.kind} ${line.why} ${line.words.slice(0, 60).replaceAll('\n', ' ')}`,
    )
  return ` (told ${told.join(' / ')}; ended ${ends.map(toTime).join(' ')}; 重试 ${heard.join(' ') || 'never'})`
}

/** Retries that came before an end had lasted. */
function countHasty({ talk, state, agent, downs }: Evidence, job: JobRow): number {
  const ends = [...state.tasks.find('job', job.id)].flatMap(task => agent.ended.get(task.path) ?? [])
  const asked = talk.said.filter(one => one.job === job.number && one.kind === 'retry')
  return asked.filter(({ key }) => {
    const at = Date.parse(state.messages.get(key)?.at ?? '')
    return ends.some(end => {
      const wasAway = downs.some(down => down > end - AWAY_MS && down < at)
      return at > end - 1_000 && at < end + (wasAway ? LASTS_MS + AWAY_MS : LASTS_MS)
    })
  }).length
}

/** Numbers of the jobs that a message tells of. */
function toJobs({ title, words }: Shown): number[] {
  const one = /#(\d+)/.exec(title)?.[1]
  if (one !== undefined) return [Number(one)]
  return [...words.matchAll(/\*\*(?:通知|告警)：[^#*]*#(\d+)/g)].map(found => Number(found[1]))
}

/** How often the robot told of each name. A repeat under the same msgUuid shows no second message. */
function readNamed(lines: readonly Shown[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { line } of lines)
    for (const [, name = ''] of line.text.matchAll(/^(?:通知|告警):.* for task (\S+)$/gm))
      counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function add(tally: Tally, key: string, { spoiled, maybe }: Shown): void {
  const known = tally.get(key) ?? { clean: 0, all: 0 }
  tally.set(key, { clean: known.clean + Number(!spoiled && !maybe), all: known.all + 1 })
}

function sum(tally: Tally): number {
  return [...tally.values()].reduce((total, { all }) => total + all, 0)
}

function hasLater(wall: Wall, one: Shown): boolean {
  const own = wall.of(one.line.conversationId)
  return own.some(other => other.line !== one.line && other.line.at >= one.line.at && other.words === one.words)
}
