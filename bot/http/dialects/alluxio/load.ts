// loads of view 001
import * as z from 'zod'
import type { TaskOptions } from '../../../../shared/actions.ts'
import { type Ask, LoadRequest } from './asks.ts'
import { HEAD, toHead } from './progress.ts'
import type { Seen } from './seen.ts'
import { type Work, workFamily } from './work.ts'

const count = z.int()
const Progress = z
  .object({
    ...HEAD,
    skipIfExists: z.boolean(),
    loadMetadataOnly: z.boolean(),
    verify: z.boolean(),
    bandwidth: count,
    loadedBytes: count.optional().meta({ description: 'as measured; absent when it was not' }),
    skippedBytes: count.optional(),
    totalBytes: count.optional(),
    loadedNonEmptyFiles: count,
    failedFiles: count,
    scannedFiles: count,
    quota: z.object({ totalBytes: count, remaining: count }),
  })
  .meta({ id: 'AlluxioLoad' })

const toProgress: Work['toProgress'] = (seen, room) => {
  const { id, alias, startTime, state, errorMessage, ...head } = toHead(seen, room)
  return {
    ...{ id, alias, startTime, state, runningState: '', errorMessage, failedFileListPath: '' },
    ...{ paths: head.paths, index: head.index, skipIfExists: seen.kept?.options?.skipIfExists ?? false },
    ...{ loadMetadataOnly: false, verify: false, bandwidth: 0 },
    timeElapsedMilliseconds: head.timeElapsedMilliseconds,
    ...toBytes(seen),
    ...toFiles(seen),
    ...{ quota: { totalBytes: 0, remaining: 0 }, quotaCheckError: '' },
  }
}

export const load = workFamily({
  noun: 'load',
  does: ['load', 'forceload'],
  Request: LoadRequest,
  toAsked: ask => ({ action: ask.options?.loadPolicy === undefined ? 'load' : 'forceload', options: toOptions(ask) }),
  Progress,
  toProgress,
})

function toOptions({ options }: Ask): TaskOptions {
  const { replicas, batchSize } = options ?? {}
  return {
    ...(replicas !== undefined && { replication: replicas }),
    ...(batchSize !== undefined && { batchSize }),
  }
}

// what was measured before and after; what was not measured is not told
function toBytes({ job }: Seen) {
  const { before, after } = job.verdict ?? {}
  if (after === undefined) return {}
  if (before === undefined) return { totalBytes: after.bytes }
  const skippedBytes = Math.min(before.cachedBytes, after.cachedBytes)
  return { loadedBytes: after.cachedBytes - skippedBytes, skippedBytes, totalBytes: after.bytes }
}

// as the CLI's lines say; what another task of the same job loads is counted there
function toFiles({ tasks }: Seen) {
  const ids = new Set(tasks.map(({ task }) => task.id))
  const own = tasks.filter(({ task }) => task.attachedTo === undefined || !ids.has(task.attachedTo))
  const sum = (of: (lines: Seen['tasks'][number]['lines']) => number): number =>
    own.reduce((all, { lines }) => all + of(lines), 0)
  return {
    loadedNonEmptyFiles: sum(lines => lines.loaded),
    failedFiles: sum(lines => lines.failed),
    scannedFiles: sum(lines => lines.loaded + lines.alreadyCached + lines.failed),
  }
}
