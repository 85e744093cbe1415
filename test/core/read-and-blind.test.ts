// who may ask to read, and what becomes of work when no agent has its CLI
import { describe, expect, test } from 'vitest'
import { createWorld, VIC } from './world.ts'

describe('a viewer', () => {
  test('may list and report, and nothing that changes the cache', () => {
    const world = createWorld()
    expect(world.submit(['/a'], { actor: VIC, action: 'list' }).taskIds).toHaveLength(1)
    expect(world.submit([], { actor: VIC, action: 'report' }).taskIds).toHaveLength(1)
    for (const action of ['load', 'forceload', 'metadata', 'free'] as const) {
      expect(() => world.submit(['/a'], { actor: VIC, action })).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
    }
  })
})

describe('an agent without its CLI', () => {
  test('gets work only where no other agent could do it, so that the asker hears why it failed', () => {
    const world = createWorld()
    const blind = world.agent({ name: 'blind', found: false })
    const [first] = world.submit(['/a']).taskIds
    expect(world.run(first ?? '').agentId).toBe(blind.id)
    const sighted = world.agent({ name: 'sighted', work: 1 })
    const later = world.submit(['/b', '/c', '/d']).taskIds
    expect(later.map(id => world.task(id).allocationId && world.run(id).agentId)).toEqual([
      sighted.id,
      undefined,
      undefined,
    ])
  })
})
