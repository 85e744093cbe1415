// numbers for monitoring, from counts that the indexes keep
import { AgentStatus } from '../../../shared/agent.ts'
import { JobStatus } from '../../../shared/job.ts'
import { countersOf, type State } from '../../core/state.ts'
import type { Vitals } from '../operations/port.ts'
import { toAgentStatus } from './views.ts'

type Beside = Pick<Vitals, 'ready' | 'loads' | 'runs' | 'store' | 'chat' | 'slots' | 'lateness'>

/** Counters and gauges: of the committed state, and what others counted beside it. */
export function toVitals(state: State, beside: Beside): Vitals {
  const agents = [...state.agents.rows()].map(toAgentStatus)
  return {
    jobs: Object.fromEntries(JobStatus.options.map(status => [status, state.jobs.countOf('status', status)])),
    tasksOpen: { queued: countOpen(state, 'queued'), running: countOpen(state, 'running') },
    agents: toCounts(AgentStatus.options, agents),
    index: countersOf(state).index,
    queues: toQueues(state),
    schedules: countSchedules(state),
    ...beside,
  }
}

// no more keys than clusters with open tasks, so that a gauge never names a cluster for good
function toQueues(state: State): Vitals['queues'] {
  return [...state.tasks.keys('open')].map(cluster => ({
    cluster,
    queued: state.tasks.countOf('openStatus', `queued\n${cluster}`),
    running: state.tasks.countOf('openStatus', `running\n${cluster}`),
  }))
}

/** Schedules by whether they are paused. */
export function countSchedules(state: State): NonNullable<Vitals['schedules']> {
  let paused = 0
  for (const row of state.schedules.rows()) if (row.paused) paused += 1
  return { active: state.schedules.size - paused, paused }
}

function countOpen(state: State, status: 'queued' | 'running'): number {
  const keys = [...state.tasks.keys('openStatus')].filter(key => key.startsWith(`${status}\n`))
  return keys.reduce((sum, key) => sum + state.tasks.countOf('openStatus', key), 0)
}

function toCounts<Word extends string>(words: readonly Word[], found: readonly Word[]): Readonly<Record<Word, number>> {
  return Object.fromEntries(words.map(word => [word, found.filter(one => one === word).length])) as Record<Word, number>
}
