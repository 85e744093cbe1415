// sockets in: one for each agent; what it says becomes an operation, its output goes to the output store
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { type DaemonMessage, LARGEST_FRAME_BYTES } from '../../shared/wire.ts'
import { type Conversation, createConversation } from './conversation.ts'
import type { HubDeps } from './door.ts'

export type Hub = {
  /** Takes over an upgrade request for the agents' socket; refuses it with 401 when its token is wrong. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Says something to an agent; false when it is not connected (it hears of it when it comes back). */
  send(agentId: string, message: DaemonMessage): boolean
  readonly connected: number
  /** Tells all agents that the daemon is going away. */
  close(): Promise<void>
}

/** Makes the hub. It listens to nothing itself: the HTTP server hands upgrades in. */
export function createHub(deps: HubDeps): Hub {
  // masking and deflate are the agent's choice; both are off there
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_FRAME_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
  })
  const open = new Set<Conversation>()
  const byAgent = new Map<string, Conversation>()

  function take(socket: WebSocket, from: string): void {
    const conversation = createConversation({
      socket,
      from,
      ...deps,
      onKnown(agentId) {
        const before = byAgent.get(agentId)
        before?.replace()
        if (before !== undefined) deps.calls?.gone(agentId)
        byAgent.set(agentId, conversation)
      },
      onClosed(agentId) {
        open.delete(conversation)
        if (agentId === undefined || byAgent.get(agentId) !== conversation) return
        byAgent.delete(agentId)
        deps.calls?.gone(agentId)
      },
    })
    open.add(conversation)
  }

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => {
        // Node listens no more to an upgraded socket; a caller who resets it must not end the daemon
      })
      const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
      if (!deps.admits(token)) {
        deps.log.warn('an agent was refused: its token is missing or wrong', { from: request.socket.remoteAddress })
        socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
        return
      }
      server.handleUpgrade(request, socket, head, webSocket =>
        take(webSocket, `${request.socket.remoteAddress}:${request.socket.remotePort}`),
      )
    },
    send: (agentId, message) => byAgent.get(agentId)?.send(message) ?? false,
    get connected() {
      return byAgent.size
    },
    async close() {
      await Promise.all([...open].map(conversation => conversation.leave()))
      server.close()
    },
  }
}
