// a list and a report as data, from what a real CLI printed
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOwnListing, readOwnReport } from '../../../agent/goosefs/own-words.ts'

const fixture = (name: string): string => join(import.meta.dirname, '../../fixtures/cli/2.5', name)
let dir = ''

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'gander-words-'))
})
afterAll(() => rm(dir, { recursive: true }))

describe('a report', () => {
  it('is read with its tiers', async () => {
    expect(await readOwnReport(fixture('report.out'))).toMatchObject({
      version: '2.5.0',
      liveWorkers: 1,
      lostWorkers: 0,
      capacityBytes: 512 * 1024 ** 2,
      tiers: [{ alias: 'SSD', capacityBytes: 512 * 1024 ** 2 }],
      simulated: false,
    })
  })

  it('is none where another command spoke, or nothing was printed', async () => {
    expect(await readOwnReport(fixture('ls-R.out'))).toBeUndefined()
    expect(await readOwnReport(join(dir, 'nothing'))).toBeUndefined()
  })
})

describe('a listing', () => {
  it('names files with size and share, directories without', async () => {
    const entries = await readOwnListing(fixture('ls-R.out'))
    expect(entries).toHaveLength(5)
    expect(entries[0]).toMatchObject({ path: '/data/sub/d', directory: false, bytes: 1048576, cachedPercent: 0 })
    expect(entries[1]).toEqual({ path: '/data/sub', directory: true, modifiedAt: expect.any(String) })
  })

  it('stops at a hundred entries', async () => {
    const line = '-rw-r--r--  root  root  10  PERSISTED 11-21-2026 06:16:46:412   0% /many/f'
    await writeFile(join(dir, 'many'), `${Array.from({ length: 150 }, (_, at) => `${line}${at}`).join('\n')}\n`)
    expect(await readOwnListing(join(dir, 'many'))).toHaveLength(100)
  })
})
