// what the master does not know of the under storage, and what makes it look
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPlayground, type Playground } from './goosefs.ts'

const SYNC = '-Dgoosefs.user.file.metadata.sync.interval=0'
let world: Playground
beforeEach(async () => {
  world = createPlayground()
  await world.run(['playground', 'put', '/d', '--files', '3', '--bytes', '3000'])
  await world.run(['fs', 'distributedLoad', '/d'])
})
afterEach(() => world.close())

const states = async (...options: string[]): Promise<string[]> =>
  (await world.run(['fs', 'ls', ...options, '-R', '/d'])).out.split('\n').flatMap(line => {
    const match = /(\d+) +PERSISTED .* (\d+%) (.*)$/.exec(line)
    return match === null ? [] : [`${match[3]} ${match[1]} ${match[2]}`]
  })

it('a new object behind a listed directory is not seen before the interval is 0', async () => {
  await world.run(['playground', 'put', '/d/new', '--bytes', '5'])
  expect(await states()).toHaveLength(3)
  expect((await world.run(['fs', 'distributedLoad', '/d'])).out).not.toContain('/d/new')
  expect(await states(SYNC)).toContain('/d/new 5 0%')
})

it('a changed object keeps its old bytes at 100 % until loadMetadata -F', async () => {
  await world.run(['playground', 'replace', '/d/part-00001', '--bytes', '3000'])
  await world.run(['fs', 'loadMetadata', '-R', '/d'])
  expect(await states()).toContain('/d/part-00001 3000 100%')
  await world.run(['fs', 'loadMetadata', '-R', '-F', '/d'])
  expect(await states()).toContain('/d/part-00001 3000 0%')
})

it('a removed object vanishes without a word', async () => {
  await world.run(['playground', 'rm', '/d/part-00000'])
  expect(await states()).toHaveLength(3)
  expect(await states(SYNC)).toHaveLength(2)
})

it('an object that grew is cached truncated and shown as complete', async () => {
  await world.run(['playground', 'evict', '/d'])
  await world.run(['playground', 'replace', '/d/part-00001', '--bytes', '9000'])
  expect((await world.run(['fs', 'distributedLoad', '/d'])).out).toContain('Successfully loaded path /d/part-00001')
  expect(await states()).toContain('/d/part-00001 3000 100%')
  expect(await states(SYNC)).toContain('/d/part-00001 9000 0%')
})

it('an object that shrank fails with both sizes', async () => {
  await world.run(['playground', 'evict', '/d'])
  await world.run(['playground', 'replace', '/d/part-00001', '--bytes', '1000'])
  const { out } = await world.run(['fs', 'distributedLoad', '/d'])
  expect(out).toMatch(/part-00001 failed because: .* is expected to be 3000 bytes, but only 1000 bytes are available\./)
})

it('the strict 2.5 does not know -F', async () => {
  const { out, code } = await world.run(['fs', 'loadMetadata', '-R', '-F', '/d'], { STRICT25: '1' })
  expect(code).toBe(255)
  expect(out).toContain(
    'Failed to parse args for loadMetadata: Unrecognized option: -F\nUsage: loadMetadata [-R] <path>\n',
  )
})

it('a directory that nobody can list looks empty', async () => {
  await world.run(['playground', 'put', '/d/shut/x', '--bytes', '1'])
  await states(SYNC)
  await world.run(['playground', 'chmod', '/d/shut', '--mode', '000'])
  const { out, code } = await world.run(['fs', 'ls', '-R', '/d'])
  expect(code).toBe(0)
  expect(out).toMatch(/^d--------- .* DIR \/d\/shut$/m)
  expect(out).not.toContain('/d/shut/x')
})

it('a list of paths ends at the first missing one; a wildcard goes on', async () => {
  const { out, code } = await world.run(['fs', 'ls', '/d/part-00000', '/nope', '/d/part-00001'])
  expect(code).toBe(255)
  expect(out).toMatch(/part-00000\nPath "\/nope" does not exist\.\n$/)
  expect((await world.run(['fs', 'ls', '/d/*'])).out.trim().split('\n')).toHaveLength(3)
  const free = await world.run(['fs', 'free', '/d/part-0000*'])
  expect(free.out.trim().split('\n')).toHaveLength(3)
})

it.each(['C', 'F'])('a file that is still being written lists as empty and cached; only stat tells (%s)', async era => {
  const knobs = { ERA: era, INCOMPLETE: '/d/part-00001' }
  expect((await world.run(['fs', 'ls', '/d'], knobs)).out).toMatch(/ 0 +NOT_PERSISTED .* 100% \/d\/part-00001/)
  const { out } = await world.run(['fs', 'stat', '/d/part-00001'], knobs)
  expect(out).toMatch(/ length=0, .* completed=false, folder=false, .* persistenceState=NOT_PERSISTED, /)
  expect(out).toContain('This file does not contain any blocks.\n')
  expect((await world.run(['fs', 'stat', '/d/part-00002'], knobs)).out).toContain(' completed=true, ')
})
