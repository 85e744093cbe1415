// everything that can happen to the simulated cluster, and what it changes
import { drop, fill } from './cache.ts'
import { addJobs, cancelJob, loseJobs, settle, shiftJobs } from './engine.ts'
import { type SyncMode, sync } from './sync.ts'
import { type Dir, type Entry, expandRule, fileIn, filesIn, find, join, makeDir, ruleName, segments } from './tree.ts'
import type { Mount, World } from './world.ts'

/** What `jobs` asks of the job master; `ms` is the time of one file, `fails` the jobs that are bound to fail. */
export interface JobsAsk {
  paths: string[]
  ms: number
  replication: number
  fails?: Record<number, string>
  hold?: boolean
  control?: number
}

export type Happening =
  | { t: 'begin' }
  | { t: 'put'; path: string; bytes: number; files?: number | undefined; text?: string | undefined }
  | { t: 'mkdir'; path: string }
  | { t: 'rm'; path: string }
  | { t: 'evict'; path: string }
  | { t: 'chmod'; path: string; mode: number }
  | { t: 'sync'; path: string; mode: SyncMode; deep: boolean; children: boolean }
  | ({ t: 'jobs' } & JobsAsk)
  | { t: 'control' }
  | { t: 'cancel'; id: number }
  | { t: 'cache'; paths: string[] }
  | { t: 'pin'; path: string; on: boolean }
  | ({ t: 'mount'; path: string; ufs: string } & Partial<Mount>)
  | { t: 'unmount'; path: string }
  | { t: 'ttl'; path: string; ms: number; action: 'FREE' | 'DELETE' }
  | { t: 'no-ttl'; path: string }
  | { t: 'knob'; key: string; value: string }

/** A happening and its instant (epoch ms). */
export type Event = Happening & { at: number }

type Handlers = { [K in Happening['t']]: (world: World, event: Extract<Event, { t: K }>) => void }

const handlers: Handlers = {
  begin: () => {},
  put: (world, event) => (event.files === undefined ? putFile(world, event) : putRule(world, event)),
  mkdir: (world, event) => void makeDir(world.root, event.path, event.at),
  rm: (world, event) => remove(world, event.path),
  evict: (world, event) => eachFile(world, event.path, entry => drop(world, entry)),
  chmod: (world, event) => {
    const found = find(world.root, event.path)
    if (found?.kind === 'dir') found.dir.mode = event.mode
  },
  sync: (world, event) => void sync(world, { ...event, apply: true }),
  jobs: (world, event) => addJobs(world, event, event.at),
  control: world => void world.nextJobId++,
  cancel: (world, event) => cancelJob(world, event.id, event.at),
  cache: (world, event) => {
    for (const path of event.paths) {
      const found = find(world.root, path)
      if (found?.kind === 'file') fill(world, found.entry, path)
    }
  },
  pin: (world, event) => void (event.on ? world.pins.add(event.path) : world.pins.delete(event.path)),
  mount: (world, { path, ufs, readonly = false, shared = false, options = {} }) =>
    void world.mounts.set(path, { ufs, readonly, shared, options }),
  unmount,
  ttl: (world, { path, ms, action }) => void world.ttls.set(path, { ms, action }),
  'no-ttl': (world, { path }) => void world.ttls.delete(path),
  knob: setKnob,
}

/** Brings the world to the instant of the event, then applies it. Deterministic: replaying gives the same world. */
export function apply(world: World, event: Event): void {
  settle(world, event.at)
  const handle = handlers[event.t] as ((world: World, event: Event) => void) | undefined
  handle?.(world, event)
}

function setKnob(world: World, event: { key: string; value: string; at: number }): void {
  const before = world.knobs[event.key]
  if (event.key === 'jobworker' && before === 'paused') {
    shiftJobs(world, event.at - (world.knobSetAt['jobworker'] ?? event.at))
  }
  if (event.key === 'jobmaster' && event.value === 'down') loseJobs(world)
  if (event.value === '') delete world.knobs[event.key]
  else world.knobs[event.key] = event.value
  world.knobSetAt[event.key] = event.at
}

function parentOf(path: string): string {
  return `/${segments(path).slice(0, -1).join('/')}`
}

/** What was mounted is in the name space no more; the under storage keeps it. */
function unmount(world: World, { path }: { path: string }): void {
  eachFile(world, path, entry => drop(world, entry))
  const parent = find(world.root, parentOf(path))
  if (parent?.kind === 'dir') parent.dir.dirs.delete(segments(path).at(-1) ?? '')
  world.mounts.delete(path)
}

function putFile(world: World, event: { path: string; bytes: number; text?: string | undefined; at: number }): void {
  const dir = makeDir(world.root, parentOf(event.path), event.at)
  const name = segments(event.path).at(-1) ?? ''
  const blob = { bytes: event.bytes, mtime: event.at, etag: world.nextEtag++, text: event.text }
  const entry = fileIn(dir, name)
  if (entry === undefined) dir.files.set(name, { ufs: blob, cached: 0 })
  else entry.ufs = blob
}

function putRule(world: World, event: { path: string; bytes: number; files?: number | undefined; at: number }): void {
  const dir = makeDir(world.root, event.path, event.at)
  const files = event.files ?? 0
  const blob = { bytes: event.bytes, mtime: event.at, etag: world.nextEtag++ }
  if (dir.rule !== undefined) expandRule(dir)
  for (let index = 0; dir.files.size > 0 && index < files; index++) {
    const entry = dir.files.get(ruleName(index))
    if (entry !== undefined) entry.ufs = blob
  }
  // files already there under these names keep their old metadata; the rest is new to the master
  dir.rule = { files, blob, known: false }
}

function remove(world: World, path: string): void {
  const found = find(world.root, path)
  if (found?.kind === 'file') found.entry.ufs = undefined
  if (found?.kind === 'dir') removeDir(found.dir)
}

function removeDir(dir: Dir): void {
  expandRule(dir)
  dir.ufs = false
  for (const [, entry] of filesIn(dir)) entry.ufs = undefined
  for (const child of dir.dirs.values()) removeDir(child)
}

/** Calls `act` for each real file at or under the path (virtual ones have nothing cached). */
function eachFile(world: World, path: string, act: (entry: Entry, path: string) => void): void {
  const found = find(world.root, path)
  if (found?.kind === 'file') act(found.entry, path)
  if (found?.kind === 'dir') eachIn(found.dir, path, act)
}

function eachIn(dir: Dir, path: string, act: (entry: Entry, path: string) => void): void {
  for (const [name, entry] of dir.files) act(entry, join(path, name))
  for (const [name, child] of dir.dirs) eachIn(child, join(path, name), act)
}
