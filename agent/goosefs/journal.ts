// the step journal of one allocation: what was begun and what it found, so that start and resume are one function
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from '../spool.ts'

export type Begun = {
  readonly startedAt: string
  /** Length of the allocation's output when the step began. */
  readonly from: number
}

export type Journal = {
  /** What an ended step left, after a restart too. */
  ended(key: string): unknown
  begun(key: string): Begun | undefined
  /** Resolves when it is on the disk, or cannot be: it is known all the same, and written with the next record. */
  begin(key: string, begun: Begun): Promise<void>
  end(key: string, data: unknown): Promise<void>
}

const FILE = 'steps.jsonl'

/**
 * Opens the journal of an allocation's directory; a torn last line (the machine stopped there) does not count.
 * @param onTrouble hears of records that cannot be written; only a restart right then would miss them
 */
export async function openJournal(dir: string, onTrouble: (thrown: unknown) => void): Promise<Journal> {
  const path = join(dir, FILE)
  const begun = new Map<string, Begun>()
  const ended = new Map<string, unknown>()
  const text = await readFile(path, 'utf8').catch(() => '')
  for (const line of text.split('\n')) {
    const record = parse(line)
    if (record === undefined) continue
    if ('begun' in record) begun.set(record.key, record.begun)
    else ended.set(record.key, record.data)
  }
  // a torn line must not swallow the next one
  let lead = text === '' || text.endsWith('\n') ? '' : '\n'
  let unwritten = ''
  let isNew = text === ''
  const append = async (record: object) => {
    unwritten += `${JSON.stringify(record)}\n`
    try {
      await appendDurable(path, `${lead}${unwritten}`)
      if (isNew) await syncDirectory(dir)
      unwritten = ''
      lead = ''
      isNew = false
    } catch (thrown) {
      // part of it may stand there; a record that is read twice is read once
      lead = '\n'
      onTrouble(thrown)
    }
  }
  return {
    ended: key => ended.get(key),
    begun: key => begun.get(key),
    async begin(key, value) {
      begun.set(key, value)
      await append({ key, begun: value })
    },
    async end(key, data) {
      ended.set(key, data)
      await append({ key, data })
    },
  }
}

async function appendDurable(path: string, text: string): Promise<void> {
  const file = await open(path, 'a', 0o600)
  try {
    await file.appendFile(text)
    await file.datasync()
  } finally {
    await file.close()
  }
}

type Record = { key: string; begun: Begun } | { key: string; data: unknown }

function parse(line: string): Record | undefined {
  if (line === '') return undefined
  try {
    return JSON.parse(line) as Record
  } catch {
    // torn by a crash: the step it told of is done again or found again
    return undefined
  }
}
