// the HTTP half: reads, records, spoils on demand, routes, answers
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createFaults, nameOf } from './faults.ts'
import type { Answer, Call, CallFilter, Handler } from './shapes.ts'
import { errcode, parseJson, refuse, type World } from './world.ts'

export type Web = ReturnType<typeof createWeb>

/** A route that needs no access token of the app. */
const OPEN = [/^\/v1\.0\/gateway\//, /^\/v1\.0\/oauth2\//]

export function createWeb(world: World) {
  const routes: { readonly name: string | RegExp; readonly handler: Handler }[] = []
  const calls: Call[] = []
  const faults = createFaults(world)
  const guard = { check: (_call: Call): Answer | undefined => undefined }
  const server: Server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })

  function record(request: IncomingMessage, raw: Buffer): Call {
    const url = new URL(request.url ?? '/', 'http://local')
    const call: Call = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      raw,
      json: parseJson(raw.toString('utf8')),
      at: world.now(),
      remote: request.socket.remoteAddress ?? '',
    }
    if (url.pathname !== '/' && !url.pathname.startsWith('/local/')) {
      calls.push(call)
      world.happenings.tell({ kind: 'call', call })
    }
    return call
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const call = record(request, Buffer.concat(pieces))
    response.on('close', () => {
      if (!response.writableFinished) call.aborted = true
    })
    const fault = faults.take(nameOf(call))
    if (fault === undefined) return send(call, response, await handle(call))
    call.fault = fault.kind
    if (fault.late) await handle(call)
    if (fault.kind === 'delay') {
      await faults.delay(fault)
      return send(call, response, await handle(call))
    }
    const spoiled = faults.spoil(fault, { request, response })
    if (spoiled !== undefined) send(call, response, spoiled)
  }

  function handle(call: Call): Answer | Promise<Answer> {
    const name = nameOf(call)
    const route = routes.find(one => (typeof one.name === 'string' ? one.name === name : one.name.test(name)))
    const isApi = /^\/v\d/.test(call.path)
    if (route === undefined) return isApi ? notFound(call) : errcode(404, '请求的URI地址不存在')
    const refused = isApi && !OPEN.some(open => open.test(call.path)) ? guard.check(call) : undefined
    return refused ?? route.handler(call)
  }

  function send(call: Call, response: ServerResponse, { status, body, type, headers }: Answer): void {
    call.status = status
    call.answer = body
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(status, { 'content-type': type ?? 'application/json;charset=utf-8', ...headers }).end(text)
    world.happenings.tell({ kind: 'answered', call })
  }

  return {
    ...{ server, faults, record, guard },
    /** `METHOD /path`, or a pattern over such. */
    route: (name: string | RegExp, handler: Handler) => void routes.push({ name, handler }),
    /** The calls so far, oldest first: all, or those that the filter takes (`POST /robot/send`, a pattern over such, a condition). */
    calls(filter?: CallFilter): readonly Call[] {
      return filter === undefined ? [...calls] : calls.filter(call => isTaken(call, filter))
    },
    async listen(): Promise<string> {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject)
        server.listen(world.options.port, '127.0.0.1', resolve)
      })
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    },
    async close(): Promise<void> {
      const ended = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      await ended
    },
  }
}

export function isTaken(call: Call, filter: CallFilter): boolean {
  if (typeof filter === 'function') return filter(call)
  const name = nameOf(call)
  return typeof filter === 'string' ? name === filter || call.path === filter : filter.test(name)
}

function notFound({ path }: Call): Answer {
  return refuse(404, 'InvalidAction.NotFound', `Specified api is not found, please check your url and method. ${path}`)
}
