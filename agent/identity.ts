// who this agent is, over restarts and upgrades: one UUID kept in its directory
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Id } from '../shared/ids.ts'
import { readText, writeDurable } from './spool.ts'

/** Reads the identity, or makes one the first time. Throws when the file is damaged, since another identity would orphan its runs. */
export async function keepIdentity(dir: string): Promise<Id> {
  const path = join(dir, 'identity')
  const text = await readText(path)
  if (text === undefined) {
    const fresh = randomUUID()
    await writeDurable(path, `${fresh}\n`)
    return fresh
  }
  const parsed = Id.safeParse(text.trim())
  if (!parsed.success) throw new Error(`${path} must hold a UUID: restore it, or remove it to become a new agent`)
  return parsed.data
}
