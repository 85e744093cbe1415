// counters and gauges as Prometheus text; the library is loaded when somebody asks for the first time
import type { Vitals } from '../engine/operations/port.ts'

export type Metrics = {
  /** Told once for each answer. */
  count(dialect: string, method: string, status: number): void
  read(): Promise<{ readonly type: string; readonly text: string }>
}

type Client = typeof import('prom-client')

/** Makes the counters. Nothing is measured, and no timer runs, before the first `read`. */
export function createMetrics(vitals: () => Vitals): Metrics {
  const answers = new Map<string, number>()
  let registry: Promise<InstanceType<Client['Registry']>> | undefined
  return {
    count(dialect, method, status) {
      const key = `${dialect || 'none'} ${method} ${status}`
      answers.set(key, (answers.get(key) ?? 0) + 1)
    },
    async read() {
      registry ??= import('prom-client').then(client => createRegistry(client, vitals, answers))
      const made = await registry
      return { type: made.contentType, text: await made.metrics() }
    },
  }
}

function createRegistry(
  client: Client,
  vitals: () => Vitals,
  answers: ReadonlyMap<string, number>,
): InstanceType<Client['Registry']> {
  const registry = new client.Registry()
  client.collectDefaultMetrics({ register: registry, prefix: 'gander_' })
  const registers = [registry]
  for (const { name, help, label, read } of GAUGES) {
    new client.Gauge({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers,
      collect() {
        this.reset()
        for (const [word, value] of Object.entries(read(vitals()))) {
          if (label === undefined) this.set(value)
          else this.set({ [label]: word }, value)
        }
      },
    })
  }
  new client.Counter({
    name: 'gander_http_answers_total',
    help: 'Answers by view, method and status',
    labelNames: ['view', 'method', 'status'],
    registers,
    collect() {
      this.reset()
      for (const [key, value] of answers) {
        const [view = '', method = '', status = ''] = key.split(' ')
        this.inc({ view, method, status }, value)
      }
    },
  })
  return registry
}

type Gauge = {
  readonly name: string
  readonly help: string
  readonly label?: string
  readonly read: (vitals: Vitals) => Readonly<Record<string, number>>
}

const GAUGES: readonly Gauge[] = [
  { name: 'gander_jobs', help: 'Jobs by status', label: 'status', read: vitals => vitals.jobs },
  { name: 'gander_tasks_open', help: 'Tasks that have not ended, by status', label: 'status', read: v => v.tasksOpen },
  { name: 'gander_agents', help: 'Agents by status', label: 'status', read: vitals => vitals.agents },
  { name: 'gander_state_index', help: 'Index of the newest saved change', read: ({ index }) => ({ index }) },
  {
    name: 'gander_ready',
    help: '1 once state is loaded and the listeners are open',
    read: v => ({ is: Number(v.ready) }),
  },
]
