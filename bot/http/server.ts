// the sockets of the HTTP door: listeners with one router, their limits, and a clean end
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createAdaptorServer } from '@hono/node-server'
import { AppError } from '../../shared/errors.ts'
import { SECOND } from '../../shared/time.ts'
import { type App, createApp, type HttpDeps } from './app.ts'
import { checkHost, checkOrigin } from './auth.ts'

export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

export type HttpServerDeps = HttpDeps & {
  /** Takes over requests for the agents' socket after their host and origin were looked at. */
  readonly upgrade?: Upgrade
}

export type HttpServer = {
  /** Opens a listener; port 0 takes a free one. May be called for several ports. Rejects with the system's error. */
  listen(host: string, port: number): Promise<{ readonly port: number }>
  /** Stops listening, ends what waits or streams, lets requests end within `graceMs`, then cuts. Twice is once. */
  close(graceMs?: number): Promise<void>
}

export const AGENT_SOCKET_PATH = '/agent/v1/socket'
const GRACE_MS = 10 * SECOND
const MOST_CONNECTIONS = 2_000
const LIMITS = {
  headersTimeout: 10 * SECOND,
  requestTimeout: 60 * SECOND,
  connectionsCheckingInterval: 5 * SECOND,
  keepAliveTimeout: 5 * SECOND,
}

/** Makes the server; nothing listens before `listen`. */
export function createHttpServer(deps: HttpServerDeps): HttpServer {
  const bound = [...(deps.boundHosts ?? [])]
  const app = createApp({ ...deps, boundHosts: bound })
  const servers = new Set<Server>()
  const answering = createAnswering()
  let closing: Promise<void> | undefined
  return {
    async listen(host, port) {
      if (closing !== undefined) throw new Error('the HTTP server is closed')
      const server = createListener(app, toUpgrade(deps, bound), answering.add)
      await opened(server, host, port)
      servers.add(server)
      bound.push(host)
      return { port: (server.address() as AddressInfo).port }
    },
    close(graceMs = GRACE_MS) {
      closing ??= (async () => {
        for (const server of servers) server.close()
        app.endAll()
        await answering.ended(graceMs)
        for (const server of servers) server.closeAllConnections()
      })()
      return closing
    },
  }
}

function createListener(app: App, upgrade: Upgrade, add: (response: ServerResponse) => void): Server {
  // without options for HTTP/2 it is always the plain kind
  const server = createAdaptorServer({
    fetch: (request, { incoming, outgoing }) => app.fetch(request, { incoming, outgoing }),
    serverOptions: LIMITS,
  }) as Server
  server.maxConnections = MOST_CONNECTIONS
  server.on('request', (_, response: ServerResponse) => add(response))
  server.on('upgrade', upgrade)
  return server
}

function opened(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function toUpgrade(deps: HttpServerDeps, bound: readonly string[]): Upgrade {
  return (request, socket, head) => {
    const headers = (name: string): string | undefined => {
      const value = request.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    }
    try {
      checkHost({ ...deps, publicUrl: deps.publicUrl, boundHosts: bound }, headers)
      checkOrigin(headers)
      const path = (request.url ?? '').replace(/\?.*$/s, '').replace(/(.)\/$/, '$1')
      if (path !== AGENT_SOCKET_PATH || deps.upgrade === undefined)
        throw new AppError('NOT_FOUND', `there is no socket at ${path}`)
    } catch (refusal) {
      socket.on('error', () => {
        // the caller has gone before it heard the refusal
      })
      const status = refusal instanceof AppError ? refusal.status : 500
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    deps.upgrade(request, socket, head)
  }
}

// sockets that were handed over are not counted: whoever took them ends them
function createAnswering(): { add(response: ServerResponse): void; ended(withinMs: number): Promise<void> } {
  const open = new Set<ServerResponse>()
  let onEmpty = (): void => {}
  return {
    add(response) {
      open.add(response)
      response.once('close', () => {
        open.delete(response)
        if (open.size === 0) onEmpty()
      })
    },
    ended: withinMs =>
      new Promise(resolve => {
        if (open.size === 0) return resolve()
        const timer = setTimeout(resolve, withinMs)
        onEmpty = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
  }
}
