// making schedules, changing them, and seeing beforehand when they run

import { pathProblem } from '../../shared/path.ts'
import { Schedule } from '../../shared/schedule.ts'
import { askFor } from '../answers.ts'
import { EXIT, usage } from '../failure.ts'
import type { OptionName } from '../options.ts'
import { isAsBefore, toEdited, toNew, toTiming } from '../schedule-ask.ts'
import { toAsked } from '../schedule-facts.ts'
import { addressOf, findSchedule, ROOT } from '../schedule-find.ts'
import { beforeEverything } from '../schedule-given.ts'
import { asTyped } from '../schedule-mistakes.ts'
import { askNext, askPreview, toLines, toNextLines, toObjects } from '../schedule-next.ts'
import { toName } from '../schedule-words.ts'
import type { Context, Verb } from '../verb.ts'
import { toPrintable } from '../words.ts'

const ASK_OPTIONS: readonly OptionName[] = [
  ...(['scheduleName', 'description', 'zone', 'start', 'end', 'jitter', 'quiet'] as const),
  ...(['scheduleCluster', 'scheduleReplication', 'refresh', 'scheduleFreshness', 'force'] as const),
  ...(['scheduleTimeout', 'verify', 'file'] as const),
  ...(['overlap', 'misfire', 'misfireWithin', 'waitFor', 'stable', 'within', 'orLoad'] as const),
  ...(['readyBy', 'notify', 'paused'] as const),
]
/** A flag before its `--no-`: else the flag would be given from the first. */
const EDIT_OPTIONS: readonly OptionName[] = ['measured', ...ASK_OPTIONS, 'noRefresh', 'noForce', 'noOrLoad']
const TOLD = 3
const PREVIEWED = 5

const WHEN_NOTES = `
<expression>: five cron fields (minute hour day month weekday), six (second first) or seven (year last); @hourly, @daily,
@midnight, @weekly, @monthly, @yearly, @annually; or words: daily 02:00, weekdays 08:00 and 20:00, weekends 09:00,
weekly mon,wed 06:30, monthly 1 03:00, monthly last 03:00, hourly :15, every 2 hours, every 15 minutes, 每天 02:00,
工作日 8点和20点, 每周一 06:30, 每月1号 03:00, 每小时 15分, 每 15 分钟.
* is each value of a field; '*' in place of action and paths is everything that was ever loaded, metadata first.`
const EDIT_NOTES = `
What is not given stays, options of the load too: another action than load or forceload begins without them.
none takes away what was given with: --zone --start --end --jitter --quiet --misfire-within --wait-for --stable --within
--ready-by --description --cluster --replicas --timeout --freshness. What has no value is taken away by --no-refresh,
--no-force, --no-or-load and --verify. The words of an expression: gander schedule add --help.`

export const add: Verb = {
  name: 'add',
  takes: '<expression> <action> [paths...]',
  summary: 'make a schedule: when, and what; dates and times without a zone are on its own clock',
  notes: WHEN_NOTES,
  options: ASK_OPTIONS,
  alike: ['new', 'create', 'make'],
  examples: [
    [`gander schedule add "0 2 * * *" load /data/db1 --name nightly`, 'every night at two'],
    ['gander schedule add weekly mon 06:30 load /data/db1 --zone Asia/Shanghai', 'words need no quotes'],
    [
      `gander schedule add 每天 02:00 load '/data/\${yyyyMMdd-1d}' --wait-for '/data/\${yyyyMMdd-1d}/_SUCCESS'`,
      'the day before',
    ],
    [`gander schedule add "0 4 * * *" '*'`, 'everything that was ever loaded, metadata first; bare, a shell expands *'],
    ['gander schedule add @daily load -f paths.txt --quiet 08:00-20:00 --ready-by 07:30', 'a list'],
    ['gander schedule add "0 2 * * *" load /data/db1 --start 2026-12-01 --end 2026-12-31', 'both days included'],
  ],
  run: async context => {
    const body = await toNew(context)
    const call = ['POST', ROOT, { body, key: crypto.randomUUID() }] as const
    const typed = { body, options: context.options, zone: body.zone }
    const made = await asTyped(typed, () => askFor(context.api, Schedule, call))
    return tellWritten(context, made, 'is made')
  },
}

