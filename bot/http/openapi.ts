// the OpenAPI 3.1 document, written from the same endpoint values that answer
import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import * as z from 'zod'
import type { Dialect, Endpoint, Shape } from './endpoint.ts'

const TITLES: Readonly<Record<string, string>> = {
  native: 'Gander',
  cli2api: 'goosefs-cli2api (reference document 000)',
}
const DESCRIPTION = [
  'Warms GooseFS caches, and calls a load done only when a measurement of the cache says so.',
  "Errors of Gander's own API are code, message and details; every other view has its own form.",
  'A header X-Gander-Note says what an answer has to add beside its shape.',
].join(' ')
const TYPES = { text: 'text/plain', html: 'text/html', events: 'text/event-stream' } as const
const WHAT: Readonly<Record<number, string>> = {
  200: 'Done',
  201: 'Created',
  202: 'Accepted: it ends later',
  204: 'Done, nothing to say',
  503: 'Not yet',
}

/** Writes the document of all endpoints. */
export function toDocument(dialects: readonly Dialect[], version: string): unknown {
  // only its registry is used: our own router reads all parts of a request at once
  const app = new OpenAPIHono()
  const registry = app.openAPIRegistry
  registry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' })
  for (const dialect of dialects) {
    for (const endpoint of dialect.endpoints) registry.registerPath(toRoute(dialect, endpoint))
  }
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Gander', version, description: DESCRIPTION },
    tags: dialects.map(({ name }) => ({ name, description: TITLES[name] ?? name })),
  })
}

function toRoute(dialect: Dialect, endpoint: Endpoint) {
  const { params, query, body } = endpoint
  const answers = Object.entries(endpoint.answers).map(([status, shape]) => [
    status,
    { description: WHAT[Number(status)] ?? 'Answer', ...toContent(shape) },
  ])
  return createRoute({
    method: LOWER[endpoint.method],
    path: endpoint.path.replace(/:(\w+)/g, '{$1}'),
    summary: endpoint.summary,
    tags: [dialect.name],
    security: endpoint.effect === 'open' ? [] : [{ token: [] }],
    request: {
      ...(params === undefined ? {} : { params: toObject(params) }),
      ...(query === undefined ? {} : { query: toObject(query) }),
      ...(body === undefined ? {} : { body: { content: { 'application/json': { schema: body } } } }),
    },
    responses: {
      ...Object.fromEntries(answers),
      default: { description: 'What went wrong', ...toContent(dialect.errorShape) },
    },
  })
}

const LOWER = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'delete' } as const

function toContent(shape: Shape) {
  if (shape === 'none') return {}
  if (shape instanceof z.ZodType) return { content: { 'application/json': { schema: shape } } }
  return { content: { [TYPES[shape]]: { schema: z.string() } } }
}

// parameters are told from what comes in: the object behind what a schema makes of it
function toObject(schema: z.ZodType): z.ZodObject {
  if (schema instanceof z.ZodObject) return schema
  if (schema instanceof z.ZodPipe && schema.in instanceof z.ZodType) return toObject(schema.in)
  throw new Error('parameters and queries must be objects')
}
