// one agent for one directory: a socket whose name the kernel frees when its owner dies
import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { createConnection, createServer, type Server } from 'node:net'
import { codeOf } from './spool.ts'

export type Lock = { readonly held: true; release(): Promise<void> } | { readonly held: false; readonly owner: string }

const ASK_MS = 1_000

/**
 * Takes the lock of a directory, or tells who holds it. Nothing is written and nothing can be stale: an abstract socket
 * lives as long as its process. It reaches as far as one network namespace.
 */
export async function lockDirectory(dir: string): Promise<Lock> {
  const hash = createHash('sha256')
    .update(await realpath(dir))
    .digest('hex')
  const name = `\0gander-agent:${hash}`
  const server = createServer(asker => {
    // whoever asks gets the pid; one that hangs up early is no trouble of ours
    asker.on('error', () => {})
    asker.end(String(process.pid))
  })
  try {
    await listen(server, name)
  } catch (thrown) {
    if (codeOf(thrown) !== 'EADDRINUSE') throw thrown
    return { held: false, owner: await askOwner(name) }
  }
  server.unref()
  return { held: true, release: () => new Promise(resolve => server.close(() => resolve())) }
}

function listen(server: Server, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(name, resolve)
  })
}

function askOwner(name: string): Promise<string> {
  return new Promise(resolve => {
    const socket = createConnection(name)
    let words = ''
    socket.setTimeout(ASK_MS, () => socket.destroy())
    socket.on('data', data => {
      words += data.toString()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(/^\d+$/.test(words) ? words : 'unknown'))
  })
}
