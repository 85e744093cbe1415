// the way out of the house: the proxy that the environment names for an address, as curl and others read it
import type { Agent } from 'node:http'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { getProxyForUrl } from 'proxy-from-env'

/**
 * How to reach `url`: through a tunnel of the proxy in `HTTPS_PROXY` (`HTTP_PROXY` for plain addresses), unless `NO_PROXY`
 * excepts its host; undefined: directly. A new one each time, since a tunnel serves one connection.
 * @param signal ends a tunnel that the proxy has not granted yet: until then neither request nor socket knows of it
 */
export function agentFor(url: URL, signal: AbortSignal): Agent | undefined {
  // a socket goes the way of the requests
  const proxy = getProxyForUrl(`${url.protocol.replace('ws', 'http')}//${url.host}`)
  if (proxy === '') return undefined
  const asking = new AbortController()
  const stop = (): void => asking.abort()
  const agent = new HttpsProxyAgent(proxy, { signal: asking.signal })
  signal.addEventListener('abort', stop)
  // from here on it is the request's own
  agent.once('proxyConnect', () => signal.removeEventListener('abort', stop))
  return agent
}
