// one process per directory: whoever listens on the directory's socket is the one
import { createHash } from 'node:crypto'
import { mkdir, realpath, stat } from 'node:fs/promises'
import type { Server } from 'node:net'
import { errnoOf } from '../shared/errors.ts'
import { DirectoryInUse } from './directory-in-use.ts'
import { claimOwnerFile } from './owner-file.ts'
import { askPid, createPidServer, listenAt } from './pid-socket.ts'

/** A directory that is ours. `release` may be called twice; the kernel does it when the process dies. */
export type Lock = { release(): Promise<void> }

/**
 * Takes `dir` for this process. Node has no flock; an abstract Unix socket is freed by the kernel at death, so it can
 * be neither stale nor raced for. It is seen within one network namespace only: containers that share a volume are
 * told apart by the owner file inside it.
 *
 * @throws DirectoryInUse with the pid of the one that has it
 */
export async function lockDirectory(dir: string): Promise<Lock> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const real = await realpath(dir)
  const server = await listen(real)
  const stop = () => new Promise<void>(resolve => server.close(() => resolve()))
  try {
    const owner = await claimOwnerFile(real)
    let releasing: Promise<void> | undefined
    return {
      release: () => {
        releasing ??= owner.release().finally(stop)
        return releasing
      },
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function listen(dir: string): Promise<Server> {
  // The directory's own identity and not its path: the same volume may be mounted under two names, and two volumes
  // under the same name in containers that share the host's network.
  const { dev, ino } = await stat(dir)
  const name = `\0gander:${createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 32)}`
  const server = createPidServer()
  try {
    await listenAt(server, name)
    return server
  } catch (error) {
    if (errnoOf(error) !== 'EADDRINUSE') throw error
    throw new DirectoryInUse(dir, (await askPid(name)) ?? 0)
  }
}
