// how the bytes come out: floods, long lines, rubbish, split characters, foreign locales
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPlayground, type Playground } from './goosefs.ts'

let world: Playground
beforeEach(async () => {
  world = createPlayground()
  await world.run(['playground', 'put', '/数据 集/甲', '--bytes', '10'])
})
afterEach(() => world.close())

const load = (env: Record<string, string>) => world.run(['fs', 'distributedLoad', '/数据 集'], env)

it('200,000 lines arrive whole, even when nobody reads for a while', async () => {
  const child = world.start(['fs', 'distributedLoad', '/数据 集'], { LINES: '200000' })
  child.stdout?.pause()
  const first = new Promise(resolve => child.stdout?.once('readable', resolve))
  await first
  const { out, code } = await world.end(child)
  expect(code).toBe(0)
  expect(out.match(/\n/g)).toHaveLength(200_003)
})

it('so many bytes, a line of 1 MB, bytes that are no text', async () => {
  expect((await load({ FLOODBYTES: '300000' })).bytes.length).toBeGreaterThan(300_000)
  expect((await load({ LONGLINE: '1' })).out).toContain(`\n${'x'.repeat(2 ** 20)}\n`)
  expect((await load({ STRAY: '1' })).bytes.includes(Buffer.from([0xff, 0xfe, 0xc3, 0x28]))).toBe(true)
})

it('split characters come together again', async () => {
  const { out } = await load({ SPLIT: '1' })
  expect(out).toContain('/数据 集/甲 loading\nSuccessfully loaded path /数据 集/甲 after 1 attempts\n')
})

it('noise and a stack trace go to stderr', async () => {
  const { out, err } = await load({ NOISE: '1', TRACE: '1' })
  expect(err).toContain('log4j:WARN ')
  expect(err).toMatch(/^java\.lang\.RuntimeException: .*\n\tat com\.qcloud\.cos\.goosefs\./m)
  expect(out).not.toContain('log4j')
})

it('without a UTF-8 locale the path is mangled, byte by byte', async () => {
  const { out, code } = await load({ LC_ALL: 'C' })
  expect(code).toBe(255)
  expect(out).toBe('Allow up to 100 active jobs\nPath "/?????? ???" does not exist.\n')
})

it('listings without security columns, with an ACL, with an owner that is too long', async () => {
  const ls = async (env: Record<string, string>): Promise<string> =>
    (await world.run(['fs', 'ls', '/数据 集'], env)).out
  expect(await ls({ SECURITY: 'off' })).toMatch(/^ {13}10 {7}PERSISTED \d\d-/)
  expect(await ls({ ACL: 'on' })).toMatch(/^-rw-r--r--\+ hadoop {9}supergroup /)
  expect(await ls({ OWNER: 'svc_machine_learning' })).toMatch(/^-rw-r--r-- {2}svc_machine_learningsupergroup /)
})

it('100,000 files are one line of the world until they are touched', async () => {
  await world.run(['playground', 'put', '/big', '--files', '100000', '--bytes', '10'])
  expect((await world.run(['fs', 'count', '/big'])).out).toMatch(/\n100000 +0 +1000000 +\n/)
  const { out } = await world.run(['fs', 'ls', '-R', '/big'])
  expect(out.match(/\n/g)).toHaveLength(100_000)
})

it('help names every knob, state is JSON and says that it is simulated', async () => {
  expect((await world.run(['playground', 'help'])).out).toContain('floodbytes')
  expect(JSON.parse((await world.run(['playground', 'state'])).out)).toMatchObject({ simulated: true, era: 'B' })
  expect((await world.run(['playground', 'knob', 'nosuch=1'])).code).toBe(255)
})
