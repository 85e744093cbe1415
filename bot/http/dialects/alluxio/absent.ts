// families of view 001 that need what only a coordinator has: every ask is answered that it is not there
import * as z from 'zod'
import type { Method } from '../../endpoint.ts'
import { CLUSTER, type Off, offer } from './offer.ts'
import { Nothing, PathQuery } from './schemas.ts'

const WORDS = { GET: 'List', POST: 'Set', DELETE: 'Remove' } as const
const METHODS = ['GET', 'POST', 'DELETE'] as const satisfies readonly Method[]

/** All methods of a family that no CLI fulfils; the body is not looked at, since no body would do. */
export function absentFamily(noun: string, what: string) {
  const off: Off = ({ cluster }) => `${what} is not enabled on cluster ${cluster}`
  return METHODS.map(method =>
    offer({
      method,
      path: `/api/v1/${noun}`,
      summary: `${WORDS[method]} ${noun} rules; only a coordinator keeps them`,
      query: z.object({ ...PathQuery, ...CLUSTER }),
      answers: { 200: Nothing },
      off,
      handler: unreachable,
    }),
  )
}

function unreachable(): never {
  throw new Error('a family that is always off was asked all the same')
}
