// counters and gauges as Prometheus text; the library is loaded when somebody asks for the first time
import type { Vitals } from '../engine/operations/port.ts'
import { CHAT_GAUGES, CHAT_TOTALS, GAUGES, TOTALS, toRunLines } from './metric-rows.ts'
import { SCHEDULE_GAUGES, SCHEDULE_TOTALS, toLatenessLines } from './schedule-metrics.ts'

export type Metrics = {
  /** Told once for each answer. */
  count(dialect: string, method: string, status: number): void
  read(): Promise<{ readonly type: string; readonly text: string }>
}

type Client = typeof import('prom-client')
type Place = {
  readonly client: Client
  readonly registers: InstanceType<Client['Registry']>[]
  readonly vitals: () => Vitals
}

/** Methods by which answers are told apart; a caller can make up any number of others. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Makes the counters. Nothing is measured, and no timer runs, before the first `read`. */
export function createMetrics(vitals: () => Vitals): Metrics {
  const answers = new Map<string, number>()
  let registry: Promise<InstanceType<Client['Registry']>> | undefined
  return {
    count(dialect, method, status) {
      const key = `${dialect || 'none'} ${METHODS.has(method) ? method : 'other'} ${status}`
      answers.set(key, (answers.get(key) ?? 0) + 1)
    },
    async read() {
      registry ??= import('prom-client').then(client => createRegistry(client, vitals, answers))
      const made = await registry
      const { runs, lateness } = vitals()
      return {
        type: made.contentType,
        text: `${await made.metrics()}\n${toRunLines(runs)}${toLatenessLines(lateness)}`,
      }
    },
  }
}

function createRegistry(
  client: Client,
  vitals: () => Vitals,
  answers: ReadonlyMap<string, number>,
): InstanceType<Client['Registry']> {
  const registry = new client.Registry()
  // the process: memory, handles, garbage collection, lag of the event loop
  client.collectDefaultMetrics({ register: registry, prefix: 'gander_' })
  const place = { client, registers: [registry], vitals }
  addRows(place)
  addAnswers(place, answers)
  return registry
}

function addRows({ client, registers, vitals }: Place): void {
  for (const { name, help, labels = [], read } of [...GAUGES, ...CHAT_GAUGES, ...SCHEDULE_GAUGES]) {
    new client.Gauge({
      ...{ name, help, labelNames: labels, registers },
      collect() {
        this.reset()
        // without labels a reset leaves a zero behind, and what nobody knows is not zero
        if (labels.length === 0) this.remove({})
        for (const { at = {}, value } of read(vitals())) this.set(at, value)
      },
    })
  }
  for (const { name, help, labels = [], read } of [...TOTALS, ...CHAT_TOTALS, ...SCHEDULE_TOTALS]) {
    new client.Counter({
      ...{ name, help, labelNames: labels, registers },
      collect() {
        this.reset()
        // without labels a reset leaves a zero behind, and what nobody knows is not zero
        if (labels.length === 0) this.remove({})
        for (const { at = {}, value } of read(vitals())) this.inc(at, value)
      },
    })
  }
}

function addAnswers({ client, registers }: Place, answers: ReadonlyMap<string, number>): void {
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
}