export const edit: Verb = {
  name: 'edit',
  takes: '<schedule> [words...]',
  summary: 'change what is given and leave the rest: [EXPRESSION] [ACTION PATH…] and options',
  notes: EDIT_NOTES,
  options: EDIT_OPTIONS,
  alike: ['change', 'update', 'set', 'modify', 'rename'],
  examples: [
    ['gander schedule edit nightly "30 3 * * *"', 'another time'],
    ['gander schedule edit nightly load /data/db1 /data/db2', 'other paths'],
    [`gander schedule edit nightly '*'`, 'everything that was ever loaded, in place of its paths'],
    ['gander schedule edit 7 --quiet none --notify always --no-refresh', 'other rules'],
  ],
  run: async context => {
    const found = await findSchedule(context.api, context.words[0] ?? '')
    const isGiven = context.words.length > 1 || EDIT_OPTIONS.some(name => context.options[name] !== undefined)
    if (!isGiven) throw usage(`Nothing to change was given for ${toName(found)}: see --help.`)
    const body = await toEdited(context, found)
    if (await isAsBefore(context, found, body)) return tellWritten(context, found, 'is what it was, nothing changed')
    const call = ['PUT', addressOf(found), { body, repeatable: true }] as const
    const typed = { body, options: context.options, zone: found.zone }
    const written = await asTyped(typed, () => askFor(context.api, Schedule, call))
    return tellWritten(context, written, 'is changed')
  },
}

export const preview: Verb = {
  name: 'preview',
  takes: '<expression> [words...]',
  summary: 'the next times of an expression; with paths, what their dates become',
  notes: WHEN_NOTES,
  options: ['zone', 'previewed', 'start', 'end', 'jitter', 'quiet'],
  alike: ['next', 'test', 'check'],
  examples: [
    ['gander schedule preview "0 2 L * *" --zone Asia/Shanghai -n 10', 'the last day of each month'],
    [`gander schedule preview @daily '/data/\${yyyyMMdd-1d}'`, 'with the paths of each time'],
  ],
  run: async context => {
    const { words, options, screen } = context
    const at = words.findIndex(word => pathProblem(word) === undefined)
    const expression = (at < 0 ? (beforeEverything(words) ?? words) : words.slice(0, at)).join(' ')
    const paths = at < 0 ? {} : { paths: words.slice(at) }
    const body = { ...(await toTiming(context, expression)), ...paths, count: options.previewed ?? PREVIEWED }
    const told = await asTyped({ body, options, zone: body.zone }, () => askPreview(context.api, body))
    if (options.json) for (const object of toObjects(told)) await screen.json(object)
    else for (const line of toLines(told)) await screen.line(line)
    return EXIT.cached
  },
}

async function tellWritten({ api, screen, options }: Context, schedule: Schedule, what: string): Promise<number> {
  if (options.json) {
    await screen.json(schedule)
    return EXIT.cached
  }
  await screen.line(`${toName(schedule)} ${what}: ${schedule.words.en} (${schedule.zone})`)
  const next = await askNext(api, schedule, TOLD)
  for (const line of next === undefined ? [] : toNextLines(next)) await screen.line(line)
  for (const line of toAsked(schedule, next)) await screen.line(line)
  if (schedule.paused) screen.news(`It is paused: gander schedule resume ${schedule.number}`)
  for (const note of schedule.notes ?? []) screen.news(`note: ${toPrintable(note)}`)
  if (schedule.problem !== undefined) screen.news(`note: ${toPrintable(schedule.problem)}`)
  return EXIT.cached
}
