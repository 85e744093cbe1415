// fs commands that change the cache or what the master knows: load, loadMetadata, free, pin, unpin, mkdir
import { readArguments } from './arguments.ts'
import { isPinned, percentage } from './cache.ts'
import { filesAt, rowsAt } from './rows.ts'
import { type Command, CommandError, delay, discover, locate, type Shell } from './shell.ts'
import { doom } from './submission.ts'
import { find, normalise } from './tree.ts'

function onlyPath(paths: string[], command: string): string {
  const path = paths[0]
  if (path === undefined || paths.length > 1) {
    throw new CommandError(`Command ${command} takes 1 arguments, not ${paths.length}`)
  }
  return path
}

/** `load`: the client reads file after file itself. */
export const load: Command = async shell => {
  const path = onlyPath(readArguments(shell.argv, { local: false }).paths, 'load')
  const found = locate(shell, discover(shell, { path, deep: true }), path)
  for (const row of [...rowsAt(shell, found, { path, deep: true })]) {
    if (row.kind === 'file' && percentage(row.entry) === 100) {
      await shell.out.line(`${row.path} already in ${shell.settings.brand} fully`)
      continue
    }
    const error = row.kind === 'file' ? doom(shell, row.path, 1) : undefined
    if (error !== undefined) await failRead(shell, row.path, error)
    else if (row.kind === 'file') await readThrough(shell, row.path)
    await shell.out.line(`${row.path} loaded`)
  }
  if (found.kind === 'dir') await shell.out.line(`${normalise(path)} loaded`)
  return 0
}

async function readThrough(shell: Shell, path: string): Promise<void> {
  await delay(shell, 20)
  shell.journal.commit(() => [{ t: 'cache', paths: [path] }])
}

/** Up to 2.8 the failure has no newline and `loaded` follows; 2.9 ends with it. */
async function failRead(shell: Shell, path: string, error: string): Promise<void> {
  if (shell.settings.era === 'F') throw new CommandError(error)
  await shell.out.raw(`Failed to complete cache request for block 0 of file ${path}: ${error}`)
}

/** `loadMetadata`: silent. `-F` looks again at what is known; without it only new entries are found. */
export const loadMetadata: Command = async shell => {
  const { settings } = shell
  const knowsForce = settings.era >= 'D' || (settings.brand === 'GooseFS' && !settings.strict)
  const args = readArguments(shell.argv, { R: false, ...(knowsForce ? { F: false } : {}) })
  const path = onlyPath(args.paths, 'loadMetadata')
  await delay(shell, Number(shell.knob('metadelay') || 300))
  const mode = args.has('F') ? 'force' : 'always'
  locate(shell, discover(shell, { path, deep: args.has('R'), mode }), path)
  return 0
}

/** `free`: always recursive; gives up waiting after ten seconds although the bytes go. */
export const free: Command = async shell => {
  const args = readArguments(shell.argv, { f: false })
  const path = normalise(onlyPath(args.paths, 'free'))
  const world = discover(shell, { path, deep: true })
  const found = locate(shell, world, path)
  if (!args.has('f') && world.pins.size > 0) {
    for (const [file] of filesAt(shell, found, path)) if (isPinned(world, file)) throw pinned(file)
  }
  shell.journal.commit(() => [{ t: 'evict', path }])
  if (shell.knob('free') === 'timeout') {
    await delay(shell, 10_000)
    throw new CommandError(
      'java.util.concurrent.TimeoutException: Timed out waiting for file to be freed. Another user may be loading it. options: WaitForOptions{interval=1000, timeout=10000} last value: null',
    )
  }
  await shell.out.line(`${path} was successfully freed from ${shell.settings.brand} space.`)
  return 0
}

function pinned(file: string): CommandError {
  return new CommandError(
    `Cannot free file ${file} which is pinned. Please unpin it first or set the "forced" flag of free operation to true`,
  )
}

async function setPin(shell: Shell, on: boolean): Promise<number> {
  const path = normalise(shell.argv[0] ?? '')
  locate(shell, discover(shell, { path, children: false }), path)
  shell.journal.commit(() => [{ t: 'pin', path, on }])
  await shell.out.line(`File '${path}' was successfully ${on ? 'pinned' : 'unpinned'}.`)
  return 0
}

export const pin: Command = shell => setPin(shell, true)
export const unpin: Command = shell => setPin(shell, false)

export const mkdir: Command = async shell => {
  for (const path of shell.argv.map(normalise)) {
    if (find(shell.journal.look().root, path) !== undefined) {
      throw new CommandError(`Not allowed to create directory because path already exists: ${path}`)
    }
    shell.journal.commit(() => [{ t: 'mkdir', path }])
    discover(shell, { path, children: false })
    await shell.out.line(`Successfully created directory ${path}`)
  }
  return 0
}
