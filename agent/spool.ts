// what is kept on disk of each run, so that it outlives the agent: names, durable small files, how they are read
import { mkdir, open, readFile, rename, statfs, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { errnoOf, isFull, toError } from '../shared/errors.ts'

/** The files of a run's directory. A claim belongs to one intention, so that a late wrapper of an older one finds it taken. */
export const RUN_FILES = {
  intent: 'intent',
  output: 'out',
  pid: 'pid',
  exit: 'exit',
  stop: 'stop',
} as const

/** Written before anything is spawned. */
export const Intent = z.object({ attempt: z.int().min(1), argv: z.array(z.string()), outputPath: z.string() })
export type Intent = z.infer<typeof Intent>

/** Written before anything is signalled, so that an agent that comes later knows why the run ended. */
export const StopNote = z.object({ reason: z.enum(['stopped', 'timeout']) })
export type StopNote = z.infer<typeof StopNote>

export function claimName(attempt: number): string {
  return `claim-${attempt}`
}

/** Inside a claim: it was won by a recovery, therefore the wrapper certainly never ran the program. */
export const RECOVERED = 'recovered'

// room for the exit is taken before the run starts, so that a full disk cannot hide how it ended
export const EXIT_DRAFT = 'exit.tmp'
export const EXIT_ROOM = ' '.repeat(255)

/** Replaces a small file so that after a power cut either the old or the new text is there, whole. Throws the system's error. */
export async function writeDurable(path: string, text: string): Promise<void> {
  const draft = `${path}.new`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  await syncDirectory(dirname(path))
}

/** Makes a directory's entries durable. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}

/** Makes a directory and its parents durably; an existing one is fine. */
export async function makeDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  await syncDirectory(dirname(path))
}

/** Wins or loses a claim. Throws for everything but its being taken. */
export async function winClaim(path: string): Promise<boolean> {
  try {
    await mkdir(path)
    return true
  } catch (thrown) {
    if (errnoOf(thrown) === 'EEXIST') return false
    throw thrown
  }
}

/** A small file's text; undefined when there is none. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT' || errnoOf(thrown) === 'ENOTDIR') return undefined
    throw thrown
  }
}

/** A small JSON file as its schema has it; undefined when there is none, or when it cannot be understood. */
export async function readRecord<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readText(path)
  if (text === undefined) return undefined
  try {
    const parsed = schema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    // half a file after a power cut counts as none: nothing was begun before it was whole
    return undefined
  }
}

/** Removes a file; one that is not there is fine. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown
  }
}

/** How many bytes a file holds; undefined when there is none. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const file = await open(path, 'r')
    try {
      return (await file.stat()).size
    } finally {
      await file.close()
    }
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined
    throw thrown
  }
}

/** Why a directory could not be used, as a person reads it. */
export function toReason(thrown: unknown): string {
  return isFull(thrown) ? "no space left in the agent's directory" : toError(thrown).message
}

/** A file of a run's directory. */
export function runFile(dir: string, name: keyof typeof RUN_FILES): string {
  return join(dir, RUN_FILES[name])
}

/** Below this an agent takes no new work: runs at hand need what is left. */
export const LEAST_FREE_BYTES = 16 * 1024 * 1024

/** Whether a directory's file system has room for new work. */
export async function hasRoom(dir: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(dir)
  return bavail * bsize >= LEAST_FREE_BYTES
}
