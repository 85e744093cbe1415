// the cluster's report: `fsadmin report` (summary) and `fsadmin report capacity`, of 2.5, 2.9 and 2.10
import { readSize } from './read-size.ts'

export type Tier = { readonly tier: string; readonly bytes: number }
export type WorkerRow = {
  readonly host: string
  /** Seconds since the master heard of it. */
  readonly heartbeatSeconds: number
  readonly capacityBytes: number
  readonly usedBytes: number
  readonly lost?: boolean
}
export type ClusterReport = {
  readonly version?: string
  readonly liveWorkers?: number
  readonly lostWorkers?: number
  readonly capacityBytes?: number
  readonly usedBytes?: number
  readonly freeBytes?: number
  readonly safeMode?: boolean
  readonly tiers: { readonly capacity: readonly Tier[]; readonly used: readonly Tier[] }
  readonly workers: readonly WorkerRow[]
}

type Draft = { -readonly [K in keyof ClusterReport]: ClusterReport[K] } & {
  tiers: { capacity: Tier[]; used: Tier[] }
  workers: WorkerRow[]
}

const KEYS: Readonly<Record<string, (report: Draft, value: string) => void>> = {
  Version: (report, value) => Object.assign(report, { version: value }),
  'Live Workers': (report, value) => setNumber(report, 'liveWorkers', value),
  'Lost Workers': (report, value) => setNumber(report, 'lostWorkers', value),
  'Safe Mode': (report, value) => Object.assign(report, { safeMode: value === 'true' }),
  'Total Capacity': (report, value) => setSize(report, 'capacityBytes', value),
  'Used Capacity': (report, value) => setSize(report, 'usedBytes', value),
  'Free Capacity': (report, value) => setSize(report, 'freeBytes', value),
}

/** Reads either report; undefined when it is none. Unknown lines are passed over. */
export function readReport(lines: readonly string[]): ClusterReport | undefined {
  if (!lines.some(line => / cluster summary: ?$|^Capacity information for /.test(line))) return undefined
  const report: Draft = { tiers: { capacity: [], used: [] }, workers: [] }
  let tiers: Tier[] | undefined
  for (const line of lines) {
    const tier = /^\s+Tier: (\S+)\s+Size: (\S+)/.exec(line)
    if (tier !== null) {
      tiers?.push({ tier: tier[1] ?? '', bytes: readSize(tier[2] ?? '') ?? 0 })
      continue
    }
    const pair = /^\s{4}([A-Z][\w -]*?): *(.*?)\s*$/.exec(line)
    if (pair === null) continue
    KEYS[pair[1] ?? '']?.(report, pair[2] ?? '')
    tiers =
      pair[1] === 'Total Capacity' ? report.tiers.capacity : pair[1] === 'Used Capacity' ? report.tiers.used : undefined
  }
  report.workers.push(...readWorkers(lines))
  return report
}

/** The table of workers; several tiers print a total first, 2.10 a state after the name. */
export function readWorkers(lines: readonly string[]): WorkerRow[] {
  const header = lines.findIndex(line => /^Worker Name\s+/.test(line))
  if (header < 0) return []
  const rows: WorkerRow[] = []
  for (const line of lines.slice(header + 1)) {
    const first = /^(\S+)\s+(?:(\w+)\s+)?(\d+)\s+capacity\s+(\S+)/.exec(line)
    if (first !== null) {
      rows.push({
        host: first[1] ?? '',
        heartbeatSeconds: Number(first[3]),
        capacityBytes: readSize(first[4] ?? '') ?? 0,
        usedBytes: 0,
        ...(/^(?:LOST|DECOMMISSIONED)$/i.test(first[2] ?? '') ? { lost: true } : {}),
      })
    }
    const used = /^\s+used\s+(\S+)/.exec(line)
    const last = rows.at(-1)
    if (used !== null && last !== undefined)
      rows[rows.length - 1] = { ...last, usedBytes: readSize(used[1] ?? '') ?? 0 }
  }
  return rows
}

function setNumber(report: Draft, key: 'liveWorkers' | 'lostWorkers', value: string): void {
  if (/^\d+$/.test(value)) report[key] = Number(value)
}

function setSize(report: Draft, key: 'capacityBytes' | 'usedBytes' | 'freeBytes', value: string): void {
  const bytes = readSize(value)
  if (bytes !== undefined) report[key] = bytes
}
