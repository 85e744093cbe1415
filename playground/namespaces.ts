// goosefs ns: mount points of the root under names of their own, which only GooseFS has
import { readArguments } from './arguments.ts'
import { mountAt, unmountAt } from './mounts.ts'
import { type Command, CommandError } from './shell.ts'
import { segments } from './tree.ts'
import { stamp } from './words.ts'

const OPTIONS = { wPolicy: true, rPolicy: true, readonly: false, shared: false, secret: true, attribute: true }
const TITLE = ['namespace', 'mountPoint', 'ufsPath', 'creationTime', 'wPolicy', 'rPolicy', 'TTL', 'ttlAction']

/** `ns ls`: one row for each mount point of the root. */
export const list: Command = async shell => {
  const { mounts, startedAt } = shell.journal.look()
  const rows = [...mounts].flatMap(([path, { ufs }]) => {
    const [name, more] = segments(path)
    if (name === undefined || more !== undefined) return []
    return [[name, path, ufs, stamp(startedAt), 'CACHE_THROUGH', 'CACHE', '-1', 'DELETE']]
  })
  for (const row of [TITLE, ...rows]) await shell.out.line(row.map(cell => cell.padEnd(14)).join('  '))
  return 0
}

export const create: Command = async shell => {
  const args = readArguments(shell.argv, OPTIONS)
  const [name, ufs] = args.paths
  if (name === undefined || ufs === undefined)
    throw new CommandError(`Command create takes 2 arguments, not ${args.paths.length}`)
  const pairs = shell.argv.filter((_, at) => /^--(?:secret|attribute)$/.test(shell.argv[at - 1] ?? ''))
  const options = Object.fromEntries(pairs.map(pair => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]))
  await mountAt(shell, `/${name}`, { ufs, readonly: args.has('readonly'), shared: args.has('shared'), options })
  await shell.out.line(`Successfully created namespace ${name}`)
  return 0
}

export const remove: Command = async shell => {
  const name = readArguments(shell.argv, {}).paths[0] ?? ''
  unmountAt(shell, `/${name}`)
  await shell.out.line(`Successfully deleted namespace ${name}`)
  return 0
}
