// what a forwarded call consists of, untouched but for its path: however that was written, it is the one that was matched
import type { Context } from 'hono'
import { parseLeniently, readBytes } from './body.ts'
import type { Endpoint } from './endpoint.ts'
import type { ForwardCall } from './forward.ts'
import type { Line } from './lives.ts'
import type { Asked } from './recording.ts'

/** Method, target and bytes; what was said is noted once it is read. */
export function toRaw(
  { req, env }: Context,
  { path }: Pick<Endpoint, 'path'>,
  asked: Asked,
): Pick<ForwardCall, 'method' | 'target' | 'readBytes'> {
  const { pathname, search } = new URL(req.url)
  const written = (env as Line | undefined)?.incoming?.url
  const query = written === undefined ? search : (/\?.*$/s.exec(written)?.[0] ?? '')
  return {
    method: req.method,
    // dots and percent signs of a path that was not written plainly would mean something else below the coordinator's
    target: `${path}${pathname.endsWith('/') ? '/' : ''}${query}`,
    async readBytes() {
      const bytes = await readBytes(req.raw)
      asked.body = parseLeniently(bytes)
      return bytes
    },
  }
}
