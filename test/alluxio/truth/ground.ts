// what a scenario can do on the real cluster: a directory of its own, loads as a person makes them, and the truth
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Task } from '../../../shared/job.ts'
import { PASSING_CAUSES } from '../../../shared/verdict.ts'
import { until } from '../../agent/until.ts'
import { type Field, JOB_MS, SYNC } from '../field.ts'
import { type CliExit, type Expected, exitOf, expectLoad, type Load, type Seen, type Truth } from './scenario.ts'
import { createServers } from './servers.ts'

export type Ground = ReturnType<typeof createGround>

/** A load that waits to be tried again: its task as it stood then. */
export type Waiting = { readonly id: string; readonly task: Task; readonly exit: CliExit; readonly notes: string }

/** `missing`: files that are not there, or not served. */
export type Counted = Truth & { readonly missing: number }

/** A load whose first attempt was over, how things stood then, and how it ended. */
export type Again = { readonly waiting: Waiting; readonly truth: Truth; readonly load: Load }

/** Of the first attempt. */
export type AgainExpected = Pick<Expected, 'says'> & Required<Pick<Expected, 'causes'>>

const WAITS = 'the next attempt is not before'
const CAUSES_OF = /not all is cached: (.*); this passes/
const HELD = {
  '2.5': ['unreported', 'a worker holds it, but the master does not know of it'],
  '2.9': ['unknown', 'the cause is not known'],
} as const
const LISTED = /(\d+)\s+(?:NOT_PERSISTED|TO_BE_PERSISTED|PERSISTED|LOST)\s+\S+ \S+\s+(\d+)% (\/.*)$/

