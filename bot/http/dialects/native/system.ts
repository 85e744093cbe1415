// the daemon itself in the native API: is it alive, is it well, what can it do
import * as z from 'zod'
import { toHtml, toJson, toText } from '../../answer.ts'
import { toDocsPage } from '../../docs-page.ts'
import { type Endpoint, endpoint } from '../../endpoint.ts'
import { CheckPage, Health } from './schemas.ts'

const healthz = endpoint({
  method: 'GET',
  path: '/healthz',
  summary: 'The daemon is alive',
  effect: 'open',
  anyHost: true,
  answers: { 200: Health },
  handler: () => toJson({ status: 'ok' }),
})

const readyz = endpoint({
  method: 'GET',
  path: '/readyz',
  summary: 'The state is loaded and the listeners are open, with or without agents',
  effect: 'open',
  anyHost: true,
  answers: { 200: Health, 503: Health },
  handler: ({ room }) =>
    room.vitals().ready ? toJson({ status: 'ready' }) : toJson({ status: 'starting' }, { status: 503 }),
})

const metrics = endpoint({
  method: 'GET',
  path: '/metrics',
  summary: 'Counters and gauges as Prometheus text',
  effect: 'read',
  answers: { 200: 'text' },
  handler: async ({ room }) => {
    const { type, text } = await room.metrics()
    return { ...toText(text), headers: { 'content-type': type } }
  },
})

const doctor = endpoint({
  method: 'GET',
  path: '/api/v1/doctor',
  summary: 'Every self-check with its answer and remedy',
  effect: 'read',
  answers: { 200: CheckPage },
  handler: async ({ room, actor }) => toJson(await room.operations.doctor(actor)),
})

const testSends = endpoint({
  method: 'POST',
  path: '/api/v1/doctor/sends',
  summary: 'Sends a test message through each way that chat groups are reached by; everybody there sees it',
  effect: 'write',
  answers: { 200: CheckPage },
  handler: async ({ room, actor }) => toJson(await room.operations.testSends(actor)),
})

const document = endpoint({
  method: 'GET',
  path: '/api/openapi.json',
  summary: 'This document',
  effect: 'open',
  answers: { 200: z.looseObject({ openapi: z.literal('3.1.0') }) },
  handler: ({ room }) => toJson(room.document()),
})

const docs = endpoint({
  method: 'GET',
  path: '/docs',
  summary: 'The same document as a page to read',
  effect: 'open',
  answers: { 200: 'html' },
  handler: ({ room }) => toHtml(toDocsPage(room.document())),
})

export const systemEndpoints: readonly Endpoint[] = [healthz, readyz, metrics, doctor, testSends, document, docs]
