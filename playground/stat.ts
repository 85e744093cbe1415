// one path looked at: stat, test, location, cat, checkConsistency
import { readArguments } from './arguments.ts'
import { blockBytes, isPinned, percentage } from './cache.ts'
import { blockId } from './engine.ts'
import { matchesGlob } from './knobs.ts'
import { filesAt } from './rows.ts'
import { type Command, CommandError, checkAllowed, discover, locate, type Shell } from './shell.ts'
import { type Entry, type Found, normalise, segments } from './tree.ts'
import { childCount } from './walk.ts'
import { plainStamp } from './words.ts'

interface Block {
  id: number
  length: number
  cached: boolean
  offset: number
}

function blocksOf(entry: Entry, path: string, size: number): Block[] {
  const length = entry.meta?.bytes ?? 0
  const count = Math.ceil(length / size)
  return Array.from({ length: count }, (_, index) => ({
    id: blockId(path) + index,
    length: Math.min(size, length - index * size),
    cached: entry.cached > index * size,
    offset: index * size,
  }))
}

const LOCATION =
  'BlockLocation{workerId=5597390722245319766, address=WorkerNetAddress{host=127.0.0.1, containerHost=, rpcPort=9203, dataPort=9203, webPort=9204, domainSocketPath=, tieredIdentity=TieredIdentity(node=127.0.0.1, rack=null)}, tierAlias=SSD, mediumType=SSD}'

function blockText(block: Block): string {
  return `BlockInfo{id=${block.id}, length=${block.length}, locations=[${block.cached ? LOCATION : ''}]}`
}

function isWritten(shell: Shell, found: Found, path: string): boolean {
  return found.kind === 'file' && matchesGlob(shell.knob('incomplete'), path)
}

function infoText(shell: Shell, found: Found, path: string): string {
  const file = found.kind === 'file' ? found.entry : undefined
  const at = file?.meta?.mtime ?? (found.kind === 'dir' ? found.dir.mtime : 0)
  const size = blockBytes(shell.journal.look())
  const writing = isWritten(shell, found, path)
  const blocks = file === undefined || writing ? [] : blocksOf(file, path, size)
  const { user, era } = shell.settings
  const ttl = shell.journal.look().ttls.get(path)
  const parts = [
    `fileId=${blockId(path) - 1}`,
    ...(era === 'F' ? [] : ['fileIdentifier=null']),
    `name=${segments(path).at(-1) ?? ''}, path=${path}, ufsPath=cosn://playground-1250000000${path}`,
    `length=${writing ? 0 : (file?.meta?.bytes ?? (found.kind === 'dir' ? childCount(found.dir) : 0))}`,
    `blockSizeBytes=${file === undefined ? 0 : size}, creationTimeMs=${at}, completed=${!writing}, folder=${file === undefined}`,
    `pinned=${isPinned(shell.journal.look(), path)}, pinnedlocation=[], cacheable=${file !== undefined}, persisted=${!writing}`,
    `blockIds=[${blocks.map(block => block.id).join(', ')}], inMemoryPercentage=0, lastModificationTimesMs=${at}`,
    `ttl=${ttl?.ms ?? -1}, lastAccessTimesMs=${at}, ttlAction=${ttl?.action ?? (era === 'F' ? 'FREE' : 'DELETE')}, owner=${user}, group=${user}`,
    `mode=${found.kind === 'dir' ? found.dir.mode : 420}, persistenceState=${writing ? 'NOT_PERSISTED' : 'PERSISTED'}, mountPoint=false`,
    `replicationMax=${file === undefined ? 0 : -1}, replicationMin=0`,
    `fileBlockInfos=[${blocks.map(block => `FileBlockInfo{blockInfo=${blockText(block)}, offset=${block.offset}, ufsLocations=[]}`).join(', ')}]`,
    `mountId=1, in${shell.settings.brand}Percentage=${file === undefined ? 0 : writing ? 100 : percentage(file)}, ufsFingerprint=`,
    `acl=${file === undefined ? 'user::rwx,group::r-x,other::r-x' : 'user::rw-,group::r--,other::r--'}, defaultAcl=`,
  ]
  if (era === 'F') return `URIStatus{info=FileInfo{${parts.join(', ')}}, cacheContext=null}`
  return `FileInfo{${parts.join(', ')}, cacheQuota=null, cacheScope=null}`
}

function formatted(shell: Shell, place: { found: Found; path: string }, format: string): string {
  const { found, path } = place
  const file = found.kind === 'file' ? found.entry : undefined
  const at = file?.meta?.mtime ?? (found.kind === 'dir' ? found.dir.mtime : 0)
  const values: Record<string, string> = {
    N: segments(path).at(-1) ?? '',
    z: file === undefined ? 'NA' : String(file.meta?.bytes ?? 0),
    b: file === undefined ? 'NA' : String(blocksOf(file, path, blockBytes(shell.journal.look())).length),
    u: shell.knob('owner') || 'hadoop',
    g: shell.knob('group') || 'supergroup',
    i: String(blockId(path) - 1),
    y: plainStamp(at),
    Y: String(at),
  }
  return format.replace(/%([NzbugiyY])/g, (whole, letter: string) => values[letter] ?? whole)
}

