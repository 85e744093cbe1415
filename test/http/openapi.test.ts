// the document: whole, without loose ends, and readable without anything from elsewhere
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { DIALECTS } from '../../bot/http/dialects/index.ts'
import { createDoor } from './door.ts'

type Operation = {
  operationId?: string
  parameters?: { name: string; in: string; schema?: unknown }[]
  responses: Record<string, { content?: Record<string, unknown>; headers?: Record<string, unknown> }>
}
type Document = {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown> }
}

async function read(): Promise<{ text: string; document: Document }> {
  const text = await (await createDoor().send('GET', '/api/openapi.json')).text()
  return { text, document: JSON.parse(text) as Document }
}

test('names every endpoint once, with all parameters of its path', async () => {
  const { document } = await read()
  expect(document.openapi).toBe('3.1.0')
  const known = DIALECTS.flatMap(({ endpoints }) => endpoints)
  const told = Object.values(document.paths).flatMap(methods => Object.keys(methods))
  expect(told).toHaveLength(known.length)
  for (const { method, path } of known) {
    const operation = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    const wanted = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name)
    const told = operation?.parameters?.filter(parameter => parameter.in === 'path').map(({ name }) => name) ?? []
    expect(told, `${method} ${path}`).toEqual(wanted)
  }
})

test('every reference leads somewhere', async () => {
  const { text, document } = await read()
  const references = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? '')
  expect(references.length).toBeGreaterThan(50)
  for (const name of references) expect(document.components.schemas).toHaveProperty(name)
})

test('is valid OpenAPI 3.1', async () => {
  const { document } = await read()
  expect(await new Validator().validate(document)).toEqual({ valid: true })
})

test('every pattern is a plain regular expression, and names fit theirs', async () => {
  const { text, document } = await read()
  const patterns = [...text.matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)].map(([, found]) => JSON.parse(found ?? '""'))
  expect(patterns.length).toBeGreaterThan(0)
  for (const pattern of patterns) {
    expect(pattern).not.toMatch(/\/[a-z]*$/)
    // other languages know neither the flag nor the property classes
    expect(pattern).not.toContain('\\p{')
    expect(() => new RegExp(pattern, 'u')).not.toThrow()
  }
  const name = document.components.schemas['JobName'] as { pattern: string; minLength: number; maxLength: number }
  expect(name).toMatchObject({ type: 'string', minLength: 1, maxLength: 128 })
  expect(new RegExp(name.pattern, 'u').test('夜间 nightly 😀')).toBe(true)
  for (const control of ['a\n', '\u0000', '\u0085']) expect(new RegExp(name.pattern, 'u').test(control)).toBe(false)
})

test('names each operation, its headers and every kind of its answers', async () => {
  const { document } = await read()
  const all = Object.values(document.paths).flatMap(methods => Object.values(methods))
  const names = all.map(({ operationId }) => operationId)
  expect(names).not.toContain(undefined)
  expect(new Set(names).size).toBe(names.length)
  const headers = (path: string, method: string) =>
    (document.paths[path]?.[method]?.parameters ?? []).filter(one => one.in === 'header').map(({ name }) => name)
  expect(headers('/api/v1/gfs', 'post')).toEqual(['Idempotency-Key', 'X-GFS-API-Version'])
  expect(headers('/api/v1/jobs', 'post')).toEqual(['Idempotency-Key'])
  expect(headers('/api/v1/schedules', 'post')).toEqual(['Idempotency-Key'])
  expect(headers('/api/v1/jobs/{id}/events', 'get')).toEqual(['Last-Event-ID'])
  const { responses } = document.paths['/api/v1/gfs']?.['post'] ?? { responses: {} }
  expect(Object.keys(responses['200']?.content ?? {}).sort()).toEqual(['application/json', 'text/plain'])
  expect(responses['200']?.headers).toHaveProperty('X-Gander-Note')
})

test('tells what a number in a query is', async () => {
  const { document } = await read()
  const find = (path: string, name: string) =>
    document.paths[path]?.['get']?.parameters?.find(parameter => parameter.name === name)?.schema
  expect(find('/api/v1/jobs', 'limit')).toMatchObject({ type: 'integer', minimum: 1, maximum: 1_000 })
  expect(find('/api/v1/jobs/{id}/output', 'from')).toMatchObject({ type: 'integer', minimum: 0 })
})

test('tells both forms of a path in view 000', async () => {
  const { document } = await read()
  expect(document.components.schemas['GfsRequest']).toMatchObject({
    properties: { path: { anyOf: [{ type: 'string' }, { type: 'array' }] } },
  })
})

test('is a page that needs nothing else', async () => {
  const response = await createDoor().send('GET', '/docs')
  const html = await response.text()
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(html).toContain('/api/v1/gfs/report')
  expect(html).not.toMatch(/<script|<link|https?:\/\//)
})

test('leads from the top of the page to each view, and shows every call once below its own', async () => {
  const html = await (await createDoor().send('GET', '/docs')).text()
  const sections = html.split(/(?=<h2)/).slice(1)
  for (const { name, endpoints } of DIALECTS) {
    expect(html).toContain(`href="#view-${name}"`)
    const section = sections.find(text => text.startsWith(`<h2 id="view-${name}"`)) ?? ''
    expect(section.match(/<summary>/g)).toHaveLength(endpoints.length)
    for (const { path } of endpoints) expect(section).toContain(`<code>${path.replace(/:(\w+)/g, '{$1}')}</code>`)
  }
  const anchors = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
  expect(new Set(anchors).size).toBe(anchors.length)
})

test('no two views claim the same call', () => {
  const calls = DIALECTS.flatMap(({ endpoints }) =>
    endpoints.map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ':')}`),
  )
  expect(new Set(calls).size).toBe(calls.length)
})
