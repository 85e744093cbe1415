// live streams over real connections: what they tell, how they resume, and that nothing stays behind

import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { wholeLength } from '../../bot/http/follow-output.ts'
import { merge } from '../../bot/http/merge.ts'
import type { Clock } from '../../shared/time.ts'
import { openServer } from './door.ts'
import { openEvents, until } from './event-reader.ts'

const closings: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close()
})

async function open(more: Parameters<typeof openServer>[0] = {}) {
  const opened = await openServer(more)
  closings.push(() => opened.server.close(0))
  return opened
}

async function follow(url: string, headers: Record<string, string> = {}) {
  const events = await openEvents(url, headers)
  closings.push(events.close)
  return events
}

const ACTOR = { name: 'local', role: 'admin', via: 'http' } as const

test('a job begins with its present state and tells of changes by the index of the state', async () => {
  const { operations, url } = await open()
  const { job, tasks } = await operations.submitJob(ACTOR, { action: 'load', paths: ['/a'], options: {} })
  const events = await follow(`${url}/api/v1/jobs/1/events`)
  expect(events.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(events.response.headers.get('cache-control')).toContain('no-cache')
  const first = await events.next()
  expect(first).toMatchObject({ event: 'status', id: '1', data: { job: { id: job.id, status: 'running' } } })
  operations.patch(tasks[0]!.id, { status: 'succeeded' })
  expect(await events.next()).toMatchObject({
    event: 'status',
    id: '2',
    data: { job: { status: 'succeeded' }, tasks: [{ id: tasks[0]!.id, status: 'succeeded' }] },
  })
})

test('output comes only with a task; its ids resume where it was, also behind another event', async () => {
  const { operations, url } = await open()
  const { tasks } = await operations.submitJob(ACTOR, { action: 'load', paths: ['/a'], options: {} })
  const id = tasks[0]!.id
  operations.print(id, 'one\n')
  const feed = `${url}/api/v1/jobs/1/events?task=${id}`
  const events = await follow(feed)
  expect(await events.text('one\n')).toMatchObject({ data: { task: id, offset: 0, text: 'one\n' } })
  operations.print(id, Buffer.from('路').subarray(0, 2))
  operations.print(id, Buffer.from('路').subarray(2))
  const char = await events.text('路')
  expect(char.data).toMatchObject({ offset: 4, text: '路' })
  expect(char.id).toMatch(/^\d+:7$/)
  operations.patch(id, { notes: ['still there'] })
  const status = await events.until(({ event }) => event === 'status')
  expect(status.id).toMatch(/^\d+:7$/)
  events.close()
  operations.print(id, 'two\n')
  const resumed = await follow(feed, { 'last-event-id': status.id })
  expect((await resumed.until(({ event }) => event === 'output')).data).toMatchObject({ offset: 7, text: 'two\n' })
  const fresh = await follow(feed, { 'last-event-id': 'nonsense' })
  await fresh.text('one\n路two\n')
})

test('a new attempt goes on from its start, also when the lost one never ended', async () => {
  const { operations, url } = await open()
  const { tasks } = await operations.submitJob(ACTOR, { action: 'load', paths: ['/a'], options: {} })
  const id = tasks[0]!.id
  operations.print(id, 'first\n')
  const events = await follow(`${url}/api/v1/jobs/1/events?task=${id}`)
  await events.text('first\n')
  operations.patch(id, { attempts: 2 })
  operations.print(id, 'second\n')
  expect((await events.until(({ event }) => event === 'output')).data).toMatchObject({ offset: 0, text: 'second\n' })
  operations.patch(id, { status: 'failed' })
  await events.until(({ data }) => (data['job'] as { status: string }).status === 'failed')
  operations.patch(id, { status: 'running', attempts: 3 })
  operations.print(id, 'third\n')
  expect((await events.until(({ event }) => event === 'output')).data).toMatchObject({ offset: 0, text: 'third\n' })
})

test('an offset of an earlier attempt is not one of a later', async () => {
  const { operations, url } = await open()
  const { tasks } = await operations.submitJob(ACTOR, { action: 'load', paths: ['/a'], options: {} })
  const id = tasks[0]!.id
  const feed = `${url}/api/v1/jobs/1/events?task=${id}`
  const isOutput = ({ event }: { event: string }) => event === 'output'
  operations.print(id, 'first\n')
  const events = await follow(feed)
  const first = await events.text('first\n')
  operations.patch(id, { attempts: 2 })
  const placed = await events.until(({ event }) => event === 'status')
  expect(placed.id).toMatch(/^\d+:0$/)
  operations.print(id, 'second, longer\n')
  expect((await events.until(isOutput)).data).toMatchObject({ offset: 0, text: 'second, longer\n' })
  events.close()
  // of the first attempt, and of the second before it had printed
  for (const last of [first.id, placed.id]) {
    const resumed = await follow(feed, { 'last-event-id': last })
    const again = await resumed.until(isOutput)
    expect(again.data).toMatchObject({ offset: 0, text: 'second, longer\n' })
    expect(again.id).toMatch(/^\d+:15$/)
    resumed.close()
    const behind = await follow(feed, { 'last-event-id': again.id })
    expect((await behind.next()).id).toMatch(/^\d+:15$/)
    behind.close()
  }
  operations.print(id, 'more\n')
  const late = await follow(feed, { 'last-event-id': first.id })
  const all = await late.until(isOutput)
  expect(all.data).toMatchObject({ offset: 0, text: 'second, longer\nmore\n' })
  operations.print(id, 'end\n')
  const last = await follow(feed, { 'last-event-id': all.id })
  expect((await last.until(isOutput)).data).toMatchObject({ offset: 20, text: 'end\n' })
})

test('a caller that goes leaves nothing behind', async () => {
  const { operations, url } = await open()
  const { tasks } = await operations.submitJob(ACTOR, { action: 'load', paths: ['/a'], options: {} })
  const events = await follow(`${url}/api/v1/jobs/1/events?task=${tasks[0]!.id}`)
  await events.next()
  expect(operations.following).toBe(1)
  events.close()
  await until(() => operations.following === 0)
})

test('closing ends every stream and every wait', async () => {
  const { operations, url, server } = await open()
  await operations.submitJob(ACTOR, { action: 'load', paths: ['/a'], options: {} })
  const events = await follow(`${url}/api/v1/events`)
  await events.next()
  const waiting = fetch(`${url}/api/v1/jobs/1?wait=60s`)
  await until(() => operations.following === 1 && operations.waiting === 1)
  await server.close(10_000)
  await expect(events.next()).rejects.toThrow('the stream has ended')
  expect((await waiting).status).toBe(200)
  expect(operations.following).toBe(0)
  await expect(fetch(`${url}/healthz`)).rejects.toThrow()
})

test('a silent stream says that it is still there', async () => {
  const { url } = await open({ pingMs: 1 })
  const events = await follow(`${url}/api/v1/events`)
  expect(await events.comment()).toBe('retry: 2000')
  expect(await events.comment()).toBe(': ping')
})

test('what does not exist is refused before the stream begins', async () => {
  const { operations, url } = await open()
  await operations.submitJob(ACTOR, { action: 'load', paths: ['/a'], options: {} })
  expect((await fetch(`${url}/api/v1/jobs/9/events`)).status).toBe(404)
  expect((await fetch(`${url}/api/v1/jobs/1/events?task=01900000-0000-7000-8000-000000000000`)).status).toBe(404)
  expect((await fetch(`${url}/api/v1/jobs/1/events?task=x`)).status).toBe(400)
})

test('a viewer that does not read is cut, and holds nothing back until then', async () => {
  const timers = new Set<() => void>()
  const clock: Clock = {
    now: () => Date.now(),
    after(delayMs, wake) {
      if (delayMs === 60_000) timers.add(wake)
      return () => timers.delete(wake)
    },
  }
  const { operations, port } = await open({ clock })
  const { tasks } = await operations.submitJob(ACTOR, { action: 'load', paths: ['/a'], options: {} })
  const id = tasks[0]!.id
  operations.print(id, 'x'.repeat(64 * 1_048_576))
  const socket = connect(port, '127.0.0.1')
  closings.push(() => socket.destroy())
  socket.pause()
  socket.write(`GET /api/v1/jobs/1/events?task=${id} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  let still = 0
  // the buffers of the system are full when the same timer stays armed
  let armed: (() => void) | undefined
  await until(() => {
    const [timer] = timers
    still = timer !== undefined && timer === armed ? still + 1 : 0
    armed = timer
    return still > 500
  })
  for (const cut of [...timers]) cut()
  await until(() => operations.following === 0)
  socket.resume()
  await once(socket, 'close')
})

test('a source goes on only after its item was taken, and all end with the reader', async () => {
  const made: string[] = []
  const ended: string[] = []
  async function* count(name: string) {
    try {
      for (let n = 0; ; n += 1) {
        made.push(name)
        yield `${name}${n}`
      }
    } finally {
      ended.push(name)
    }
  }
  const abort = new AbortController()
  const merged = merge([count('a'), count('b')], abort.signal)
  const seen: string[] = []
  for await (const item of merged) {
    seen.push(item)
    if (seen.length === 4) break
  }
  expect(seen.filter(item => item.startsWith('a'))).toHaveLength(2)
  expect(made.length).toBeLessThanOrEqual(7)
  await until(() => ended.length === 2)
})

test('a source that fails fails the whole', async () => {
  async function* failing(): AsyncGenerator<number> {
    yield 1
    throw new Error('broken')
  }
  const merged = merge([failing()], new AbortController().signal)
  await expect(collect(merged)).rejects.toThrow('broken')
})

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

test.each([
  ['', 0],
  ['abc', 3],
  ['路', 3],
])('%j is whole', (text, length) => {
  expect(wholeLength(Buffer.from(text))).toBe(length)
})

test.each([
  [[0x61, 0xe8], 1],
  [[0x61, 0xe8, 0xb7], 1],
  [[0xf0, 0x9f, 0x98], 0],
  [[0x80, 0x80, 0x80, 0x80], 4],
  [[0xff], 1],
])('bytes %j are whole up to %d', (bytes, length) => {
  expect(wholeLength(Uint8Array.from(bytes))).toBe(length)
})
