// a load that lost files to a free which ran meanwhile says so
import { expect, test } from 'vitest'
import { HOUR } from '../../shared/time.ts'
import { createWorld, findings, measured } from './world.ts'

const LOST = {
  findings: findings({ after: measured(2, 1), missingTotal: 1, missingByCause: { unknown: 1 } }),
}

function loadWhile(
  freed: string,
  more: { before?: boolean; ending?: typeof LOST; lasts?: number } = {},
): readonly string[] {
  const world = createWorld()
  world.agent()
  const free = (): void => {
    const [id = ''] = world.submit([freed], { action: 'free' }).taskIds
    world.start(id)
    world.skip(1000)
    world.end(id)
  }
  if (more.before) free()
  world.skip(1000)
  const [id = ''] = world.submit(['/datasets/a']).taskIds
  world.start(id)
  world.skip(1000)
  if (!more.before) free()
  world.skip(more.lasts ?? 1000)
  world.end(id, more.ending ?? LOST)
  return (world.task(id).verdict?.notes ?? []).filter(note => note.includes('freed'))
}

test.each(['/datasets', '/datasets/a/', '/', '/datasets/a/part-1'])('%s was freed meanwhile', path => {
  expect(loadWhile(path)).toEqual([`#2 freed ${path} while this was loaded, which may be why files are missing`])
})

test('hours before the load ended, too', () => {
  expect(loadWhile('/datasets', { lasts: 30 * HOUR })).toHaveLength(1)
})

test('what was freed elsewhere, or before, or took nothing that is missing, is not told', () => {
  expect(loadWhile('/datasets/ab')).toEqual([])
  expect(loadWhile('/datasets', { before: true })).toEqual([])
  const gone = findings({ after: measured(2, 1), missingTotal: 1, missingByCause: { gone: 1 } })
  expect(loadWhile('/datasets', { ending: { findings: gone } })).toEqual([])
})
