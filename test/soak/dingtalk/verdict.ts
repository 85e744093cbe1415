// what the soak came to: each law looked at from outside, beside what the daemon itself has on its disk
import type { State } from '../../../bot/core/state.ts'
import type { LocalDingTalk } from '../../helpers/dingtalk/local.ts'
import type { StubAgent } from './agent.ts'
import { judgeAnswers } from './answers.ts'
import type { Cast } from './cast.ts'
import type { LogLine } from './daemon.ts'
import { readWall } from './lines.ts'
import { judgeNotices } from './notices.ts'
import type { Facts, Said } from './said.ts'
import { findSecrets, type Secrets } from './secrets.ts'
import type { Talk } from './talk.ts'

export type Evidence = {
  readonly local: LocalDingTalk
  readonly cast: Cast
  readonly talk: Pick<Talk, 'said' | 'foreign'>
  readonly agent: StubAgent
  readonly state: State
  readonly log: readonly LogLine[]
  readonly secrets: Secrets
  /** When the daemon was killed. */
  readonly kills: readonly number[]
  /** When it was ended, in whatever way. */
  readonly downs: readonly number[]
  /** When it was ended, to go on without cards. */
  readonly uncarded: readonly number[]
  /** When nothing reached the groups but through the custom robot. */
  readonly rushes: readonly Span[]
  /** Connections of which the platform read nothing any more. */
  readonly dead: ReadonlySet<string>
  /** The custom robot. */
  readonly token: string
  /** Mistakes that nobody caught in this process. */
  readonly uncaught: readonly string[]
}

/** In ms since the epoch. */
export type Span = { readonly from: number; readonly to: number }
export type Numbers = Readonly<Record<string, number | string>>
export type Part = { readonly violations: readonly string[]; readonly numbers: Numbers }

/** Never more than this in any minute to one custom robot. */
const MOST_A_MINUTE = 20

export function judge(evidence: Evidence): Part {
  const { local, state, kills, token } = evidence
  const wall = readWall(local, token, kills)
  const facts = readFacts(state)
  const answers = judgeAnswers(evidence, wall, facts)
  const parts = [
    judgeDelivery(evidence),
    answers,
    judgeWork(evidence, answers.answeredBy),
    judgeNotices(evidence, wall),
    judgeRobot(evidence),
    judgeProtocol(evidence),
    judgeRest(evidence),
    judgeCards(evidence),
    judgeLog(evidence),
  ]
  return {
    violations: parts.flatMap(({ violations }) => violations),
    numbers: Object.assign({}, ...parts.map(({ numbers }) => numbers)) as Numbers,
  }
}

function readFacts(state: State): Facts {
  const numbers = new Map<string, number>()
  for (const { path, jobId, options } of state.tasks.rows()) {
    const number = state.jobs.get(jobId)?.number
    if (number !== undefined && options.dryRun !== true) numbers.set(path, number)
  }
  return { jobOf: path => numbers.get(path), heardAt: key => state.messages.get(key)?.at ?? '' }
}

/** What was acked is on the daemon's disk; what is there was sent. */
function judgeDelivery({ talk, state }: Evidence): Part {
  const acked = talk.said.filter(one => one.pushes.some(({ ack }) => ack !== undefined))
  const lost = acked.filter(({ key }) => state.messages.get(key) === undefined)
  const keys = new Set(talk.said.map(({ key }) => key))
  const strange = Array.from(state.messages.rows(), row => row.id).filter(id => !keys.has(id))
  const pushes = talk.said.flatMap(one => one.pushes)
  const unheard = talk.said.filter(({ key }) => state.messages.get(key) === undefined)
  return {
    violations: [
      ...lost.map(one => `acked and not kept: ${one.kind} ${one.key} ${one.text}`),
      ...strange.map(id => `kept, but nobody sent it: ${id}`),
    ],
    numbers: {
      messages: talk.said.length,
      '… kept by the daemon': talk.said.length - unheard.length,
      '… dropped by the platform, un-acked': unheard.length,
      '… pushed again (un-acked, or once more)':
        pushes.reduce((sum, { pushedOn }) => sum + pushedOn.length, 0) -
        talk.said.filter(one => one.pushes.some(({ pushedOn }) => pushedOn.length > 0)).length,
      '… for another robot, under the same id': talk.foreign.length,
    },
  }
}

/** Each command changed something exactly once. */
function judgeWork(evidence: Evidence, answeredBy: ReadonlyMap<Said, string>): Part {
  const { state, talk, agent } = evidence
  const tasks = new Map<string, number>()
  for (const { path, options } of state.tasks.rows())
    if (options.dryRun !== true) tasks.set(path, (tasks.get(path) ?? 0) + 1)
  const violations: string[] = []
  const wanted = new Map<string, Said>()
  for (const one of talk.said) {
    const title = answeredBy.get(one)
    if (one.paths === undefined || title === undefined || title === '未执行') continue
    for (const path of one.paths) wanted.set(path, one)
  }
  for (const [path, one] of wanted)
    if (tasks.get(path) !== 1) violations.push(`${tasks.get(path) ?? 0} tasks for ${path} of ${one.kind} ${one.key}`)
  for (const [path, count] of tasks) {
    if (!path.startsWith('/soak/m') && !path.startsWith('/soak/long/')) continue
    if (!wanted.has(path)) violations.push(`${count} tasks for ${path}, which nobody was told of`)
  }
  const retries = countRetries(talk.said, answeredBy)
  let compared = 0
  for (const job of state.jobs.rows()) {
    const [task, ...more] = [...state.tasks.find('job', job.id)]
    if (task === undefined || more.length > 0 || job.desired === 'stop' || task.options.dryRun === true) continue
    if (task.action !== 'load' || task.lostAgain > 0) continue
    compared += 1
    const [ran, asked] = [agent.ran.get(task.path) ?? 0, 1 + (retries.get(job.number) ?? 0)]
    if (ran !== asked) violations.push(`#${job.number} ${task.path} ran ${ran} times, asked for ${asked} times`)
  }
  const numbers = { 'paths asked for': wanted.size, 'retries taken': [...retries.values()].reduce((a, b) => a + b, 0) }
  return { violations, numbers: { ...numbers, 'jobs whose runs were counted': compared } }
}

