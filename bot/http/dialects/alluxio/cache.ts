// clearing what is stale, in view 001: a cluster without a ring of owners has nothing stale
import * as z from 'zod'
import { AppError } from '../../../../shared/errors.ts'
import { ClusterQuery, offer } from './offer.ts'
import { givenOf, optional, Word, whole } from './schemas.ts'

const NAMES = ['op', 'type', 'operation'] as const
const word = optional(Word)
const Asked = z
  .object({ op: word, type: word, operation: word })
  .superRefine((asked, context) => {
    if (givenOf(NAMES, asked).length === 0) context.addIssue(whole('op must name the operation, but is missing'))
  })
  .transform(({ op, type, operation }) => op ?? type ?? operation ?? '')
  .meta({ id: 'AlluxioCacheRequest' })
const Errors = z.object({ errors: z.record(z.string(), z.string()) }).meta({ id: 'AlluxioCacheErrors' })

export const cache = (['POST', 'DELETE'] as const).map(method =>
  offer({
    method,
    path: '/api/v1/cache',
    summary: `${method === 'POST' ? 'Start' : 'Stop'} clearing what is stale in the cache`,
    query: ClusterQuery,
    body: Asked,
    answers: { 200: Errors },
    handler: ({ body }) => {
      throw new AppError('NOT_IMPLEMENTED', `operation ${body} is not implemented on this cluster`)
    },
  }),
)
