// nobody answers, nobody ends, nobody may
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPlayground, killGroup, type Playground, untilLine } from './goosefs.ts'

let world: Playground
beforeEach(async () => {
  world = createPlayground()
  await world.run(['playground', 'put', '/d/a', '--bytes', '10'])
})
afterEach(() => world.close())

it('the master is down', async () => {
  const down = { MASTER: 'down' }
  const line = 'Failed to connect to master (127.0.0.1:9200) after 8 attempts of FileSystemMasterClient\n'
  expect(await world.run(['fs', 'ls', '/'], down)).toMatchObject({ code: 255, out: line })
  const load = await world.run(['fs', 'distributedLoad', '/d'], down)
  expect(load).toMatchObject({ code: 255, out: `Allow up to 100 active jobs\n${line}` })
  expect((await world.run(['fs', 'du', '-s', '/d'], down)).out.split('\n')[1]).toBe(line.trim())
  const report = await world.run(['fsadmin', 'report'], down)
  expect(report).toMatchObject({ code: 255, out: 'Cannot connect to GooseFS leader master.\n' })
  const late = await world.run(['fs', 'ls', '/'], { ...down, ERA: 'F' })
  expect(late.out).toContain('Service="FileSystemMasterClient"')
})

it('the job master is down', async () => {
  const down = { JOBMASTER: 'down' }
  const { out, code } = await world.run(['fs', 'distributedLoad', '/d'], down)
  expect(code).toBe(0)
  expect(out).toContain(
    'Failed to start job with error: Failed to connect to master (127.0.0.1:9205) after 8 attempts of JobMasterClient\n',
  )
  expect(await world.run(['job', 'ls'], down)).toMatchObject({ code: 255, out: 'Failed to list the jobs\n' })
  expect((await world.run(['fsadmin', 'report', 'jobservice'], down)).code).toBe(255)
})

it('a command that hangs ends by a signal to its group', async () => {
  const child = world.start(['fs', 'distributedLoad', '/d'], { HANG: '1' })
  const ended = world.end(child)
  const signal = new Promise(resolve => child.on('exit', (_code, name) => resolve(name)))
  await untilLine(child, /active jobs/)
  killGroup(child.pid ?? 0, 'SIGTERM')
  await ended
  expect(await signal).toBe('SIGTERM')
})

it('permission is denied', async () => {
  const { out, code } = await world.run(['fs', 'ls', '/d'], { DENIED: '/d*' })
  expect(code).toBe(255)
  expect(out).toMatch(/^Permission denied: user=root, access=r--, path=\/d: failed at \//)
  expect((await world.run(['fs', 'test', '-e', '/d'], { DENIED: '/d*' })).code).toBe(3)
})

it('usage, unknown commands, unknown keys', async () => {
  const none = await world.run([])
  expect([none.code, none.out.split('\n')[0]]).toEqual([
    1,
    'Usage: goosefs COMMAND [GENERIC_COMMAND_OPTIONS] [COMMAND_ARGS]',
  ])
  expect(await world.run(['blah'])).toMatchObject({ code: 1, err: 'Unsupported command blah\n' })
  const unknown = await world.run(['fs', 'blah'])
  expect(unknown).toMatchObject({ code: 255, err: 'blah is an unknown command.\n' })
  expect(unknown.out).toMatch(/^Usage: goosefs fs \[generic options\]\n\t \[cat <path>\] +\n/)
  expect((await world.run(['fs', 'loadMetadata', '/'], { ERA: 'A' })).err).toBe('loadMetadata is an unknown command.\n')
  expect(await world.run(['getConf', 'goosefs.master.web.port'])).toMatchObject({ code: 0, out: '9201\n' })
  expect((await world.run(['getConf', 'goosefs.nosuch'])).code).toBe(1)
})

it('calls itself a playground', async () => {
  expect((await world.run(['version'])).out).toBe('1.4.5.3-playground\n')
  expect((await world.run(['version'], { BRAND: 'Alluxio', ERA: 'F' })).out).toBe('2.9.3-playground\n')
  expect((await world.run(['fsadmin', 'report'])).out).toContain('    Version: 1.4.5.3-playground\n')
})
