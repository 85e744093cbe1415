// a followed file is opened once, however many ask at once
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { followFile } from '../../agent/follower.ts'
import { createClock } from '../../shared/time.ts'
import { scratch } from './scratch.ts'

const openTimes = (path: string): number =>
  readdirSync('/proc/self/fd').filter(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path
    } catch {
      return false
    }
  }).length

test('one handle for all, none after the end', async () => {
  const path = join(scratch(), 'out')
  const file = followFile({ path, clock: createClock({ unref: true }), onMore: () => {} })
  expect(await file.size()).toBe(0)
  writeFileSync(path, 'words')
  const [size, bytes] = await Promise.all([file.size(), file.read(0, 10), file.size()])
  expect([size, Buffer.from(bytes).toString()]).toEqual([5, 'words'])
  expect(openTimes(path)).toBe(1)
  await file.close()
  expect(openTimes(path)).toBe(0)
})

test('closed while it opens: nothing stays open', async () => {
  const path = join(scratch(), 'out')
  writeFileSync(path, 'words')
  const file = followFile({ path, clock: createClock({ unref: true }), onMore: () => {} })
  const asked = file.size().catch(() => 0)
  await file.close()
  await asked
  expect(openTimes(path)).toBe(0)
})