/** The ground of one scenario: `name` becomes its directory. */
export function createGround(field: Field, name: string) {
  const { cluster, stack } = field
  const root = `${field.root}/${name}`
  const at = (path: string): string => (path === '' ? root : `${root}/${path}`)

  async function taskOf(job: string, path: string): Promise<Task> {
    const task = (await stack.tasks(job)).find(one => one.path === path)
    if (task === undefined) throw new Error(`job ${job} has no task ${path}`)
    return task
  }

  const ground = {
    ...{ field, cluster, stack, root, at, servers: createServers(cluster) },
    /** Writes objects behind the cache's back. */
    fill: (objects: Record<string, string | Uint8Array>) =>
      field.fill(Object.fromEntries(Object.entries(objects).map(([path, bytes]) => [`${name}/${path}`, bytes]))),
    remove: (path: string) => cluster.remove(at(path)),
    /** Lets the master list everything here, so that it knows what stands there now. */
    async list() {
      expect((await cluster.goosefs('fs', 'ls', '-R', SYNC, root)).code).toBe(0)
    },
    /** Jobs of the engine below this directory. */
    engineJobs: (path = '') => field.engineJobs(path === '' ? `${name}/` : `${name}/${path}`),
    /** Begins a load; its end is waited for with `ended`. */
    async begin(path = '', options: Record<string, unknown> = {}, action = 'load'): Promise<string> {
      return (await stack.submit({ action, paths: [at(path)], options })).id
    },
    /** Waits for the end of a job of one path, and reads of it what a person would. */
    async ended(id: string): Promise<Load> {
      const { code, stdout, stderr } = await stack.gander(['wait', id])
      const task = await stack.task(id)
      return { code, text: `${stdout}${stderr}`, task, exit: exitOf(task) }
    },
    /** Loads as a person does, and waits. */
    async load(path = '', ...flags: string[]): Promise<Load> {
      const { code, stdout, stderr } = await stack.gander(['load', ...flags, at(path)])
      const [job] = (await stack.api('GET', `/api/v1/jobs?path=${encodeURIComponent(at(path))}&limit=1`)).json.items
      const task = await taskOf(job.id, at(path))
      return { code, text: `${stdout}${stderr}`, task, exit: exitOf(task) }
    },
    /** Waits until attempt `attempts` is over and the task waits to be tried again. */
    async waiting(id: string, attempts = 1): Promise<Waiting> {
      const task = await until(
        `attempt ${attempts} to be over and a next one to be waited for`,
        async () => {
          const one = await stack.task(id)
          if (one.endedAt !== undefined) throw new Error(`it ended as ${JSON.stringify(one)}`)
          return countWaits(one) === attempts && one.status === 'queued' && one
        },
        JOB_MS,
      )
      return { id, task, exit: exitOf(task), notes: task.notes.join('\n') }
    },
    /** Lets what waits be tried again now, and waits for the end. */
    async again({ id }: Pick<Waiting, 'id'>): Promise<Load> {
      await field.later()
      return await ground.ended(id)
    },
    /** What stands in the under storage below `path`: sizes by path. */
    stored: (path = '') => readTree(join(cluster.ufs, at(path)), at(path)),
    /** Whether everything that stands in the under storage is wholly in the cache, behind a worker that lives. */
    async truth(path = ''): Promise<Counted> {
      const stored = await ground.stored(path)
      const { stdout } = await cluster.goosefs('fs', 'ls', '-R', SYNC, at(path))
      const cached = new Map<string, number>()
      for (const line of stdout.split('\n')) {
        const [, size, percent, file = ''] = LISTED.exec(line) ?? []
        if (percent === '100') cached.set(file.length <= 5 ? file.trimEnd() : file, Number(size))
      }
      const missing = [...stored].filter(([file, size]) => cached.get(file) !== size)
      const alive = await cluster.lives('worker')
      const held = `${stored.size - missing.length} of ${stored.size} files cached`
      return {
        whole: missing.length === 0 && alive,
        missing: alive ? missing.length : stored.size,
        words: alive ? held : `${held}, no living worker`,
      }
    },
    /** Expects of a load what its row promises, and that it agrees with the truth. */
    async seen(load: Load, expected: Expected, truth?: Truth): Promise<Seen> {
      const real = truth ?? (await ground.truth(relative(load.task.path, root)))
      return expectLoad(load, expected, real)
    },
    /**
     * Expects of the first attempt the causes and words of its row, and of the last one that all is cached. What is told
     * in the table is the first attempt: `truth` is how things stood when it was over.
     */
    async seenAgain({ waiting, truth, load }: Again, expected: AgainExpected): Promise<Seen> {
      const told = JSON.stringify({ waiting, truth }, undefined, 1)
      const { causes, words } = readWait(waiting.notes)
      // without a master there may be nothing to count
      const unmeasured = words === '' && expected.causes?.['master-unreachable'] !== undefined
      expect(causes, told).toEqual(unmeasured ? {} : expected.causes)
      for (const one of expected.says ?? []) expect(`${waiting.notes}\n${load.text}`, told).toMatch(one)
      return await ground.seenMended({ waiting, truth, load })
    },
    /** Expects that the first attempt could not be good, and that the last one is. */
    async seenMended({ waiting, truth, load }: Again): Promise<Seen> {
      expect(truth.whole, JSON.stringify({ waiting, truth }, undefined, 1)).toBe(false)
      // what a server held, or went on to load, may be there before it is loaded again
      const kind = load.task.verdict?.kind === 'nothing-new' ? 'nothing-new' : 'cached'
      const last = await ground.seen(load, { kind, code: 0 })
      const { words } = readWait(waiting.notes)
      const first = words === '' ? 'not verified' : words
      return { exit: waiting.exit, truth, said: `${first}; tried again: ${last.said}`, good: false }
    },
    /** Waits for the end of a load that may come through at once, or be tried again for causes that pass. */
    async seenAtLast(id: string): Promise<Seen> {
      let first: (Pick<Again, 'waiting'> & { readonly truth: Counted }) | undefined
      for (let attempt = 1; (await overOnce(id, attempt)) === 'waits'; attempt += 1) {
        const waiting = await ground.waiting(id, attempt)
        first ??= { waiting, truth: await ground.truth() }
        await field.later()
      }
      const load = await ground.ended(id)
      if (load.task.verdict?.ok === false) return await ground.seenHeld(load)
      if (first === undefined) return await ground.seen(load, { kind: 'cached', code: 0 })
      const { causes } = readWait(first.waiting.notes)
      const told = JSON.stringify({ first, load }, undefined, 1)
      for (const cause of Object.keys(causes)) expect(PASSING_CAUSES, told).toContain(cause)
      const counted = Object.values(causes).reduce((sum, files) => sum + files, 0)
      expect([0, first.truth.missing], told).toContain(counted)
      return await ground.seenMended({ ...first, load })
    },
    /**
     * A worker that holds what the master does not know of: good again when it has been restarted. 2.5 says it, 2.9 tells of
     * success, and then nobody knows the cause.
     */
    async seenHeld(load: Load): Promise<Seen> {
      const truth = await ground.truth()
      const [cause, says] = HELD[cluster.version]
      const expected = { kind: 'partly', causes: { [cause]: truth.missing }, code: 3, says: [says] } as const
      const seen = await ground.seen(load, expected)
      await cluster.kill('worker')
      await ground.servers.startWorker()
      const { stdout } = await stack.gander(['retry', load.task.job])
      expect(await ground.truth(), stdout).toMatchObject({ whole: true })
      return seen
    },
  }
  return ground

  function overOnce(id: string, attempt: number): Promise<'waits' | 'ended'> {
    const ask = async () => {
      const task = await stack.task(id)
      if (task.endedAt !== undefined) return 'ended'
      return countWaits(task) === attempt && task.status === 'queued' && 'waits'
    }
    return until(`the end of attempt ${attempt}`, ask, JOB_MS)
  }
}

const countWaits = ({ notes }: Task): number => notes.filter(note => note.includes(WAITS)).length

/** The causes that a waiting task names, by files, and the words for them; nothing when it could not be measured. */
function readWait(notes: string): { readonly words: string; readonly causes: Record<string, number> } {
  const words = CAUSES_OF.exec(notes)?.[1] ?? ''
  const found = [...words.matchAll(/\(([a-z-]+): (\d+)\)/g)].map(([, cause = '', files]) => [cause, Number(files)])
  return { words, causes: Object.fromEntries(found) }
}

const relative = (path: string, root: string): string => path.slice(root.length).replace(/^\/+/, '')

async function readTree(dir: string, place: string): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  const top = await stat(dir).catch(() => undefined)
  if (top === undefined) return found
  if (top.isFile()) return found.set(place, top.size)
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    found.set(`${place}${path.slice(dir.length)}`, (await stat(path)).size)
  }
  return found
}
