// fsadmin report capacity: totals and a table of workers

import { quota } from './cache.ts'
import { capacityLines, heartbeat, tiers, workers } from './cluster.ts'
import type { Shell } from './shell.ts'
import { workerCount } from './submission.ts'
import { human, percentDown } from './words.ts'
import type { World } from './world.ts'

interface WorkerRow {
  name: string
  seconds: number
  state: string
  tiers: { name: string; size: number; used: number }[]
}

const REVISION = '9eae6eff2c3f553ed4e68373958288291edf97e3'

function workerRows(shell: Shell, world: World): WorkerRow[] {
  const all = workers(shell, world)
  const count = workerCount(shell)
  const long = shell.knob('table') === 'long'
  return Array.from({ length: all.live + all.lost }, (_, index) => ({
    name: long ? `worker-${index}.storage.playground.example` : `127.0.0.${index + 1}`,
    seconds: heartbeat(shell, world),
    state: all.lost > 0 ? 'LOST' : 'ACTIVE',
    tiers: tiers(shell, world).map(tier => ({ name: tier.name, size: tier.size / count, used: tier.used / count })),
  }))
}

const cell = (used: number, size: number): string => `${human(Math.round(used))} (${percentDown(used, size)}%)`

/** One tier: `Storage` and the tier's name. Several: a `Total` column before them. */
function tableLines(shell: Shell, rows: WorkerRow[]): string[] {
  const { era, version } = shell.settings
  const modern = shell.knob('table') === '2.10'
  const extended = modern || era === 'F'
  const longest = Math.max(0, ...rows.map(row => row.name.length))
  const width = longest >= 16 ? longest + 5 : 16
  const names = rows[0]?.tiers.map(tier => tier.name) ?? []
  const single = names.length === 1
  const columns = (first: string, state: string, beat: string): string =>
    `${first.padEnd(width)} ${modern ? `${state.padEnd(16)} ` : ''}${beat.padEnd(16)} `
  const values = (cells: string[]): string => {
    if (single && !extended) return cells[0] ?? ''
    const padded = single ? cells.map(one => one.padEnd(16)) : cells.map((one, at) => one.padEnd(at === 0 ? 16 : 14))
    return padded
      .join(single ? '' : ' ')
      .trimEnd()
      .padEnd(extended ? 16 : 0)
  }
  const tail = (a: string, b: string): string => (extended ? ` ${a.padEnd(16)} ${b.padEnd(40)}` : '')
  const cells = (row: WorkerRow, key: 'size' | 'used'): string[] => {
    const one = (used: number, size: number): string => (key === 'size' ? human(size) : cell(used, size))
    const sum = (which: 'size' | 'used'): number => row.tiers.reduce((total, tier) => total + tier[which], 0)
    const each = row.tiers.map(tier => one(tier.used, tier.size))
    return single ? each : [one(sum('used'), sum('size')), ...each]
  }
  const head = single ? names : ['Total', ...names]
  return [
    `${columns('Worker Name', 'State', 'Last Heartbeat')}${'Storage'.padEnd(13)} ${values(head)}${tail('Version', 'Revision')}`,
    ...rows.flatMap(row => [
      `${columns(row.name, row.state, String(row.seconds))}${'capacity'.padEnd(13)} ${values(cells(row, 'size'))}${tail(version, REVISION)}`,
      `${columns('', '', '')}${'used'.padEnd(13)} ${values(cells(row, 'used'))}${tail('', '')}`,
    ]),
  ]
}

export async function printCapacity(shell: Shell): Promise<void> {
  const world = shell.journal.look()
  const selected = ['live', 'lost', 'workers'].find(name => shell.argv.includes(`-${name}`)) ?? 'all'
  const rows = workerRows(shell, world)
  const { live, lost } = workers(shell, world)
  const none = rows.length === 0 || (selected === 'lost' && lost === 0) || (selected === 'live' && live === 0)
  if (none) {
    await shell.out.line('No workers found.')
    return
  }
  const label = selected === 'workers' ? 'specified' : selected
  const used = percentDown(world.cachedBytes, quota(world) * rows.length)
  await shell.out.line(`Capacity information for ${label} workers: `)
  for (const line of capacityLines(shell, world)) await shell.out.line(line)
  await shell.out.line(`    Used Percentage: ${used}%`)
  await shell.out.line(`    Free Percentage: ${100 - used}%`)
  await shell.out.line('')
  for (const line of tableLines(shell, rows)) await shell.out.line(line)
}
