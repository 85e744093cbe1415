// requests made out of the OpenAPI document: such as it asks for, and broken ones
import fc from 'fast-check'
import { DOCUMENT, type JsonSchema, type Operation } from '../helpers/conform.ts'

export type Asked = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

const DEEPEST = 5
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']

/** What people, programs and attackers put where a value belongs. */
const STRANGE = [
  ...[
    '',
    ' ',
    '/',
    '//',
    '.',
    '..',
    '../..',
    '-',
    '-r',
    '*',
    '?',
    '%',
    '%00',
    '%zz',
    '\\',
    "'",
    '"',
    '$(id)',
    '`id`',
    ';',
    '|',
  ],
  ...[
    'null',
    'undefined',
    'NaN',
    'true',
    '0',
    '-1',
    '1e999',
    '9'.repeat(400),
    'a'.repeat(5_000),
    '\u0000',
    '\r\nX: y',
    '中文',
    '😀',
  ],
  ...[
    '__proto__',
    'constructor',
    '{"a":1}',
    '[]',
    'cosn://b/x',
    '/a',
    'ALL',
    'default',
    '01900000-0000-7000-8000-000000000000',
  ],
]

/** Values that a schema of the document allows. */
export function toArbitrary(schema: JsonSchema | undefined, depth = 0): fc.Arbitrary<unknown> {
  if (schema === undefined || depth > DEEPEST) return fc.constant(null)
  if (typeof schema['$ref'] === 'string') return toArbitrary(resolve(schema['$ref']), depth + 1)
  if ('const' in schema) return fc.constant(schema['const'])
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...schema['enum'])
  for (const word of ['anyOf', 'oneOf'] as const) {
    const options = schema[word]
    if (Array.isArray(options)) return fc.oneof(...options.map(one => toArbitrary(one as JsonSchema, depth + 1)))
  }
  if (Array.isArray(schema['allOf'])) {
    const parts = schema['allOf'].map(one => toArbitrary(one as JsonSchema, depth + 1))
    return fc.tuple(...parts).map(values => Object.assign({}, ...values))
  }
  const types = [schema['type']].flat()
  return fc.oneof(...types.map(type => TYPES[String(type)]?.(schema, depth) ?? fc.jsonValue({ maxDepth: 2 })))
}

const TYPES: Readonly<Record<string, (schema: JsonSchema, depth: number) => fc.Arbitrary<unknown>>> = {
  string: schema => toText(schema),
  integer: schema => fc.integer({ min: limit(schema, 'minimum', -1_000), max: limit(schema, 'maximum', 1_000_000) }),
  number: schema => fc.double({ min: limit(schema, 'minimum', -1e9), max: limit(schema, 'maximum', 1e9), noNaN: true }),
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
  array: (schema, depth) =>
    fc.array(toArbitrary(schema['items'] as JsonSchema | undefined, depth + 1), {
      minLength: limit(schema, 'minItems', 0),
      maxLength: Math.min(limit(schema, 'maxItems', 3), 3),
    }),
  object: (schema, depth) => toRecord(schema, depth),
}

function toText(schema: JsonSchema): fc.Arbitrary<string> {
  if (schema['format'] === 'uuid') return fc.uuid()
  if (schema['format'] === 'date-time') return fc.date({ noInvalidDate: true }).map(date => date.toISOString())
  const [minLength, maxLength] = [limit(schema, 'minLength', 0), Math.min(limit(schema, 'maxLength', 40), 40)]
  if (typeof schema['pattern'] === 'string') {
    const pattern = new RegExp(schema['pattern'], 'u')
    return fc
      .oneof(
        fc.constantFrom('a', '/a', '1h', '10', 'x-1', '08:30', '20:00'),
        fc.string({ minLength: 1, maxLength: 12 }),
      )
      .filter(text => pattern.test(text) && text.length >= minLength)
  }
  const paths = fc.constantFrom('/a', '/a/b', '/datasets', '/中文 a', 'cosn://bucket/x', 'name', '5', '1h', 'true')
  return fc.oneof(paths, fc.string({ minLength, maxLength, unit: 'grapheme' })).filter(text => text.length >= minLength)
}

function toRecord(schema: JsonSchema, depth: number): fc.Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>
  const required = (schema['required'] ?? []) as string[]
  const known = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, toArbitrary(one, depth + 1)])),
    { requiredKeys: required },
  )
  const more = schema['additionalProperties']
  if (typeof more !== 'object' || more === null) return known
  const rest = fc.dictionary(fc.constantFrom('k', 'a.b', 'secret', '中'), toArbitrary(more as JsonSchema, depth + 1), {
    maxKeys: 2,
  })
  return fc.tuple(known, rest).map(([one, two]) => ({ ...(one as object), ...two }))
}

function limit(schema: JsonSchema, word: string, otherwise: number): number {
  const value = schema[word]
  return typeof value === 'number' ? value : otherwise
}

function resolve(reference: string): JsonSchema | undefined {
  return DOCUMENT.components.schemas[reference.replace('#/components/schemas/', '')]
}

const strange = fc.oneof(fc.constantFrom(...STRANGE), fc.string({ maxLength: 30, unit: 'binary' }))
const anyJson = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(...STRANGE))

type Where = { readonly method: string; readonly template: string; readonly operation: Operation }

