// one schedule and its runs: all of it, its history, a run now, runs of the past
import * as z from 'zod'
import { Run, type Schedule } from '../../shared/schedule.ts'
import { askFor, findJob, pages } from '../answers.ts'
import { EXIT, usage } from '../failure.ts'
import { toFacts } from '../schedule-facts.ts'
import { addressOf, findSchedule } from '../schedule-find.ts'
import { asTyped } from '../schedule-mistakes.ts'
import { askNext, toNextLines } from '../schedule-next.ts'
import { type Edge, isDate, readWhen } from '../schedule-time.ts'
import { RUN_HEAD, toName, toRunRow, toRunSentence } from '../schedule-words.ts'
import { toTable } from '../table.ts'
import type { Context, Verb } from '../verb.ts'
import { waitForJobs } from '../wait.ts'

const NEXT = 5
const LATEST = 5
const HISTORY = 20
/** The daemon answers at most so many rows at once. */
const PAGE = 200

export const show: Verb = {
  name: 'show',
  takes: '<schedule>',
  summary: 'all of a schedule: what it is, its next five slots, its last runs',
  options: [],
  alike: ['get', 'describe', 'info', 'view', 'status'],
  examples: [['gander schedule show nightly', 'by name, number or id']],
  run: async context => {
    const { api, screen, options } = context
    const schedule = await findSchedule(api, context.words[0] ?? '')
    const next = await askNext(api, schedule, NEXT)
    const latest = await readRuns(context, schedule, LATEST)
    if (options.json) {
      await screen.json({ type: 'schedule', schedule })
      for (const item of next?.items ?? []) await screen.json({ type: 'slot', ...item })
      for (const run of latest) await screen.json({ type: 'run', run })
      return EXIT.cached
    }
    for (const line of toTable(toFacts(schedule, screen.paint, next))) await screen.line(line)
    await screen.line(schedule.paused ? 'next, were it not paused:' : 'next:')
    for (const line of next === undefined ? [] : toNextLines(next)) await screen.line(line)
    if (latest.length > 0) await screen.line('last runs:')
    for (const line of latest.length > 0 ? toRunLines(context, schedule, latest) : []) await screen.line(`  ${line}`)
    return EXIT.cached
  },
}

export const history: Verb = {
  name: 'history',
  takes: '<schedule>',
  summary: 'what became of its slots, newest first; times are on its own clock',
  options: ['looked'],
  alike: ['runs', 'log', 'logs'],
  examples: [['gander schedule history nightly -n 50', 'skipped and missed slots too, with the reason (default 20)']],
  run: async context => {
    const schedule = await findSchedule(context.api, context.words[0] ?? '')
    const runs = await readRuns(context, schedule, context.options.looked ?? HISTORY)
    if (runs.length === 0 && !context.options.json) context.screen.news(`${toName(schedule)} had no slot yet.`)
    await tellRuns(context, schedule, runs)
    return EXIT.cached
  },
}

export const run: Verb = {
  name: 'run',
  takes: '<schedule>',
  summary: 'run it now, whatever its rules say',
  options: ['slot', 'waitForRun'],
  alike: ['trigger', 'fire', 'now'],
  examples: [
    ['gander schedule run nightly --wait', 'and wait for the verdict, as gander load does'],
    ['gander schedule run nightly --slot 2026-11-01', 'with the dates of that day on its clock'],
  ],
  run: async context => {
    const { api, screen, options } = context
    const schedule = await findSchedule(api, context.words[0] ?? '')
    const { slot } = options
    const body = slot === undefined ? {} : { slot: toInstant(slot, schedule) }
    const call = ['POST', addressOf(schedule, '/run'), { body }] as const
    const begun = await asTyped({ body, options, zone: schedule.zone }, () => askFor(api, Run, call))
    if (options.json) await screen.json({ type: 'run', run: begun })
    else await screen.line(`${toName(schedule)}: ${toRunSentence(begun)}`)
    if (begun.status === 'unstarted') return EXIT.failed
    if (!options.waitForRun || begun.job === undefined) return EXIT.cached
    return waitForJobs(context, [await findJob(api, begun.job.id)])
  },
}

export const backfill: Verb = {
  name: 'backfill',
  takes: '<schedule>',
  summary: 'run slots of the past that have no run that went well, one after the other, oldest first',
  notes: `
Today as --to is until now. --start and --end of the schedule do not count here: slots before and after run too.`,
  options: ['from', 'to', 'everySlot'],
  alike: ['rerun', 'catchup'],
  examples: [
    ['gander schedule backfill nightly --from 2026-11-01 --to 2026-11-07', 'dates on its clock, both included'],
    [
      'gander schedule backfill 7 --from 2026-11-01T00:00:00Z --to 2026-11-02T00:00:00Z --all',
      'those that went well too',
    ],
  ],
  run: async context => {
    const { api, options, words, screen } = context
    const { from, to } = options
    if (from === undefined || to === undefined) throw usage('A backfill needs --from and --to.')
    const schedule = await findSchedule(api, words[0] ?? '')
    const only = options.everySlot ? 'all' : 'missing'
    const body = { from: toInstant(from, schedule), to: toEnd(to, schedule), only }
    const call = ['POST', addressOf(schedule, '/backfill'), { body }] as const
    const ask = () => askFor(api, z.object({ items: z.array(Run) }), call)
    const { items } = await asTyped({ body, options, zone: schedule.zone }, ask)
    await tellRuns(context, schedule, items)
    if (!options.json) screen.news(`They run one after the other: gander schedule history ${schedule.number}`)
    return EXIT.cached
  },
}

// a zone that is unknown here leaves UTC
function toInstant(text: string, { zone }: Schedule, edge: Edge = 'start'): string | undefined {
  return readWhen(text, zone, edge) ?? readWhen(text, 'UTC', edge)
}

// all of today is not over: up to now, by the daemon's clock
function toEnd(text: string, schedule: Schedule): string | undefined {
  const [first, last] = [toInstant(text, schedule), toInstant(text, schedule, 'end')]
  const now = new Date().toISOString()
  return isDate(text) && first !== undefined && last !== undefined && first <= now && last > now ? undefined : last
}

async function readRuns({ api }: Context, schedule: Schedule, most: number): Promise<Run[]> {
  const runs: Run[] = []
  for await (const run of pages(api, Run, addressOf(schedule, `/runs?limit=${Math.min(most, PAGE)}`))) {
    runs.push(run)
    if (runs.length >= most) break
  }
  return runs
}

async function tellRuns(context: Context, schedule: Schedule, runs: readonly Run[]): Promise<void> {
  const { screen, options } = context
  if (options.json) for (const run of runs) await screen.json(run)
  else if (runs.length > 0) for (const line of toRunLines(context, schedule, runs)) await screen.line(line)
}

function toRunLines({ screen }: Context, { zone }: Schedule, runs: readonly Run[]): string[] {
  return toTable([RUN_HEAD, ...runs.map(run => toRunRow(run, zone, screen.paint))])
}
