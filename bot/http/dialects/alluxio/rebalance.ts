// rebalancing in view 001: a cluster without a hash ring has no such job, and cannot start one
import * as z from 'zod'
import { AppError } from '../../../../shared/errors.ts'
import { toJson } from '../../answer.ts'
import { CLUSTER, ClusterQuery, offer } from './offer.ts'
import { Flag, givenOf, optional, queryWord, resultsOrOne, Word, whole, wholeNumber } from './schemas.ts'

const path = '/api/v1/rebalance'
const KEYS = ['id', 'target'] as const
const amount = optional(wholeNumber(1, Number.MAX_SAFE_INTEGER))
const Request = z
  .object({
    target: Word.meta({ description: 'a worker such as worker-54b88939-de49-46ef-acab-fe489f46d1a0, or ALL' }),
    options: optional(
      z.object({ loadBatchSize: amount, loadBandwidth: amount, pruneBandwidth: amount, skipPrune: optional(Flag) }),
    ),
  })
  .meta({ id: 'AlluxioRebalanceRequest' })
const Key = z
  .object({ id: optional(Word), target: optional(Word) })
  .superRefine((key, context) => {
    const given = givenOf(KEYS, key).length
    if (given !== 1) context.addIssue(whole(`id or target must name the job, got ${given === 0 ? 'neither' : 'both'}`))
  })
  .meta({ id: 'AlluxioRebalanceKey' })
const Query = z
  .object({ id: queryWord, target: queryWord, ...CLUSTER })
  .refine(query => givenOf(KEYS, query).length < 2, whole('at most one of id and target must be given, got both'))
const Job = z.looseObject({ id: z.string() }).meta({ id: 'AlluxioRebalance' })

const look = offer({
  method: 'GET',
  path,
  summary: 'Rebalance jobs, or the one with that id or target',
  query: Query,
  answers: { 200: resultsOrOne(Job, 'AlluxioRebalances') },
  handler: ({ query }) => {
    if (givenOf(KEYS, query).length > 0) throw new AppError('JOB_NOT_FOUND', 'No job found...')
    return toJson({ results: [] })
  },
})

const start = offer({
  method: 'POST',
  path,
  summary: 'Start rebalancing',
  query: ClusterQuery,
  body: Request,
  answers: { 200: Job },
  handler: ({ cluster }) => {
    throw new AppError(
      'NOT_IMPLEMENTED',
      `rebalance is not implemented on cluster ${cluster.cluster}: it has no hash ring`,
    )
  },
})

const stop = offer({
  method: 'DELETE',
  path,
  summary: 'Stop rebalancing',
  query: ClusterQuery,
  body: Key,
  answers: { 200: Job },
  handler: () => {
    throw new AppError('GONE', 'no rebalance job is under way')
  },
})

export const rebalance = [look, start, stop]
