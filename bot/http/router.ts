// the router: every endpoint of every dialect behind the same order of checks
import { type Context, Hono } from 'hono'
import { AppError } from '../../shared/errors.ts'
import { type Answer, toFile, toJson, toNothing } from './answer.ts'
import { type Access, checkHost, checkOrigin, checkRole, isStill, toActor } from './auth.ts'
import { readBody } from './body.ts'
import type { Call, Dialect, Endpoint, Room } from './endpoint.ts'
import { type Failure, toFailure } from './failure.ts'
import type { Forward } from './forward.ts'
import { parseInput } from './input.ts'
import type { Line } from './lives.ts'
import { type Life, toResponse } from './pour.ts'
import { toRaw } from './raw-call.ts'
import type { Asked, Recorder } from './recording.ts'

/** A file of the page by its address, with its type; undefined when there is none. */
export type Page = (path: string) => { readonly type: string; readonly body: string | Uint8Array } | undefined

export type AppDeps = {
  readonly access: Access
  readonly room: Room
  readonly dialects: readonly Dialect[]
  /** Gives a request its life, so that closing can end what hangs. */
  readonly lives: (request: Request, line: Line | undefined) => Life
  /** The files of the page. */
  readonly page: Page
  /** Told once for each answer. */
  readonly count: (dialect: string, method: string, status: number) => void
  /** Told of every ask before it is answered; it knows which ones are writes. */
  readonly audit: Recorder
  /** Takes what is for a cluster with a coordinator of its own there. */
  readonly forward?: Forward
}

type Route = { readonly endpoint: Endpoint; readonly dialect: Dialect }
type Visit = Route & { readonly context: Context; readonly life: Life; readonly asked: Asked }

/** Mounts all endpoints; the same paths of several methods are one route, so that a wrong method can be told. */
export function createRouter(deps: AppDeps): Hono {
  const app = new Hono({ strict: false })
  for (const [path, routes] of groupByPath(deps.dialects)) {
    app.all(path, context => visit(deps, context, routes))
  }
  app.notFound(context => elsewhere(deps, context))
  return app
}

async function visit(deps: AppDeps, context: Context, routes: ReadonlyMap<string, Route>): Promise<Response> {
  const head = context.req.method === 'HEAD'
  const route = routes.get(head ? 'GET' : context.req.method)
  const [first] = routes.values()
  const dialect = (route ?? first)?.dialect
  const line = context.env as Line | undefined
  const life = deps.lives(context.req.raw, line)
  const asked: Asked = { isMild: false, from: line?.outgoing?.socket?.remoteAddress }
  let answer: Answer
  let failure: Failure | undefined
  try {
    if (route === undefined) throw wrongMethod(deps, context, routes)
    answer = await answerOf(deps, { ...route, context, life, asked })
  } catch (thrown) {
    failure = withAllow(toFailure(thrown, deps.room.log), routes)
    answer = failed(dialect, failure)
  }
  if (route !== undefined) {
    const end = { status: answer.status, code: failure?.code }
    const header = (name: string): string | undefined => headerOf(context, name)
    await deps.audit({ endpoint: route.endpoint, view: route.dialect.name, url: context.req.url, header, asked, end })
  }
  deps.count(dialect?.name ?? '', context.req.method, answer.status)
  return toResponse(answer, { head, life, room: deps.room })
}

// Host → Origin → credential → role → path parameters → body
async function answerOf(deps: AppDeps, visited: Visit): Promise<Answer> {
  const { endpoint, context, life, asked } = visited
  const header = (name: string): string | undefined => headerOf(context, name)
  if (endpoint.anyHost !== true) checkHost(deps.access, header)
  if (endpoint.live === true || endpoint.method !== 'GET') checkOrigin(header)
  const actor =
    endpoint.effect === 'open' ? ({ name: '', role: 'viewer', via: 'http' } as const) : toActor(deps.access, header)
  asked.actor = actor
  const body = lazily(async () => {
    asked.body = await readBody(context.req.raw, endpoint.relax)
    return asked.body
  })
  // an ask that only reads may come through an endpoint that writes
  asked.isMild = endpoint.isMild?.(await body().catch(() => undefined)) ?? false
  if (!asked.isMild) checkRole(actor, endpoint.effect)
  const isStillKnown = (): boolean => endpoint.effect === 'open' || isStill(deps.access, actor, header)
  const call = { room: deps.room, actor, header, signal: life.signal, isStillKnown }
  const forwarded = endpoint.forwardable && (await deps.forward?.({ ...call, ...toRaw(context, endpoint, asked) }))
  if (forwarded) return forwarded
  const answer = await endpoint.handler({ ...call, ...(await inputOf(visited, call, body)) })
  // a look may have waited for minutes
  if (endpoint.method === 'GET' && !isStillKnown()) throw new AppError('UNAUTHENTICATED', 'this token was revoked')
  return answer
}

