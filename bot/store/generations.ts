// the state's files on disk: the journal in use, and when to begin the next one
import { join } from 'node:path'
import { toError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { type Instant, toInstant } from '../../shared/time.ts'
import type { StoreCounts } from '../engine/ports.ts'
import { type Appender, createAppender, createJournalFile } from './appender.ts'
import { type Files, OPEN } from './files.ts'
import { type Commits, fold } from './fold.ts'
import { readGenerations, toFileName, toHeader } from './layout.ts'
import { mend } from './mend.ts'
import { type Parsers, recover } from './recovery.ts'
import type { Tables } from './tracked.ts'

export type GenerationsOptions = {
  readonly dir: string
  readonly files: Files
  readonly parsers: Parsers
  /** A journal longer than this, and than the last snapshot, is followed by a new one. */
  readonly rotateBytes: number
  readonly log: Log | undefined
}

export type Generations = {
  /** Reads everything, mends a torn end, and opens the journal for appending. */
  open(): Promise<Tables>
  append(frame: Uint8Array): Promise<void>
  /** True when the journal is long enough and no snapshot is being written. */
  isRotationDue(): boolean
  /** Begins the next journal, then a snapshot beside the running work. Never rejects: what fails is logged. */
  rotate(tables: Tables, commits: Commits): Promise<void>
  counts(): Omit<StoreCounts, 'reserveBytes'>
  /** Resolves when no snapshot is being written. */
  settled(): Promise<void>
  close(): Promise<void>
}

type Life = {
  generation: number
  snapshotBytes: number
  snapshotAt: Instant | undefined
  frames: number
  /** Length of the journal above which the next one is begun. */
  dueBytes: number
  isClosing: boolean
  journal: Appender | undefined
  folding: Promise<void> | undefined
}

export function createGenerations(options: GenerationsOptions): Generations {
  const life: Life = {
    generation: 0,
    snapshotBytes: 0,
    snapshotAt: undefined,
    frames: 0,
    dueBytes: 0,
    isClosing: false,
    journal: undefined,
    folding: undefined,
  }
  return {
    open: () => open(options, life),
    append: async frame => {
      if (life.journal === undefined) throw new Error('the state is not loaded')
      await life.journal.append(frame)
      life.frames++
    },
    isRotationDue: () =>
      life.folding === undefined && life.journal !== undefined && life.journal.length() > life.dueBytes,
    rotate: (tables, commits) => rotate(options, life, { tables, commits }),
    counts: () => {
      const { journal, frames, snapshotBytes, snapshotAt } = life
      return { journalBytes: journal?.length() ?? 0, frames, snapshotBytes, snapshotAt }
    },
    settled: async () => life.folding,
    close: async () => {
      life.isClosing = true
      await life.folding
      const { journal } = life
      life.journal = undefined
      await journal?.close()
    },
  }
}

async function open(options: GenerationsOptions, life: Life): Promise<Tables> {
  const { dir, files } = options
  await files.makeDir(dir)
  const found = await recover(options)
  await mend(options, found)
  life.snapshotBytes = found.snapshotBytes
  life.snapshotAt = await snapshotInstant(options)
  if (found.journal === 0) await begin(options, life, 1)
  else {
    const file = await files.open(join(dir, toFileName('journal', found.journal)), OPEN.journal)
    life.journal = createAppender(file, found.journalBytes)
    life.generation = found.journal
  }
  setDue(options, life, 0)
  return found.tables
}

async function snapshotInstant({ dir, files }: GenerationsOptions): Promise<Instant | undefined> {
  const newest = readGenerations(await files.list(dir), 'snapshot').at(-1)
  if (newest === undefined) return undefined
  const file = await files.open(join(dir, toFileName('snapshot', newest)), OPEN.read)
  try {
    return toInstant((await file.stat()).mtimeMs)
  } finally {
    await file.close()
  }
}

async function begin({ dir, files }: GenerationsOptions, life: Life, generation: number): Promise<void> {
  const path = join(dir, toFileName('journal', generation))
  const next = await createJournalFile(files, { dir, path }, toHeader('journal', generation))
  const previous = life.journal
  life.journal = next
  life.generation = generation
  await previous?.close()
}

function setDue({ rotateBytes }: GenerationsOptions, life: Life, from: number): void {
  life.dueBytes = from + Math.max(rotateBytes, life.snapshotBytes)
}

async function rotate(
  options: GenerationsOptions,
  life: Life,
  { tables, commits }: { tables: Tables; commits: Commits },
): Promise<void> {
  const { dir, files, log } = options
  try {
    await begin(options, life, life.generation + 1)
    setDue(options, life, 0)
  } catch (error) {
    setDue(options, life, life.journal?.length() ?? 0)
    log?.warn('a new journal could not be begun, the old one goes on', { error: toError(error).message })
    return
  }
  const task = { dir, files, generation: life.generation, tables, commits, isClosing: () => life.isClosing }
  life.folding = fold(task)
    .then(bytes => {
      if (bytes > 0) {
        life.snapshotBytes = bytes
        life.snapshotAt = toInstant(Date.now())
      }
      setDue(options, life, 0)
    })
    .catch(error => log?.warn('a snapshot could not be written', { error: toError(error).message }))
    .finally(() => {
      life.folding = undefined
    })
}
