// the shipped programs over a real cluster: its CLI behind a script that writes every call down
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Task } from '../../shared/job.ts'
import { until } from '../agent/until.ts'
import { createStack, type Stack } from '../helpers/stack.ts'
import { createRealCluster, type RealCluster, type RealClusterOptions } from './real-cluster.ts'

export const SYNC = '-Dgoosefs.user.file.metadata.sync.interval=0'
/** The most patient wait for one job: JVMs on a busy machine. */
export const JOB_MS = 240_000

const LATER = fileURLToPath(new URL('later.mjs', import.meta.url))

export type Field = Awaited<ReturnType<typeof createField>>
/**
 * What the cluster of the tests is like: room for a file of 300 MB, a lost job worker is known as such soon, and a worker that
 * came back is found at once: a job worker may refuse loads for two minutes otherwise, those of later tests too.
 */
export const SETTINGS = {
  quota: '384MB',
  block: '4MB',
  props: [
    'alluxio.job.master.worker.timeout=25s',
    'alluxio.job.master.lost.worker.interval=1s',
    'alluxio.user.worker.list.refresh.interval=1s',
  ],
} as const satisfies RealClusterOptions
export type FieldOptions = RealClusterOptions & { readonly agentEnv?: Record<string, string> }
export type EngineJob = { readonly id: number; readonly status: string; readonly path: string }

/** Joins or starts the cluster, and starts a daemon and an agent over it. `name` becomes the tree of this test file. */
export async function createField(name: string, { agentEnv = {}, ...options }: FieldOptions = {}) {
  const cluster = await createRealCluster({ ...SETTINGS, ...options })
  const dir = mkdtempSync(join(tmpdir(), 'gander-alluxio-'))
  const bin = writeScript(dir, cluster.goosefsBin)
  const stack = await createStack({
    agents: [{ bin }],
    daemonEnv: { NODE_OPTIONS: `--import=${LATER}` },
    agentEnv,
    env: pick('JAVA_HOME', 'JAVA'),
    patienceMs: 2 * JOB_MS,
  })
  const root = `/${name}-${Date.now().toString(36)}`
  const { api } = stack
  await until(
    'an agent that knows its CLI',
    async () => {
      const [agent] = (await api('GET', '/api/v1/agents')).json.items
      return agent?.capabilities.version !== undefined
    },
    60_000,
  )

  return {
    ...{ cluster, stack, root },
    ...toCallBook(dir),
    /** Writes objects behind the cache's back: contents by path below the root. */
    async fill(objects: Record<string, string | Uint8Array>) {
      await Promise.all(Object.entries(objects).map(([path, bytes]) => cluster.put(`${root}/${path}`, bytes)))
    },
    /** Cached share by path below the root, as a plain listing shows it. */
    async shares(path: string, ...flags: string[]): Promise<Record<string, string>> {
      const { stdout } = await cluster.goosefs('fs', 'ls', '-R', ...flags, `${root}/${path}`)
      const rows = [...stdout.matchAll(/ (\d+%) (\/.*)$/gm)]
      return Object.fromEntries(rows.map(([, share = '', file = '']) => [file.slice(root.length + 1), share]))
    },
    /**
     * Lets the CLI's next call of a command (`ls`, `distributedLoad`, …) do something first, or the next load do something
     * when it has ended: lines of bash, which may print and exit in its place.
     */
    hook(when: 'before' | 'after', command: string, ...lines: string[]) {
      writeFileSync(join(dir, `${when}-${command}`), `${lines.join('\n')}\n`)
    },
    engineJobs: (within: string) => readEngineJobs(cluster.jobMasterWeb, `${root}/${within}`),
    /** Loads by HTTP and answers the ended task. */
    async loaded(path: string, options: Record<string, unknown> = {}, action = 'load'): Promise<Task> {
      const job = await stack.submit({ action, paths: [`${root}/${path}`], options })
      await stack.ended(job.id, JOB_MS)
      return stack.task(job.id)
    },
    /** Lets the daemon's clock jump a quarter of an hour ahead: what it wanted to do later, it does now. */
    async later() {
      process.kill(stack.daemon.pid, 'SIGUSR2')
      await stack.submit({ action: 'list', paths: ['/'] })
    },
    /** Stops whatever is still wanted: a load that waits to be tried again would come in the middle of something else. */
    settle: () => stopWhatIsOpen(stack),
    /** Ends everything, mends the cluster and leaves nothing in it. */
    async close() {
      const steps = [
        () => cluster.mend(),
        () => cluster.remove(root),
        () => stopWhatIsOpen(stack),
        () => cluster.goosefs('fs', 'ls', SYNC, '/'),
        () => stack.close(),
        () => cluster.down(),
        async () => rmSync(dir, { recursive: true, force: true }),
      ]
      const troubles: unknown[] = []
      for (const step of steps) await step().catch(thrown => troubles.push(thrown))
      if (troubles.length > 0) throw troubles[0]
    },
  }
}