function countRetries(said: readonly Said[], answeredBy: ReadonlyMap<Said, string>): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const one of said) {
    const title = answeredBy.get(one)
    if (one.kind !== 'retry' || one.job === undefined || title === undefined || title === '未执行') continue
    counts.set(one.job, (counts.get(one.job) ?? 0) + 1)
  }
  return counts
}

function judgeRobot({ local, token }: Evidence): Part {
  const peak = local.peakPerMinute(token)
  const calls = local.calls('POST /robot/send').map(({ at }) => at)
  const most = Math.max(0, ...calls.map((at, n) => calls.slice(n, n + 40).filter(one => one - at < 60_000).length))
  return {
    violations:
      Math.max(peak.accepted, peak.attempted, most) > MOST_A_MINUTE
        ? [`${most} requests to the robot in a minute`]
        : [],
    numbers: { 'robot: peak a minute, accepted': peak.accepted, 'robot: peak a minute, requests': most },
  }
}

function judgeProtocol({ local, dead }: Evidence): Part {
  const { wrongConnection, badFrames } = local
  // what was acked on a half-open connection is read when that is cut at last
  const orphanAcks = local.orphanAcks.filter(({ connectionId }) => !dead.has(connectionId))
  return {
    violations: [
      ...orphanAcks.map(one => `an ack that nobody waits for: ${JSON.stringify(one)}`),
      ...wrongConnection.map(one => `acked on another connection: ${JSON.stringify(one)}`),
      ...badFrames.map(one => `a frame that is no JSON: ${one.slice(0, 100)}`),
    ],
    numbers: { connections: local.allConnections().length, acks: local.acks.length },
  }
}

/** All is over: nothing waits to be answered, written or sent. */
function judgeRest({ state }: Evidence): Part {
  const open = Array.from(state.messages.rows()).filter(({ status }) => status === 'heard')
  const jobs = Array.from(state.jobs.rows()).filter(({ endedAt }) => endedAt === undefined)
  return {
    violations: [
      ...open.map(({ id, text }) => `never answered: ${id} ${text}`),
      ...Array.from(state.notices.rows(), one => `never written: ${JSON.stringify(one)}`),
      ...Array.from(state.letters.rows(), one => `never sent: ${JSON.stringify(one).slice(0, 300)}`),
      ...jobs.map(({ number, status }) => `never ended: #${number} ${status}`),
    ],
    numbers: { jobs: state.jobs.size },
  }
}

const OVER = ['OK', 'FAILED', 'CANCELLED']

/** Whoever was making a card when it was ended, and does without cards from then on, never hears of it again. */
const MADE_WITHIN_MS = 60_000
/** And the platform may take so long. */
const SLOWEST_MS = 25_000

/** Every card that stands shows how its job ended, also one that nobody could know to stand. */
function judgeCards({ local, state, uncarded }: Evidence): Part {
  const standing = local.cards().filter(({ conversationId }) => conversationId !== undefined)
  const stuck = standing.filter(({ createdAt, variables }) => {
    if (OVER.includes(variables['status'] ?? '')) return false
    return !uncarded.some(at => createdAt < at + SLOWEST_MS && createdAt > at - MADE_WITHIN_MS)
  })
  const updates = local.cards().map(({ updatedAt }) => updatedAt.length)
  return {
    violations: stuck.map(
      ({ outTrackId, variables, createdAt }) =>
        `a card of ${new Date(createdAt).toISOString()} stays ${variables['status']} for #${variables['jobId']} (${outTrackId}): ${state.cards.get(outTrackId)?.status ?? 'not known to the daemon'}`,
    ),
    numbers: { cards: standing.length, '… updates': updates.reduce((all, one) => all + one, 0) },
  }
}

const MISTAKES =
  /failed|could not be (answered|sent|carried out|made|kept|written|handled|read)|ends by a mistake|in our own code/

function judgeLog({ log, secrets, uncaught }: Evidence): Part {
  const errors = log.filter(({ level, message }) => level === 'error' && MISTAKES.test(message))
  return {
    violations: [
      ...findSecrets(log, secrets).map(one => `a secret in the log: ${one}`),
      ...errors.slice(0, 10).map(({ text }) => `an error in the log: ${text.slice(0, 600)}`),
      ...uncaught.map(one => `nobody caught: ${one}`),
    ],
    numbers: {
      'lines of log': log.length,
      'log: warnings': log.filter(({ level }) => level === 'warn').length,
      'log: errors': log.filter(({ level }) => level === 'error').length,
    },
  }
}
