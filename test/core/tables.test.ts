// tables and drafts: what is found through layers is what is there
import { expect, test } from 'vitest'
import { createDraft, createTable, mergeDraft } from '../../bot/core/table.ts'

type Row = { readonly id: string; readonly colour: string; readonly tags: readonly string[] }
const make = () => {
  const table = createTable<Row>({
    colour: row => row.colour,
    tags: row => row.tags,
    red: row => (row.colour === 'red' ? 'all' : undefined),
  })
  table.set('1', { id: '1', colour: 'red', tags: ['x', 'y'] })
  table.set('2', { id: '2', colour: 'blue', tags: ['y'] })
  table.set('3', { id: '3', colour: 'red', tags: [] })
  return table
}
const ids = (rows: Iterable<Row>) => Array.from(rows, row => row.id)

test('a draft shows its own rows over those below, and merging makes them the table', () => {
  const table = make()
  const draft = createDraft(createDraft(table))
  draft.set('1', { id: '1', colour: 'red', tags: ['z'] })
  draft.set('4', { id: '4', colour: 'red', tags: ['y'] })
  draft.remove('3')
  expect(ids(draft.find('colour', 'red'))).toEqual(['1', '4'])
  expect(ids(draft.find('tags', 'y'))).toEqual(['2', '4'])
  expect([draft.countOf('red', 'all'), draft.countOf('tags', 'x'), draft.size]).toEqual([2, 0, 3])
  expect([...draft.keys('tags')].sort()).toEqual(['y', 'z'])
  expect(ids(table.find('colour', 'red'))).toEqual(['1', '3'])
  mergeDraft(draft, table)
  expect(ids(table.find('colour', 'red'))).toEqual(['1', '4'])
  expect([...table.keys('tags')].sort()).toEqual(['y', 'z'])
})

test('a row that leaves an index and comes back in one draft is there once', () => {
  const draft = createDraft(make())
  draft.set('1', { id: '1', colour: 'blue', tags: [] })
  draft.set('1', { id: '1', colour: 'red', tags: [] })
  expect(ids(draft.find('colour', 'red'))).toEqual(['1', '3'])
  expect(draft.countOf('colour', 'blue')).toBe(1)
})

test('a draft over 100,000 rows that changes three reads only what it needs', () => {
  let read = 0
  const table = createTable<Row>({
    colour(row) {
      read += 1
      return row.colour
    },
  })
  for (let n = 0; n < 100_000; n += 1) table.set(String(n), { id: String(n), colour: `c${n % 1000}`, tags: [] })
  read = 0
  const draft = createDraft(table)
  for (const id of ['5', '6', '7']) draft.set(id, { id, colour: 'new', tags: [] })
  expect(ids(draft.find('colour', 'new'))).toEqual(['5', '6', '7'])
  expect(draft.countOf('colour', 'c5')).toBe(99)
  mergeDraft(draft, table)
  expect(read).toBeLessThan(50)
})
