// why files are not cached and what to do about it: one row a cause, in English and Chinese
import type { Facts, Words } from './facts.ts'
import { toRoom } from './room.ts'
import type { Cause, Reason, Verdict, Workers } from './verdict.ts'

type Row = { readonly text: (facts: Facts) => Words; readonly next: (facts: Facts) => Words }

const always = (en: string, zh: string) => (): Words => ({ en, zh })

/** The table. Commands stand as each side types them: `gander …` in English, the chat's words in Chinese. */
export const CAUSES: Readonly<Record<Cause, Row>> = {
  'no-space': {
    text: facts => toRoom(facts).text,
    next: facts => toRoom(facts).next,
  },
  'no-such-path': {
    text: always('there is no such path', '路径不存在'),
    next: always(
      'check the spelling and the mount; if it is new in the object store: gander load --refresh PATH',
      '检查路径拼写和挂载点；如果是对象存储里新建的路径：`预热 /路径 刷新`',
    ),
  },
  permission: {
    text: always('permission denied', '没有读取权限'),
    next: always(
      'give the user that the workers and the agent run as the right to read it, then gander retry JOB',
      '授予 worker 和代理的运行用户读权限，再 `重试 任务号`',
    ),
  },
  gone: {
    text: always('gone from the object store', '底层文件已不存在'),
    next: always(
      'if that is intended: gander load --refresh PATH forgets it and loads what is there; else restore the files first',
      '如果是正常删除：`预热 /路径 刷新`，只加载现有文件；如果是误删，先恢复文件',
    ),
  },
  changed: {
    text: always('changed since its metadata was loaded', '底层文件在元数据加载之后有变更'),
    next: always(
      'gander load --refresh PATH once it is no longer being rewritten',
      '等文件不再改写后：`预热 /路径 刷新`',
    ),
  },
  'not-seen': {
    text: always('in the object store, but not seen when the load began', '对象存储里有，但加载开始时还没有列出来'),
    next: always('gander load --refresh PATH lists it anew and loads it', '`预热 /路径 刷新`，重新列目录后加载'),
  },
  'worker-lost': {
    text: ({ workers }) => toLost(workers),
    next: always(
      'bring the worker back (gander report shows which), then gander retry JOB',
      '恢复失联的 worker（`报告` 可查看），再 `重试 任务号`',
    ),
  },
  unreported: {
    text: always('a worker holds it, but the master does not know of it', 'worker 上有这份数据，但 master 没有登记'),
    next: always(
      'restart that worker, so that it and the master agree again; then gander retry JOB',
      '重启该 worker，让它重新向 master 登记，再 `重试 任务号`',
    ),
  },
  'no-job-worker': {
    text: always('no job worker', '没有可用的 job worker'),
    next: always(
      'start a job worker on the worker hosts, then gander retry JOB',
      '在 worker 节点上启动 job worker，再 `重试 任务号`',
    ),
  },
  'job-service-down': {
    text: always('the job master is away or was restarted', 'job master 不可用，或中途重启过'),
    next: always('see that the job master runs, then gander retry JOB', '确认 job master 已正常运行，再 `重试 任务号`'),
  },
  'master-unreachable': {
    text: always('master unreachable', '连不上 master'),
    next: always(
      'see that the master runs and has left safe mode (gander report), then gander retry JOB',
      '确认 master 已正常运行并退出安全模式（`报告`），再 `重试 任务号`',
    ),
  },
  incomplete: {
    text: always('still being written', '文件还在写入，尚未完成'),
    next: always('wait until its writer has closed it, then gander retry JOB', '等写入方关闭文件后，再 `重试 任务号`'),
  },
  replicas: {
    text: ({ copies, workers }) => toCopies(copies, workers),
    next: ({ workers }) => toFewerCopies(workers),
  },
  stalled: {
    text: always('the load did not move any more and was ended', '加载长时间没有进展，已终止'),
    next: always(
      'look at the job master and the job workers (their logs, gander report), then gander retry JOB',
      '检查 job master 和 job worker（日志、`报告`），再 `重试 任务号`',
    ),
  },
  'refused-by-cli': {
    text: always('the CLI refused the command', '命令被 CLI 拒绝'),
    next: always('read what it said: gander logs JOB', '查看 CLI 的输出：`日志 任务号`'),
  },
  'cli-missing': {
    text: always('the CLI is missing on the agent or cannot be started', '代理上找不到 CLI，或 CLI 无法启动'),
    next: always(
      'install it there or set GOOSEFS_BIN (gander doctor says what is missing), then gander retry JOB',
      '在代理上安装 CLI，或设置 GOOSEFS_BIN（`代理` 可查看），再 `重试 任务号`',
    ),
  },
  'cli-killed': {
    text: always('the CLI was killed before the load was through', 'CLI 进程被杀，加载没有做完'),
    next: always(
      "see what killed it on the agent's host (dmesg tells when memory ran out), then gander retry JOB",
      '在代理机器上查明原因（内存不足时 dmesg 有记录），再 `重试 任务号`',
    ),
  },
  unknown: {
    text: always('the cause is not known', '原因不明'),
    next: always(
      'read what the CLI said: gander logs JOB; then gander retry JOB',
      '先看 CLI 的输出：`日志 任务号`，再 `重试 任务号`',
    ),
  },
}

