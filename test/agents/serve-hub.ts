// a hub behind a real server, for tests that dial it
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { createHub } from '../../bot/agents/hub.ts'

/** Serves it until the test is over; answers the port. */
export async function serveHub(hub: Pick<ReturnType<typeof createHub>, 'upgrade' | 'close'>): Promise<number> {
  const server = createServer()
  server.on('upgrade', hub.upgrade)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    await hub.close()
    await new Promise(resolve => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}
