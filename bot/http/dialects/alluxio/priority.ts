// priorities of view 001, where a cluster is told to pin: HIGH is pinned, MEDIUM is not, and there is nothing below
import * as z from 'zod'
import { AppError, got } from '../../../../shared/errors.ts'
import { CachePath } from '../../../../shared/path.ts'
import { pathRules } from './path-rules.ts'

const PINNED: Readonly<Record<string, boolean>> = { HIGH: true, MEDIUM: false }
const toMistake = ({ input }: { readonly input?: unknown }): string =>
  input === 'LOW' || (typeof input === 'string' && input.toUpperCase() === 'LOW')
    ? `must be HIGH or MEDIUM on a cluster whose priorities are pins, ${got(input)}`
    : `must be one of HIGH, MEDIUM, LOW, ${got(input)}`

const Request = z
  .object({
    path: CachePath,
    priority: z
      .string({ error: toMistake })
      .refine(word => Object.hasOwn(PINNED, word.toUpperCase()), { error: toMistake }),
  })
  .transform(({ path, priority }) => ({ path, value: PINNED[priority.toUpperCase()] ?? false }))
  .meta({ id: 'AlluxioPriorityRequest' })

export const priority = pathRules<boolean>({
  kind: 'priority',
  title: 'Priority',
  key: 'priority',
  off: ({ cluster, priority }) =>
    priority === 'off' ? `priority eviction is not enabled on cluster ${cluster}` : undefined,
  Request,
  read: ({ pinned }) => (pinned === true ? 'HIGH' : undefined),
  show: remembered => remembered,
  set: ({ room, actor, cluster }, path, pinned) => room.operations.setPinned(actor, cluster.cluster, { path, pinned }),
  unset: ({ room, actor, cluster }, path) =>
    room.operations.setPinned(actor, cluster.cluster, { path, pinned: false }).catch((thrown: unknown) => {
      // what is not there has no priority, which is what was asked for
      if (!(thrown instanceof AppError) || thrown.code !== 'NOT_FOUND') throw thrown
    }),
})