const heardOf = (workers: Workers): number => Math.max(0, workers.live - workers.silent)

function toLost(workers: Workers | undefined): Words {
  const known = workers === undefined ? 0 : workers.live + workers.lost
  const away = workers === undefined ? 0 : known - heardOf(workers)
  if (away === 0) return { en: 'a worker was lost', zh: 'worker 失联' }
  return { en: `${away} of ${known} workers lost or silent`, zh: `worker 失联（${known} 个中的 ${away} 个）` }
}

function toCopies(copies: number | undefined, workers: Workers | undefined): Words {
  const needs = copies ?? 'more'
  const has = workers === undefined ? 'fewer' : heardOf(workers)
  const counted = workers === undefined ? '数量不够' : `只有 ${heardOf(workers)} 个`
  return {
    en: `needs ${needs} workers, has ${has}`,
    zh:
      copies === undefined
        ? `副本数超过 worker 数（${counted}）`
        : `${copies} 个副本需要 ${copies} 个 worker，${counted}`,
  }
}

function toFewerCopies(workers: Workers | undefined): Words {
  const most = workers === undefined ? 0 : heardOf(workers)
  if (most === 0) return { en: 'ask for fewer copies, or bring workers back', zh: '减少副本数，或恢复 worker' }
  return {
    en: `ask for at most ${most}: gander load --replication ${most} PATH; or add workers`,
    zh: `副本数最多 ${most}：\`预热 /路径 副本=${most}\`；或增加 worker`,
  }
}

/** One cause as people read it. Pure. */
export function toReason(cause: Cause, facts: Facts): Reason {
  const { text, next } = CAUSES[cause]
  return { cause, files: facts.files, text: text(facts), next: next(facts) }
}

/**
 * The causes that a verdict names, most files first. Files that it counts without a cause have none: a load that was
 * stopped did not get to them. What is missing in bytes comes from the last measurement that there is. Pure.
 */
export function toReasons(verdict: Verdict): Reason[] {
  const counts = countCauses(verdict)
  const { copies, workers } = verdict
  const measured = verdict.after ?? verdict.before
  const known = {
    ...(measured !== undefined && { bytes: measured.bytes, missingBytes: measured.bytes - measured.cachedBytes }),
    ...(workers !== undefined && { workers }),
    ...(copies !== undefined && { copies }),
    mixed: counts.length > 1,
  }
  return counts.map(([cause, files]) => toReason(cause, { ...known, files }))
}

function countCauses(verdict: Verdict): [Cause, number][] {
  const counts = new Map<Cause, number>()
  const add = (cause: Cause, files: number) => void counts.set(cause, (counts.get(cause) ?? 0) + files)
  if (verdict.missingByCause === undefined) for (const { cause } of verdict.missing ?? []) add(cause, 1)
  else for (const [cause, files] of Object.entries(verdict.missingByCause)) add(cause as Cause, files)
  return [...counts].filter(([, files]) => files > 0).sort((a, b) => b[1] - a[1])
}
