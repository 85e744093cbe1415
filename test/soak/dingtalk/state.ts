// what the daemon left on its disk when it was closed
import { join } from 'node:path'
import { createState, type State } from '../../../bot/core/state.ts'
import { fillState } from '../../../bot/engine/restore.ts'
import { createJournal } from '../../../bot/store/journal.ts'
import { RECORD_PARSERS } from '../../../bot/store/records.ts'

/** Of a directory that nobody has open. */
export async function readState(dataDir: string): Promise<State> {
  const store = createJournal({ dir: join(dataDir, 'state'), tables: RECORD_PARSERS, reserveBytes: 0 })
  const state = createState()
  fillState(state, await store.load())
  await store.close()
  return state
}
