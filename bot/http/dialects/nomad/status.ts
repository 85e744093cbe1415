// who leads in view 002: this daemon, alone
import * as z from 'zod'
import type { Endpoint } from '../../endpoint.ts'
import { NoParams } from './jobs.ts'
import { ReadQuery } from './query.ts'
import { read } from './read.ts'

/** Where a server of Nomad would talk to others; nothing listens there. */
const SERVER = '127.0.0.1:4647'
const any = { params: NoParams, query: ReadQuery }

const leader = read({
  ...any,
  path: '/v1/status/leader',
  summary: 'The leader',
  shape: z.string(),
  find: () => ({ value: SERVER }),
})

const peers = read({
  ...any,
  path: '/v1/status/peers',
  summary: 'All servers',
  shape: z.array(z.string()),
  find: () => ({ value: [SERVER] }),
})

export const statusEndpoints: readonly Endpoint[] = [leader, peers]
