// `*` in a path is expanded by the CLI itself; one failing match does not stop the others
import { matchesGlob } from './knobs.ts'
import { type Command, CommandError, discover, type Shell } from './shell.ts'
import { find, normalise, segments } from './tree.ts'
import { walk } from './walk.ts'

/** The known paths that match, one level after the other. */
function expand(shell: Shell, pattern: string): string[] {
  let bases = ['/']
  for (const part of segments(normalise(pattern))) {
    bases = bases.flatMap(base => {
      const path = base === '/' ? `/${part}` : `${base}/${part}`
      return part.includes('*') ? childrenLike(shell, base, path) : [path]
    })
  }
  const world = shell.journal.look()
  return bases.filter(path => find(world.root, path) !== undefined)
}

function childrenLike(shell: Shell, base: string, pattern: string): string[] {
  const found = find(discover(shell, { path: base }).root, base)
  if (found?.kind !== 'dir') return []
  const rows = [...walk(found.dir, base, { deep: false, childrenFirst: false })]
  return rows.map(row => row.path).filter(path => matchesGlob(pattern.replaceAll(',', '?'), path))
}

/** Runs the command once for each match; the messages of failures follow at the end, then 255. */
export async function expandWildcards(shell: Shell, run: Command): Promise<number> {
  const at = shell.argv.findIndex(arg => arg.startsWith('/') && arg.includes('*'))
  if (at < 0) return run(shell)
  const pattern = shell.argv[at] ?? ''
  const paths = expand(shell, pattern)
  if (paths.length === 0) throw new CommandError(`${pattern} does not exist.`)
  const failures: string[] = []
  for (const path of paths) {
    try {
      await run({ ...shell, argv: shell.argv.with(at, path) })
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      failures.push(error.message)
    }
  }
  if (failures.length > 0) throw new CommandError(failures.join('\n'))
  return 0
}
