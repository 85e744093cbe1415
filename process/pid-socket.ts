// a Unix socket whose listener answers everybody with its pid: proof that a process is alive
import { connect, createServer, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { errnoOf } from '../shared/errors.ts'

const ASK_MS = 2_000

/** A server that answers our pid. It does not keep the process alive. */
export function createPidServer(): Server {
  return createServer(socket => {
    // Whoever asked may be gone before the answer is; that is no trouble of ours.
    socket.on('error', () => undefined)
    socket.end(`${process.pid}\n`)
  }).unref()
}

/** Resolves when `server` listens at `path` (a leading NUL: an abstract name). */
export function listenAt(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path }, resolve)
  })
}

/** The pid that the listener at `path` answers: 0 when it does not say, undefined when nobody listens. */
export async function askPid(path: string): Promise<number | undefined> {
  const socket = connect({ path })
  socket.setTimeout(ASK_MS, () => socket.destroy())
  try {
    return Number.parseInt(await text(socket), 10) || 0
  } catch (error) {
    return ['ECONNREFUSED', 'ENOENT'].includes(errnoOf(error)) ? undefined : 0
  }
}
