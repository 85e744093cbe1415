// which numbers `/metrics` shows, by name: where each comes from and under which labels
import type { RunCount, Vitals } from '../engine/operations/port.ts'

type Labels = Readonly<Record<string, string>>
type Sample = { readonly at?: Labels; readonly value: number }
export type MetricRow = {
  readonly name: string
  readonly help: string
  /** Each has few values: statuses, actions, clusters. */
  readonly labels?: readonly string[]
  readonly read: (vitals: Vitals) => readonly Sample[]
}

export const GAUGES: readonly MetricRow[] = [
  { name: 'gander_jobs', help: 'Jobs by status', labels: ['status'], read: ({ jobs }) => byWord('status', jobs) },
  {
    ...{ name: 'gander_tasks_open', help: 'Tasks that have not ended, by status', labels: ['status'] },
    read: ({ tasksOpen }) => byWord('status', tasksOpen),
  },
  {
    ...{
      name: 'gander_queue_tasks',
      help: 'Tasks that wait or are at work, by cluster',
      labels: ['cluster', 'status'],
    },
    read: ({ queues }) =>
      fewOf(queues).flatMap(({ cluster, queued, running }) => [
        { at: { cluster, status: 'queued' }, value: queued },
        { at: { cluster, status: 'running' }, value: running },
      ]),
  },
  { name: 'gander_agents', help: 'Agents by status', labels: ['status'], read: v => byWord('status', v.agents) },
  { name: 'gander_state_index', help: 'Index of the newest saved change', read: ({ index }) => one(index) },
  {
    ...{ name: 'gander_ready', help: '1 once state is loaded and the listeners are open' },
    read: ({ ready }) => one(Number(ready)),
  },
  {
    ...{ name: 'gander_store_journal_bytes', help: 'Length of the journal in use' },
    read: ({ store }) => one(store?.journalBytes),
  },
  {
    ...{ name: 'gander_store_snapshot_bytes', help: 'Size of the newest snapshot, 0 without one' },
    read: ({ store }) => one(store?.snapshotBytes),
  },
  {
    name: 'gander_store_snapshot_timestamp_seconds',
    help: 'When the newest snapshot was written, in seconds since 1970: time() less this is its age; absent without one',
    read: ({ store }) => one(store?.snapshotAt === undefined ? undefined : Date.parse(store.snapshotAt) / 1_000),
  },
  {
    ...{ name: 'gander_store_reserve_bytes', help: 'Room held back for a full disk' },
    read: ({ store }) => one(store?.reserveBytes),
  },
]

export const CHAT_GAUGES: readonly MetricRow[] = [
  {
    ...{ name: 'gander_chat_connected', help: '1 while the stream to DingTalk is open; absent without a bot' },
    read: ({ chat }) => one(chat?.connected === undefined ? undefined : Number(chat.connected)),
  },
  {
    ...{ name: 'gander_chat_last_frame_age_seconds', help: 'Seconds since DingTalk sent anything' },
    read: ({ chat }) => one(chat?.lastFrameSeconds),
  },
  {
    ...{ name: 'gander_chat_ack_seconds', help: 'How long the newest message took to be acknowledged' },
    read: ({ chat }) => one(chat?.ackSeconds),
  },
  {
    ...{ name: 'gander_chat_notices_waiting', help: 'Results that are not written yet' },
    read: ({ chat }) => one(chat?.notices),
  },
  {
    ...{ name: 'gander_chat_letters_waiting', help: 'Messages that no way has taken yet' },
    read: ({ chat }) => one(chat?.letters),
  },
  {
    ...{ name: 'gander_chat_calls_this_month', help: 'Calls that DingTalk bills, by way', labels: ['channel'] },
    read: ({ chat }) => (chat?.used ?? []).map(({ channel, count }) => ({ at: { channel }, value: count })),
  },
]

