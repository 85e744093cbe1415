// files that list as empty, cached and not persisted: still being written, or only empty
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runAllocation } from '../../../agent/run-allocation.ts'
import { createWorld, toFacts, usePlayground } from './world.ts'

usePlayground()

const stats = (world: ReturnType<typeof createWorld>) => world.calls().filter(call => call.startsWith('fs stat '))

it.each(['B', 'D', 'F'])(
  'a file that is still being written is missing, although it lists as cached (era %s)',
  async era => {
    const world = createWorld({ ERA: era, INCOMPLETE: '/u/x/part-00002' })
    world.goosefs('playground', 'put', '/u/x', '--bytes', '1000', '--files', '3')
    world.goosefs('playground', 'put', '/u/y', '--bytes', '1000')
    const task = (n: number) => `00000000-0000-7000-8000-00000000000${n}`
    const followers = [
      { task: task(1), path: '/u/x' },
      { task: task(2), path: '/u/y' },
    ]
    const one = world.allocation({ path: '/u', followers })
    const ending = await runAllocation(one.deps)
    expect(toFacts(ending)).toMatchObject({
      after: [4, 3, 99],
      missing: [{ path: '/u/x/part-00002', cause: 'incomplete' }],
      missingByCause: { incomplete: 1 },
      missingTotal: 1,
    })
    expect(one.missing()).toBe('/u/x/part-00002\tincomplete\n')
    expect(ending.cuts.map(({ findings }) => [findings.missingTotal, findings.after?.cachedFiles])).toEqual([
      [1, 2],
      [0, 1],
    ])
    expect(stats(world)).toEqual(['fs stat /u/x/part-00002'])
    expect(ending.findings?.cost.calls).toBe(6)
  },
)

it('an empty file that is complete is cached', async () => {
  const { dir, bin } = createWorld()
  const program = join(dir, 'goosefs-complete')
  writeFileSync(program, `#!/bin/sh\n"${bin}" "$@" | sed s/completed=false/completed=true/\n`)
  chmodSync(program, 0o755)
  const world = createWorld({ INCOMPLETE: '/u/part-00002' }, program)
  world.goosefs('playground', 'put', '/u', '--bytes', '1000', '--files', '3')
  const ending = await runAllocation(world.allocation({ path: '/u' }).deps)
  expect(toFacts(ending)).toMatchObject({ after: [3, 3, 100], missingTotal: 0 })
  expect(stats(world)).toHaveLength(1)
  expect(ending.notes.join()).not.toContain('may still be being written')
})

it('more of them than are looked at: a note says so', async () => {
  const world = createWorld({ INCOMPLETE: '/u/*' })
  world.goosefs('playground', 'put', '/u', '--bytes', '1000', '--files', '6')
  const ending = await runAllocation(world.allocation({ path: '/u' }).deps)
  expect(ending.findings?.missingTotal).toBe(0)
  expect(ending.notes).toContain('6 files are empty and may still be being written: nobody looked')
  expect(stats(world)).toEqual([])
})

it('a name that the CLI would take for several is not asked for', async () => {
  const world = createWorld({ INCOMPLETE: '/u/*' })
  world.goosefs('playground', 'put', '/u/part*', '--bytes', '1000')
  const ending = await runAllocation(world.allocation({ path: '/u' }).deps)
  expect(ending.notes).toContain('1 file is empty and may still be being written: nobody looked')
  expect(stats(world)).toEqual([])
})

it('the web of the master tells of files that are said to be persisted, and of names that are encoded', async () => {
  const world = createWorld()
  for (const name of ['100% + 1', 'open']) world.goosefs('playground', 'put', `/u/${name}`, '--bytes', '0')
  const asked: string[] = []
  const web = createServer(({ url = '' }, response) => {
    const query = new URL(url, 'http://web').searchParams.get('path')
    if (query === null) return response.writeHead(404).end()
    // as the real one does, a second time
    const currentPath = decodeURIComponent(query)
    asked.push(currentPath)
    const fileData = currentPath === '/u/open' ? 'The requested file is not complete yet.' : ''
    return response.end(JSON.stringify({ currentPath, fileData }))
  }).listen(0, '127.0.0.1')
  await once(web, 'listening')
  try {
    const { deps } = world.allocation({ path: '/u' })
    const masterWeb = `http://127.0.0.1:${(web.address() as AddressInfo).port}`
    const ending = await runAllocation({ ...deps, webs: async () => ({ masterWeb }) })
    expect(toFacts(ending)).toMatchObject({ after: [2, 1, 50], missingByCause: { incomplete: 1 } })
    expect(asked).toEqual(expect.arrayContaining(['/u/100% + 1', '/u/open']))
    expect(stats(world)).toEqual([])
  } finally {
    web.close()
  }
})

it('a web of the master that never answers is left alone after a few questions', async () => {
  const world = createWorld()
  for (let at = 0; at < 9; at += 1) world.goosefs('playground', 'put', `/u/${at}`, '--bytes', '0')
  let asked = 0
  const web = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://web')
    if (searchParams.get('path') === null || searchParams.get('path') === '%2Fu')
      return void response.writeHead(404).end()
    asked += 1
    request.socket.destroy()
  }).listen(0, '127.0.0.1')
  await once(web, 'listening')
  try {
    const { deps } = world.allocation({ path: '/u' })
    const masterWeb = `http://127.0.0.1:${(web.address() as AddressInfo).port}`
    const ending = await runAllocation({ ...deps, webs: async () => ({ masterWeb }) })
    expect(ending.notes).toContain('9 files are empty and may still be being written: nobody looked')
    expect(asked).toBe(3)
  } finally {
    web.close()
  }
})
