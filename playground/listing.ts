// ls: one line per entry

import { readArguments } from './arguments.ts'
import { percentage } from './cache.ts'
import { isOn, matchesGlob } from './knobs.ts'
import { rowsAt } from './rows.ts'
import { type Command, CommandError, discover, locate, type Shell } from './shell.ts'
import { childCount, type Row } from './walk.ts'
import { human, modeText, stamp } from './words.ts'

const OPTIONS = {
  d: false,
  f: false,
  h: false,
  p: false,
  R: false,
  recursive: false,
  sort: true,
  r: false,
  timestamp: true,
  m: false,
}

interface Line {
  mode: number
  isDir: boolean
  size: number
  persistence: string
  at: number
  state: string
}

function toLine(shell: Shell, row: Row): Line {
  if (row.kind === 'dir') {
    const { dir } = row
    return { mode: dir.mode, isDir: true, size: childCount(dir), persistence: 'PERSISTED', at: dir.mtime, state: 'DIR' }
  }
  const meta = row.entry.meta ?? { bytes: 0, mtime: 0 }
  const incomplete = matchesGlob(shell.knob('incomplete'), row.path)
  return {
    mode: 0o644,
    isDir: false,
    size: incomplete ? 0 : meta.bytes,
    persistence: incomplete ? 'NOT_PERSISTED' : 'PERSISTED',
    at: meta.mtime,
    state: `${incomplete ? 100 : percentage(row.entry)}%`,
  }
}

function format(shell: Shell, row: Row, humanSizes: boolean): string {
  const line = toLine(shell, row)
  const mode = modeText(line.mode, line.isDir) + (isOn(shell.knob('acl')) ? '+' : '')
  const owner = (shell.knob('owner') || 'hadoop').padEnd(15)
  const group = (shell.knob('group') || 'supergroup').padEnd(15)
  const size = humanSizes && !line.isDir ? human(line.size) : String(line.size)
  const tail = `${size.padStart(15)}${line.persistence.padStart(16)}${stamp(line.at).padStart(24)}${line.state.padStart(5)} `
  const head = shell.knob('security') === 'off' ? '' : `${mode.padEnd(12)}${owner}${group}`
  return head + tail + row.path.padEnd(5)
}

function* formatAll(shell: Shell, rows: Iterable<Row>, humanSizes: boolean): Generator<string> {
  for (const row of rows) yield format(shell, row, humanSizes)
}

const BY: Record<string, (row: Row) => number | string> = {
  path: row => row.path,
  name: row => row.path.split('/').at(-1) ?? '',
  size: row => (row.kind === 'file' ? (row.entry.meta?.bytes ?? 0) : 0),
  inMemoryPercentage: () => 0,
  lastModificationTime: row => (row.kind === 'file' ? (row.entry.meta?.mtime ?? 0) : row.dir.mtime),
}

function sortRows(rows: Iterable<Row>, by: string, reverse: boolean): Row[] {
  const key = BY[by] ?? BY['lastModificationTime'] ?? (row => row.path)
  const sorted = [...rows].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
  return reverse ? sorted.reverse() : sorted
}

/** `ls`: an explicit list ends at the first missing path. */
export const ls: Command = async shell => {
  const args = readArguments(shell.argv, OPTIONS)
  if (args.paths.length === 0) throw new CommandError('Command ls requires at least 1 arguments (0 provided)')
  const deep = args.has('R') || args.has('recursive')
  for (const path of args.paths) {
    const world = discover(shell, { path, deep, children: !args.has('d'), mode: args.has('f') ? 'always' : 'once' })
    const found = locate(shell, world, path)
    const rows = rowsAt(shell, found, { path, deep, self: args.has('d') })
    const by = args.value('sort')
    await shell.out.lines(formatAll(shell, by === undefined ? rows : sortRows(rows, by, args.has('r')), args.has('h')))
  }
  return 0
}
