// reference document 001 (Alluxio Enterprise AI 3.x coordinator): load and free by alias or index, and the cluster's own tables
import { toJson } from '../answer.ts'
import type { Dialect } from '../endpoint.ts'
import { toPlainMessage } from '../failure.ts'
import { cache } from './alluxio/cache.ts'
import { cacheFilter } from './alluxio/cache-filter.ts'
import { fileIndex } from './alluxio/file-index.ts'
import { free } from './alluxio/free.ts'
import { load } from './alluxio/load.ts'
import { mount } from './alluxio/mount.ts'
import { nodes } from './alluxio/nodes.ts'
import { priority } from './alluxio/priority.ts'
import { quota } from './alluxio/quota.ts'
import { rebalance } from './alluxio/rebalance.ts'
import { ErrorBody } from './alluxio/schemas.ts'
import { ttl } from './alluxio/ttl.ts'

export const alluxio: Dialect = {
  name: 'alluxio',
  endpoints: [
    ...[load, free, rebalance, cache, mount].flat(),
    ...[quota, ttl, priority, cacheFilter, nodes, fileIndex].flat(),
  ],
  fail: failure => toJson({ status: toPlainMessage(failure) }, { status: failure.status }),
  errorShape: ErrorBody,
}
