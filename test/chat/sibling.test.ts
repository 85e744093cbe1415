// neighbours of paths that do not exist: one listing for all who miss something in a directory at about the same time
import { expect, test } from 'vitest'
import { createNeighbours } from '../../bot/chat/sibling.ts'
import { AppError } from '../../shared/errors.ts'
import { createHandClock } from '../engine/room.ts'

const LOOKER = { name: 'gander', role: 'viewer', via: 'chat' } as const

function createRoom(names: () => Promise<readonly string[]> = async () => ['data', 'models']) {
  const asked: string[] = []
  const { clock, move } = createHandClock()
  const operations = {
    listDirectory: (_: unknown, cluster: string, { path }: { path: string }) => {
      asked.push(`${path} in ${cluster}`)
      return names()
    },
  }
  return { find: createNeighbours({ operations, clock }, LOOKER), asked, move }
}

test('a directory is listed once for many, and again half a minute later', async () => {
  const { find, asked, move } = createRoom()
  const wanted = ['/dta', '/modles/', '/nothing-like-it', '/dta'].map(path => find(path, 'c1'))
  expect(await Promise.all(wanted)).toEqual(['/data', '/models', undefined, '/data'])
  expect(asked).toEqual(['/ in c1'])
  move(29_999)
  expect(await find('/daat', 'c1')).toBe('/data')
  expect(asked).toHaveLength(1)
  move(1)
  expect(await find('/daat', 'c1')).toBe('/data')
  // another directory, another cluster
  expect(await find('/x/dta', 'c1')).toBe('/x/data')
  expect(await find('/dta', 'c2')).toBe('/data')
  expect(asked).toEqual(['/ in c1', '/ in c1', '/x in c1', '/ in c2'])
})

test('a listing that fails is not asked for again at once', async () => {
  const { find, asked } = createRoom(async () => {
    throw new AppError('COMMAND_FAILED', 'nobody is there')
  })
  for (const path of ['/a', '/b']) await expect(find(path, 'c1')).rejects.toThrow('nobody is there')
  expect(asked).toHaveLength(1)
})

test('the root has no neighbours', async () => {
  const { find, asked } = createRoom()
  expect(await find('/', 'c1')).toBeUndefined()
  expect(asked).toEqual([])
})
