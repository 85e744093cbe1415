// the small file beside a stream that remembers its holes

import { errnoOf } from '../../shared/errors.ts'
import type { Hole } from '../engine/ports.ts'
import { type Files, OPEN, writeFully } from './files.ts'

// The sum tells a whole record from a torn one.
const RECORD = /^([0-9]+)\+([0-9]+)=([0-9]+)$/

function toRecord({ from, bytes }: Hole): string {
  return `\n${from}+${bytes}=${from + bytes}\n`
}

function readRecord(line: string): Hole | undefined {
  const match = RECORD.exec(line)
  if (match === null) return undefined
  const [from, bytes, end] = match.slice(1).map(Number)
  if (from === undefined || bytes === undefined || from + bytes !== end) return undefined
  return { from, bytes }
}

/** Adds a hole, durable when resolved. It is told here before the stream grows over it. */
export async function addHole(files: Files, path: string, hole: Hole): Promise<void> {
  await writeRecords(files, path, { flags: OPEN.extend, text: toRecord(hole) })
}

/**
 * The holes of a stream whose file has `size` bytes, in order. One that begins behind the end was told, but the bytes
 * before it were lost with the power: it is forgotten for good, or it would later cover bytes that were sent again.
 */
export async function readHoles(files: Files, path: string, size: number): Promise<Hole[]> {
  const text = await readText(files, path)
  const all = text.split('\n').flatMap(line => readRecord(line) ?? [])
  const holes: Hole[] = []
  let length = size
  for (const hole of all) {
    if (hole.from > length) continue
    holes.push(hole)
    length = Math.max(length, hole.from + hole.bytes)
  }
  if (holes.length < all.length) {
    await writeRecords(files, path, { flags: OPEN.snapshot, text: holes.map(toRecord).join('') })
  }
  return holes
}

async function writeRecords(files: Files, path: string, what: { flags: number; text: string }): Promise<void> {
  const file = await files.open(path, what.flags)
  try {
    await writeFully(file, Buffer.from(what.text))
    await file.datasync()
  } finally {
    await file.close()
  }
}

async function readText(files: Files, path: string): Promise<string> {
  const file = await files.open(path, OPEN.read).catch(error => {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return ''
  try {
    const bytes = Buffer.alloc((await file.stat()).size)
    await file.read(bytes, 0, bytes.length, 0)
    return bytes.toString('latin1')
  } finally {
    await file.close()
  }
}
