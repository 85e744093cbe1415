// npm run try as a real process: the first line, the verdict's exit code, and nothing left behind on any way out

import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { watch } from '../helpers/gander.ts'

const SCRIPT = fileURLToPath(new URL('../../scripts/try.mjs', import.meta.url))

function tryOut(args: readonly string[], env: Record<string, string> = {}) {
  // the folder of node alone: no goosefs of this machine is found
  const PATH = `${fileURLToPath(new URL('.', `file://${process.execPath}`))}:/usr/bin:/bin`
  return watch(
    spawn(process.execPath, [SCRIPT, ...args], {
      env: { PATH, HOME: process.env['HOME'] ?? '/', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
}

/** Processes that were started with this text in their environment. */
function processesOf(text: string): string[] {
  return readdirSync('/proc').filter(pid => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(text)
    } catch {
      // gone meanwhile, or somebody else's
      return false
    }
  })
}

const homeOf = (stdout: string) => /logs in (\S+)/.exec(stdout)?.[1] ?? 'no home was told'

it('--once tells on the first line that it is simulated, and exits as the load does', async () => {
  const end = await tryOut(['--once'], { GANDER_PLAYGROUND_SPEED: '0' }).ended
  expect(end.stdout.split('\n')[0]).toContain('simulated')
  expect(end.stdout).toMatch(/^cached: \/datasets 0 % -> 100 %/m)
  expect(end.code).toBe(0)
  expect(existsSync(homeOf(end.stdout))).toBe(false)
  expect(processesOf(homeOf(end.stdout))).toEqual([])
}, 60_000)

it('a load that fails in part exits 3', async () => {
  const env = { GANDER_PLAYGROUND_SPEED: '0', GANDER_PLAYGROUND_FAIL: '*part-00003' }
  const end = await tryOut(['--once', '/datasets'], env).ended
  expect(end.stdout).toMatch(/^partly cached: \/datasets 0 % -> /m)
  expect(end.code).toBe(3)
}, 60_000)

it('SIGTERM in the middle of a load ends the run, the agent and the daemon', async () => {
  const client = tryOut([], { GANDER_PLAYGROUND_SLOW: '60000' })
  await client.says('job 1 running')
  const home = homeOf(client.stdout())
  expect(processesOf(home).length).toBeGreaterThan(1)
  client.child.kill('SIGTERM')
  const end = await client.ended
  expect(end.code).toBe(143)
  expect(processesOf(home)).toEqual([])
  expect(existsSync(home)).toBe(false)
}, 60_000)

it('a busy port is replaced and told; it stays up until Ctrl-C and says how to use it', async () => {
  const busy = createServer()
  // somebody else may hold it already, which serves as well
  await new Promise<void>(resolve => busy.once('error', () => resolve()).listen(8080, '127.0.0.1', () => resolve()))
  const client = tryOut([], { GANDER_PLAYGROUND_SPEED: '0' })
  await client.says('It stays up until Ctrl-C')
  expect(client.stdout()).toMatch(/Port 8080 is busy; \d+ is used instead\./)
  const url = /export GANDER_URL=(\S+)/.exec(client.stdout())?.[1] ?? ''
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  client.child.kill('SIGINT')
  expect((await client.ended).code).toBe(130)
  await expect(fetch(`${url}/readyz`)).rejects.toThrow()
  busy.close()
}, 60_000)

it('a GOOSEFS_BIN that is not there is told at once', async () => {
  const end = await tryOut(['--once'], { GOOSEFS_BIN: '/no/such/goosefs' }).ended
  expect(end).toMatchObject({ code: 1, stderr: expect.stringContaining('/no/such/goosefs') })
})

it('an option nobody knows exits 2 and starts nothing', async () => {
  expect(await tryOut(['--twice']).ended).toMatchObject({ code: 2, stdout: '' })
})
