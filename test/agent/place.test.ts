// one at a time, in order
import { expect, test } from 'vitest'
import { createPlace } from '../../agent/place.ts'

test('who waits comes in order, who is asked to leave does not come', async () => {
  const place = createPlace()
  const first = await place.enter()
  const heard: string[] = []
  const away = new AbortController()
  const second = place.enter(away.signal).then(leave => heard.push(leave === undefined ? 'second went' : 'second came'))
  const third = place.enter().then(leave => {
    heard.push('third came')
    return leave
  })
  away.abort()
  await second
  first?.()
  first?.()
  const leave = await third
  expect(heard).toEqual(['second went', 'third came'])
  expect(await place.enter(away.signal)).toBeUndefined()
  const fourth = place.enter()
  leave?.()
  expect(await fourth).toBeDefined()
})
