// holds every answer against the OpenAPI document: its status, its kind of body, and the body's shape
import { Ajv2020 } from 'ajv/dist/2020.js'
import { DIALECTS } from '../../bot/http/dialects/index.ts'
import { toDocument } from '../../bot/http/openapi.ts'

type Content = Readonly<Record<string, { readonly schema?: object }>>
type Told = { readonly content?: Content; readonly headers?: Readonly<Record<string, unknown>> }
export type Operation = {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly parameters?: readonly {
    readonly name: string
    readonly in: 'path' | 'query' | 'header'
    readonly required?: boolean
    readonly schema?: JsonSchema
  }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> }
  readonly responses: Readonly<Record<string, Told>>
  readonly security?: readonly unknown[]
}
export type JsonSchema = { readonly [key: string]: unknown }
export type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

/** The document, as the daemon serves it. */
export const DOCUMENT = JSON.parse(JSON.stringify(toDocument(DIALECTS, '0.0.0'))) as Document

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false })
ajv.addSchema({ $id: 'document', ...DOCUMENT })
const validators = new Map<string, ReturnType<typeof ajv.compile>>()

const TEMPLATES = Object.keys(DOCUMENT.paths)
  .map(template => ({ template, pattern: toPattern(template), holes: template.split('{').length }))
  // a literal path goes before one with parameters
  .sort((a, b) => a.holes - b.holes)

/** Where a call is told in the document; undefined when it is told nowhere. */
export function findOperation(method: string, path: string): { template: string; operation: Operation } | undefined {
  const bare = path.replace(/[?#].*$/s, '').replace(/(.)\/$/, '$1')
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase()
  for (const { template, pattern } of TEMPLATES) {
    const operation = pattern.test(bare) ? DOCUMENT.paths[template]?.[verb] : undefined
    if (operation !== undefined) return { template, operation }
  }
  return undefined
}

/** What is wrong with an answer to a call that the document tells; empty when all is well or the call is not told. */
export function findDeviations(
  call: { readonly method: string; readonly path: string },
  answer: { readonly status: number; readonly type: string; readonly body: string },
): string[] {
  const found = findOperation(call.method, call.path)
  if (found === undefined) return []
  const { responses } = found.operation
  const status = String(answer.status) in responses ? String(answer.status) : 'default'
  const where = `${call.method} ${found.template} ${answer.status}`
  const told = responses[status]
  if (told === undefined) return [`${where}: no such answer is told`]
  if (call.method === 'HEAD' || answer.body === '') return []
  const type = answer.type.replace(/;.*$/s, '').trim()
  const content = told.content?.[type]
  if (content === undefined) return [`${where}: no body of type ${type} is told: ${answer.body.slice(0, 200)}`]
  if (type !== 'application/json') return []
  return validate(
    ['paths', found.template, call.method === 'HEAD' ? 'get' : call.method.toLowerCase(), 'responses', status],
    answer.body,
  ).map(mistake => `${where}: ${mistake}`)
}

function validate(at: readonly string[], body: string): string[] {
  const pointer = [...at, 'content', 'application/json', 'schema']
    .map(part => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/')
  const check = validators.get(pointer) ?? ajv.compile({ $ref: `document#/${pointer}` })
  validators.set(pointer, check)
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return [`the body is no JSON: ${body.slice(0, 200)}`]
  }
  if (check(value)) return []
  return (check.errors ?? [])
    .slice(0, 5)
    .map(error => `${error.instancePath || '/'} ${error.message} in ${body.slice(0, 300)}`)
}

function toPattern(template: string): RegExp {
  const parts = template.split(/\{\w+\}/).map(part => part.replace(/[.*+?^$()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^/]+')}$`)
}
