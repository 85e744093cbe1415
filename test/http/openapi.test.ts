// the document: whole, without loose ends, and readable without anything from elsewhere
import { expect, test } from 'vitest'
import { DIALECTS } from '../../bot/http/dialects/index.ts'
import { createDoor } from './door.ts'

type Document = {
  openapi: string
  paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>
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

test('no two views claim the same call', () => {
  const calls = DIALECTS.flatMap(({ endpoints }) =>
    endpoints.map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ':')}`),
  )
  expect(new Set(calls).size).toBe(calls.length)
})
