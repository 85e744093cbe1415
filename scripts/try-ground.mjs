// what `try` finds on this machine: programs on the PATH, free ports, an agent that can work
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'

/** The program's absolute path, or undefined when it is not on the PATH. */
export function findOnPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder === '' ? '.' : folder, name)
    try {
      accessSync(file, constants.X_OK)
      if (statSync(file).isFile()) return file
    } catch {
      // not there, or not ours to run: the next folder
    }
  }
  return undefined
}

const PROGRAMS = ['bot/main.js', 'agent/main.js', 'cli/main.js', 'playground/main.js', 'playground/goosefs']
const SOURCES = ['shared', 'bot', 'agent', 'cli', 'playground', 'scripts/build.ts', 'package.json', 'package-lock.json']

/** Whether every program is there and younger than every source. */
export function isBuilt(root) {
  const programs = PROGRAMS.map(name => join(root, 'dist', name))
  if (!programs.every(file => existsSync(file))) return false
  const oldest = Math.min(...programs.filter(file => file.endsWith('.js')).map(file => statSync(file).mtimeMs))
  return SOURCES.every(name => newest(join(root, name)) < oldest)
}

function newest(file) {
  const { mtimeMs } = statSync(file)
  const inner = statSync(file).isDirectory() ? readdirSync(file).map(name => newest(join(file, name))) : []
  return Math.max(mtimeMs, ...inner)
}

/** The wanted port when it is free on the loopback, else any free one. */
export async function freePort(wanted) {
  return (await tryPort(wanted)) ?? (await tryPort(0))
}

/** The first of `count` ports in a row that are all free. */
export async function freeRow(first, count) {
  for (let base = first; base < 60_000; base += count) {
    const row = await Promise.all(Array.from({ length: count }, (_, index) => tryPort(base + index)))
    if (row.every(port => port !== undefined)) return base
  }
  throw new Error('there are no free ports in a row')
}

function tryPort(port) {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const got = server.address().port
      server.close(() => resolve(got))
    })
  })
}

/** Whether some agent of the list is ready. Throws when its CLI cannot be used, with its own sentence. */
export function isCluster({ items }) {
  const problem = items.find(agent => agent.capabilities?.problem !== undefined)?.capabilities.problem
  if (problem !== undefined) throw new Unusable(problem)
  return items.some(agent => agent.status === 'ready')
}

/** Waiting longer will not help. */
export class Unusable extends Error {}
