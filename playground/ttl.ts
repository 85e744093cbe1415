// fs setTtl and unsetTtl: when a path leaves the cache, or the under storage too
import { readArguments } from './arguments.ts'
import { type Command, CommandError, locate } from './shell.ts'
import { normalise } from './tree.ts'

const UNITS: Record<string, number> = {
  '': 1,
  ms: 1,
  ...{ s: 1_000, sec: 1_000, m: 60_000, min: 60_000 },
  ...{ h: 3_600_000, hr: 3_600_000, hour: 3_600_000, d: 86_400_000, day: 86_400_000 },
}

function readTime(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text)
  const unit = UNITS[(match?.[2] ?? 'none').toLowerCase()]
  if (match === null || unit === undefined) throw new CommandError(`${text} is not a valid time`)
  return Math.round(Number(match[1]) * unit)
}

/** `setTtl`: as in the real one, without an action it deletes. */
export const setTtl: Command = async shell => {
  const args = readArguments(shell.argv, { action: true })
  const [given, time] = args.paths
  if (given === undefined || time === undefined || args.paths.length > 2)
    throw new CommandError(`Command setTtl takes 2 arguments, not ${args.paths.length}`)
  const action = (args.value('action') ?? 'delete').toUpperCase()
  if (action !== 'FREE' && action !== 'DELETE') throw new CommandError('TTL action should be delete OR free')
  const path = normalise(given)
  const ms = readTime(time)
  // a rule is set on what the master knows: it does not look into the under storage
  locate(shell, shell.journal.look(), path)
  shell.journal.commit(() => [{ t: 'ttl', path, ms, action }])
  await shell.out.line(
    `TTL of path '${path}' was successfully set to ${ms} milliseconds, with expiry action set to ${action}`,
  )
  return 0
}

export const unsetTtl: Command = async shell => {
  const path = normalise(readArguments(shell.argv, {}).paths[0] ?? '')
  locate(shell, shell.journal.look(), path)
  shell.journal.commit(() => [{ t: 'no-ttl', path }])
  await shell.out.line(`TTL of file '${path}' was successfully removed.`)
  return 0
}
