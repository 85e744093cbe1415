// the engine's own jobs: `job ls`, `job stat`, `fsadmin report jobservice`, and the same things from its REST interface

export const JOB_STATUSES = ['CREATED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELED'] as const
export type EngineJobStatus = (typeof JOB_STATUSES)[number]
export type EngineJob = { readonly id: number; readonly name: string; readonly status: EngineJobStatus }
export type EngineJobDetail = EngineJob & { readonly paths: readonly string[]; readonly error?: string }

const ROW = /^(\d+)\s+(\S+)\s+(CREATED|RUNNING|COMPLETED|FAILED|CANCELED)\s*$/

/** One line of `job ls`; undefined when it is none. */
export function readJobLine(line: string): EngineJob | undefined {
  const match = ROW.exec(line)
  if (match === null) return undefined
  return { id: Number(match[1]), name: match[2] ?? '', status: match[3] as EngineJobStatus }
}

/** Whether an engine job has not ended yet. */
export function isUnfinished(status: string): boolean {
  return status === 'CREATED' || status === 'RUNNING'
}

// the configuration's own comma ends a path only in front of the next key, so that names with commas survive
const FILE_PATH = /[Ff]ilePath=(.*?)(?=, \w+=|\}|$)/g

/** The cache paths that a job's description names (`LoadConfig{FilePath=/p, Replication=1}`, batches several). */
export function readJobPaths(description: string): string[] {
  return [...description.matchAll(FILE_PATH)].map(match => match[1] ?? '')
}

/** The lines of `job stat`; undefined when they describe no job. */
export function readJobStat(lines: readonly string[]): EngineJobDetail | undefined {
  const value = (key: string) => lines.find(line => line.startsWith(`${key}: `))?.slice(key.length + 2)
  const id = Number(value('ID'))
  const status = JOB_STATUSES.find(one => one === value('Status'))
  if (!Number.isSafeInteger(id) || status === undefined) return undefined
  const error = value('Error')
  return {
    id,
    name: value('Name') ?? '',
    status,
    paths: readJobPaths(value('Description') ?? ''),
    ...(error === undefined ? {} : { error }),
  }
}

/** The REST form of the same (`/api/v1/master/job/get_status`); undefined when it is none. */
export function readJobStatus(json: unknown): EngineJobDetail | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const fields = json as Record<string, unknown>
  const status = JOB_STATUSES.find(one => one === fields['status'])
  if (typeof fields['id'] !== 'number' || status === undefined) return undefined
  const described = typeof fields['description'] === 'string' ? readJobPaths(fields['description']) : []
  const affected = Array.isArray(fields['affectedPaths']) ? fields['affectedPaths'].filter(isText) : []
  return {
    id: fields['id'],
    name: isText(fields['name']) ? fields['name'] : '',
    status,
    // exact where it is filled, while a description may be cut
    paths: affected.length > 0 ? affected : described,
    ...(isText(fields['errorMessage']) && fields['errorMessage'] !== '' ? { error: fields['errorMessage'] } : {}),
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

export type JobService = {
  /** Job workers that the job master knows. */
  readonly workers: number
  readonly unfinished: number
  readonly counts: Readonly<Partial<Record<EngineJobStatus, number>>>
}

/** `fsadmin report jobservice`; undefined when the service did not answer with one. The tables of 2.10 are understood too. */
export function readJobService(lines: readonly string[]): JobService | undefined {
  const counts: Partial<Record<EngineJobStatus, number>> = {}
  for (const line of lines) {
    const match = /^Status: (\w+)\s*Count: (\d+)/.exec(line)
    const status = JOB_STATUSES.find(one => one === match?.[1])
    if (status !== undefined) counts[status] = Number(match?.[2])
  }
  if (Object.keys(counts).length === 0) return undefined
  const workers = lines.filter(line => /^Worker: /.test(line)).length || countTableRows(lines)
  return { workers, counts, unfinished: (counts.CREATED ?? 0) + (counts.RUNNING ?? 0) }
}

function countTableRows(lines: readonly string[]): number {
  const header = lines.findIndex(line => /^Job Worker\s+Version/.test(line))
  if (header < 0) return 0
  const end = lines.findIndex((line, at) => at > header && line.trim() === '')
  return (end < 0 ? lines.length : end) - header - 1
}