type Known = Omit<Call<unknown, unknown, unknown>, 'params' | 'query' | 'body'>

async function inputOf(
  visited: Visit,
  call: Known,
  body: () => Promise<unknown>,
): Promise<ReturnType<typeof parseInput>> {
  const { endpoint, context } = visited
  const params = context.req.param()
  try {
    const given = endpoint.body === undefined ? undefined : await body()
    return parseInput(endpoint, { params, queries: context.req.queries(), body: given })
  } catch (mistake) {
    // what the path names comes first: a mistake in the body of something that is not there is not worth telling
    await endpoint.find?.({ ...call, params, query: context.req.query(), body: undefined })
    throw mistake
  }
}

function groupByPath(dialects: readonly Dialect[]): Map<string, Map<string, Route>> {
  const paths = new Map<string, Map<string, Route>>()
  for (const dialect of dialects) {
    for (const endpoint of dialect.endpoints) {
      const methods = paths.get(endpoint.path) ?? new Map<string, Route>()
      paths.set(endpoint.path, methods.set(endpoint.method, { endpoint, dialect }))
    }
  }
  return paths
}

function wrongMethod(deps: AppDeps, context: Context, routes: ReadonlyMap<string, Route>): AppError {
  checkHost(deps.access, name => headerOf(context, name))
  const allowed = toAllow(routes)
  return new AppError('METHOD_NOT_ALLOWED', `${context.req.path} takes ${allowed}, got ${context.req.method}`)
}

function withAllow(failure: Failure, routes: ReadonlyMap<string, Route>): Failure {
  if (failure.code !== 'METHOD_NOT_ALLOWED') return failure
  return { ...failure, headers: { ...failure.headers, allow: toAllow(routes) } }
}

function toAllow(routes: ReadonlyMap<string, Route>): string {
  const methods = [...routes.keys()]
  return (methods.includes('GET') ? [...methods, 'HEAD'] : methods).join(', ')
}

function failed(dialect: Dialect | undefined, failure: Failure): Answer {
  const answer = dialect?.fail(failure) ?? toJson({ error: failure.message }, { status: failure.status })
  return { ...answer, headers: { ...answer.headers, ...failure.headers } }
}

// the page's files, and everything that is not there
function elsewhere(deps: AppDeps, context: Context): Response {
  const life = deps.lives(context.req.raw, context.env as Line | undefined)
  const head = context.req.method === 'HEAD'
  let answer: Answer
  try {
    checkHost(deps.access, name => headerOf(context, name))
    const file = head || context.req.method === 'GET' ? deps.page(context.req.path) : undefined
    answer = file === undefined ? notFoundOf(deps.dialects, context.req.path) : toFile(file)
  } catch (thrown) {
    answer = failed(undefined, toFailure(thrown, deps.room.log))
  }
  deps.count('', context.req.method, answer.status)
  return toResponse(answer, { head, life, room: deps.room })
}

// a path below one that only one API has follows that API's rules; below /v1/ the body is empty (as Nomad does)
function notFoundOf(dialects: readonly Dialect[], path: string): Answer {
  if (path.startsWith('/v1/')) return toNothing(404)
  const noun = toNoun(path)
  const owners = dialects.filter(({ endpoints }) => endpoints.some(known => toNoun(known.path) === noun))
  const [owner, another] = noun === undefined ? [] : owners
  if (owner?.name !== 'native' || another !== undefined) return toJson({ error: 'not found' }, { status: 404 })
  return owner.fail({ code: 'NOT_FOUND', status: 404, message: `there is nothing at ${path}` })
}

function toNoun(path: string): string | undefined {
  return /^\/api\/v1\/([^/]+)/.exec(path)?.[1]
}

function headerOf(context: Context, name: string): string | undefined {
  // requests that did not come through a socket carry their host in the address
  return context.req.header(name) ?? (name === 'host' ? new URL(context.req.url).host : undefined)
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
