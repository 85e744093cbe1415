// all verbs in memory, steered by a test: tasks run until it says how they ended and what they printed

import type {
  AgentView,
  LiveEvent,
  NamedTask,
  Operations,
  OutputReader,
  TokenView,
} from '../../bot/engine/operations/port.ts'
import { AppError } from '../../shared/errors.ts'
import { createIds } from '../../shared/ids.ts'
import { type Actor, type Job, type JobRequest, NO_COUNTS, type Task } from '../../shared/job.ts'
import { isWithin, toComparable } from '../../shared/path.ts'

type Entry = { job: Job; tasks: Task[] }
type Lines = NamedTask['lines']
const ENDED = new Set(['succeeded', 'failed', 'stopped', 'lost'])

export type FakeOperations = Operations & {
  readonly actors: Actor[]
  readonly requests: JobRequest[]
  /** Of what was run at once. */
  readonly keys: (string | undefined)[]
  readonly following: number
  readonly waiting: number
  /** Thrown by every verb that writes, when set. */
  trouble: Error | undefined
  notes: string[]
  /** `findTasks` says that there are more. */
  cut: boolean
  /** What `runNow` and `clusterReport` answer. */
  reply: { text: string; status: Task['status']; timedOut: boolean }
  print(taskId: string, text: string | Uint8Array, kind?: 'output' | 'missing'): void
  /** Changes a task; its job follows. */
  patch(taskId: string, patch: Partial<Task>, lines?: Partial<Lines>, willRunAgain?: boolean): void
  taskIds(ref: string): string[]
}

/** Verbs that work here; to call another one is a mistake of the test. */
type Verb =
  | (
      | 'submitJob'
      | 'getJob'
      | 'waitForJob'
      | 'listJobs'
      | 'listTasks'
      | 'findTasks'
      | 'stopJob'
      | 'stopTask'
      | 'retryJob'
    )
  | ('openOutput' | 'runNow' | 'follow' | 'listAgents' | 'drainAgent' | 'listClusters' | 'clusterReport')
  | ('listTokens' | 'createToken' | 'revokeToken' | 'listAudit' | 'doctor')
type Faked = Omit<FakeOperations, Exclude<keyof Operations, Verb>>

export const AGENT: AgentView = {
  id: '01900000-0000-7000-8000-00000000000a',
  name: 'node1',
  cluster: 'default',
  status: 'ready',
  version: '0.1.0',
  host: 'host1',
  capacity: { work: 2, read: 1 },
  running: 0,
  since: '2024-08-19T09:46:15.123Z',
  createIndex: 3,
  modifyIndex: 5,
  capabilities: { bin: 'goosefs', found: true, simulated: false, loadFlags: [] },
}
export const REPORT_TEXT = 'GooseFS cluster summary: \n    Master Address: x.x.x.x:9200\n    Live Workers: 10\n'

