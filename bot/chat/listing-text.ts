// a listing: how it is asked for, and what it printed, as far as chat needs it beyond its first entries: names, directories, how many
import type { JobRequest } from '../../shared/job.ts'
import type { RunOutcome } from '../engine/operations/port.ts'

export type Listed = { readonly path: string; readonly directory: boolean }

/** Whoever lists more than this reads it elsewhere. */
const MOST_READ_BYTES = 8 * 1024 * 1024
// the tail of an entry's line, whatever columns stand before it
const ENTRY = / (DIR|\d{1,3}%) (.+)$/
/** Paths that are shorter are filled up with blanks by the CLI; those of longer ones belong to the name. */
const PADDED = 5

/** All entries of a listing; `cut` when it is too long to read all of it here. */
export function readListing({ output }: Pick<RunOutcome, 'output'>): {
  readonly entries: readonly Listed[]
  readonly cut: boolean
} {
  const cut = output.byteLength > MOST_READ_BYTES
  const lines = new TextDecoder().decode(output.subarray(0, MOST_READ_BYTES)).split('\n')
  if (cut) lines.pop()
  const entries = lines.flatMap(line => {
    const [, kind, path = ''] = ENTRY.exec(line) ?? []
    return kind === undefined
      ? []
      : [{ path: path.length <= PADDED ? path.trimEnd() : path, directory: kind === 'DIR' }]
  })
  return { entries, cut }
}

export function toListRequest(path: string, cluster: string | undefined): JobRequest {
  return { action: 'list', paths: [path], options: {}, ...(cluster !== undefined && { cluster }) }
}

/** The last part of a path. */
export function toBaseName(path: string): string {
  const trimmed = path.replace(/\/+$/, '')
  return trimmed.slice(trimmed.lastIndexOf('/') + 1)
}
