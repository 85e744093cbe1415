// the OpenAPI 3.1 document, written from the same endpoint values that answer
import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import * as z from 'zod'
import type { Dialect, Endpoint, Shape } from './endpoint.ts'

const TITLES: Readonly<Record<string, string>> = {
  native: 'Gander',
  cli2api: 'goosefs-cli2api (reference document 000)',
  nomad: 'dtle 3.x on Nomad (reference document 002)',
  alluxio: 'Alluxio Enterprise AI 3.x coordinator (reference document 001)',
  datahub: 'datahub daemon (reference document 003)',
  pandora: 'Pandora 2.0 export tasks (reference document 004)',
}
const DESCRIPTION = [
  'Warms GooseFS caches, and calls a load done only when a measurement of the cache says so.',
  "Errors of Gander's own API are code, message and details; every other view has its own form.",
].join(' ')
const TYPES = { text: 'text/plain', html: 'text/html', events: 'text/event-stream' } as const
const NOTE = {
  'X-Gander-Note': {
    description: 'what the answer has to add beside its shape, percent-encoded where it is not ASCII',
    schema: { type: 'string' as const },
  },
}
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
  const { params, query, body, headers, tells = {} } = endpoint
  const notes = { headers: endpoint.effect === 'open' ? {} : NOTE }
  const answers = Object.entries(endpoint.answers).map(([status, shapes]) => [
    status,
    { description: WHAT[Number(status)] ?? 'Answer', ...toTold(notes.headers, tells), ...toContent([shapes].flat()) },
  ])
  return createRoute({
    method: LOWER[endpoint.method],
    path: endpoint.path.replace(/:(\w+)/g, '{$1}'),
    operationId: toOperationId(endpoint),
    summary: endpoint.summary,
    tags: [dialect.name],
    security: endpoint.effect === 'open' ? [] : [{ token: [] }],
    request: {
      ...(params === undefined ? {} : { params: toObject(params) }),
      ...(query === undefined ? {} : { query: toObject(query) }),
      ...(headers === undefined ? {} : { headers: toHeaders(headers) }),
      ...(body === undefined ? {} : { body: { content: { 'application/json': { schema: body } } } }),
    },
    responses: {
      ...Object.fromEntries(answers),
      default: { description: 'What went wrong', ...notes, ...toContent([dialect.errorShape]) },
    },
  })
}

function toTold(notes: Partial<typeof NOTE>, tells: Readonly<Record<string, string>>) {
  const told = Object.entries(tells).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' as const } },
  ])
  return { headers: { ...notes, ...Object.fromEntries(told) } }
}

const LOWER = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'delete' } as const

function toContent(shapes: readonly Shape[]) {
  const content = shapes.flatMap(shape => {
    if (shape === 'none') return []
    return [
      shape instanceof z.ZodType ? ['application/json', { schema: shape }] : [TYPES[shape], { schema: z.string() }],
    ]
  })
  return content.length === 0 ? {} : { content: Object.fromEntries(content) }
}

// GET /api/v1/jobs/:id/tasks is getJobsByIdTasks: the name of a generated client's method
function toOperationId({ method, path }: Endpoint): string {
  const words = path
    .replace(/^\/api\/v1\//, '/')
    .replaceAll(':', 'by_')
    .split(/[^A-Za-z0-9]+/)
  return LOWER[method] + words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function toHeaders(headers: Readonly<Record<string, string>>): z.ZodObject {
  const rows = Object.entries(headers).map(([name, description]) => [name, z.string().optional().meta({ description })])
  return z.object(Object.fromEntries(rows))
}

// parameters are told from what comes in: the object behind what a schema makes of it
function toObject(schema: z.ZodType): z.ZodObject {
  if (schema instanceof z.ZodObject) return schema
  if (schema instanceof z.ZodPipe && schema.in instanceof z.ZodType) return toObject(schema.in)
  throw new Error('parameters and queries must be objects')
}
