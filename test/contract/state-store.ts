// what every StateStore promises, run by each implementation
import { afterEach, describe, expect, test } from 'vitest'
import type { StateStore, StoredTables } from '../../bot/engine/ports.ts'

/** `make` gives an empty store with the tables `jobs` and `tasks`; `reopen`, where there is one, closes and opens again. */
export type MadeStateStore = {
  readonly store: StateStore
  readonly reopen?: () => Promise<StateStore>
  readonly remove: () => Promise<void>
}

export const toPlain = (tables: StoredTables) =>
  Object.fromEntries([...tables].map(([name, rows]) => [name, Object.fromEntries([...rows].sort())]))

export function stateStoreContract(name: string, make: () => Promise<MadeStateStore>): void {
  describe(`${name} as a StateStore`, () => {
    let made: MadeStateStore
    const open = async () => {
      made = await make()
      return made.store
    }
    const read = async (store: StateStore) =>
      toPlain(made.reopen ? await (await made.reopen()).load() : await store.load())
    afterEach(async () => {
      await made.store.close()
      await made.remove()
    })

    test('begins with its tables, empty', async () => {
      const store = await open()
      expect(toPlain(await store.load())).toEqual({ jobs: {}, tasks: {} })
    })

    test('keeps what was saved, the last value of each key', async () => {
      const store = await open()
      await store.load()
      await store.save([
        { table: 'jobs', key: 'a', value: { n: 1, text: 'line\nfeed "quoted" 缓存 \u2028' } },
        { table: 'tasks', key: 'a', value: { list: [1, { deep: true }] } },
      ])
      await store.save([
        { table: 'jobs', key: 'a', value: { n: 2 } },
        { table: 'jobs', key: 'a', value: { n: 3 } },
        { table: 'jobs', key: '__proto__ ', value: { n: 4 } },
      ])
      expect(await read(store)).toEqual({
        jobs: { a: { n: 3 }, '__proto__ ': { n: 4 } },
        tasks: { a: { list: [1, { deep: true }] } },
      })
    })

    test('removes a record with null, also one that never was', async () => {
      const store = await open()
      await store.load()
      await store.save([
        { table: 'jobs', key: 'a', value: { n: 1 } },
        { table: 'jobs', key: 'b', value: { n: 1 } },
      ])
      await store.save([
        { table: 'jobs', key: 'a', value: null },
        { table: 'jobs', key: 'never', value: null },
      ])
      expect(await read(store)).toEqual({ jobs: { b: { n: 1 } }, tasks: {} })
    })

    test('keeps the order of saves that are not awaited one by one', async () => {
      const store = await open()
      await store.load()
      const saves = Array.from({ length: 200 }, (_, n) =>
        store.save([
          { table: 'jobs', key: 'same', value: { n } },
          { table: 'tasks', key: `t${n}`, value: { n } },
        ]),
      )
      await Promise.all(saves)
      const after = await read(store)
      expect(after['jobs']).toEqual({ same: { n: 199 } })
      expect(Object.keys(after['tasks'] ?? {})).toHaveLength(200)
    })

    test('refuses a table it does not have and stores nothing of that save', async () => {
      const store = await open()
      await store.load()
      const save = store.save([
        { table: 'jobs', key: 'a', value: { n: 1 } },
        { table: 'nope', key: 'a', value: { n: 1 } },
      ])
      await expect(save).rejects.toThrow(/nope/)
      expect(await read(store)).toEqual({ jobs: {}, tasks: {} })
    })

    test('what was loaded does not change by later saves', async () => {
      const store = await open()
      const before = await store.load()
      await store.save([{ table: 'jobs', key: 'a', value: { n: 1 } }])
      expect(before.get('jobs')?.size).toBe(0)
    })

    test('refuses saves after it was closed; closing twice is fine', async () => {
      const store = await open()
      await store.load()
      await store.close()
      await store.close()
      await expect(store.save([{ table: 'jobs', key: 'a', value: { n: 1 } }])).rejects.toThrow(/closed/)
    })
  })
}