export const stat: Command = async shell => {
  const args = readArguments(shell.argv, { f: true, 'file-id': false })
  const path = normalise(args.paths[0] ?? '')
  const found = locate(shell, discover(shell, { path, children: false }), path)
  const format = args.value('f')
  if (format !== undefined) {
    await shell.out.line(formatted(shell, { found, path }, format))
    return 0
  }
  await shell.out.line(`${path} is a ${found.kind === 'file' ? 'file' : 'directory'} path.`)
  await shell.out.line(infoText(shell, found, path))
  if (found.kind === 'dir') return 0
  const blocks = isWritten(shell, found, path) ? [] : blocksOf(found.entry, path, blockBytes(shell.journal.look()))
  await shell.out.line(
    blocks.length === 0 ? 'This file does not contain any blocks.' : 'Containing the following blocks: ',
  )
  for (const block of blocks) await shell.out.line(blockText(block))
  return 0
}

const TESTS: Record<string, (found: Found) => boolean> = {
  d: found => found.kind === 'dir',
  f: found => found.kind === 'file',
  e: () => true,
  s: found => (found.kind === 'dir' ? childCount(found.dir) > 0 : (found.entry.meta?.bytes ?? 0) > 0),
  z: found => found.kind === 'file' && found.entry.meta?.bytes === 0,
}

/** `test`: no output; 0 true, 1 false or missing, 3 another failure of the file system. */
export const test: Command = async shell => {
  const args = readArguments(shell.argv, { d: false, f: false, e: false, s: false, z: false })
  const path = normalise(args.paths[0] ?? '')
  try {
    checkAllowed(shell, path)
  } catch {
    return 3
  }
  try {
    const found = locate(shell, discover(shell, { path, children: args.has('s') }), path)
    return Object.entries(TESTS).some(([flag, holds]) => args.has(flag) && holds(found)) ? 0 : 1
  } catch (error) {
    if (error instanceof CommandError) return 1
    throw error
  }
}

export const location: Command = async shell => {
  const path = normalise(shell.argv[0] ?? '')
  const found = locate(shell, discover(shell, { path, children: false }), path)
  if (found.kind === 'dir') throw new CommandError(`path ${path} must be a file`)
  await shell.out.line(`${path} with file id ${blockId(path) - 1} is on nodes: `)
  const blocks = blocksOf(found.entry, path, blockBytes(shell.journal.look()))
  for (const block of blocks) if (block.cached) await shell.out.line('127.0.0.1')
  return 0
}

/** `cat`: its text, or as many letters as it has bytes. */
export const cat: Command = async shell => {
  for (const path of shell.argv.map(normalise)) {
    const found = locate(shell, discover(shell, { path, children: false }), path)
    if (found.kind === 'dir') throw new CommandError(`Path ${path} must be a file`)
    const text = found.entry.meta?.text
    if (text !== undefined) {
      await shell.out.raw(text)
      continue
    }
    const block = Buffer.alloc(65_536, 'gander ')
    for (let left = found.entry.meta?.bytes ?? 0; left > 0; left -= block.length) {
      await shell.out.raw(block.subarray(0, Math.min(left, block.length)))
    }
  }
  return 0
}

/** `checkConsistency`: without -r it only reports. */
export const checkConsistency: Command = async shell => {
  const args = readArguments(shell.argv, { r: false, t: true, threads: true })
  const path = normalise(args.paths[0] ?? '')
  const found = locate(shell, discover(shell, { path, deep: true }), path)
  const bad = [...filesAt(shell, found, path)].filter(([, entry]) => entry.meta?.etag !== entry.ufs?.etag)
  const files = bad.map(([file]) => file)
  if (files.length === 0) {
    await shell.out.line(`${path} is consistent with the under storage system.`)
    return 0
  }
  if (!args.has('r')) {
    await shell.out.line('The following files are inconsistent:')
    for (const file of files) await shell.out.line(file)
    return 0
  }
  const threads = args.value('t') ?? args.value('threads') ?? 4
  await shell.out.line(`${path} has: ${files.length} inconsistent files. Repairing with ${threads} threads.`)
  for (const file of files) await shell.out.line(`repairing path: ${file}`)
  shell.journal.commit(() =>
    files.map(file => ({ t: 'sync', path: file, mode: 'force', deep: false, children: false })),
  )
  for (const file of files) await shell.out.line(`${file} repaired\n`)
  return 0
}
