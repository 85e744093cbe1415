// the outbox's file: one line a report, appended and synced; a torn last line is cut when it is opened
import { type FileHandle, open } from 'node:fs/promises'
import * as z from 'zod'
import { Report } from '../shared/wire.ts'
import { readText, writeDurable } from './spool.ts'

export type Entry = { readonly n: number; readonly report: Report }
export type OutboxContent = { readonly entries: readonly Entry[]; readonly next: number }

export type OutboxFile = {
  /** Returns when the entries are on the disk; after a failure the file is as before. */
  append(entries: readonly Entry[]): Promise<void>
  /** Writes the whole file anew. */
  replace(content: OutboxContent): Promise<void>
  readonly bytes: number
  close(): Promise<void>
}

// the numbers go on where they were, also when nothing is held: the first line says where
const Line = z.union([z.object({ next: z.int().min(1) }), z.object({ n: z.int().min(1), report: Report })])

/** Opens the file and says what it holds. Throws the system's error when it cannot be read or written. */
export async function openOutboxFile(path: string): Promise<{ file: OutboxFile; content: OutboxContent }> {
  const content = readContent((await readText(path)) ?? '')
  const state: { handle: FileHandle | undefined; bytes: number } = { handle: undefined, bytes: 0 }
  const replace = async (fresh: OutboxContent): Promise<void> => {
    const text = toText(fresh)
    await writeDurable(path, text)
    await state.handle?.close()
    state.handle = await open(path, 'a')
    state.bytes = Buffer.byteLength(text)
  }
  await replace(content)
  const file: OutboxFile = {
    replace,
    async append(entries) {
      const { handle } = state
      if (handle === undefined) throw new Error('the outbox is closed')
      const bytes = Buffer.from(entries.map(toLine).join(''))
      try {
        await handle.appendFile(bytes)
        await handle.datasync()
        state.bytes += bytes.length
      } catch (thrown) {
        await handle.truncate(state.bytes)
        throw thrown
      }
    },
    get bytes() {
      return state.bytes
    },
    async close() {
      await state.handle?.close()
      state.handle = undefined
    },
  }
  return { file, content }
}

/** Reads the lines; what cannot be understood is left out: the allocation it was about is told anew when it resumes. */
export function readContent(text: string): OutboxContent {
  const entries: Entry[] = []
  let next = 1
  for (const line of text.split('\n')) {
    const parsed = parseLine(line)
    if (parsed === undefined) continue
    if ('next' in parsed) next = Math.max(next, parsed.next)
    else {
      entries.push(parsed)
      next = Math.max(next, parsed.n + 1)
    }
  }
  return { entries, next }
}

function parseLine(line: string): z.infer<typeof Line> | undefined {
  try {
    return Line.safeParse(JSON.parse(line)).data
  } catch {
    // the end of the file, or a line torn by a crash: it was never sent
    return undefined
  }
}

function toText(content: OutboxContent): string {
  const first = content.entries[0]?.n ?? content.next
  return `${JSON.stringify({ next: first })}\n${content.entries.map(toLine).join('')}`
}

function toLine(entry: Entry): string {
  return `${JSON.stringify({ n: entry.n, report: entry.report })}\n`
}
