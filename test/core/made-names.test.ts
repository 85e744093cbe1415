// names that the daemon makes up are nobody else's
import { expect, test } from 'vitest'
import { createWorld } from './world.ts'

const END = '89abcdef'

/** A world in which all ids end alike. */
function createUnlucky() {
  const world = createWorld()
  let made = 0
  world.ids.next = () => {
    made += 1
    return `018f332a-e400-7785-8162-${String(made).padStart(4, '0')}${END}`
  }
  return { ...world, nameOf: (path: string) => world.job(world.submit([path]).jobId).name }
}

test('also when two ids end alike', () => {
  const { nameOf } = createUnlucky()
  const names = ['/a', '/b', '/c'].map(nameOf)
  expect(names[0]).toBe(`gfs-${END}`)
  expect(new Set(names).size).toBe(3)
  for (const name of names) expect(name).toMatch(/^gfs-[0-9a-f]{8}$/)
})

test('nor one that somebody gave', () => {
  const { submit, nameOf } = createUnlucky()
  submit(['/a'], { name: `gfs-${END}` })
  expect(nameOf('/b')).not.toBe(`gfs-${END}`)
})
