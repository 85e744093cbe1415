// a directory for one test, a journal in it, and a file system that fails when told to
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DiskFile, Files } from '../../bot/store/files.ts'
import { realFiles } from '../../bot/store/files.ts'
import { createJournal, type Journal, type JournalOptions } from '../../bot/store/journal.ts'
import type { Log, LogFields } from '../../shared/log.ts'

export const TABLES = { jobs: (value: unknown) => value, tasks: (value: unknown) => value }

export async function createRoom(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'gander-store-'))
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) }
}

export function openJournal(dir: string, more: Partial<JournalOptions> = {}): Journal {
  return createJournal({ dir, tables: TABLES, reserveBytes: 0, ...more })
}

/** All files of a directory with their bytes, to see that nothing was touched. */
export async function snapshotOf(dir: string): Promise<Record<string, string>> {
  const names = (await readdir(dir)).sort()
  const contents = await Promise.all(names.map(name => readFile(join(dir, name), 'latin1')))
  return Object.fromEntries(names.map((name, at) => [name, contents[at] ?? '']))
}

export type Heard = { readonly message: string; readonly fields: LogFields }

export function createHeardLog(): { log: Log; heard: Heard[] } {
  const heard: Heard[] = []
  const hear = (message: string, fields: LogFields = {}) => void heard.push({ message, fields })
  const log: Log = { debug: hear, info: hear, warn: hear, error: hear, child: () => log }
  return { log, heard }
}

/** What a faulty file system does: called before each operation, may throw; `most` limits one write. */
export type Faults = {
  before?: (operation: 'write' | 'truncate' | 'datasync', path: string) => void | Promise<void>
  most?: number
  free?: number
}

export const noRoom = () => Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })

/** The real file system, with faults that can be switched on and off. */
export function createFaultyFiles(faults: Faults): Files {
  const faulty = (file: DiskFile, path: string): DiskFile =>
    new Proxy(file, {
      get: (target, name) => {
        if (name === 'write') {
          return async (bytes: Uint8Array, offset: number, length: number) => {
            const most = Math.min(length, faults.most ?? length)
            await faults.before?.('write', path)
            return target.write(bytes, offset, most)
          }
        }
        if (name === 'truncate' || name === 'datasync') {
          return async (length?: number) => {
            await faults.before?.(name, path)
            return name === 'truncate' ? target.truncate(length) : target.datasync()
          }
        }
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  return {
    ...realFiles,
    open: async (path, flags) => faulty(await realFiles.open(path, flags), path),
    space: async dir => ({
      ...(await realFiles.space(dir)),
      ...(faults.free === undefined ? {} : { free: faults.free }),
    }),
  }
}
