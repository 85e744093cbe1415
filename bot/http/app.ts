// the whole HTTP door without its sockets: what handlers may use, the router, and the lives of open requests
import type { Role } from '../../shared/job.ts'
import type { Log } from '../../shared/log.ts'
import { type Clock, createClock, SECOND } from '../../shared/time.ts'
import type { Authenticate, Operations, Vitals } from '../engine/operations/port.ts'
import type { AuditBook } from '../engine/ports.ts'
import { createAttemptMarks } from './attempts.ts'
import { DIALECTS } from './dialects/index.ts'
import type { Room } from './endpoint.ts'
import { createFarewells } from './farewells.ts'
import { createForward } from './forward.ts'
import { createLives, type Line } from './lives.ts'
import { createMetrics } from './metrics.ts'
import { toDocument } from './openapi.ts'
import { createRecorder } from './recording.ts'
import { createRouter, type Page } from './router.ts'

export type HttpDeps = {
  readonly operations: Operations
  readonly authenticate: Authenticate
  readonly mode: 'off' | 'token'
  /** Who an unauthenticated caller is while the mode is `off`. */
  readonly defaultUser: { readonly name: string; readonly role: Role }
  readonly log: Log
  readonly vitals: () => Vitals
  readonly version: string
  readonly publicUrl?: string | undefined
  /** IANA zone of instants that views show with an offset; default: the system's. */
  readonly tz?: string | undefined
  /** Addresses the listeners are bound to; a `Host` of that name is ours. */
  readonly boundHosts?: readonly string[]
  readonly defaultCluster?: string | undefined
  /** The edition of Alluxio that view 001 follows, such as 3.7; since 3.8 it makes up aliases. */
  readonly alluxioEdition?: string | undefined
  /** Base URL of the coordinator by cluster, for those that have one. */
  readonly coordinators?: ReadonlyMap<string, string>
  readonly clock?: Clock
  /** Where every write is put down before it is answered. */
  readonly audit?: Pick<AuditBook, 'record'>
  /** Never shown in what is put down. */
  readonly secrets?: readonly string[]
  /** The files of the page, open to all. */
  readonly page?: Page
  /** How often a live stream says that it is still there; default 15 s. */
  readonly pingMs?: number
}

export type App = {
  readonly fetch: (request: Request, line?: Line) => Response | Promise<Response>
  /** For tests: a request without a socket. */
  readonly request: (path: string, init?: RequestInit) => Response | Promise<Response>
  /** Aborts everything that waits or streams; what only computes goes on to its answer. */
  readonly endAll: () => void
}

/** Makes the door. It starts nothing: there is nothing to close but what requests have opened (`endAll`). */
export function createApp(deps: HttpDeps): App {
  const lives = createLives()
  const metrics = createMetrics(deps.vitals)
  const room = toRoom(deps, metrics.read)
  const router = createRouter({
    room,
    access: { ...deps, publicUrl: deps.publicUrl, boundHosts: deps.boundHosts ?? [] },
    dialects: DIALECTS,
    lives: lives.begin,
    page: deps.page ?? (() => undefined),
    count: metrics.count,
    forward: createForward({ coordinators: deps.coordinators ?? new Map(), defaultCluster: room.defaultCluster }),
    audit: createRecorder({ book: deps.audit, secrets: deps.secrets ?? [], clock: room.clock }),
  })
  return {
    fetch: (request, line) => router.fetch(request, line),
    request: (path, init) => router.request(path, init),
    endAll: lives.endAll,
  }
}

function toRoom(deps: HttpDeps, metrics: Room['metrics']): Room {
  let document: unknown
  return {
    operations: deps.operations,
    vitals: deps.vitals,
    log: deps.log,
    clock: deps.clock ?? createClock({ unref: true }),
    defaultCluster: deps.defaultCluster ?? 'default',
    alluxioEdition: deps.alluxioEdition ?? '3.7',
    tz: deps.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    pingMs: deps.pingMs ?? 15 * SECOND,
    attemptMarks: createAttemptMarks(),
    farewells: createFarewells(),
    metrics,
    document: () => {
      document ??= toDocument(DIALECTS, deps.version)
      return document
    },
  }
}
