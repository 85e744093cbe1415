// audit: who wrote what through the daemon, newest first, for administrators
import { AuditRow, pages } from '../answers.ts'
import { EXIT } from '../failure.ts'
import { toTable } from '../table.ts'
import type { Context, Verb } from '../verb.ts'
import { toLocalTime, toPrintable } from '../words.ts'

const DEFAULT_LIMIT = 20
/** The daemon answers at most this many rows at once. */
const PAGE = 100
const HEAD = ['AT', 'USER', 'ROLE', 'VIA', 'VIEW', 'STATUS', 'FROM', 'WHAT']

export const audit: Verb = {
  name: 'audit',
  takes: '',
  summary: 'who wrote what, newest first, refused asks too; for administrators',
  options: ['user', 'view', 'since', 'limit'],
  examples: [
    ['gander audit --since 2h', 'the newest of the last two hours'],
    ['gander audit --user cmcc --limit 1000 --json', 'what one user did, for programs'],
  ],
  run: tellEntries,
}

async function tellEntries({ api, screen, options }: Context): Promise<number> {
  const limit = options.limit ?? DEFAULT_LIMIT
  const { user, view, since } = options
  const given = Object.entries({ user, view, since }).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const search = new URLSearchParams([...given, ['limit', String(Math.min(limit, PAGE))]])
  const rows: string[][] = []
  let count = 0
  const flush = async (): Promise<void> => {
    if (rows.length > 0) for (const line of toTable([HEAD, ...rows])) await screen.line(line)
    rows.length = 0
  }
  for await (const entry of pages(api, AuditRow, `/api/v1/audit?${search}`)) {
    if (options.json) await screen.json(entry)
    else rows.push(toCells(entry))
    if (rows.length >= PAGE) await flush()
    count += 1
    if (count >= limit || screen.gone.aborted) break
  }
  await flush()
  if (count === 0 && !options.json) screen.news('Nothing of that kind has been written down.')
  return EXIT.cached
}

function toCells({ at, user, role, via, view, status, code, from, what, said }: AuditRow): string[] {
  const end = code === undefined ? String(status) : `${status} ${code}`
  const who = user === '' ? '-' : user
  return [
    toLocalTime(at),
    who,
    role || '-',
    via ?? '',
    view ?? '',
    end,
    from ?? '-',
    [what, said ?? ''].join(' ').trim(),
  ].map(toPrintable)
}
