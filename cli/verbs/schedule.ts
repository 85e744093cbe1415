// schedule: what the clock repeats: list, make, change, pause, run, look back

import * as z from 'zod'
import { Schedule } from '../../shared/schedule.ts'
import { askFor, pages } from '../answers.ts'
import { EXIT, Failure } from '../failure.ts'
import { saysYes } from '../interrupt.ts'
import type { OptionName } from '../options.ts'
import { addressOf, findSchedules, ROOT } from '../schedule-find.ts'
import { SCHEDULE_HEAD, toName, toScheduleRow } from '../schedule-words.ts'
import { toTable } from '../table.ts'
import type { Context, Verb } from '../verb.ts'
import { add, edit, preview } from './schedule-edit.ts'
import { backfill, history, run, show } from './schedule-runs.ts'

/** So many are paused or resumed in one go. */
const PART = 1_000
const LIST_OPTIONS: readonly OptionName[] = ['prefix', 'owner', 'onlyPaused']

const list: Verb = {
  name: 'list',
  takes: '',
  summary: 'list schedules: what they do, when next, how the last run went',
  options: LIST_OPTIONS,
  alike: ['ls', 'all'],
  examples: [['gander schedule list --prefix night', 'times are on the clock of each schedule']],
  run: tellSchedules,
}

const pause: Verb = {
  name: 'pause',
  takes: '<schedules...>',
  summary: 'begin no more slots; all that are named, or none',
  options: [],
  alike: ['disable', 'suspend', 'stop'],
  examples: [['gander schedule pause nightly 7', 'by name or number; what is at work goes on']],
  run: context => setPaused(context, 'pause'),
}

const resume: Verb = {
  name: 'resume',
  takes: '<schedules...>',
  summary: 'go on with the slots to come',
  options: [],
  alike: ['enable', 'unpause', 'start', 'continue'],
  examples: [['gander schedule resume nightly', 'slots that passed meanwhile are not made up for']],
  run: context => setPaused(context, 'resume'),
}

const remove: Verb = {
  name: 'remove',
  takes: '<schedules...>',
  summary: 'remove schedules and their history; asks first on a terminal',
  options: ['yes'],
  alike: ['delete', 'rm', 'drop', 'destroy'],
  examples: [['gander schedule remove nightly --yes', 'without asking; what is at work goes on']],
  run: removeAll,
}

export const schedule: Verb = {
  name: 'schedule',
  takes: '',
  summary: 'schedules: list, add, show, edit, preview, pause, resume, run, backfill, history, remove',
  options: LIST_OPTIONS,
  examples: [['gander schedule', 'the same as gander schedule list']],
  subs: [list, add, show, edit, preview, pause, resume, run, backfill, history, remove],
  run: tellSchedules,
}

async function tellSchedules({ api, screen, options }: Context): Promise<number> {
  const given = { prefix: options.prefix, owner: options.owner, paused: options.onlyPaused ? 'true' : undefined }
  const pairs = Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const search = new URLSearchParams([...pairs, ['limit', '200']])
  const rows: string[][] = []
  for await (const schedule of pages(api, Schedule, `${ROOT}?${search}`)) {
    if (screen.gone.aborted) break
    if (options.json) await screen.json(schedule)
    else rows.push(toScheduleRow(schedule, screen.paint))
  }
  if (options.json) return EXIT.cached
  if (rows.length > 0) for (const line of toTable([SCHEDULE_HEAD, ...rows])) await screen.line(line)
  else if (pairs.length > 0) screen.news('There is no such schedule.')
  else screen.news('There is no schedule: gander schedule add "0 2 * * *" load /data/db1 makes one.')
  return EXIT.cached
}

async function setPaused(context: Context, verb: 'pause' | 'resume'): Promise<number> {
  const { api, screen, options } = context
  const ids = (await findSchedules(context)).map(({ id }) => id)
  if (ids.length > PART) throw new Failure(EXIT.usage, `At most ${PART} schedules in one go, not ${ids.length}.`)
  const call = ['POST', `${ROOT}/${verb}`, { body: { ids }, repeatable: true }] as const
  const { items } = await askFor(api, z.object({ items: z.array(Schedule) }), call)
  for (const schedule of items) {
    if (options.json) await screen.json(schedule)
    else await screen.line(`${toName(schedule)} is ${schedule.paused ? 'paused' : 'active'}`)
  }
  return EXIT.cached
}

async function removeAll(context: Context): Promise<number> {
  const { api, screen, options } = context
  const found = await findSchedules(context)
  if (screen.interactive && !options.yes) {
    const agreed = await saysYes(`Remove ${found.map(toName).join(', ')} with its history? [y/N] `)
    if (!agreed) throw new Failure(EXIT.stopped, 'Nothing was removed.')
  }
  for (const schedule of found) {
    const gone = await askFor(api, Schedule, ['DELETE', addressOf(schedule)])
    if (options.json) await screen.json(gone)
    else await screen.line(`${toName(gone)} is removed`)
  }
  return EXIT.cached
}
