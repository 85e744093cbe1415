// waiting: news at changes, Ctrl-C, a daemon that goes away and comes back, a terminal
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFakeApi, type FakeApi, measured, verdictOf } from '../helpers/fake-api.ts'
import { gander, ganderOnTerminal } from '../helpers/gander.ts'

let fake: FakeApi
beforeEach(async () => {
  fake = await createFakeApi()
})
afterEach(() => fake.close())

const env = () => ({ GANDER_URL: fake.url })
const isStream = ({ path }: { path: string }) => path.endsWith('/events')
const at = '2026-11-21T08:00:05.000Z'

it('lines appear at changes only', async () => {
  const client = gander(['load', '/a'], { env: env() })
  await fake.heard(isStream)
  const progress = { at, filesDone: 3, filesTotal: 10, percent: 30, source: 'lines' as const }
  fake.patch(1, { progress })
  await client.says('job 1 running · 30 % · 3 of 10 files')
  fake.patch(1, { progress: { ...progress, percent: 31 } })
  fake.end(1, () => verdictOf('cached'))
  const end = await client.ended
  expect(end.code).toBe(0)
  expect(end.stderr).not.toContain('running · 31 %')
  expect(end.stderr.match(/job 1 running ·/g)).toHaveLength(1)
})

it('no percentage is told that nobody measured', async () => {
  const client = gander(['load', '/a'], { env: env() })
  await fake.heard(isStream)
  fake.patch(1, { progress: { at, filesDone: 3, source: 'lines' } })
  fake.end(1, () => verdictOf('unverified'))
  const end = await client.ended
  expect(end.code).toBe(7)
  expect(end.stdout + end.stderr).not.toContain('%')
})

it('--json tells status and progress as objects', async () => {
  const client = gander(['wait', '1', '--json'], { env: env() })
  expect((await client.ended).code).toBe(2)
  const waiting = gander(['load', '/a', '--json'], { env: env() })
  await fake.heard(isStream)
  fake.patch(1, { progress: { at, percent: 50, source: 'lines' } })
  await waiting.says('"progress"')
  fake.end(1, () => verdictOf('cached'))
  const { stdout } = await waiting.ended
  const types = stdout
    .trimEnd()
    .split('\n')
    .map(line => (JSON.parse(line) as { type: string }).type)
  expect(types[0]).toBe('submitted')
  expect(types.at(-1)).toBe('result')
  expect(types).toContain('progress')
})

it('Ctrl-C without a terminal leaves the job alone and tells how to come back', async () => {
  const client = gander(['load', '/a'], { env: env() })
  await fake.heard(isStream)
  client.child.kill('SIGINT')
  const end = await client.ended
  expect(end.code).toBe(130)
  expect(end.stderr).toContain(`Come back: gander wait 1 --url ${fake.url}`)
  expect(fake.requests.some(({ path }) => path.endsWith('/stop'))).toBe(false)
  expect(fake.jobs[0]?.job.status).toBe('running')
})

it('a daemon that goes away and comes back is waited for', async () => {
  const client = gander(['load', '/a'], { env: env() })
  await fake.heard(isStream)
  await client.says('job 1 running')
  await fake.goAway()
  await client.says('The daemon is away')
  await fake.comeBack()
  fake.end(1, () => verdictOf('cached', { before: measured(0), after: measured(100) }))
  expect(await client.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('0 % -> 100 %') })
})

it('a daemon that stays away longer than --reconnect exits 5', async () => {
  const client = gander(['load', '/a', '--reconnect', '300ms'], { env: env() })
  await fake.heard(isStream)
  await fake.goAway()
  expect(await client.ended).toMatchObject({ code: 5, stderr: expect.stringContaining(fake.url) })
})

it('a reader that leaves changes nothing about the verdict', async () => {
  const client = gander(['load', '/a', '--json'], { env: env() })
  await fake.heard(isStream)
  client.child.stdout?.destroy()
  for (let percent = 1; percent < 50; percent++) fake.patch(1, { progress: { at, percent, source: 'lines' } })
  fake.end(1, () => verdictOf('partly'))
  const end = await client.ended
  expect(end.code).toBe(3)
  expect(end.stderr).not.toContain('EPIPE')
})

it('retry goes on in the same job and waits', async () => {
  fake.outcome = () => verdictOf('not-cached')
  await gander(['load', '/a', '--name', 'nightly'], { env: env() }).ended
  const client = gander(['retry', 'nightly'], { env: env() })
  await fake.heard(isStream)
  fake.end(1, () => verdictOf('cached'))
  expect(await client.ended).toMatchObject({ code: 0 })
  expect(fake.requests.find(({ path }) => path.endsWith('/retry'))?.body).toEqual({ only: 'failed' })
})

it('a terminal shows a moving bar with files, bytes, rate and time to go, in colours', async () => {
  const client = ganderOnTerminal(['load', '/a'], { env: env() })
  await fake.heard(isStream)
  await client.says(/job 1 \[[.#]+\] running · /)
  const progress = {
    at,
    filesDone: 3,
    filesTotal: 10,
    bytesDone: 2 ** 20,
    bytesTotal: 2 ** 22,
    source: 'sample' as const,
  }
  fake.patch(1, { progress: { ...progress, percent: 25, bytesPerSecond: 2 ** 20, etaSeconds: 3 } })
  await client.says('[######..................] 25 % · 3 of 10 files · 1.00 MiB of 4.00 MiB · 1.00 MiB/s · 3 s to go')
  fake.end(1, () => verdictOf('cached', { before: measured(0), after: measured(100) }))
  const end = await client.ended
  expect(end.code).toBe(0)
  expect(end.stdout).toContain('\u001b[32mcached:\u001b[39m /a 0 % -> 100 %')
})

it('NO_COLOR is honoured on a terminal', async () => {
  fake.outcome = () => verdictOf('cached')
  const end = await ganderOnTerminal(['load', '/a'], { env: { ...env(), NO_COLOR: '1' } }).ended
  expect(end.stdout).toContain('cached: /a')
  expect(end.stdout).not.toContain('\u001b[32m')
})

it('on a terminal a second Ctrl-C asks, and yes stops the job and waits for its end', async () => {
  const client = ganderOnTerminal(['load', '/a'], { env: env() })
  await fake.heard(isStream)
  await client.says('job 1 [')
  client.child.stdin?.write('\u0003')
  await client.says('Press Ctrl-C again')
  client.child.stdin?.write('\u0003')
  await client.says('Stop job 1? [y/N]')
  client.child.stdin?.write('y\n')
  await fake.heard(({ path }) => path.endsWith('/stop'))
  fake.end(1, () => ({ status: 'stopped', exit: { reason: 'stopped' } }))
  expect(await client.ended).toMatchObject({ code: 4, stdout: expect.stringContaining('stopped:') })
})

it('on a terminal anything but yes leaves the job alone', async () => {
  const client = ganderOnTerminal(['load', '/a'], { env: env() })
  await fake.heard(isStream)
  await client.says('job 1 [')
  client.child.stdin?.write('\u0003')
  await client.says('Press Ctrl-C again')
  client.child.stdin?.write('\u0003')
  await client.says('Stop job 1? [y/N]')
  client.child.stdin?.write('\n')
  expect(await client.ended).toMatchObject({ code: 130 })
  expect(fake.requests.some(({ path }) => path.endsWith('/stop'))).toBe(false)
})
