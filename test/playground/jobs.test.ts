// the engine's own jobs: they outlive the command, and only `job cancel` stops them
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPlayground, killGroup, type Playground, until, untilLine } from './goosefs.ts'

let world: Playground
beforeEach(async () => {
  world = createPlayground()
  await world.run(['playground', 'put', '/t', '--files', '30', '--bytes', '100'])
})
afterEach(() => world.close())

const state = async (): Promise<{ cachedFiles: number; pending: number; jobs: Record<string, number> }> =>
  JSON.parse((await world.run(['playground', 'state'])).out)
const ids = async (): Promise<string[]> =>
  (await world.run(['job', 'ls'])).out.split('\n').flatMap(line => /^\d+/.exec(line)?.[0] ?? [])

it('what was submitted goes on after the group was killed, and nothing more is submitted', async () => {
  // nothing ends before the kill, however long that takes to come
  await world.run(['playground', 'knob', 'jobworker=paused'])
  const child = world.start(['fs', 'distributedLoad', '--active-jobs', '10', '/t'], { SLOW: '20' })
  const ended = world.end(child)
  await untilLine(child, /part-00009 loading/)
  await until(ids, list => list.length >= 10)
  killGroup(child.pid ?? 0, 'SIGTERM')
  await ended
  await world.run(['playground', 'knob', 'jobworker='])
  const left = await until(state, now => now.pending === 0)
  expect(left.cachedFiles).toBe((await ids()).length)
  expect(left.cachedFiles).toBeLessThan(30)
})

it('a cancelled job never caches its file and the load says nothing of it', async () => {
  await world.run(['playground', 'knob', 'jobworker=paused'])
  const child = world.start(['fs', 'distributedLoad', '/t/part-00000'])
  const ended = world.end(child)
  const [id = ''] = await until(ids, list => list.length === 1)
  expect((await world.run(['job', 'stat', id])).out).toContain('Status: RUNNING\n')
  const cancelled = await world.run(['job', 'cancel', id])
  expect([cancelled.code, cancelled.out]).toEqual([0, ''])
  const { out, code } = await ended
  expect(code).toBe(0)
  expect(out).toBe('Allow up to 100 active jobs\n/t/part-00000 loading\n')
  await world.run(['playground', 'knob', 'jobworker=up'])
  expect(await state()).toMatchObject({ cachedFiles: 0, jobs: { CANCELED: 1 } })
})

it('paused jobs go on when the worker does', async () => {
  await world.run(['playground', 'knob', 'jobworker=paused'])
  const ended = world.run(['fs', 'distributedLoad', '/t'])
  await until(state, now => now.pending === 30)
  await world.run(['playground', 'knob', 'jobworker=up'])
  expect((await ended).out).toContain('Successfully loaded path /t/part-00029 after 1 attempts\n')
})

it('a job master that went down forgets its jobs, and the files are dropped in silence', async () => {
  await world.run(['playground', 'knob', 'jobworker=paused'])
  const ended = world.run(['fs', 'distributedLoad', '/t'])
  await until(state, now => now.pending === 30)
  await world.run(['playground', 'knob', 'jobmaster=down'])
  const { out, code } = await ended
  expect(code).toBe(0)
  expect(out.trim().split('\n')).toHaveLength(31)
})

it('killing only the launcher leaves the program running', async () => {
  const child = world.start(['fs', 'distributedLoad', '/t'], { SLOW: '30' })
  await untilLine(child, /part-00000 loading/)
  child.kill('SIGKILL')
  const seen = await untilLine(child, /path \/t\/part-00029 after/)
  expect(seen).toContain('Successfully loaded path')
})

it('a crash in mid-run is exit 137', async () => {
  const { code, out } = await world.run(['fs', 'distributedLoad', '/t'], { CRASH: '5' })
  expect(code).toBe(137)
  expect(out.trim().split('\n')).toHaveLength(5)
})

it('many commands at once lose nothing', async () => {
  const loads = Array.from({ length: 12 }, (_, n) =>
    world.run(['fs', 'distributedLoad', `/t/part-${String(n).padStart(5, '0')}`]),
  )
  for (const { code } of await Promise.all(loads)) expect(code).toBe(0)
  expect(await state()).toMatchObject({ cachedFiles: 12, jobs: { COMPLETED: 12 } })
  expect(new Set(await ids()).size).toBe(12)
})

it('job ls, stat and the job service report tell the same', async () => {
  await world.run(['fs', 'distributedLoad', '/t/part-00001'], { FAIL: '*' })
  const [id = ''] = await ids()
  expect((await world.run(['job', 'ls'])).out).toBe(`${id}   Load       FAILED    \n`)
  const { out } = await world.run(['job', 'stat', '-v', id])
  expect(out).toMatch(
    /^ID: \d{13}\nName: Load\nDescription: LoadConfig\{FilePath=\/t\/part-00001, Replication=1\}\nStatus: FAILED\nError: Task execution failed: /,
  )
  expect(out).toMatch(
    /\nTask 0\n\tWorker: 127\.0\.0\.1\n\tDescription: \[LoadTask\{blockId=\d+\}\]\n\tStatus: FAILED\n\tError: Failed to read/,
  )
  const report = (await world.run(['fsadmin', 'report', 'jobservice'])).out
  expect(report).toContain('Status: FAILED    Count: 1\n')
  expect(report).toMatch(/10 Most Recently Failed Jobs:\nTimestamp: .{30}Id: \d{13} {7}Name: Load {16}Status: FAILED\n/)
})