/** They begin anew with the daemon, as Prometheus expects of counters. */
export const TOTALS: readonly MetricRow[] = [
  {
    ...{ name: 'gander_load_bytes_total', help: 'Bytes that loads brought into the cache, as measured' },
    labels: ['cluster'],
    read: ({ loads }) => loads.map(({ cluster, bytes }) => ({ at: { cluster }, value: bytes })),
  },
  {
    ...{ name: 'gander_load_files_total', help: 'Files of ended loads by what became of them' },
    labels: ['cluster', 'outcome'],
    read: ({ loads }) =>
      loads.flatMap(({ cluster, loaded, alreadyCached, missing }) => [
        { at: { cluster, outcome: 'loaded' }, value: loaded },
        { at: { cluster, outcome: 'already_cached' }, value: alreadyCached },
        { at: { cluster, outcome: 'missing' }, value: missing },
      ]),
  },
  {
    ...{ name: 'gander_store_frames_total', help: 'Frames of changes that were saved' },
    read: ({ store }) => one(store?.frames),
  },
]

export const CHAT_TOTALS: readonly MetricRow[] = [
  {
    ...{ name: 'gander_chat_reconnects_total', help: 'Connections to DingTalk that were opened after the first' },
    read: ({ chat }) => one(chat?.reconnects),
  },
  { name: 'gander_chat_frames_total', help: 'Frames that DingTalk sent', read: ({ chat }) => one(chat?.frames) },
  { name: 'gander_chat_heard_total', help: 'Messages that were heard', read: ({ chat }) => one(chat?.heard) },
  {
    ...{ name: 'gander_chat_repeated_total', help: 'Messages that were delivered again and known already' },
    read: ({ chat }) => one(chat?.repeated),
  },
  {
    ...{
      name: 'gander_chat_quota_refusals_total',
      help: 'Messages that came without text because the quota is used up',
    },
    read: ({ chat }) => one(chat?.quotaRefusals),
  },
  {
    ...{
      name: 'gander_chat_sends_total',
      help: 'Messages sent, by way and how it ended',
      labels: ['channel', 'outcome'],
    },
    read: ({ chat }) =>
      (chat?.sends ?? []).map(({ channel, outcome, count }) => ({ at: { channel, outcome }, value: count })),
  },
]

/** Where no clusters are configured, whoever submits may make up any number of them. */
const MOST_CLUSTERS = 100

function fewOf(queues: Vitals['queues']): Vitals['queues'] {
  const others = queues.slice(MOST_CLUSTERS)
  if (others.length === 0) return queues
  const sumOf = (word: 'queued' | 'running'): number => others.reduce((sum, one) => sum + one[word], 0)
  return [
    ...queues.slice(0, MOST_CLUSTERS),
    { cluster: '(others)', queued: sumOf('queued'), running: sumOf('running') },
  ]
}

const RUNS = 'gander_run_duration_seconds'

/** The durations of runs as the text of a histogram: they are counted by bucket already where the runs end. */
export function toRunLines(runs: readonly RunCount[]): string {
  const lines = runs.flatMap(({ action, status, count, seconds, buckets }) => {
    const labels = `action="${action}",status="${status}"`
    return [
      ...buckets.map(bucket => `${RUNS}_bucket{le="${bucket.seconds}",${labels}} ${bucket.count}`),
      `${RUNS}_bucket{le="+Inf",${labels}} ${count}`,
      `${RUNS}_sum{${labels}} ${seconds}`,
      `${RUNS}_count{${labels}} ${count}`,
    ]
  })
  const help = `# HELP ${RUNS} How long runs took from their start on an agent to their end, by action and end`
  return [help, `# TYPE ${RUNS} histogram`, ...lines, ''].join('\n')
}

function byWord(label: string, counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([word, value]) => ({ at: { [label]: word }, value }))
}

function one(value: number | undefined): Sample[] {
  return value === undefined ? [] : [{ value }]
}
