// the soak's numbers as lines for people
import type { Numbers } from './verdict.ts'

export function toTable(numbers: Numbers, faults: ReadonlyMap<string, number>): string {
  const sorted = [...faults].sort(([a], [b]) => (a < b ? -1 : 1))
  const rows: (readonly [string, string])[] = [
    ...Object.entries(numbers).map(([name, value]) => [name, String(value)] as const),
    ['faults', String(sorted.reduce((all, [, count]) => all + count, 0))],
    ...sorted.map(([name, count]) => [`… ${name}`, String(count)] as const),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const most = Math.max(...rows.map(([, value]) => value.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value.padStart(most)}`).join('\n')
}
