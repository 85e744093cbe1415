// numbers for monitoring, from counts that the indexes keep
import { AgentStatus } from '../../../shared/agent.ts'
import { JobStatus } from '../../../shared/job.ts'
import type { State } from '../../core/state.ts'
import { readCounters } from '../frame.ts'
import type { Vitals } from '../operations/port.ts'
import { toAgentStatus } from './views.ts'

/** Counters and gauges of the committed state. */
export function toVitals(state: State, ready: boolean): Vitals {
  const agents = [...state.agents.rows()].map(toAgentStatus)
  return {
    jobs: Object.fromEntries(JobStatus.options.map(status => [status, state.jobs.countOf('status', status)])),
    tasksOpen: { queued: countOpen(state, 'queued'), running: countOpen(state, 'running') },
    agents: toCounts(AgentStatus.options, agents),
    index: readCounters(state).index,
    ready,
  }
}

function countOpen(state: State, status: 'queued' | 'running'): number {
  const keys = [...state.tasks.keys('openStatus')].filter(key => key.startsWith(`${status}\n`))
  return keys.reduce((sum, key) => sum + state.tasks.countOf('openStatus', key), 0)
}

function toCounts<Word extends string>(words: readonly Word[], found: readonly Word[]): Readonly<Record<Word, number>> {
  return Object.fromEntries(words.map(word => [word, found.filter(one => one === word).length])) as Record<Word, number>
}
