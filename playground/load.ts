// distributedLoad as the client of eras A to D drives it: list, submit, poll, print
import { setTimeout as sleep } from 'node:timers/promises'
import { type Arguments, type OptionTable, readArguments } from './arguments.ts'
import { percentage } from './cache.ts'
import { isOn, matchesGlob } from './knobs.ts'
import { createBatchVoice } from './load-batches.ts'
import { type Run, readIndex } from './load-run.ts'
import { loadOnServer } from './load-server.ts'
import { createFileVoice, type Voice } from './load-voice.ts'
import { filesAt } from './rows.ts'
import type { Settings } from './settings.ts'
import { isServerSide } from './settings.ts'
import { askMaster, type Command, CommandError, discover, hangIfAsked, locate, type Shell } from './shell.ts'
import { printExtras, submit } from './submission.ts'

const HOSTS = ['host-file', 'hosts', 'excluded-hosts', 'excluded-host-file']
const PLACES = ['locality', 'locality-file', 'excluded-locality', 'excluded-locality-file']

function table(names: string[], takesValue: boolean): OptionTable {
  return Object.fromEntries(names.map(name => [name, takesValue]))
}

/** Which options this era and brand know. */
export function loadOptions(settings: Settings, index: boolean): OptionTable {
  const { era } = settings
  const goosefs = settings.brand === 'GooseFS' && !settings.strict
  return {
    replication: true,
    ...(era === 'A' ? {} : { 'active-jobs': true }),
    ...(era >= 'C' || index ? { index: false } : {}),
    ...(era >= 'C' ? table(['hosts', 'host-file'], true) : {}),
    ...(era >= 'D' || goosefs ? { 'batch-size': true } : {}),
    ...(era >= 'D' ? { 'passive-cache': false } : {}),
    ...(era >= 'E' ? { 'direct-cache': false, ...table([...HOSTS, ...PLACES], true) } : {}),
    ...(era === 'E' ? { wait: true } : {}),
    ...(era === 'F' ? { async: false } : {}),
    ...(goosefs ? { A: false, dryrun: false, ignoreCap: false, 'expire-time': true } : {}),
  }
}

function readRun(shell: Shell, args: Arguments): Run {
  const limit = shell.settings.brand === 'GooseFS' ? 100 : shell.settings.era === 'A' ? 1000 : 3000
  return {
    replication: Number(args.value('replication') ?? 1),
    activeJobs: Number(args.value('active-jobs') ?? (shell.knob('activejobs') || limit)),
    batch: Number(args.value('batch-size') ?? 20),
    completed: 0,
    failed: [],
  }
}

/** `distributedLoad`: exit 0 whether or not files failed, in every era. */
export const distributedLoad: Command = async shell => {
  const args = readArguments(shell.argv, loadOptions(shell.settings, isOn(shell.knob('index'))))
  const path = args.paths[0]
  if (path === undefined || args.paths.length > 1) {
    throw new CommandError(`Command distributedLoad takes 1 arguments, not ${args.paths.length}`)
  }
  const run = readRun(shell, args)
  shell.out.crashAfter(Number(shell.knob('crash')) || Number.POSITIVE_INFINITY)
  if (isServerSide(shell.settings)) return loadOnServer(shell, args, run)
  if (shell.settings.era !== 'A') await shell.out.line(`Allow up to ${run.activeJobs} active jobs`)
  await hangIfAsked(shell, 'distributedLoad')
  await printExtras(shell)
  const voice = shell.settings.era === 'D' ? createBatchVoice(shell, run) : createFileVoice(shell, run)
  for (const one of args.has('index') ? readIndex(path) : [path]) {
    await loadTree(shell, run, { path: one, voice })
    await voice.end(one)
  }
  return 0
}

async function loadTree(shell: Shell, run: Run, ask: { path: string; voice: Voice }): Promise<void> {
  await askMaster(shell)
  const found = locate(shell, discover(shell, { path: ask.path, deep: true }), ask.path)
  const size = shell.settings.era === 'D' ? run.batch : Math.min(20, run.activeJobs)
  const active = new Map<number, string>()
  let group: string[] = []
  const flush = async (): Promise<void> => {
    if (group.length === 0) return
    await drainTo(shell, active, { below: Math.max(0, run.activeJobs - group.length), voice: ask.voice })
    for (const [id, path] of await start(shell, run, { paths: group, voice: ask.voice })) active.set(id, path)
    group = []
  }
  for (const [path, entry] of filesAt(shell, found, ask.path)) {
    const loaded = percentage(entry) === 100 && (run.replication === 1 || shell.settings.era <= 'B')
    if (matchesGlob(shell.knob('incomplete'), path)) await ask.voice.incomplete(path)
    else if (loaded) await ask.voice.already(path)
    else group.push(path)
    if (group.length >= size) await flush()
  }
  await flush()
  await drainTo(shell, active, { below: 0, voice: ask.voice })
}

/** Polls until at most `below` jobs are active, telling each that has ended. */
async function drainTo(
  shell: Shell,
  active: Map<number, string>,
  until: { below: number; voice: Voice },
): Promise<void> {
  while (active.size > until.below) {
    const world = shell.journal.look()
    const lost = shell.knob('jobmaster') === 'down'
    let next = Date.now() + 100
    for (const [id, path] of active) {
      const job = world.jobs.get(id)
      if (!lost && (job?.status === 'CREATED' || job?.status === 'RUNNING')) {
        next = Math.min(next, job.doneAt)
        continue
      }
      active.delete(id)
      // a job that was cancelled, or whose status cannot be had, is dropped without a word
      if (!lost && job?.status === 'COMPLETED') await until.voice.done(id, path)
      else if (!lost && job?.status === 'FAILED') await until.voice.failed(id, path, job.error ?? 'null')
      else await until.voice.dropped(id, path)
      if (active.size <= until.below) return
    }
    if (active.size > 0) await sleep(Math.max(2, next - Date.now()))
  }
}

async function start(shell: Shell, run: Run, ask: { paths: string[]; voice: Voice }): Promise<[number, string][]> {
  const accepted = await ask.voice.loading(ask.paths)
  const heard = accepted.filter(path => !matchesGlob(shell.knob('silent'), path))
  if (heard.length === 0) return []
  const ids = submit(shell, heard, { replication: run.replication })
  await ask.voice.submitted(ids, heard)
  return heard.map((path, index) => [ids[index] ?? 0, path])
}
