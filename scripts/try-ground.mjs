// what `try` finds on this machine: programs on the PATH, free ports, an agent that can work
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join, resolve } from 'node:path'

/** The program's absolute path, or undefined when it is not on the PATH; a name with a slash is a path already. */
export function findOnPath(name) {
  if (name.includes('/')) return existsSync(name) ? resolve(name) : undefined
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

/** A cold JVM may take this long to say what it can do; until then a problem may be a passing one. */
const PROBED_WITHIN_MS = 20_000

/** Makes a question to the list of agents: is one ready? It throws the agent's own sentence when its CLI stays unusable. */
export function createReadiness() {
  const begun = Date.now()
  return ({ items }) => {
    const [agent] = items
    const problem = agent?.capabilities?.problem
    if (problem !== undefined && Date.now() - begun > PROBED_WITHIN_MS) throw new Unusable(problem)
    return agent?.status === 'ready' && problem === undefined
  }
}

/** Waiting longer will not help. */
export class Unusable extends Error {}
