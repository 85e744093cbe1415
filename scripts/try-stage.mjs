// the processes of `try`: each is known by its pid, and all are ended in reverse on every way out
import { spawn } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Unusable } from './try-ground.mjs'

const READY_WITHIN_MS = 60_000
const JOBS_END_WITHIN_MS = 12_000
const GRACE_MS = 12_000

/** Makes an empty stage; `onLost` hears of a program that ended although it should stay. */
export function createStage(onLost) {
  const undoings = []
  const started = []
  const visitors = new Set()
  let ending = false

  function watch(child) {
    visitors.add(child)
    child.once('exit', () => visitors.delete(child))
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)))
    })
  }

  return {
    onEnd: undo => void undoings.push(undo),
    logs: () => started.map(({ log }) => log),
    remove: folder => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),

    /** Runs a program to its end, its output on stderr. Throws when it fails. */
    async run([program, ...args], name, env = process.env) {
      const code = await watch(spawn(program, args, { env, stdio: ['ignore', 2, 2] }))
      if (code !== 0) throw new Error(`${name} failed (exit ${code})`)
    },

    /** Runs a program and gives what it printed. */
    async read([program, ...args], env = process.env) {
      const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'ignore'] })
      let text = ''
      child.stdout.on('data', chunk => (text += chunk))
      const code = await watch(child)
      return { code, text }
    },

    /** Runs a program for the person at the terminal; the answer is its exit code. */
    async show([program, ...args]) {
      if (ending) throw new Error('ended while starting')
      return watch(spawn(program, args, { stdio: 'inherit' }))
    },

    /** Starts a program that stays. A group of its own, so that Ctrl-C reaches us first and runs end in order. */
    start(name, args, { env, log }) {
      if (ending) throw new Error('ended while starting')
      const file = openSync(log, 'a')
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', file, file], detached: true })
      closeSync(file)
      const one = { name, child, log, gone: false }
      const onGone = () => {
        one.gone = true
        if (!ending) onLost(name)
      }
      child.once('error', onGone)
      child.once('exit', onGone)
      started.push(one)
      undoings.push(() => endOne(one))
    },

    /** Waits until `ready` says so. What is not there yet may fail; a process that ended, or a hopeless state, throws. */
    async until(what, ready) {
      for (const begun = Date.now(); ; await delay(100)) {
        try {
          if (await ready()) return
        } catch (thrown) {
          if (thrown instanceof Unusable) throw thrown
          // not listening yet
        }
        if (ending) throw new Error('ended while starting')
        if (Date.now() - begun > READY_WITHIN_MS) throw new Error(`${what} was not ready within 60 s`)
      }
    },

    /** Runs outlive their agent on purpose: they are stopped first, and their end is waited for. */
    async stopJobs(url) {
      const open = `${url}/api/v1/jobs?status=queued,running&limit=1000`
      for (const begun = Date.now(); Date.now() - begun < JOBS_END_WITHIN_MS; await delay(200)) {
        try {
          const { items } = await (await fetch(open)).json()
          if (items.length === 0) return
          const asked = items.filter(job => job.desired !== 'stop')
          await Promise.all(asked.map(job => fetch(`${url}/api/v1/jobs/${job.id}/stop`, { method: 'POST' })))
        } catch {
          // the daemon is gone: nobody is left to ask
          return
        }
      }
    },

    /** Ends everything in reverse, all of it even when some of it fails; then throws the first failure. */
    async end() {
      let first
      ending = true
      for (const child of visitors) child.kill('SIGTERM')
      for (let undo = undoings.pop(); undo !== undefined; undo = undoings.pop()) {
        try {
          await undo()
        } catch (thrown) {
          first ??= thrown
        }
      }
      if (first !== undefined) throw first
    },
  }
}

async function endOne(one) {
  if (one.gone) return
  const ended = new Promise(resolve => one.child.once('exit', resolve))
  one.child.kill('SIGTERM')
  const late = setTimeout(() => one.child.kill('SIGKILL'), GRACE_MS)
  await ended
  clearTimeout(late)
}
