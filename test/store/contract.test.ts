// both stores, with and without a disk, keep the promises of their ports
import { createJournal } from '../../bot/store/journal.ts'
import { createMemoryOutput, createMemoryState } from '../../bot/store/memory.ts'
import { createOutputFiles } from '../../bot/store/output-files.ts'
import { outputStoreContract } from '../contract/output-store.ts'
import { stateStoreContract } from '../contract/state-store.ts'
import { createRoom, TABLES } from '../helpers/room.ts'

stateStoreContract('memory', async () => ({
  store: createMemoryState(['jobs', 'tasks']),
  remove: async () => {},
}))

for (const [name, rotateBytes] of [
  ['the journal', undefined],
  ['a journal that rotates all the time', 200],
] as const) {
  stateStoreContract(name, async () => {
    const { dir, remove } = await createRoom()
    const open = () => createJournal({ dir, tables: TABLES, ...(rotateBytes === undefined ? {} : { rotateBytes }) })
    const opened = [open()]
    const newest = () => opened.at(-1) ?? open()
    return {
      store: newest(),
      reopen: async () => {
        await newest().close()
        opened.push(open())
        return newest()
      },
      remove: async () => {
        for (const one of opened) await one.close()
        await remove()
      },
    }
  })
}

outputStoreContract('memory', async () => ({ store: createMemoryOutput(), remove: async () => {} }))

outputStoreContract('files', async () => {
  const { dir, remove } = await createRoom()
  return { store: createOutputFiles({ dir }), remove }
})

outputStoreContract('files, one open at a time', async () => {
  const { dir, remove } = await createRoom()
  return { store: createOutputFiles({ dir, maxOpen: 1 }), remove }
})
