// a listing kept on disk: one short line for each file, and its totals
import { closeSync, fdatasync, openSync, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Measurement } from '../../shared/verdict.ts'
import { readOnwards } from './cli.ts'
import { createDirectoryCheck, type HiddenPlace, type HiddenPlaces } from './directory-check.ts'
import { createLineSplitter } from './lines.ts'
import type { ListEntry } from './read-ls.ts'

export type ListedFile = {
  readonly path: string
  readonly bytes: number
  readonly percent: number
  /** False while it is being written, or when the object store does not have it. */
  readonly persisted: boolean
  readonly modified: string
}

export type Totals = {
  readonly files: number
  readonly bytes: number
  readonly cachedFiles: number
  readonly cachedBytes: number
  readonly unpersisted: number
}

/** Files that list as empty and wholly cached: still being written, or only empty. */
export type Doubtful = {
  readonly count: number
  /** The first of them; those in front that the listing does not call persisted. */
  readonly paths: readonly string[]
}
export type Listed = { readonly totals: Totals; readonly hidden: HiddenPlaces; readonly doubtful: Doubtful }
/** Every verb throws the system's error when the file cannot be written. */
export type ListWriter = {
  /** Forgets what was written: the listing begins anew. */
  restart(): void
  add(entry: ListEntry): void
  /** Neither a file nor a directory was listed. */
  isEmpty(): boolean
  /** Direct children of the listed path, which has no line of its own; undefined when it is a file. */
  shownIn(path: string): number | undefined
  /**
   * Resolves when all of it is on the disk. The file is closed in any case; twice is once.
   * @param own entries of the listed path itself that were found to be hidden
   */
  close(own?: HiddenPlace): Promise<Listed>
}

/** So many doubtful files of each kind are kept by name. */
const MOST_DOUBTFUL = 100
// stands where a file's share stands
const HIDDEN = 'hidden'
const FLUSH_CHARACTERS = 128 * 1024
const sync = promisify(fdatasync)

/** Writes the files of a listing to `path`; of directories only those that do not show all of their entries. */
export function createListWriter(path: string): ListWriter {
  let handle: number | undefined = openSync(path, 'w')
  let buffered = ''
  let tally = createTally()
  const directories = createDirectoryCheck()
  let doubts = createDoubts()
  let entries = 0
  const flush = () => {
    if (handle !== undefined && buffered !== '') writeWhole(handle, buffered)
    buffered = ''
  }
  const release = () => {
    const open = handle
    handle = undefined
    if (open !== undefined) closeSync(open)
  }
  return {
    restart() {
      release()
      handle = openSync(path, 'w')
      buffered = ''
      tally = createTally()
      directories.restart()
      doubts = createDoubts()
      entries = 0
    },
    add(entry) {
      entries += 1
      directories.add(entry)
      if (entry.directory) return
      const file = toListedFile(entry)
      tally.add(file)
      doubts.add(file)
      buffered += `${file.percent}\t${file.bytes}\t${file.persisted ? 1 : 0}\t${file.modified}\t${file.path}\n`
      if (buffered.length > FLUSH_CHARACTERS) flush()
    },
    isEmpty: () => entries === 0,
    shownIn(place) {
      const shown = directories.shownIn(place)
      return shown === 0 && tally.totals().files > 0 ? undefined : shown
    },
    async close(own) {
      const { places, skipped } = directories.found()
      const hidden = { places: own === undefined ? places : [...places, own], skipped }
      try {
        for (const { path: place, entries } of hidden.places) buffered += `${HIDDEN}\t${entries}\t\t\t${place}\n`
        flush()
        // a step that is noted as ended must find its list after a power cut
        if (handle !== undefined) await sync(handle)
      } finally {
        release()
      }
      return { totals: tally.totals(), hidden, doubtful: doubts.found() }
    },
  }
}

function createDoubts() {
  const persisted: string[] = []
  const unpersisted: string[] = []
  let count = 0
  return {
    add(file: ListedFile) {
      if (file.bytes !== 0 || file.percent !== 100) return
      count += 1
      const paths = file.persisted ? persisted : unpersisted
      if (paths.length < MOST_DOUBTFUL) paths.push(file.path)
    },
    found: (): Doubtful => ({ count, paths: [...unpersisted, ...persisted] }),
  }
}

/** Writes all of a text where the file stands; a disk that is nearly full takes only a part at first. Answers its bytes. */
export function writeWhole(handle: number, text: string): number {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
  return bytes.length
}

/** Reads a listing back, one file at a time, and the directories that do not show all of their entries. */
export async function readListFile(
  path: string,
  onFile: (file: ListedFile) => void,
  onHidden: (place: HiddenPlace) => void = () => {},
): Promise<void> {
  const splitter = createLineSplitter(line => {
    const [percent = '', bytes = '', persisted = '', modified = '', ...name] = line.split('\t')
    if (percent === HIDDEN) return onHidden({ path: name.join('\t'), entries: Number(bytes) })
    onFile({
      percent: Number(percent),
      bytes: Number(bytes),
      persisted: persisted === '1',
      modified,
      path: name.join('\t'),
    })
  })
  await readOnwards(path, 0, splitter.push)
  splitter.end()
}

/** Adds files up. */
export function createTally(): { add(file: ListedFile): void; totals(): Totals } {
  const totals = { files: 0, bytes: 0, cachedFiles: 0, cachedBytes: 0, unpersisted: 0 }
  return {
    add(file) {
      totals.files += 1
      totals.bytes += file.bytes
      totals.cachedFiles += file.percent === 100 ? 1 : 0
      totals.cachedBytes += file.percent === 100 ? file.bytes : Math.floor((file.bytes * file.percent) / 100)
      totals.unpersisted += file.persisted ? 0 : 1
    },
    totals: () => ({ ...totals }),
  }
}

/** Totals as a measurement. The share is rounded down, so that 100 means all of it. */
export function toMeasurement(totals: Totals, more: Pick<Measurement, 'at' | 'fresh' | 'complete'>): Measurement {
  const { files, bytes, cachedFiles, cachedBytes } = totals
  const share = bytes > 0 ? cachedBytes / bytes : files > 0 ? cachedFiles / files : 0
  const cachedPercent = files > 0 && cachedFiles === files ? 100 : Math.min(99, Math.floor(share * 100))
  return { files, bytes, cachedFiles, cachedBytes, cachedPercent, ...more }
}

function toListedFile(entry: ListEntry): ListedFile {
  const { path, percent, modified } = entry
  return { path, percent, modified, bytes: entry.size, persisted: entry.persistence === 'PERSISTED' }
}
