// a stream ends when the token that opened it is revoked, at its next ping, whatever else it tells
import { afterEach, expect, test } from 'vitest'
import type { Role } from '../../shared/job.ts'
import { openServer } from './door.ts'
import { openEvents, until } from './event-reader.ts'

const closings: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close()
})

const ROOT = { name: 'anna', role: 'admin', via: 'http' } as const

async function open(mode: 'off' | 'token') {
  const known = new Map<string, { name: string; role: Role }>([['t', { name: 'anna', role: 'admin' }]])
  const opened = await openServer({ mode, pingMs: 10, authenticate: token => known.get(token ?? '') })
  closings.push(() => opened.server.close(0))
  const { tasks } = await opened.operations.submitJob(ROOT, { action: 'load', paths: ['/a'], options: {} })
  return { ...opened, known, task: tasks[0]?.id ?? '' }
}

for (const mode of ['off', 'token'] as const) {
  for (const [what, change] of [
    ['revoked', (known: Map<string, unknown>) => known.delete('t')],
    ['of another role now', (known: Map<string, unknown>) => known.set('t', { name: 'anna', role: 'viewer' })],
  ] as const) {
    test(`with auth ${mode}, a token that is ${what}`, async () => {
      const { operations, url, known, task } = await open(mode)
      const headers = { authorization: 'Bearer t' }
      const feeds = ['/api/v1/events', '/api/v1/jobs/1/events', `/api/v1/jobs/1/events?task=${task}`]
      const streams = await Promise.all(feeds.map(feed => openEvents(`${url}${feed}`, headers)))
      for (const stream of streams) {
        closings.push(stream.close)
        await stream.next()
      }
      expect(operations.following).toBe(3)
      change(known as Map<string, unknown>)
      await until(() => operations.following === 0)
      for (const stream of streams) await expect(stream.until(() => false)).rejects.toThrow('the stream has ended')
    })
  }
}

test('one that is still known goes on', async () => {
  const { operations, url, task } = await open('token')
  const stream = await openEvents(`${url}/api/v1/events`, { authorization: 'Bearer t' })
  closings.push(stream.close)
  for (let turn = 0; turn < 20; turn += 1) {
    operations.patch(task, { notes: [String(turn)] })
    await stream.until(({ data }) => JSON.stringify(data).includes(`"${turn}"`))
  }
})
