// a coordinator as an agent describes itself: the same one after every start of the daemon
import { createHash } from 'node:crypto'
import type { AgentDescription } from '../../shared/agent.ts'
import type { Id } from '../../shared/ids.ts'

/** Places on a coordinator: it has a queue of its own, and what it was given past us must never wait for a place here. */
const CAPACITY = { work: 1_000, read: 10 }

/** An id (version 8) that follows from the cluster's name alone. */
export function toAgentId(cluster: string): Id {
  const bytes = createHash('sha256').update(`gander coordinator\n${cluster}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** What the daemon is told of it; a password in its address is nobody's business. */
export function describe(cluster: string, base: URL, version: string): AgentDescription {
  return {
    id: toAgentId(cluster),
    ...{ name: 'coordinator', cluster, version, host: base.host, pid: process.pid, capacity: CAPACITY, calls: [] },
    capabilities: {
      bin: `${base.origin}${base.pathname}`,
      ...{ found: true, simulated: false, brand: 'Alluxio', loadFlags: [], coordinator: true },
    },
  }
}
