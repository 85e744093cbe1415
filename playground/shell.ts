// what every command is handed: settings, knobs, the world, the way out
import { setTimeout as sleep } from 'node:timers/promises'
import type { Happening } from './events.ts'
import type { Journal } from './journal.ts'
import { isOn, type Knob, matchesGlob } from './knobs.ts'
import type { Printer } from './printer.ts'
import { isSorted, type Settings } from './settings.ts'
import { type SyncMode, sync } from './sync.ts'
import { type Found, find, normalise } from './tree.ts'
import type { World } from './world.ts'

/** Ends a command: the message goes to stdout, as everything does. */
export class CommandError extends Error {
  readonly code: number
  constructor(message: string, code = 255) {
    super(message)
    this.code = code
  }
}

export interface Shell {
  settings: Settings
  knob: Knob
  out: Printer
  journal: Journal
  argv: string[]
}

/** A command: prints, and returns its exit code. */
export type Command = (shell: Shell) => Promise<number>

export const MASTER = '127.0.0.1:9200'
export const JOB_MASTER = '127.0.0.1:9205'

export function speed(shell: Shell): number {
  const factor = Number(shell.knob('speed') || 1)
  return Number.isFinite(factor) && factor >= 0 ? factor : 1
}

/** Waits `ms` times the speed. */
export async function delay(shell: Shell, ms: number): Promise<void> {
  const real = ms * speed(shell)
  if (real > 0) await sleep(real)
}

/** The line of a server that does not answer, in the words of the era. */
export function connectError(settings: Settings, address: string, service: string): string {
  if (settings.era === 'A') return `Failed to connect to ${service} @ ${address} after 8 attempts`
  if (settings.era === 'B' || settings.era === 'C') {
    return `Failed to connect to master (${address}) after 8 attempts of ${service}`
  }
  const server = `GrpcServerAddress{HostName=127.0.0.1, SocketAddress=${address}}`
  return `Failed to connect to master (${server}) after 8 attempts.Please check if ${settings.brand} master is currently running on "${server}". Service="${service}"`
}

/** Throws after the 5 s that the real command tries. */
export async function askMaster(shell: Shell): Promise<void> {
  if (shell.knob('master') !== 'down') return
  await delay(shell, 5_000)
  throw new CommandError(connectError(shell.settings, MASTER, 'FileSystemMasterClient'))
}

export function isForced(shell: Shell): boolean {
  return /^0(ms|s)?$/.test(shell.settings.properties['user.file.metadata.sync.interval'] ?? '')
}

export interface LookUp {
  path: string
  mode?: SyncMode
  deep?: boolean
  children?: boolean
}

/** Lets the master learn what the command makes it learn, and answers the world after that. */
export function discover(shell: Shell, ask: LookUp): World {
  const full = {
    path: normalise(ask.path),
    mode: isForced(shell) ? 'force' : (ask.mode ?? 'once'),
    deep: ask.deep ?? false,
    children: ask.children ?? true,
  } as const
  const world = shell.journal.look()
  if (sync(world, { ...full, apply: false }) === 0) return world
  const happening: Happening = { t: 'sync', ...full }
  return shell.journal.commit(() => [happening])
}

/** What the master knows at the path. Throws the lines of a missing or a forbidden path. */
export function locate(shell: Shell, world: World, path: string): Found {
  checkAllowed(shell, path)
  const found = path.startsWith('/') ? find(world.root, normalise(path)) : undefined
  const known = found?.kind === 'dir' ? found.dir.known : found?.entry.meta !== undefined
  if (found === undefined || !known) throw new CommandError(`Path "${normalise(path)}" does not exist.`)
  return found
}

export function checkAllowed(shell: Shell, path: string): void {
  if (!matchesGlob(shell.knob('denied'), normalise(path))) return
  const who = `user=${shell.settings.user}, access=r--, path=${normalise(path)}`
  throw new CommandError(
    `Permission denied: ${who}: failed at /, inode owner=hadoop, inode group=supergroup, inode mode=rwx------`,
  )
}

/** How listings of this era walk. */
export function walkOrder(shell: Shell): boolean {
  return !isSorted(shell.settings)
}

/** Never ends when the knob says so; a signal still ends it. */
export async function hangIfAsked(shell: Shell, command: string): Promise<void> {
  const value = shell.knob('hang')
  const hangs = isOn(value) ? command === 'distributedLoad' : value.split(',').includes(command)
  while (hangs) await sleep(60_000)
}
