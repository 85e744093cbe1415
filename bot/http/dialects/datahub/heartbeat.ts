// the feed of view 003: what a user's daemon says of itself, and whether it was heard
import { toNothing } from '../../answer.ts'
import { endpoint } from '../../endpoint.ts'
import { readLine } from './lines.ts'
import { bareOrWrapped, Heartbeat, Online, UserRef, Wrapped } from './schemas.ts'
import { HEADERS, isWrapped, told } from './words.ts'

export const heartbeat = endpoint({
  method: 'POST',
  path: '/heartbeat',
  summary: "Takes in what the caller's daemon says: entry points, lines of its log, abnormal tags",
  effect: 'own',
  body: Heartbeat,
  headers: HEADERS,
  answers: { 200: ['none', Wrapped] },
  handler: async call => {
    const { daemonid, entrypoint, log, abnormaltags } = call.body
    await call.room.operations.heard(call.actor, daemonid, {
      entrypoints: entrypoint ?? [],
      abnormal: abnormaltags ?? [],
      lines: (log ?? []).map(line => readLine(line, call.room.tz)),
    })
    return isWrapped(call) ? told(call, {}) : toNothing(200)
  },
})

export const heard = endpoint({
  method: 'GET',
  path: '/heartbeat/status/:user',
  summary: "Whether a user's daemon is there",
  effect: 'read',
  params: UserRef,
  headers: HEADERS,
  answers: { 200: bareOrWrapped(Online) },
  handler: async call => {
    const { online } = await call.room.operations.companionStatus(call.actor, call.params.user)
    return told(call, { status: online ? 'online' : 'offline' })
  },
})
