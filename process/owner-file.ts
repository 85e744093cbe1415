// says which process owns a directory, for those who do not share its network: pid, start time, boot, and a socket
import { randomUUID } from 'node:crypto'
import { type FileHandle, link, open, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { errnoOf } from '../shared/errors.ts'
import { DirectoryInUse } from './directory-in-use.ts'
import { askPid, createPidServer, listenAt } from './pid-socket.ts'

const FILE_NAME = 'owner.json'
const SOCKET_NAME = 'owner.sock'
/** How long a claim over a dead owner in another container waits to see whether someone else made the same claim. */
const SETTLE_MS = 200

/** `bootId` and `pidSpace` say where `pid` means anything; `startTicks` tells a process from a later one of its number. */
type Owner = {
  readonly token: string
  readonly pid: number
  readonly startTicks: string
  readonly bootId: string
  readonly pidSpace: string
}

export type OwnerClaim = { release(): Promise<void> }

/**
 * Writes ourselves down as the owner of `dir`. A container cannot see the processes of another one, so a socket in the
 * directory itself (it is found by its file, not by a network) answers whether an owner over there is alive.
 * Two machines that mount one volume are not told apart.
 *
 * @throws DirectoryInUse when the one written down is alive
 */
export async function claimOwnerFile(dir: string): Promise<OwnerClaim> {
  // A socket's path is limited to 107 bytes; through the open directory it is always short.
  const handle = await open(dir, 'r')
  try {
    const socketPath = `/proc/self/fd/${handle.fd}/${SOCKET_NAME}`
    const me = await describe()
    await claim(dir, me, socketPath)
    return await hold({ dir, handle, me, socketPath })
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function claim(dir: string, me: Owner, socketPath: string): Promise<void> {
  const path = join(dir, FILE_NAME)
  const draft = `${path}.${me.token}`
  await writeFile(draft, JSON.stringify(me), { mode: 0o600 })
  try {
    if (await linkNew(draft, path)) return
    const other = await readOwner(path)
    if (other !== undefined && (await isAlive(other, me, socketPath))) throw new DirectoryInUse(dir, other.pid)
    await rename(draft, path)
    // Within one network the abstract socket has already sorted us out.
    if (other?.pidSpace === me.pidSpace) return
    await wait(SETTLE_MS)
    const now = await readOwner(path)
    if (now?.token !== me.token) throw new DirectoryInUse(dir, now?.pid ?? 0)
  } finally {
    await rm(draft, { force: true })
  }
}

/** False when somebody is written down already. */
async function linkNew(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  }
}

type Held = { readonly dir: string; readonly handle: FileHandle; readonly me: Owner; readonly socketPath: string }

async function hold({ dir, handle, me, socketPath }: Held): Promise<OwnerClaim> {
  const path = join(dir, FILE_NAME)
  const server = createPidServer()
  await rm(socketPath, { force: true })
  // Some mounted file systems hold no sockets; then only processes beside us are told apart.
  const isListening = await listenAt(server, socketPath).then(
    () => true,
    () => false,
  )
  return {
    release: async () => {
      if (isListening) await new Promise<void>(resolve => server.close(() => resolve()))
      if ((await readOwner(path))?.token === me.token) await rm(path, { force: true })
      await handle.close()
    },
  }
}

async function isAlive(other: Owner, me: Owner, socketPath: string): Promise<boolean> {
  if (other.bootId !== me.bootId) return false
  if (other.pidSpace === me.pidSpace) return (await startTicksOf(other.pid)) === other.startTicks
  return (await askPid(socketPath)) !== undefined
}

async function describe(): Promise<Owner> {
  const [startTicks, bootId, pidSpace] = await Promise.all([
    startTicksOf(process.pid),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    readlink('/proc/self/ns/pid'),
  ])
  return { token: randomUUID(), pid: process.pid, startTicks: startTicks ?? '', bootId: bootId.trim(), pidSpace }
}

/** Field 22 of `/proc/<pid>/stat` (proc(5)): clock ticks from boot to the start; undefined when there is no such process alive. */
async function startTicksOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name, which may hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // a process that died and was not collected yet holds nothing
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    // No such process.
    return undefined
  }
}

/** Undefined when nobody is written down, or it cannot be read: half a file is what a power cut leaves. */
async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    return isOwner(value) ? value : undefined
  } catch {
    // Not there, or half of it: nobody alive has written that, it is linked in place whole.
    return undefined
  }
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== 'object' || value === null) return false
  const names = ['token', 'startTicks', 'bootId', 'pidSpace']
  return 'pid' in value && typeof value.pid === 'number' && names.every(name => name in value)
}
