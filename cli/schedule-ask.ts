// what a schedule is asked to be: from the command line, and from what it was before
import type * as z from 'zod'
import { ActionName } from '../shared/actions.ts'
import type { Schedule, ScheduleRequest, TimingRequest, WaitFor } from '../shared/schedule.ts'
import { EVERYTHING } from '../shared/work-statement.ts'
import { usage } from './failure.ts'
import { withCaret } from './schedule-find.ts'
import { EVERYTHING_HINT, type Given, readGiven } from './schedule-given.ts'
import { askPreview } from './schedule-next.ts'
import { NONE } from './schedule-options.ts'
import { type Edge, isAbsolute, readWhen } from './schedule-time.ts'
import { toTaskOptions } from './submission.ts'
import type { Context } from './verb.ts'

type Asked = z.input<typeof ScheduleRequest>
type Timing = z.input<typeof TimingRequest>

/** What a new schedule is to be. Throws a usage `Failure` when the words do not say when, or what. */
export async function toNew(context: Context): Promise<Asked> {
  const given = await readGiven(context.words, context.options.file)
  if (given.action === undefined && given.everything === undefined) {
    const got = JSON.stringify(context.words.slice(0, 7).join(' '))
    throw usage(
      `What to do is missing: EXPRESSION ACTION PATH, an action being ${ActionName.options.join(', ')}; got ${got}. ${EVERYTHING_HINT}.`,
    )
  }
  if (given.expression === undefined) throw usage('When is missing: gander schedule add "0 2 * * *" load /data/db1')
  const timing = await toTiming(context, given.expression)
  return { ...timing, ...toRules(context), ...(given.everything ? toEverything(context) : toLoad(context, given)) }
}

/** What a schedule is to be from now on: what was given, and for the rest what it was. */
export async function toEdited(context: Context, now: Schedule): Promise<Asked> {
  const given = await readGiven(context.words.slice(1), context.options.file)
  const timing = await toTiming(context, given.expression ?? now.expression, now)
  return { ...timing, ...toRules(context, now), ...toWork(context, given, now) }
}

/** When: what was given, and for the rest what it was. */
export async function toTiming(context: Context, expression: string, now?: Schedule): Promise<Timing> {
  const { zone = now?.zone, start, end, jitter = now?.jitterSeconds, quiet } = context.options
  const [startAt, endAt] = [start ?? now?.startAt, end ?? now?.endAt]
  const vague = [startAt, endAt].some(text => text !== undefined && text !== NONE && !isAbsolute(text))
  const clock = zone ?? (vague ? await askZone(context, expression) : 'UTC')
  return {
    ...{ expression, zone, jitterSeconds: jitter, quietHours: kept(quiet, now?.quietHours) },
    ...{ startAt: toWhen(startAt, clock, 'start'), endAt: toWhen(endAt, clock, 'end') },
  }
}

// a date means nothing without a zone, and the daemon has one of its own
async function askZone({ api }: Context, expression: string): Promise<string> {
  const body = { expression, count: 1 }
  return (await withCaret(body, () => askPreview(api, body))).zone
}

function toWhen(text: string | undefined, zone: string, edge: Edge): string | undefined {
  if (text === undefined || text === NONE) return undefined
  // a zone that is unknown here is for the daemon to refuse
  return readWhen(text, zone, edge) ?? readWhen(text, 'UTC', edge)
}

function toRules({ options }: Context, now?: Schedule): Omit<Asked, 'expression'> {
  const waitFor = toWaitFor(options, now?.waitFor)
  return {
    name: options.name ?? now?.name,
    description: options.description ?? now?.description,
    overlap: options.overlap ?? now?.overlap,
    misfire: options.misfire ?? now?.misfire,
    misfireWithinSeconds: kept(options.misfireWithin, now?.misfireWithinSeconds),
    waitFor,
    readyBy: kept(options.readyBy, now?.readyBy),
    notify: options.notify ?? now?.notify,
    paused: options.paused,
  }
}

function toWaitFor(options: Context['options'], now: WaitFor | undefined): z.input<typeof WaitFor> | undefined {
  const { waitFor, stable, within, orLoad } = options
  if (waitFor === NONE) return undefined
  const path = waitFor ?? now?.path
  if (path === undefined) {
    const lonely = stable !== undefined || within !== undefined || orLoad
    if (lonely) throw usage('--stable, --within and --or-load need --wait-for PATH: what is waited for.')
    return undefined
  }
  return {
    ...{ ...now, path, stableMinutes: kept(stable, now?.stableMinutes) },
    ...(within === undefined ? {} : { withinMinutes: within }),
    ...(orLoad ? { otherwise: 'load' } : {}),
  }
}

type Load = Pick<Asked, 'action' | 'paths' | 'options' | 'cluster' | 'statement'>

function toLoad(context: Context, { action, paths }: Given, now?: Schedule): Load {
  const options = { ...(action === now?.action ? now?.options : undefined), ...toTaskOptions(context.options) }
  const cluster = context.options.cluster ?? now?.cluster
  return { action, paths: [...paths], options, ...(cluster === undefined ? {} : { cluster }) }
}

function toEverything(context: Context, now?: Schedule): Load {
  const [option] = Object.keys(toTaskOptions(context.options))
  if (option !== undefined)
    throw usage(`No option of a load goes with ${EVERYTHING}, only --cluster; got one for ${option}.`)
  const cluster = context.options.cluster ?? now?.cluster
  return { statement: EVERYTHING, ...(cluster === undefined ? {} : { cluster }) }
}

// what was asked for in words stays so until something of it is given anew
function toWork(context: Context, given: Given, now: Schedule): Load {
  if (given.everything) return toEverything(context, now)
  const action = given.action ?? now.action
  const paths = given.paths.length > 0 || given.action !== undefined ? given.paths : (now.paths ?? [])
  const options = toTaskOptions(context.options)
  const changed = given.action !== undefined || given.paths.length > 0 || Object.keys(options).length > 0
  if (now.statement !== undefined && !changed) {
    const cluster = context.options.cluster ?? now.cluster
    return { statement: now.statement, ...(cluster === undefined ? {} : { cluster }) }
  }
  if (action === undefined) {
    throw usage(`It does what was said in words (${JSON.stringify(now.statement)}): give an action and its paths anew.`)
  }
  return toLoad(context, { action, paths }, now)
}

/** What was given, what was there before, or nothing when it is to be taken away. */
function kept<T>(given: T | typeof NONE | undefined, before: T | undefined): T | undefined {
  return given === NONE ? undefined : (given ?? before)
}