async function stopWhatIsOpen({ api, ended }: Stack): Promise<void> {
  const { items } = (await api('GET', '/api/v1/jobs?status=queued,running')).json as { items: { id: string }[] }
  for (const { id } of items) await api('POST', `/api/v1/jobs/${id}/stop`)
  for (const { id } of items) await ended(id, JOB_MS)
}

/** Objects of the same content, numbered. */
export function many(
  count: number,
  prefix: string,
  content: string | Uint8Array = 'small',
): Record<string, string | Uint8Array> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, content]))
}

function pick(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap(name => (process.env[name] ? [[name, process.env[name] as string]] : [])))
}

// each call becomes a line, its words apart by unit separators; what a load prints is kept by its path
function writeScript(dir: string, real: string): string {
  const bin = join(dir, 'goosefs')
  const lines = [
    '#!/usr/bin/env bash',
    `(IFS=$'\\x1f'; printf '%s\\n' "$*" >> '${dir}/calls')`,
    // taken by one call only, whoever else calls
    `hook() { mv "${dir}/$1" "${dir}/$1-$$" 2> /dev/null && . "${dir}/$1-$$"; }`,
    `hook "before-$2"`,
    `path=\${!#}`,
    `[[ -f '${dir}/user' ]] && set -- "$@" "-Dalluxio.security.login.username=$(<'${dir}/user')"`,
    `[[ $2 == distributedLoad ]] || exec '${real}' "$@"`,
    // by a hash: paths are longer than names of files may be
    'hash=$(printf %s "$path" | md5sum)',
    `'${real}' "$@" 2>&1 | tee -a "${dir}/said-\${hash%% *}"`,
    `code=\${PIPESTATUS[0]}`,
    'hook after-distributedLoad',
    `exit "$code"`,
  ]
  writeFileSync(bin, `${lines.join('\n')}\n`)
  chmodSync(bin, 0o755)
  return bin
}

function toCallBook(dir: string) {
  const file = join(dir, 'calls')
  const all = (): string[][] =>
    (existsSync(file) ? readFileSync(file, 'utf8') : '')
      .split('\n')
      .slice(0, -1)
      .map(line => line.split('\x1f'))
  return {
    /** Calls that the agent makes while something is done. */
    /** All calls so far. */
    calls: all,
    async callsDuring<T>(act: () => Promise<T>): Promise<{ calls: string[][]; result: T }> {
      const from = all().length
      const result = await act()
      return { calls: all().slice(from), result }
    },
    /** What the CLI printed when it loaded this path. */
    said: (path: string): string => readFileSync(join(dir, `said-${hashOf(path)}`), 'utf8'),
    /** Whom the agent's CLI calls as from now on; undefined is whom everybody else does. */
    callAs(user: string | undefined): void {
      const knob = join(dir, 'user')
      if (user === undefined) rmSync(knob, { force: true })
      else writeFileSync(knob, user)
    },
  }
}

const hashOf = (path: string): string => createHash('md5').update(path).digest('hex')

async function readEngineJobs(web: string, within: string): Promise<EngineJob[]> {
  const api = `${web}/api/v1/master/job`
  const ids = (await (await fetch(`${api}/list`)).json()) as number[]
  const jobs: EngineJob[] = []
  for (const id of ids.sort((a, b) => b - a).slice(0, 300)) {
    const job = (await (await fetch(`${api}/get_status?jobId=${id}`)).json()) as {
      status: string
      affectedPaths: string[]
    }
    const path = job.affectedPaths.find(one => one.startsWith(within))
    if (path !== undefined) jobs.push({ id, status: job.status, path })
  }
  return jobs
}

export type { RealCluster }
