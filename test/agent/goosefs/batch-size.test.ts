// the batch size of a load: told to a CLI that knows one, left out with a word about it elsewhere
import { expect, it } from 'vitest'
import { runAllocation } from '../../../agent/run-allocation.ts'
import { createWorld, usePlayground } from './world.ts'

usePlayground()

const loadsOf = (calls: string[]): string[] => calls.filter(line => line.startsWith('fs distributedLoad'))
const ask = { path: '/a', options: { batchSize: 7 } }

it('is told to a CLI that knows it', async () => {
  const world = createWorld({ BRAND: 'alluxio', ERA: 'D' })
  world.goosefs('playground', 'put', '/a', '--bytes', '10', '--files', '3')
  const ending = await runAllocation(world.allocation(ask).deps)
  expect(loadsOf(world.calls())).toEqual(['fs distributedLoad --replication 1 --batch-size 7 /a'])
  expect(ending.notes.filter(note => note.includes('batch'))).toEqual([])
  expect(ending.findings?.after).toMatchObject({ files: 3, cachedFiles: 3 })
})

it('is left out with a note where the CLI would refuse it', async () => {
  const world = createWorld({ STRICT25: '1' })
  world.goosefs('playground', 'put', '/a', '--bytes', '10', '--files', '3')
  const ending = await runAllocation(world.allocation(ask).deps)
  expect(loadsOf(world.calls())).toEqual(['fs distributedLoad --replication 1 /a'])
  expect(ending.notes).toContain('this CLI knows no "--batch-size": the batch size 7 was left out')
  expect(ending.findings?.after).toMatchObject({ files: 3, cachedFiles: 3 })
})

it('nobody who asks for none pays for looking what the CLI knows', async () => {
  const world = createWorld()
  world.goosefs('playground', 'put', '/a', '--bytes', '10', '--files', '1')
  await runAllocation(world.allocation({ path: '/a', verify: false }).deps)
  expect(world.calls()).toEqual(['fs distributedLoad --replication 1 /a'])
})
