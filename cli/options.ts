// every option of the command line: its flags, what it means, and how its text is read
import * as z from 'zod'
import { ActionName, TaskOptions } from '../shared/actions.ts'
import { JobName, JobStatus, Role } from '../shared/job.ts'
import { usage } from './failure.ts'
import { choice, duration, flag, type Row, row, runTime, whole } from './option-row.ts'
import { SCHEDULE_OPTIONS } from './schedule-options.ts'
import { readDurationMs } from './words.ts'

const statuses: z.ZodType<string, unknown> = z
  .string()
  .refine(
    text => text.split(',').every(word => JobStatus.options.some(status => status === word)),
    `must be some of ${JobStatus.options.join(', ')}, comma separated`,
  )

/** A duration counts back from now; a date and time without a zone is local. */
const since: z.ZodType<string, unknown> = z
  .string()
  .refine(text => toSince(text) !== undefined, 'must be a duration such as 2h, or a time such as 2026-11-21T08:00')
  .transform(text => toSince(text) ?? '')

function toSince(text: string): string | undefined {
  const at = new Date(toTime(text))
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}

function toTime(text: string): number {
  const backMs = readDurationMs(text)
  if (backMs !== undefined) return Date.now() - backMs
  // a date alone would be read as UTC
  return /^\d{4}-\d\d-\d\d(?=T|$)/.test(text) ? Date.parse(text.includes('T') ? text : `${text}T00:00`) : Number.NaN
}

const address = z
  .string()
  .refine(text => /^https?:\/\//.test(text) && URL.canParse(text), 'must be an address such as http://host:8080')

export const OPTIONS = {
  url: row('--url <address>', 'address of the daemon (GANDER_URL, default http://127.0.0.1:8080)', address),
  token: row('--token <token>', 'who you are (GANDER_TOKEN); better kept out of the command line', z.string().min(1)),
  json: row('--json', 'one JSON object per line on stdout, nothing else', flag),
  reconnect: row('--reconnect <duration>', 'how long a daemon may be away meanwhile (default 5m)', duration),
  name: row('--name <name>', 'a label; more paths under the same name join the open job', JobName),
  cluster: row('--cluster <name>', 'which GooseFS cluster; unset: the default one of the daemon', JobName),
  replication: row('--replicas, --replication <copies>', 'copies of each block, 1 to 100', whole(1, 100)),
  refresh: row('--refresh', 'load the metadata anew first', flag),
  timeout: row('--timeout <duration>', 'stop each run after this long, such as 2h', runTime),
  verify: row('--no-verify', 'do not measure before and after: the verdict is "not verified"', flag),
  force: row('--force', 'load even what the cache has no room for', flag),
  freshness: choice(
    '--freshness <word>',
    'known: measure what the cluster knows, without asking the object store; default refreshed',
    TaskOptions.shape.freshness.unwrap(),
  ),
  dryRun: row('--dry-run', 'only measure what a load would have to do; nothing is loaded', flag),
  wait: row('--no-wait', 'print the job and return at once', flag),
  file: row('-f, --file <file>', 'read more paths from a file, one a line (- is stdin)', z.string().min(1)),
  follow: row('-f, --follow', 'go on until the job has ended', flag),
  tail: row('--tail <lines>', 'only the last lines', whole(1, 1_000_000)),
  task: row('--task <id>', 'only this task of the job', z.uuid('must be the id of a task')),
  missing: row('--missing', 'the whole list of files that are not cached, one a line', flag),
  all: row('--all', 'all paths anew, not only those that failed', flag),
  recursive: row('-R, --recursive', 'all levels', flag),
  status: row('--status <statuses>', 'only these, comma separated', statuses),
  action: row('--action <action>', `only this action: ${ActionName.options.join(', ')}`, ActionName),
  path: row('--path <path>', 'only jobs at this path or below it', z.string().min(1)),
  limit: row('--limit <count>', 'at most this many (default 20)', whole(1, 1_000_000)),
  user: row('--user <name>', 'only what this user did', z.string().min(1)),
  view: row('--view <name>', 'only what came through this view of the API, such as native', z.string().min(1)),
  since: row('--since <when>', 'only from then on: a duration back from now such as 2h, or 2026-11-21T08:00', since),
  send: row('--send', 'also send a test message to the chat group of each robot: everybody there sees it', flag),
  role: row('--role <role>', `what it may do: ${Role.options.join(', ')}`, Role),
  ...SCHEDULE_OPTIONS,
} as const

export type OptionName = keyof typeof OPTIONS
const KEYS = Object.keys(OPTIONS) as readonly OptionName[]
export type Options = { readonly [K in OptionName]?: z.output<(typeof OPTIONS)[K]['schema']> | undefined }

/** Options that every verb knows. */
export const EVERYWHERE: readonly OptionName[] = ['url', 'token', 'json', 'reconnect']

/**
 * Checks what was given, as `names`, the options of a verb, say: a row among them that is another way of reading a flag
 * is found under its own key. Throws a usage `Failure` that lists every mistake at once.
 */
export function readOptions(given: Readonly<Record<string, unknown>>, names: readonly OptionName[] = []): Options {
  const options: Record<string, unknown> = {}
  const mistakes: string[] = []
  for (const [name, value] of Object.entries(given)) {
    const key = toKey(name, names)
    if (key === undefined || value === undefined) continue
    const known: Row<unknown> = OPTIONS[key]
    const parsed = known.schema.safeParse(value)
    if (parsed.success) options[key] = parsed.data
    else
      mistakes.push(
        `${known.flags.split(' <')[0]} ${parsed.error.issues[0]?.message ?? 'is wrong'}, not ${JSON.stringify(value)}`,
      )
  }
  if (mistakes.length > 0) throw usage(`${mistakes.join('; ')}.`)
  // every key was just filled from its own row's schema
  return options as Options
}

function toKey(name: string, names: readonly OptionName[]): OptionName | undefined {
  const ofVerb = names.filter(key => toGivenName(OPTIONS[key].flags) === name)
  return ofVerb.find(key => key === name) ?? ofVerb[0] ?? KEYS.find(key => key === name)
}

/** What commander calls the value of a flag: the last long one, without its `no-`. */
function toGivenName(flags: string): string {
  const [, last = ''] = [...flags.matchAll(/--(?:no-)?([\w-]+)/g)].at(-1) ?? []
  return last.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}
