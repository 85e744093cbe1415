// mount points and addresses: mount, unmount, masterInfo, leader, getCapacityBytes, getUsedBytes
import { readArguments } from './arguments.ts'
import { quota } from './cache.ts'
import { type Command, CommandError, discover, MASTER, type Shell } from './shell.ts'
import { workerCount } from './submission.ts'
import { find, normalise, segments } from './tree.ts'
import type { Mount } from './world.ts'

/** One line per mount point, columns padded to the longest. */
export function mountLines(shell: Shell): string[] {
  const mounts = [...shell.journal.look().mounts].reverse()
  const ufsWidth = Math.max(...mounts.map(([, { ufs }]) => ufs.length))
  const pathWidth = Math.max(...mounts.map(([path]) => path.length))
  return mounts.map(
    ([path, mount]) => `${mount.ufs.padEnd(ufsWidth)}  on  ${path.padEnd(pathWidth)}  (${toFacts(mount)})`,
  )
}

function toFacts({ ufs, readonly, shared, options }: Mount): string {
  const type = ufs.startsWith('/') ? 'local' : ufs.startsWith('cosn:') ? 'cos' : (ufs.split(':')[0] ?? '')
  const not = (is: boolean): string => (is ? '' : 'not ')
  const pairs = Object.entries(options).map(([key, value]) => `${key}=${value}`)
  return `${type}, capacity=-1B, used=-1B, ${not(readonly)}read-only, ${not(shared)}shared, properties={${pairs.join(', ')}}`
}

/** `--option k=v` may come many times. */
function readOptions(argv: string[]): Record<string, string> {
  const pairs = argv.flatMap((arg, at) => (argv[at - 1] === '--option' ? [arg] : []))
  return Object.fromEntries(pairs.map(pair => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]))
}

export const mount: Command = async shell => {
  const args = readArguments(shell.argv, { readonly: false, shared: false, option: true })
  const [path, ufs] = args.paths
  if (path === undefined || ufs === undefined) {
    for (const line of mountLines(shell)) await shell.out.line(line)
    return 0
  }
  const asked = { readonly: args.has('readonly'), shared: args.has('shared'), options: readOptions(shell.argv) }
  await mountAt(shell, normalise(path), { ufs, ...asked })
  await shell.out.line(`Mounted ${ufs} at ${normalise(path)}`)
  return 0
}

/** Mounts it, or says why not in the words of the era: 2.9 repeats the command with all its options first. */
export async function mountAt(shell: Shell, path: string, mount: Mount): Promise<void> {
  const problem = problemOf(shell, path, mount.ufs)
  if (problem !== undefined && shell.settings.era === 'F') {
    const pairs = Object.entries(mount.options).flatMap(([key, value]) => [
      'properties {',
      `  key: "${key}"`,
      `  value: "${value}"`,
      '}',
    ])
    const head = `mount command: alluxio fs mount ${path} ${mount.ufs} option MountContext{ProtoOptions=readOnly: ${mount.readonly}`
    for (const line of [head, `shared: ${mount.shared}`, ...pairs, '}']) await shell.out.line(line)
  }
  if (problem !== undefined) throw new CommandError(problem)
  shell.journal.commit(() => [
    { t: 'mount', path, ...mount },
    { t: 'mkdir', path },
  ])
  discover(shell, { path, children: false })
}

function problemOf(shell: Shell, path: string, ufs: string): string | undefined {
  const { root, mounts } = shell.journal.look()
  if (mounts.has(path) || find(root, path) !== undefined) {
    return shell.settings.era === 'F'
      ? `Mount point target path ${path} already exists in ${shell.settings.brand} namespace. Try mounting to another path.`
      : `Mount point ${path} already exists`
  }
  const parent = `/${segments(path).slice(0, -1).join('/')}`
  if (find(root, parent) === undefined) return `Path "${parent}" does not exist.`
  const within = (inner: string, outer: string): boolean => `${inner}/`.startsWith(`${outer.replace(/\/$/, '')}/`)
  for (const [, other] of mounts) {
    if (within(ufs, other.ufs)) return `Mount point ${other.ufs} is a prefix of ${ufs}`
    if (within(other.ufs, ufs)) return `Mount point ${ufs} is a prefix of ${other.ufs}`
  }
  return /^\/no\/such\b/.test(ufs) ? `Ufs path ${ufs} does not exist` : undefined
}

export const unmount: Command = async shell => {
  const path = normalise(readArguments(shell.argv, {}).paths[0] ?? '')
  unmountAt(shell, path)
  await shell.out.line(`Unmounted ${path}`)
  return 0
}

/** Takes a mount point out of the name space, or says why not. */
export function unmountAt(shell: Shell, path: string): void {
  const { root, mounts } = shell.journal.look()
  if (path === '/') throw new CommandError('Cannot unmount root mount point')
  if (find(root, path) === undefined) throw new CommandError(`Failed to unmount: Path ${path} does not exist`)
  if (!mounts.has(path))
    throw new CommandError(`Failed to unmount path ${path}. Please ensure the path is an existing mount point.`)
  shell.journal.commit(() => [{ t: 'unmount', path }])
}

export const masterInfo: Command = async shell => {
  await shell.out.line(`Current leader master: ${MASTER}`)
  await shell.out.line(`All masters: [${MASTER}]`)
  return 0
}

export const leader: Command = async shell => {
  if (shell.settings.era === 'F') {
    await shell.out.line('This command will be deprecated as of v3.0, please use masterInfo command')
  }
  await shell.out.line('127.0.0.1')
  return 0
}

export const getCapacityBytes: Command = async shell => {
  await shell.out.line(`Capacity Bytes: ${quota(shell.journal.look()) * Math.max(1, workerCount(shell))}`)
  return 0
}

export const getUsedBytes: Command = async shell => {
  await shell.out.line(`Used Bytes: ${shell.journal.look().cachedBytes}`)
  return 0
}
