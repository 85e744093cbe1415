// what can go wrong on a route: kept until used up, then all is well again
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer, Call, Fault } from './shapes.ts'
import { refuse, type World } from './world.ts'

export type ArmedFault = Fault & { left: number }
export type Faults = ReturnType<typeof createFaults>

const CANNED: Partial<Record<Fault['kind'], () => Answer>> = {
  empty: () => ({ status: 200, body: '' }),
  html: () => ({
    status: 400,
    type: 'text/html',
    body: '<html><head><title>400</title></head><body>The plain HTTP request was sent to HTTPS port</body></html>',
  }),
  qps: () => refuse(403, 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi', '服务端请求QPS超过限制'),
  busy: () => refuse(500, 'system.busy', '系统繁忙'),
  'ip-ban': () => ({
    status: 200,
    body: { status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: '0c1f2e3d4b5a69788796a5b4c3d2e1f0' },
  }),
  status: () => refuse(503, 'ServiceUnavailable', 'The request has failed due to a temporary failure of the server.'),
}

export function createFaults(world: World) {
  const armed: ArmedFault[] = []

  /** Takes the next fault of this request, if there is one. */
  function take(name: string): Fault | undefined {
    const found = armed.find(
      ({ route, left }) => left > 0 && (typeof route === 'string' ? route === name : route.test(name)),
    )
    if (found === undefined) return undefined
    found.left -= 1
    return found
  }

  /** Answers as the fault has it; undefined when it did so without an answer, by hanging or cutting. */
  function spoil(fault: Fault, at: { request: IncomingMessage; response: ServerResponse }): Answer | undefined {
    if (fault.kind === 'reset') {
      at.request.socket.resetAndDestroy()
      return undefined
    }
    const canned = CANNED[fault.kind]?.()
    if (canned === undefined) return undefined
    const { status = canned.status, body = canned.body } = fault
    return { ...canned, status, body }
  }

  return {
    ...{ take, spoil },
    add(fault: Fault): ArmedFault {
      const one = { ...fault, left: fault.times ?? 1 }
      armed.push(one)
      return one
    },
    clear(): void {
      armed.length = 0
    },
    /** Waits as long as a `delay` says. */
    delay: (fault: Fault): Promise<void> => new Promise(resolve => world.timers.after(fault.ms ?? 1_000, resolve)),
  }
}

/** `METHOD /path`, as faults and filters name a request. */
export const nameOf = ({ method, path }: Pick<Call, 'method' | 'path'>): string => `${method} ${path}`
