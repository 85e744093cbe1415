// du and count: sums over a tree
import { readArguments } from './arguments.ts'
import { rowsAt } from './rows.ts'
import { askMaster, type Command, CommandError, discover, locate, type Shell } from './shell.ts'
import { type Entry, type Found, normalise } from './tree.ts'
import { filesUnder } from './walk.ts'
import { human } from './words.ts'

interface Total {
  path: string
  bytes: number
  cached: number
}

interface Columns {
  human: boolean
  memory: boolean
  workers: boolean
}

function header(brand: string, columns: Columns): string {
  const memory = columns.memory ? `${'In Memory'.padEnd(16)} ` : ''
  const workers = columns.workers ? `${'Worker Host Name'.padEnd(25)} ` : ''
  return `${'File Size'.padEnd(13)} ${`In ${brand}`.padEnd(16)} ${memory}${workers}Path`
}

function share(part: number, whole: number, columns: Columns): string {
  const percent = whole === 0 ? 0 : Math.floor((part * 100) / whole)
  return `${columns.human ? human(part) : part} (${percent}%)`.padEnd(16)
}

function toRows(total: Total, columns: Columns): string[] {
  const size = (columns.human ? human(total.bytes) : String(total.bytes)).padEnd(13)
  const memory = columns.memory ? `${share(0, total.bytes, columns)} ` : ''
  const workers = columns.workers ? `${'total'.padEnd(25)} ` : ''
  const first = `${size} ${share(total.cached, total.bytes, columns)} ${memory}${workers}${total.path}`
  if (!columns.workers || total.cached === 0) return [first]
  const bytes = (columns.human ? human(total.cached) : String(total.cached)).padEnd(16)
  return [first, `${''.padEnd(13)} ${bytes} ${columns.memory ? ''.padEnd(17) : ''}${'127.0.0.1'.padEnd(25)} `]
}

const toTotal = ([path, entry]: [string, Entry]): Total => ({
  path,
  bytes: entry.meta?.bytes ?? 0,
  cached: entry.cached,
})

function totals(found: Found, path: string, summary: boolean): Total[] {
  const clean = normalise(path)
  const files =
    found.kind === 'file' ? [toTotal([clean, found.entry])] : Array.from(filesUnder(found.dir, clean, false), toTotal)
  if (!summary) return files
  const sum = { path: clean, bytes: 0, cached: 0 }
  for (const file of files) {
    sum.bytes += file.bytes
    sum.cached += file.cached
  }
  return [sum]
}

/** `du`: the header comes first, even when the path is missing. */
export async function du(shell: Shell): Promise<number> {
  const args = readArguments(shell.argv, { h: false, s: false, m: false, memory: false, g: false, group: false })
  const path = args.paths[0]
  if (path === undefined) throw new CommandError('Command du requires at least 1 arguments (0 provided)')
  const columns = { human: args.has('h'), memory: args.has('m') || args.has('memory'), workers: args.has('g') }
  await shell.out.line(header(shell.settings.brand, columns))
  await askMaster(shell)
  const found = locate(shell, discover(shell, { path, deep: true }), path)
  await shell.out.lines(totals(found, path, args.has('s')).flatMap(total => toRows(total, columns)))
  return 0
}

/** `count`: files, folders below, bytes. */
export const count: Command = async shell => {
  const args = readArguments(shell.argv, { h: false })
  const path = args.paths[0]
  if (path === undefined) throw new CommandError('Command count takes 1 arguments, not 0')
  const found = locate(shell, discover(shell, { path, deep: true }), path)
  const sum = { files: 0, folders: 0, bytes: 0 }
  for (const row of rowsAt(shell, found, { path, deep: true })) {
    if (row.kind === 'dir') sum.folders++
    else {
      sum.files++
      sum.bytes += row.entry.meta?.bytes ?? 0
    }
  }
  const columns = (a: string, b: string, c: string): string => a.padEnd(25) + b.padEnd(25) + c.padEnd(15)
  await shell.out.line(columns('File Count', 'Folder Count', 'Folder Size'))
  const bytes = args.has('h') ? human(sum.bytes) : String(sum.bytes)
  await shell.out.line(columns(String(sum.files), String(sum.folders), bytes))
  return 0
}
