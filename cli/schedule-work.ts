// what a schedule does, and with which options: from the command line, and from what it did before
import type * as z from 'zod'
import { ACTIONS, type ActionName, type AskedOptions } from '../shared/actions.ts'
import type { Schedule, ScheduleRequest } from '../shared/schedule.ts'
import { EVERYTHING } from '../shared/work-statement.ts'
import { usage } from './failure.ts'
import type { Options } from './options.ts'
import type { Given } from './schedule-given.ts'
import { kept, NONE } from './schedule-options.ts'
import type { Context } from './verb.ts'

type Load = Pick<z.input<typeof ScheduleRequest>, 'action' | 'paths' | 'options' | 'cluster' | 'statement'>

const LOAD_FLAGS = {
  ...{ scheduleReplication: '--replicas', scheduleTimeout: '--timeout', scheduleFreshness: '--freshness' },
  ...{ refresh: '--refresh', force: '--force', verify: '--no-verify' },
} as const
const LOAD_KEYS = Object.keys(LOAD_FLAGS) as readonly (keyof typeof LOAD_FLAGS)[]

/** An action on paths. Its options stay until they are taken away, those of a load also with forceload. */
export function toLoad({ options }: Context, { action, paths }: Given, now?: Schedule): Load {
  const before = isAlike(action, now?.action) ? now?.options : undefined
  return {
    ...{ action, paths: [...paths], options: toOptions(options, before) },
    cluster: kept(options.scheduleCluster, now?.cluster),
  }
}

/** Everything that was ever loaded. Throws a usage `Failure` for an option of a load. */
export function toEverything({ options }: Context, now?: Schedule): Load {
  const asked = LOAD_KEYS.find(key => (key === 'verify' ? options.verify === false : isAsked(options[key])))
  if (asked !== undefined)
    throw usage(`No option of a load goes with ${EVERYTHING}, only --cluster; got ${LOAD_FLAGS[asked]}.`)
  return { statement: EVERYTHING, cluster: kept(options.scheduleCluster, now?.cluster) }
}

/** What was given, and for the rest what it did; what was asked for in words stays until something of it is given anew. */
export function toWork(context: Context, given: Given, now: Schedule): Load {
  if (given.everything) return toEverything(context, now)
  const action = given.action ?? now.action
  const paths = given.paths.length > 0 || given.action !== undefined ? given.paths : (now.paths ?? [])
  const isAnew =
    given.action !== undefined || given.paths.length > 0 || LOAD_KEYS.some(key => context.options[key] !== undefined)
  if (now.statement !== undefined && !isAnew) {
    const cluster = kept(context.options.scheduleCluster, now.cluster)
    if (cluster === now.cluster) return { statement: now.statement, cluster }
    // the words may name a cluster themselves, so they do not stay beside another one
    if (action === undefined && now.problem === undefined) return toEverything(context, now)
  }
  if (action === undefined)
    throw usage(`It does what was said in words (${JSON.stringify(now.statement)}): give an action and its paths anew.`)
  return toLoad(context, { action, paths }, now)
}

function isAlike(action: ActionName | undefined, before: ActionName | undefined): boolean {
  if (action === undefined || before === undefined) return false
  return action === before || (ACTIONS[action].verified && ACTIONS[before].verified)
}

const isAsked = (given: unknown): boolean => given !== undefined && given !== NONE && given !== false

function toOptions(given: Options, before: AskedOptions = {}): Load['options'] {
  const { scheduleTimeout: timeout, verify } = given
  const seconds = typeof timeout === 'number' ? Math.ceil(timeout / 1_000) : timeout
  return {
    ...before,
    replication: kept(given.scheduleReplication, before.replication),
    timeoutSeconds: kept(seconds, before.timeoutSeconds),
    freshness: kept(given.scheduleFreshness, before.freshness),
    refresh: kept(toFlag(given.refresh), before.refresh),
    force: kept(toFlag(given.force), before.force),
    // as the daemon is told, where nobody says that it is not to be
    verify: verify === undefined ? before.verify : verify ? undefined : false,
  }
}

const toFlag = (given: boolean | undefined): true | typeof NONE | undefined =>
  given === undefined ? undefined : given || NONE
