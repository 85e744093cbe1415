// what several measured paths hold together: a path below another one is part of it, and is not counted twice
import type { Task } from '../../shared/job.ts'
import { parentsOf, toComparable, toNamespacePath } from '../../shared/path.ts'
import type { Estimate } from '../../shared/verdict.ts'

export type Sum = Pick<Estimate, 'files' | 'bytes' | 'missingBytes'>

/** Addresses of the cache itself, whichever master they name: a task's paths are all of one cluster. */
const OWN_SCHEME = /^(?:gfs|goosefs|alluxio):\/\//

/** Sums up the estimates of tasks; those without one add nothing, nor do they hide what is below them. */
export function sumEstimates(tasks: readonly Pick<Task, 'path' | 'estimate'>[]): Sum {
  const estimates = new Map<string, Estimate>()
  for (const { path, estimate } of tasks) if (estimate !== undefined) estimates.set(toKey(path), estimate)
  const sum = { files: 0, bytes: 0, missingBytes: 0 }
  for (const [key, { files, bytes, missingBytes }] of estimates) {
    if (parentsOf(key).some(parent => estimates.has(parent))) continue
    sum.files += files
    sum.bytes += bytes
    sum.missingBytes += missingBytes
  }
  return sum
}

const toKey = (path: string): string => (OWN_SCHEME.test(path) ? toNamespacePath(path) : toComparable(path))
