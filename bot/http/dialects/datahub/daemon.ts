// what a user asks of their own daemon in view 003: id, entry points, log, status, health of paths
import { setImmediate as nextTurn } from 'node:timers/promises'
import { inTurns } from '../../../../shared/turns.ts'
import { endpoint } from '../../endpoint.ts'
import { toLine } from './lines.ts'
import {
  bareOrWrapped,
  DaemonId,
  Entrypoints,
  Lines,
  LogQuery,
  LogRef,
  Status,
  Tags,
  TagsQuery,
  UserRef,
} from './schemas.ts'
import { HEADERS, told } from './words.ts'

const DEFAULT_RANGE = 9

export const daemonId = endpoint({
  method: 'GET',
  path: '/daemon/id',
  summary: "The id of the caller's daemon, the same at every call",
  effect: 'read',
  headers: HEADERS,
  answers: { 200: bareOrWrapped(DaemonId) },
  handler: async call => told(call, { daemonid: await call.room.operations.daemonIdOf(call.actor) }),
})

export const entrypoints = endpoint({
  method: 'GET',
  path: '/daemon/ep/:user',
  summary: "Entry points of a user's agents; of others only for an admin",
  effect: 'read',
  params: UserRef,
  headers: HEADERS,
  answers: { 200: bareOrWrapped(Entrypoints) },
  handler: async call =>
    told(call, { entrypoint: await call.room.operations.entrypointsOf(call.actor, call.params.user) }),
})

export const log = endpoint({
  method: 'GET',
  path: '/daemon/log/:index',
  summary: "Lines of the caller's log, newest first: from the index to index + range",
  effect: 'read',
  params: LogRef,
  query: LogQuery,
  headers: HEADERS,
  answers: { 200: bareOrWrapped(Lines) },
  handler: async call => {
    const { range = DEFAULT_RANGE } = call.query
    const lines = await call.room.operations.userLog(call.actor, call.params.index, range + 1)
    return told(call, { log: await inTurns(lines, line => [toLine(line, call.room.tz)], nextTurn) })
  },
})

export const status = endpoint({
  method: 'GET',
  path: '/daemon/status',
  summary: "Whether the caller's daemon is there, and its entry points",
  effect: 'read',
  headers: HEADERS,
  answers: { 200: bareOrWrapped(Status) },
  handler: async call => {
    const { online, entrypoints } = await call.room.operations.companionStatus(call.actor)
    return told(call, { status: online ? 'online' : 'offline', entrypoint: entrypoints })
  },
})

export const tags = endpoint({
  method: 'GET',
  path: '/daemon/tags/status',
  summary: 'Which paths of a job are abnormal, or whether one is',
  effect: 'read',
  query: TagsQuery,
  headers: HEADERS,
  answers: { 200: bareOrWrapped(Tags) },
  handler: async call => {
    const { repname: cluster, itemname: name, tagname, page, size } = call.query
    const ask = { cluster, name, tag: tagname === '' ? undefined : tagname, page, size }
    const { total, abnormal } = await call.room.operations.tagStatus(call.actor, ask)
    const isNormal = total === 0
    return told(call, { status: isNormal ? 'NORMAL' : 'ABNORMAL', total, results: isNormal ? null : abnormal })
  },
})
