// the world on disk: one line per event, appended under a lock, replayed by every process
import { closeSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { settle } from './engine.ts'
import { apply, type Event, type Happening } from './events.ts'
import { withLock } from './lock.ts'
import { createWorld, type World } from './world.ts'

export interface Journal {
  /** The world now: what other processes did and what time has finished is in it. */
  look(): World
  /** Makes something happen; `decide` sees the newest world while nobody else can change it. */
  commit(decide: (world: World) => Happening[]): World
  close(): void
}

/** Opens the world kept in `dir`, an empty one when there is none. */
export function openJournal(dir: string): Journal {
  mkdirSync(dir, { recursive: true })
  const file = `${dir}/events.jsonl`
  const lock = `${dir}/lock`
  const fd = openSync(file, 'a+')
  let offset = 0
  let world: World | undefined

  function replay(line: string): void {
    const event = parseEvent(line)
    if (event === undefined) return
    world ??= createWorld(event.at)
    apply(world, event)
  }

  function catchUp(): void {
    const size = fstatSync(fd).size
    if (size <= offset) return
    const bytes = Buffer.allocUnsafe(size - offset)
    const read = readSync(fd, bytes, 0, bytes.length, offset)
    const end = bytes.subarray(0, read).lastIndexOf(10) + 1
    if (end === 0) return
    offset += end
    for (const line of bytes.toString('utf8', 0, end).split('\n')) if (line !== '') replay(line)
  }

  function look(): World {
    catchUp()
    world ??= createWorld(Date.now())
    settle(world, Date.now())
    return world
  }

  /** The first event fixes the instant from which job ids count, for every process alike. */
  function begin(): void {
    if (fstatSync(fd).size > 0) return
    withLock(lock, () => {
      if (fstatSync(fd).size === 0) write([{ t: 'begin', at: Date.now() }])
    })
  }

  function write(events: Event[]): void {
    // a writer killed in mid-line left a torn tail: the newline makes it a line of its own, which nobody understands
    const torn = fstatSync(fd).size > offset ? '\n' : ''
    const bytes = Buffer.from(torn + events.map(event => `${JSON.stringify(event)}\n`).join(''))
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
    catchUp()
  }

  function commit(decide: (world: World) => Happening[]): World {
    return withLock(lock, () => {
      const happenings = decide(look())
      const at = Date.now()
      if (happenings.length > 0) write(happenings.map(happening => ({ ...happening, at })))
      return look()
    })
  }

  begin()
  return { look, commit, close: () => closeSync(fd) }
}

function parseEvent(line: string): Event | undefined {
  try {
    return JSON.parse(line) as Event
  } catch {
    return undefined // a torn line of a killed writer: it never happened
  }
}
