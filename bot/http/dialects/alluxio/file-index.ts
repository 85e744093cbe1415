// the global file index of view 001: empty where there is none, and nothing can be added to it
import * as z from 'zod'
import { AppError } from '../../../../shared/errors.ts'
import { toJson } from '../../answer.ts'
import { ClusterQuery, offer } from './offer.ts'
import { resultsOf } from './schemas.ts'

const path = '/api/v1/file_index'
const Count = z.object({ count: z.int() }).meta({ id: 'AlluxioFileIndexCount' })

const list = offer({
  method: 'GET',
  path,
  summary: 'The global file index',
  query: ClusterQuery,
  answers: { 200: resultsOf(z.looseObject({}), 'AlluxioFileIndex') },
  handler: () => toJson({ results: [] }),
})

// whatever the body is: the feature is not there
const writes = (['POST', 'DELETE'] as const).map(method =>
  offer({
    method,
    path,
    summary: method === 'POST' ? 'Add files to the global file index' : 'Remove files from the global file index',
    query: ClusterQuery,
    answers: { 200: Count },
    handler: ({ cluster }) => {
      throw new AppError('NOT_FOUND', `the global file index is not enabled on cluster ${cluster.cluster}`)
    },
  }),
)

export const fileIndex = [list, ...writes]
