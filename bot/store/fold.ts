// folds journals into a snapshot beside the running work, and removes what that makes needless
import { join } from 'node:path'
import type { Files } from './files.ts'
import { readGenerations, toFileName, UNFINISHED_SNAPSHOT } from './layout.ts'
import { writeSnapshot } from './snapshot.ts'
import type { Tables } from './tracked.ts'

/** What a fold must know of the commits that go on beside it. */
export type Commits = {
  /** Resolves when a commit that began after the call has ended. */
  barrier(): Promise<void>
  /** How many commits were taken back so far. */
  rollBacks(): number
}

export type FoldTask = {
  readonly dir: string
  readonly files: Files
  /** The generation whose journal was begun before this call. */
  readonly generation: number
  readonly tables: Tables
  readonly commits: Commits
  readonly isClosing: () => boolean
}

/** Writes `snapshot-<generation>` and removes older files. Resolves with its size in bytes; 0 when it was given up. */
export async function fold(task: FoldTask): Promise<number> {
  const { dir, files, generation, commits } = task
  const path = join(dir, UNFINISHED_SNAPSHOT)
  const rollBacks = commits.rollBacks()
  // The scan may have seen a change that was taken back afterwards, and no journal would put that right.
  const isAborted = () => task.isClosing() || commits.rollBacks() !== rollBacks
  try {
    const bytes = await writeSnapshot({ files, path, generation, tables: task.tables, isAborted })
    // It may hold half of a change of two records that is not yet on disk: that must be there before this counts.
    if (!isAborted()) await commits.barrier()
    if (!isAborted()) {
      await files.rename(path, join(dir, toFileName('snapshot', generation)))
      await files.syncDir(dir)
      await removeOlder(task)
      return bytes
    }
  } catch (error) {
    await files.remove(path)
    throw error
  }
  await files.remove(path)
  return 0
}

/** Only after the new snapshot's name is durable: until then the old files are the state. */
async function removeOlder({ dir, files, generation }: FoldTask): Promise<void> {
  const names = await files.list(dir)
  for (const kind of ['snapshot', 'journal'] as const) {
    const old = readGenerations(names, kind).filter(one => one < generation)
    for (const one of old) await files.remove(join(dir, toFileName(kind, one)))
  }
}
