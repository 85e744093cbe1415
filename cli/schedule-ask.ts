// what a schedule is asked to be: from the command line, and from what it was before
import { isDeepStrictEqual } from 'node:util'
import type * as z from 'zod'
import type { Schedule, ScheduleRequest, TimingRequest, WaitFor } from '../shared/schedule.ts'
import { usage } from './failure.ts'
import { readGiven, toNoAction } from './schedule-given.ts'
import { asTyped } from './schedule-mistakes.ts'
import { askPreview } from './schedule-next.ts'
import { kept, NONE } from './schedule-options.ts'
import { type Edge, isAbsolute, readWhen } from './schedule-time.ts'
import { toEverything, toLoad, toWork } from './schedule-work.ts'
import type { Context } from './verb.ts'

type Asked = z.input<typeof ScheduleRequest>
type Timing = z.input<typeof TimingRequest>

/** What a new schedule is to be. Throws a usage `Failure` when the words do not say when, or what. */
export async function toNew(context: Context): Promise<Asked> {
  const given = await readGiven(context.words, context.options.file)
  if (given.action === undefined && given.everything === undefined) throw toNoAction(context.words)
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

/** Whether what is asked for is what it was already. */
export async function isAsBefore(context: Context, now: Schedule, body: Asked): Promise<boolean> {
  const same = await toEdited({ ...context, words: context.words.slice(0, 1), options: {} }, now)
  const { paused } = now
  const toPlain = (asked: Asked): unknown => JSON.parse(JSON.stringify({ ...asked, paused: asked.paused ?? paused }))
  return isDeepStrictEqual(toPlain(body), toPlain(same))
}

/** When: what was given, and for the rest what it was. */
export async function toTiming(context: Context, expression: string, now?: Schedule): Promise<Timing> {
  const { start, end, jitter, quiet } = context.options
  const zone = kept(context.options.zone, now?.zone)
  const [startAt, endAt] = [start ?? now?.startAt, end ?? now?.endAt]
  const vague = [startAt, endAt].some(text => text !== undefined && text !== NONE && !isAbsolute(text))
  const clock = zone ?? (vague ? await askZone(context, expression) : 'UTC')
  return {
    ...{ expression, zone, jitterSeconds: kept(jitter, now?.jitterSeconds), quietHours: kept(quiet, now?.quietHours) },
    ...{ startAt: toWhen(startAt, clock, 'start'), endAt: toWhen(endAt, clock, 'end') },
  }
}

// a date means nothing without a zone, and the daemon has one of its own
async function askZone({ api }: Context, expression: string): Promise<string> {
  const body = { expression, count: 1 }
  return (await asTyped({ body }, () => askPreview(api, body))).zone
}

function toWhen(text: string | undefined, zone: string, edge: Edge): string | undefined {
  if (text === undefined || text === NONE) return undefined
  // a zone that is unknown here is for the daemon to refuse
  return readWhen(text, zone, edge) ?? readWhen(text, 'UTC', edge)
}

function toRules({ options }: Context, now?: Schedule): Omit<Asked, 'expression'> {
  const waitFor = toWaitFor(options, now?.waitFor)
  return {
    name: options.scheduleName ?? now?.name,
    description: kept(options.description, now?.description),
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
  const path = kept(waitFor, now?.path)
  if (path === undefined) {
    const lonely = [stable, within].some(given => given !== undefined && given !== NONE) || orLoad
    if (lonely) throw usage('--stable, --within and --or-load need --wait-for PATH: what is waited for.')
    return undefined
  }
  return {
    ...{ ...now, path, stableMinutes: kept(stable, now?.stableMinutes) },
    ...(within === undefined ? {} : { withinMinutes: kept(within, undefined) }),
    ...(orLoad === undefined ? {} : { otherwise: orLoad ? 'load' : 'skip' }),
  }
}
