// runs the benchmarks and shows them as a table; the same goes as JSON to bench-results/
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildAll } from '../../scripts/build.ts'
import { benchMeasuring } from './measuring.ts'
import type { Bench, Row } from './row.ts'
import { benchSchedules } from './schedules.ts'
import { benchSpawn } from './spawn.ts'
import { benchStore } from './store.ts'
import { benchStream } from './stream.ts'
import { benchSubmit } from './submit.ts'
import { benchThousand } from './thousand.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const BENCHES: Readonly<Record<string, Bench>> = {
  submit: benchSubmit,
  spawn: benchSpawn,
  stream: benchStream,
  thousand: benchThousand,
  measuring: benchMeasuring,
  schedules: benchSchedules,
  store: () => benchStore(),
}

const HELP = `usage: npm run bench -- [--only NAME]… [--quick]

Builds Gander, runs real daemons and agents over a simulated GooseFS (measuring: over a real cluster where its jars are
there, see test/alluxio/README.md), and measures each thing beside a yardstick in the same run. Prints a table; the same as JSON goes to bench-results/. The numbers of a busy machine say little:
compare ratios, not values.

  --only NAME  one benchmark, or several: ${Object.keys(BENCHES).join(', ')}
  --quick      few rounds and small sizes (not for store): whether it works, not how fast it is
Exit codes: 0 all ran (limits are marked, not judged), 1 one of them failed, 2 usage.
`

const { values: options } = readOptions()

function readOptions() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [] },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (cause) {
    return leave(2, `${(cause as Error).message}\n${HELP}`)
  }
}

function leave(code: number, text: string): never {
  ;(code === 0 ? process.stdout : process.stderr).write(text)
  process.exit(code)
}

/** The table as lines: columns as wide as they need to be, numbers to the right. */
function toTable(rows: readonly Row[]): string {
  const cells = rows.map(row => [
    row.name,
    `${row.value} ${row.unit}`,
    row.ratio === undefined ? '' : `${row.ratio} ×`,
    row.limit === undefined ? '' : `${row.value <= row.limit ? '≤' : 'over'} ${row.limit}`,
    row.note ?? '',
  ])
  const lines = [['', 'value', 'ratio', 'limit', ''], ...cells]
  const widths = [0, 1, 2, 3].map(at => Math.max(...lines.map(line => line[at]?.length ?? 0)))
  const pad = (cell: string, at: number): string =>
    at === 0 ? cell.padEnd(widths[0] ?? 0) : at === 4 ? cell : cell.padStart(widths[at] ?? 0)
  return `${lines.map(line => line.map(pad).join('  ').trimEnd()).join('\n')}\n`
}

function keep(rows: readonly Row[]): string {
  const at = new Date().toISOString()
  const path = join(root, 'bench-results', `${at.replaceAll(':', '-')}.json`)
  const [cpu] = cpus()
  const machine = {
    node: process.version,
    cpu: cpu?.model,
    cpus: cpus().length,
    memoryMb: Math.round(totalmem() / 2 ** 20),
  }
  mkdirSync(join(root, 'bench-results'), { recursive: true })
  writeFileSync(path, `${JSON.stringify({ at, quick: options.quick, machine, rows }, null, 2)}\n`)
  return path
}

async function main(): Promise<void> {
  if (options.help) leave(0, HELP)
  const stranger = options.only.find(name => !(name in BENCHES))
  if (stranger !== undefined) leave(2, `there is no benchmark ${stranger}\n${HELP}`)
  await buildAll()
  // of its own, so that a build in between changes nothing
  const aside = mkdtempSync(join(tmpdir(), 'gander-dist-'))
  const dist = join(aside, 'dist')
  cpSync(join(root, 'dist'), dist, { recursive: true })
  process.once('exit', () => rmSync(aside, { recursive: true, force: true }))
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  const rows: Row[] = []
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (options.only.length > 0 && !options.only.includes(name)) continue
    process.stderr.write(`gander: ${name}\n`)
    try {
      rows.push(...(await bench({ dist, quick: options.quick })))
    } catch (cause) {
      process.exitCode = 1
      process.stderr.write(`gander: ${name} failed: ${(cause as Error).stack}\n`)
    }
  }
  process.stdout.write(toTable(rows))
  if (rows.length > 0) process.stderr.write(`gander: written to ${keep(rows)}\n`)
}

await main()
