// frees of view 001: the CLI tells nothing of bytes, and of files only whether a path was freed
import * as z from 'zod'
import { FreeRequest } from './asks.ts'
import { countOf, HEAD, toHead } from './progress.ts'
import { workFamily } from './work.ts'

const Progress = z
  .object({ ...HEAD, freedFiles: z.int(), failedFiles: z.int(), totalFiles: z.int() })
  .meta({ id: 'AlluxioFree' })

export const free = workFamily({
  noun: 'free',
  does: ['free'],
  Request: FreeRequest,
  toAsked: () => ({ action: 'free', options: {} }),
  Progress,
  toProgress: (seen, room) => ({
    ...toHead(seen, room),
    freedFiles: countOf(seen.tasks, 'succeeded'),
    failedFiles: countOf(seen.tasks, 'failed', 'lost'),
    totalFiles: seen.tasks.length,
  }),
})
