// what is told while a load runs: counts from lines, samples of the cache, events that resume
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Job, Task } from '../../shared/job.ts'
import { until } from '../agent/until.ts'
import { createStack, type Stack } from '../helpers/stack.ts'
import { openEvents } from '../http/event-reader.ts'

const FILES = 40
const BYTES = 4_096
/** Files of the load that says nothing until it ends: enough for the silence after which the cache is looked at. */
const LATE = 50

let stack: Stack
beforeAll(async () => {
  stack = await createStack()
})
afterAll(() => stack.close())

const taskIn = (event: { data: Record<string, unknown> }): Task | undefined => (event.data['tasks'] as Task[])?.[0]

test('lines become files and bytes of a total that was known before', { timeout: 60_000 }, async () => {
  await stack.put('/lines', FILES)
  await stack.knob('slow=60')
  const { id } = await stack.submit({ action: 'load', paths: ['/lines'] })
  const events = await openEvents(`${stack.url}/api/v1/jobs/${id}/events`)
  const seen: NonNullable<Task['progress']>[] = []
  for (;;) {
    const event = await events.next()
    const task = taskIn(event)
    if (event.event === 'progress' && task?.progress !== undefined) seen.push(task.progress)
    if ((event.data['job'] as Job).endedAt !== undefined) break
  }
  events.close()
  await stack.knob('slow=')
  const within = seen.filter(({ filesDone = 0 }) => filesDone > 0 && filesDone < FILES)
  expect(within.length, JSON.stringify(seen)).toBeGreaterThan(1)
  for (const progress of within) {
    expect(progress).toMatchObject({ source: 'lines', filesTotal: FILES, bytesTotal: FILES * BYTES })
    expect(progress.percent).toBe(Math.floor(((progress.filesDone ?? 0) * 1_000) / FILES) / 10)
  }
  const done = within.map(({ filesDone }) => filesDone ?? 0)
  expect(done).toEqual([...done].sort((one, other) => one - other))
  expect(within.some(({ etaSeconds, percent }) => etaSeconds !== undefined && percent !== undefined)).toBe(true)
})

test('where lines come late the cache itself is looked at', { timeout: 90_000 }, async () => {
  const late = await createStack({ env: { GANDER_PLAYGROUND_ERA: 'F' } })
  try {
    await late.put('/late', LATE)
    await late.knob('slow=450')
    const { id } = await late.submit({ action: 'load', paths: ['/late'] })
    const sampled = await until(
      'a sample',
      async () => {
        const { progress } = await late.task(id)
        return progress?.source === 'sample' && (progress.bytesDone ?? 0) > 0 && progress
      },
      60_000,
    )
    expect(sampled).toMatchObject({ filesTotal: LATE, bytesTotal: LATE * BYTES })
    expect(sampled.bytesDone).toBeLessThan(LATE * BYTES)
    expect(sampled.percent).toBe(Math.floor(((sampled.bytesDone ?? 0) * 1_000) / (LATE * BYTES)) / 10)
    expect(await late.ended(id)).toMatchObject({ status: 'succeeded', verdict: { kind: 'cached' } })
  } finally {
    await late.close()
  }
})

test('events tell status, progress and output, and go on where the last one was', { timeout: 60_000 }, async () => {
  await stack.put('/events', 6)
  await stack.knob('jobworker=paused')
  const { id } = await stack.submit({ action: 'load', paths: ['/events'] })
  const task = await stack.task(id)
  const url = `${stack.url}/api/v1/jobs/${id}/events?task=${task.id}`
  const first = await openEvents(url)
  expect(first.response.headers.get('content-type')).toMatch(/^text\/event-stream/)
  let text = ''
  let last = ''
  while (!text.includes('/events/part-00005 loading\n')) {
    const event = await first.next()
    last = event.id
    if (event.event !== 'output') continue
    expect(event.data['offset']).toBe(Buffer.byteLength(text))
    text += event.data['text']
  }
  expect(last).toMatch(/^\d+:\d+$/)
  first.close()
  // the daemon's death ends every stream; the id still says where to go on
  await stack.daemon.end('SIGKILL')
  stack.daemon.start()
  await stack.daemonReady()
  await stack.agentReady(0)
  await stack.knob('jobworker=')
  const second = await openEvents(url, { 'last-event-id': last })
  const kinds = new Set<string>()
  let ended: Job | undefined
  const whole = (): boolean => text.includes('Successfully loaded path /events/part-00005 after 1 attempts\n')
  while (ended === undefined || !whole()) {
    const event = await second.next()
    kinds.add(event.event)
    if (event.event === 'output') {
      expect(event.data['offset']).toBe(Buffer.byteLength(text))
      text += event.data['text']
    } else if ((event.data['job'] as Job).endedAt !== undefined) ended = event.data['job'] as Job
  }
  second.close()
  expect(ended).toMatchObject({ status: 'succeeded', verdict: { kind: 'cached' } })
  expect(text).toBe((await stack.api('GET', `/api/v1/output/${task.id}`)).text)
  expect(kinds.has('status')).toBe(true)
  // who comes after the end gets the present state and the rest of the output
  const third = await openEvents(url, { 'last-event-id': '0:10' })
  const rest = await third.until(event => event.event === 'output')
  expect([rest.data['offset'], rest.data['text']]).toEqual([10, text.slice(10)])
  third.close()
})

test('the events of everything', async () => {
  const all = await openEvents(`${stack.url}/api/v1/events`)
  await stack.put('/heard')
  const { id } = await stack.submit({ action: 'load', paths: ['/heard'] })
  const ended = await all.until(event => {
    const job = event.data['job'] as Job | undefined
    return event.event === 'status' && job?.id === id && job.endedAt !== undefined
  })
  expect((ended.data['job'] as Job).status).toBe('succeeded')
  all.close()
})

test('a client that is no terminal prints lines at changes; with --json objects', async () => {
  await stack.put('/told', 20)
  await stack.knob('slow=60')
  const { code, stdout, stderr } = await stack.gander(['load', '/told'])
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^cached: \/told 0 % -> 100 %, 20 files/)])
  expect(stderr).toMatch(/\d+ ?%/)
  const { stdout: objects } = await stack.gander(['forceload', '--json', '/told'])
  await stack.knob('slow=')
  const types = objects
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as { type: string }).type)
  expect([types[0], ...types.slice(-2)]).toEqual(['submitted', 'task', 'result'])
})
