// mount points and addresses: mount, masterInfo, leader, getCapacityBytes, getUsedBytes
import { readArguments } from './arguments.ts'
import { quota } from './cache.ts'
import { type Command, CommandError, MASTER, type Shell } from './shell.ts'
import { workerCount } from './submission.ts'
import { normalise } from './tree.ts'

/** One line per mount point, columns padded to the longest. */
export function mountLines(shell: Shell): string[] {
  const mounts = [...shell.journal.look().mounts].reverse()
  const ufsWidth = Math.max(...mounts.map(([, ufs]) => ufs.length))
  const pathWidth = Math.max(...mounts.map(([path]) => path.length))
  return mounts.map(
    ([path, ufs]) =>
      `${ufs.padEnd(ufsWidth)}  on  ${path.padEnd(pathWidth)}  (cos, capacity=-1B, used=-1B, not read-only, not shared, properties={})`,
  )
}

export const mount: Command = async shell => {
  const args = readArguments(shell.argv, { readonly: false, shared: false, option: true })
  const [path, ufs] = args.paths
  if (path === undefined || ufs === undefined) {
    for (const line of mountLines(shell)) await shell.out.line(line)
    return 0
  }
  const clean = normalise(path)
  if (shell.journal.look().mounts.has(clean)) throw new CommandError(`Mount point ${clean} already exists`)
  shell.journal.commit(() => [
    { t: 'mount', path: clean, ufs },
    { t: 'mkdir', path: clean },
  ])
  await shell.out.line(`Mounted ${ufs} at ${clean}`)
  return 0
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
