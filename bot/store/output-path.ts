// where the files of a stream are
import { join } from 'node:path'
import type { StreamId, StreamKind } from '../engine/ports.ts'

export const STREAM_KINDS: readonly StreamKind[] = ['output', 'missing']

const SAFE_ID = /^[0-9A-Za-z-]{2,64}$/

/** The files of one stream; `dir` is shared by those whose allocation ends with the same two characters. */
export type StreamFiles = { readonly dir: string; readonly data: string; readonly holes: string }

/**
 * The last two characters of an id spread evenly; the first ones of a UUIDv7 are the time.
 *
 * @throws Error when the id could name a file elsewhere; ids are made by the daemon, so this is our own mistake
 */
export function toStreamFiles(root: string, { allocation, kind }: StreamId): StreamFiles {
  if (!SAFE_ID.test(allocation)) throw new Error(`allocation id ${JSON.stringify(allocation)} cannot name a file`)
  const dir = join(root, allocation.slice(-2).toLowerCase())
  const data = join(dir, `${allocation}.${kind}`)
  return { dir, data, holes: `${data}.holes` }
}