export function createFakeOperations(): FakeOperations {
  const ids = createIds()
  const entries: Entry[] = []
  const keys = new Map<string, { body: string; id: string }>()
  const streams = new Map<string, Uint8Array>()
  const lines = new Map<string, Lines>()
  const again = new Set<string>()
  const wakers = new Set<() => void>()
  const tokens: TokenView[] = []
  let agent = AGENT
  let index = 0
  let clock = Date.parse('2024-08-19T09:46:15.123Z')
  const changes: { entry: Entry; task: Task }[] = []
  const wakeAll = (): void => {
    index += 1
    for (const wake of [...wakers]) wake()
  }
  const woken = (signal: AbortSignal): Promise<void> =>
    new Promise(resolve => {
      const wake = (): void => {
        wakers.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      if (signal.aborted) return resolve()
      wakers.add(wake)
      signal.addEventListener('abort', wake)
    })
  const find = (ref: string): Entry => {
    const entry = entries.find(({ job }) => job.id === ref || String(job.number) === ref)
    if (entry === undefined) throw new AppError('JOB_NOT_FOUND', `there is no job ${ref}`)
    return entry
  }
  const findTask = (id: string): { entry: Entry; task: Task } => {
    for (const entry of entries) for (const task of entry.tasks) if (task.id === id) return { entry, task }
    throw new AppError('TASK_NOT_FOUND', `there is no task ${id}`)
  }
  const refresh = (entry: Entry): void => {
    const counts = { ...NO_COUNTS, total: entry.tasks.length }
    for (const task of entry.tasks) counts[task.status] += 1
    const ended = entry.tasks.every(task => ENDED.has(task.status))
    const all = new Set(entry.tasks.map(task => task.status))
    const status = !ended ? 'running' : all.size === 1 ? [...all][0]! : 'partial'
    entry.job = { ...entry.job, counts, status }
  }
  const submit = (actor: Actor, request: JobRequest): Entry => {
    if (fake.trouble !== undefined) throw fake.trouble
    clock += 1
    const createdAt = new Date(clock).toISOString()
    const open = entries.find(
      ({ job }) => request.name !== undefined && job.name === request.name && job.status === 'running',
    )
    const id = open?.job.id ?? ids.next(clock)
    const tasks = (request.action === 'report' ? ['/'] : request.paths).map(path => ({
      id: ids.next(clock),
      job: id,
      path,
      action: request.action,
      options: request.options,
      status: 'running' as const,
      desired: 'run' as const,
      attempts: 1,
      createdAt,
      files: { loaded: 0, alreadyCached: 0, failed: 0, total: 0 },
      steps: [],
      notes: [],
    }))
    const entry: Entry = open ?? {
      tasks: [],
      job: {
        id,
        number: entries.length + 1,
        name: request.name ?? 'gfs-0123abcd',
        named: request.name !== undefined,
        action: request.action,
        cluster: request.cluster ?? 'default',
        status: 'running',
        desired: 'run',
        requester: actor.name,
        via: actor.via,
        createdAt,
        counts: NO_COUNTS,
        notes: [],
      },
    }
    entry.tasks.push(...tasks)
    if (open === undefined) entries.push(entry)
    refresh(entry)
    wakeAll()
    return { job: entry.job, tasks }
  }
  const reader = (task: Task, kind: string): OutputReader => {
    const bytes = (): Uint8Array => streams.get(`${task.id}/${task.attempts}/${kind}`) ?? new Uint8Array()
    const isOver = (): boolean => ENDED.has(findTask(task.id).task.status)
    return {
      task: task.id,
      path: task.path,
      length: async () => bytes().length,
      read: async (from, most) => bytes().slice(from, from + most),
      tailOffset: async count => {
        const text = Buffer.from(bytes())
        let at = text.length
        for (let left = count + (text.at(-1) === 10 ? 1 : 0); left > 0 && at > 0; left -= 1)
          at = text.lastIndexOf(10, at - 1)
        return count === 0 ? text.length : Math.max(0, at + (at > 0 || text[0] === 10 ? 1 : 0))
      },
      async more(from, signal) {
        for (;;) {
          if (bytes().length > from) return true
          if (signal.aborted || isOver()) return false
          await woken(signal)
        }
      },
    }
  }
  let following = 0
  let waiting = 0
  const fake: Faked = {
    actors: [],
    requests: [],
    keys: [],
    get following() {
      return following
    },
    get waiting() {
      return waiting
    },
    trouble: undefined,
    notes: [],
    cut: false,
    reply: { text: REPORT_TEXT, status: 'succeeded', timedOut: false },
    print(taskId, text, kind = 'output') {
      const { task } = findTask(taskId)
      const key = `${taskId}/${task.attempts}/${kind}`
      streams.set(key, Buffer.concat([streams.get(key) ?? new Uint8Array(), Buffer.from(text as string)]))
      wakeAll()
    },
    patch(taskId, patch, more = {}, willRunAgain = false) {
      const { entry, task } = findTask(taskId)
      Object.assign(task, patch)
      lines.set(taskId, { loaded: 0, alreadyCached: 0, failed: 0, ...more })
      if (willRunAgain) again.add(taskId)
      refresh(entry)
      changes.push({ entry, task: { ...task } })
      wakeAll()
    },
    taskIds: ref => find(ref).tasks.map(({ id }) => id),
    async submitJob(actor, request, { idempotencyKey: key } = {}) {
      fake.actors.push(actor)
      fake.requests.push(request)
      const known = key === undefined ? undefined : keys.get(`${actor.name} ${key}`)
      if (known !== undefined) {
        if (known.body !== JSON.stringify(request))
          throw new AppError('CONFLICT', `the key ${key} belongs to another ask`)
        const { job, tasks } = find(known.id)
        return { job, tasks: tasks.map(({ id, path }) => ({ id, path })), repeated: true, notes: [] }
      }
      const { job, tasks } = submit(actor, request)
      if (key !== undefined) keys.set(`${actor.name} ${key}`, { body: JSON.stringify(request), id: job.id })
      return { job, tasks: tasks.map(({ id, path }) => ({ id, path })), repeated: false, notes: fake.notes }
    },
    getJob: async (_, ref) => find(ref).job,
    async waitForJob(_, ref, { signal }) {
      const isOver = (): boolean => ENDED.has(find(ref).job.status) || find(ref).job.status === 'partial'
      waiting += 1
      while (!isOver() && !signal.aborted) await woken(signal)
      waiting -= 1
      return find(ref).job
    },
    async listJobs(_, query) {
      const path = query.path
      const items = entries
        .filter(({ job }) => query.status === undefined || query.status.includes(job.status))
        .filter(({ job }) => query.name === undefined || query.name === job.name)
        .filter(
          ({ tasks }) =>
            path === undefined || tasks.some(task => isWithin(toComparable(task.path), toComparable(path))),
        )
        .map(({ job }) => job)
        .reverse()
      const from = Number(query.after ?? 0)
      const to = from + (query.limit ?? 100)
      return { items: items.slice(from, to), ...(to < items.length ? { next: String(to) } : {}) }
    },
    async listTasks(_, ref, query) {
      const items = find(ref).tasks.filter(task => query.status === undefined || query.status.includes(task.status))
      return { items }
    },
    async findTasks(_, query) {
      const found = entries.flatMap(({ job, tasks }) => tasks.map(task => ({ job, task })))
      const items = found
        .filter(({ task }) => query.status?.includes(task.status) ?? true)
        .filter(({ job, task }) => (query.taskId ?? task.id) === task.id && (query.name ?? job.name) === job.name)
        .filter(({ task }) => (query.action ?? task.action) === task.action)
        .map(({ job, task }) => ({
          job,
          task,
          lines: lines.get(task.id) ?? { loaded: 0, alreadyCached: 0, failed: 0 },
          willRunAgain: again.has(task.id),
        }))
      return { items, cut: fake.cut }
    },
    async stopJob(actor, ref) {
      fake.actors.push(actor)
      for (const task of find(ref).tasks) fake.patch(task.id, { desired: 'stop' })
      return find(ref).job
    },
    async stopTask(_, taskId) {
      return findTask(taskId).task
    },
    async retryJob(_, ref, only) {
      for (const task of find(ref).tasks) {
        if (only === 'all' || task.status === 'failed')
          fake.patch(task.id, { status: 'running', attempts: task.attempts + 1 })
      }
      return find(ref).job
    },
    async openOutput(_, { ref, taskId }, kind) {
      const tasks = ref === undefined ? [findTask(taskId ?? '').task] : find(ref).tasks
      const wanted = taskId === undefined ? tasks : tasks.filter(({ id }) => id === taskId)
      if (wanted.length === 0) throw new AppError('TASK_NOT_FOUND', `there is no task ${taskId}`)
      return wanted.map(task => reader({ ...task }, kind))
    },
    async runNow(actor, request, { how }) {
      fake.requests.push(request)
      fake.keys.push(how?.idempotencyKey)
      const task = submit(actor, request).tasks[0]!
      task.status = fake.reply.status
      const exit = { reason: 'exited' as const, code: fake.reply.status === 'succeeded' ? 0 : 255 }
      return {
        task: { ...task, exit },
        exit,
        output: Buffer.from(fake.reply.text),
        timedOut: fake.reply.timedOut,
        notes: fake.notes,
      }
    },
    async *follow(_, { ref }, signal) {
      following += 1
      try {
        const present = ref === undefined ? entries : [find(ref)]
        for (const { job, tasks } of present) yield { type: 'status', index, job, tasks }
        let heard = changes.length
        while (!signal.aborted) {
          const change = changes[heard]
          if (change === undefined) {
            await woken(signal)
            continue
          }
          heard += 1
          const event: LiveEvent = { type: 'status', index, job: change.entry.job, tasks: [change.task] }
          if (ref === undefined || change.entry.job.id === find(ref).job.id) yield event
        }
      } finally {
        following -= 1
      }
    },
    listAgents: async () => ({ items: [agent] }),
    async drainAgent(_, id, draining) {
      if (id !== agent.id) throw new AppError('AGENT_NOT_FOUND', `there is no agent ${id}`)
      agent = { ...agent, status: draining ? 'draining' : 'ready' }
      return agent
    },
    listClusters: async () => ({
      items: [{ name: 'default', agents: 1, ready: 1, simulated: false, running: 0, queued: 0 }],
    }),
    async clusterReport(_, cluster) {
      if (cluster !== 'default') throw new AppError('CLUSTER_NOT_FOUND', `there is no cluster ${cluster}`)
      if (fake.reply.status !== 'succeeded')
        throw new AppError('COMMAND_FAILED', `the report of ${cluster} failed`, { notes: fake.notes })
      const report = { liveWorkers: 10, tiers: [], simulated: false }
      return { cluster, report, text: fake.reply.text, at: AGENT.since, notes: fake.notes }
    },
    listTokens: async () => ({ items: tokens }),
    async createToken(actor, { name, role }) {
      const token = { id: ids.next(clock), name, user: actor.name, role: role ?? actor.role, createdAt: AGENT.since }
      tokens.push(token)
      return { ...token, token: 'gander-secret' }
    },
    async revokeToken(_, id) {
      const at = tokens.findIndex(token => token.id === id)
      if (at === -1) throw new AppError('TOKEN_NOT_FOUND', `there is no token ${id}`)
      tokens.splice(at, 1)
    },
    listAudit: async () => ({ items: [] }),
    doctor: async () => ({ items: [{ name: 'agents', ok: true, answer: 'one agent is ready' }] }),
  }
  return fake as FakeOperations
}
