// listings as CLIs print them, read for names and counts: the same entries as the agent reads
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readListLine } from '../../agent/goosefs/read-ls.ts'
import { readListing, toBaseName } from '../../bot/chat/listing-text.ts'

const root = join(import.meta.dirname, '../fixtures/cli')
const captured = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(name => /\bls\b[^/]*\.out$/.test(name))

it.each(captured)('%s', name => {
  const output = readFileSync(join(root, name))
  const entries = output
    .toString()
    .split('\n')
    .flatMap(line => readListLine(line) ?? [])
  expect(readListing({ output }).entries).toEqual(entries.map(({ path, directory }) => ({ path, directory })))
})

it('there are such captures, and some of them have entries', () => {
  const counts = captured.map(name => readListing({ output: readFileSync(join(root, name)) }).entries.length)
  expect(counts.some(count => count > 1)).toBe(true)
})

it('one that is too long is read up to its last whole line there', () => {
  const line = 'drwxr-xr-x  root  root  3  PERSISTED 05-01-2024 08:00:00:000  DIR /d/p\n'
  const { entries, cut } = readListing({ output: Buffer.from(line.repeat(120_000)) })
  expect(cut).toBe(true)
  expect(entries.length).toBe(Math.floor((8 * 1024 * 1024) / line.length))
})

it.each([
  ['/a/b', 'b'],
  ['/a/b//', 'b'],
  ['gfs://h:1/x', 'x'],
  ['/', ''],
])('the last part of %s is %j', (path, name) => expect(toBaseName(path)).toBe(name))
