// schedules and their runs in the words of view 004
import type { Actor } from '../../../../shared/job.ts'
import type { Run, RunStatus, Schedule, Why } from '../../../../shared/schedule.ts'
import { toMs } from '../../../../shared/time.ts'
import type { VerdictKind } from '../../../../shared/verdict.ts'
import { type ToldInterval, toExpression, toTold } from './interval.ts'
import { type BatchStatus, type History, Operation, type Task, TaskDocument } from './schemas.ts'

const STATUS: Readonly<Record<RunStatus, BatchStatus>> = {
  queued: 'running',
  running: 'running',
  waiting: 'running',
  succeeded: 'success',
  failed: 'failed',
  partial: 'failed',
  stopped: 'failed',
  lost: 'failed',
  missed: 'failed',
  unstarted: 'failed',
  skipped: 'skipped',
}

// what is said of a batch that has no words of its own; null: nothing
const SAYS: Readonly<Record<RunStatus, string | null>> = {
  queued: 'its job waits for an agent',
  running: null,
  waiting: 'it waits',
  succeeded: null,
  failed: 'its job failed',
  partial: 'some paths of its job failed',
  stopped: 'its job was stopped',
  lost: 'its job was lost with the agent that ran it',
  missed: 'nothing was run',
  unstarted: 'it could not be submitted',
  skipped: 'nothing was run',
}

const WHY: Readonly<Record<Why, string>> = {
  overlap: 'the previous run was still at work',
  quiet: 'it fell into the quiet hours',
  marker: 'its marker has not come',
  turn: 'other batches go first',
  late: 'nobody was there at its time',
  merged: 'a later batch stands for it',
  paused: 'the task was stopped while it waited',
  removed: 'the task was deleted while it waited',
  behind: 'another batch waits instead',
}

const VERDICTS: Readonly<Record<VerdictKind, string>> = {
  cached: 'all of it is in the cache',
  'nothing-new': 'all of it was in the cache before',
  partly: 'a part of it is in the cache',
  'not-cached': 'nothing of it is in the cache',
  unverified: 'nobody could measure the cache',
  empty: 'there was nothing to load',
}

/** A run as a batch of its task. */
export function toHistory(run: Run): History {
  return {
    taskId: run.schedule,
    count: run.number,
    time: toTime(run),
    status: STATUS[run.status],
    message: toMessage(run),
    tookMillis: run.endedAt === undefined || run.firedAt === undefined ? 0 : toMs(run.endedAt) - toMs(run.firedAt),
  }
}

function toTime(run: Run): number {
  return toMs(run.firedAt ?? run.at)
}

function toMessage({ status, message, why, verdict, before, after }: Run): string | null {
  const says = SAYS[status]
  if (message !== undefined) return message
  if (says === null) return null
  if (why !== undefined) return `${says}: ${WHY[why]}`
  if (verdict === undefined) return says
  const [from, to] = [before, after].map(one => (one === undefined ? '?' : `${one.cachedPercent}%`))
  const change = before === undefined && after === undefined ? '' : ` (${from} → ${to} cached)`
  return `${says}: ${VERDICTS[verdict.kind]}${change}`
}

const OF_OTHERS: readonly Operation[] = ['list', 'share']
const OF_VIEWERS: readonly Operation[] = ['list']

/** What a caller may do with a schedule: whoever may not change it may show it to others, a viewer only looks. */
function toOperations({ name, role }: Actor, owner: string): readonly Operation[] {
  if (role === 'viewer') return OF_VIEWERS
  return role === 'admin' || owner === '' || owner === name ? Operation.options : OF_OTHERS
}

/** A schedule as a task, but for its interval. */
export function toTask(schedule: Schedule, actor: Actor): Omit<Task, 'interval'> {
  return {
    id: schedule.id,
    name: schedule.name,
    description: schedule.description ?? null,
    operations: [...toOperations(actor, schedule.owner)],
    spl: toSpl(schedule),
    owner: schedule.owner,
    status: schedule.paused ? 'stopped' : 'running',
    count: schedule.runs,
    updateTime: toMs(schedule.updatedAt),
    createTime: toMs(schedule.createdAt),
    lastRunTime: schedule.lastRunAt === undefined ? -1 : toMs(schedule.lastRunAt),
  }
}

// what was asked for elsewhere in parts, as it would be typed here
function toSpl({ statement, action, paths = [], options = {}, cluster }: Schedule): string {
  if (statement !== undefined) return statement
  const { replication, timeoutSeconds } = options
  const pairs = { replicas: replication, timeout: timeoutSeconds, cluster }
  const given = Object.entries(pairs).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${quoted(value)}`],
  )
  return [action ?? '', ...paths.map(quoted), ...given].join(' ')
}

function quoted(value: string | number): string {
  const text = String(value)
  return /^[\w./:@$%{}+-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`
}

const CRON = /^(?:[\d*?,/#LW-]|(?<![A-Z])[A-Z]{3}L?(?![A-Z]))+$/i

/** When a schedule runs: as it was asked for in this view, else as a crontab text. */
export function toInterval({ expression, cron }: Schedule, document: unknown): ToldInterval {
  const asked = TaskDocument.safeParse(document).data
  if (asked !== undefined && toExpression(asked.interval) === expression) return toTold(asked.interval)
  const fields = expression.trim().split(/\s+/)
  const isCron = fields.length >= 5 && fields.length <= 7 && fields.every(field => CRON.test(field))
  return { type: 'crontab', crontab: isCron ? expression : cron }
}