/** A call as the document asks for it. */
export function toValid({ method, template, operation }: Where): fc.Arbitrary<Asked> {
  const parameters = operation.parameters ?? []
  const values = Object.fromEntries(
    parameters.filter(one => one.in !== 'header').map(one => [`${one.in} ${one.name}`, toArbitrary(one.schema)]),
  )
  const requiredKeys = parameters.filter(one => one.required === true).map(one => `${one.in} ${one.name}`)
  const body = toArbitrary(operation.requestBody?.content['application/json']?.schema)
  return fc.tuple(fc.record(values, { requiredKeys }), body).map(([given, sent]) => ({
    method: method.toUpperCase(),
    path: fill(template, given, encode),
    headers: {},
    ...(operation.requestBody === undefined ? {} : { body: JSON.stringify(sent) ?? '' }),
  }))
}

/** Names of what is in a full world: those between @ are filled in when it is made. */
const KNOWN = [
  ...['job', 'number', 'task', 'other', 'allocation', 'ended', 'load', 'evaluation', 'daemon', 'token', 'agent'],
  ...['cluster', 'export'],
].map(name => `@${name}@`)
const NAMED = ['nightly', 'freed', 'old-model', 'my-job', '/a', '/b', '/c', '/d', '/e', '/z', 'default', 'local']
const hit = fc.constantFrom(...KNOWN, ...NAMED)

/** A call that names what is there: its parameters, and some of the texts of its body. */
export function toHitting({ method, template, operation }: Where): fc.Arbitrary<Asked> {
  const parameters = (operation.parameters ?? []).filter(one => one.in !== 'header')
  const values = Object.fromEntries(
    parameters.map(one => [
      `${one.in} ${one.name}`,
      one.in === 'path' ? hit : fc.oneof(hit, toArbitrary(one.schema).map(String)),
    ]),
  )
  const requiredKeys = parameters.filter(one => one.in === 'path').map(one => `path ${one.name}`)
  const sent = toArbitrary(operation.requestBody?.content['application/json']?.schema)
  const hits = fc.array(hit, { minLength: 3, maxLength: 3 })
  return fc.tuple(fc.record(values, { requiredKeys }), sent, hits).map(([given, body, names]) => {
    let used = 0
    const renamed = JSON.stringify(body, (_, value: unknown) => {
      if (typeof value !== 'string') return value
      used += 1
      return names[used - 1] ?? value
    })
    return {
      ...{ method: method.toUpperCase(), headers: {} },
      // marks stay as they are, so that they can be filled in
      path: fill(template, given, encode).replaceAll('%40', '@'),
      ...(operation.requestBody === undefined ? {} : { body: renamed ?? '' }),
    }
  })
}

/** A call that is broken in one or several ways. */
export function toBroken({ method, template, operation }: Where): fc.Arbitrary<Asked> {
  const parameters = operation.parameters ?? []
  const keys = parameters.map(one => `${one.in} ${one.name}`)
  const values = fc.record(Object.fromEntries(keys.map(key => [key, strange])), { requiredKeys: [] })
  const extra = fc.dictionary(fc.constantFrom('x', 'wait', 'index', 'cluster', 'limit', 'pretty', ''), strange, {
    maxKeys: 2,
  })
  const body = fc.oneof(
    anyJson.map(value => JSON.stringify(value) ?? ''),
    fc.constantFrom('', ' ', '{', 'ata', '[1,2', '{"a":}', '\u0000', '"x"', '{"paths":'.repeat(200)),
    bend(operation),
  )
  const verb = fc.oneof(
    { weight: 6, arbitrary: fc.constant(method.toUpperCase()) },
    { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
  )
  const type = fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data',
    'x/',
  )
  return fc.tuple(verb, values, extra, fc.tuple(body, type, fc.boolean())).map(([asked, given, more, rest]) => {
    const [sent, contentType, raw] = rest
    const query = Object.entries(more).map(([name, value]) => `${encode(name)}=${encode(value)}`)
    const encoded = fill(template, given, encode)
    // percent signs that begin nothing
    const path = raw ? encoded.replaceAll('%25', '%') : encoded
    return {
      method: asked,
      path: query.length === 0 ? path : `${path}${path.includes('?') ? '&' : '?'}${query.join('&')}`,
      headers: { 'content-type': contentType },
      ...(asked === 'GET' || asked === 'HEAD' ? {} : { body: sent }),
    }
  })
}

// a good body with one value that is not
function bend(operation: Operation): fc.Arbitrary<string> {
  const good = toArbitrary(operation.requestBody?.content['application/json']?.schema)
  return fc.tuple(good, anyJson, fc.nat()).map(([value, wrong, at]) => {
    if (typeof value !== 'object' || value === null) return JSON.stringify(wrong) ?? ''
    const keys = Object.keys(value)
    const key = keys[at % Math.max(1, keys.length)] ?? 'paths'
    return JSON.stringify({ ...value, [key]: wrong })
  })
}

function fill(template: string, given: Readonly<Record<string, unknown>>, toText: (value: unknown) => string): string {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => toText(given[`path ${name}`] ?? 'x') || 'x')
  const query = Object.entries(given)
    .filter(([key]) => key.startsWith('query '))
    .map(([key, value]) => `${encode(key.slice('query '.length))}=${toText(value)}`)
  return query.length === 0 ? path : `${path}?${query.join('&')}`
}

function encode(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '?'))
}
