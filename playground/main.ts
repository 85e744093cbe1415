// the program behind the launcher: picks the command, prints its error, returns its exit code
import { UsageError } from './arguments.ts'
import { COMMANDS, OWN_MASTER_CHECK, WILDCARDS } from './commands.ts'
import { playground } from './control.ts'
import { type Journal, openJournal } from './journal.ts'
import { createKnobs, isOn } from './knobs.ts'
import { createPrinter } from './printer.ts'
import { mangle, readSettings, stealOptions } from './settings.ts'
import { askMaster, type Command, CommandError, hangIfAsked, type Shell } from './shell.ts'
import { getConf, version } from './top.ts'
import { commandUsage, LAUNCHER, shellUsage } from './usage.ts'
import { expandWildcards } from './wildcards.ts'

const TOP: Record<string, Command> = { version, getConf, playground }

async function runShell(shell: Shell, name: string): Promise<number> {
  const [command, ...argv] = shell.argv
  const run = COMMANDS[name]?.[command ?? '']
  const absent = shell.settings.era === 'A' && command === 'loadMetadata'
  if (command === undefined || run === undefined || absent) {
    if (command !== undefined) await shell.out.complain(`${command} is an unknown command.`)
    await shell.out.line(shellUsage(shell.settings, name))
    return 255
  }
  const inner = { ...shell, argv }
  return runCommand(inner, { name, command, run })
}

async function runCommand(shell: Shell, what: { name: string; command: string; run: Command }): Promise<number> {
  const { out, settings } = shell
  try {
    if (what.command !== 'distributedLoad') await hangIfAsked(shell, what.command)
    if (what.name === 'fs' && !OWN_MASTER_CHECK.has(what.command)) await askMaster(shell)
    if (what.name !== 'fs' || !WILDCARDS.has(what.command)) return await what.run(shell)
    return await expandWildcards(shell, what.run)
  } catch (error) {
    if (error instanceof UsageError) {
      const words = error.message.startsWith('Arg ') ? '' : `Failed to parse args for ${what.command}: `
      await out.line(`${words}${error.message}`)
    } else if (error instanceof CommandError) await out.line(error.message)
    else throw error
    const isUsage = error instanceof UsageError || /^Command \w+ (takes|requires)/.test(error.message)
    const ask = { shell: what.name, command: what.command, index: isOn(shell.knob('index')) }
    if (isUsage) await out.line(commandUsage(settings, ask))
    return error instanceof CommandError ? error.code : 255
  }
}

async function runTop(shell: Shell): Promise<number> {
  const [name, ...argv] = shell.argv
  const inner = { ...shell, argv }
  // namespaces are GooseFS's own
  const isForeign = name === 'ns' && shell.settings.brand !== 'GooseFS'
  if (name !== undefined && name in COMMANDS && !isForeign) return runShell(inner, name)
  const run = TOP[name ?? '']
  if (run === undefined) {
    if (name !== undefined) await shell.out.complain(`Unsupported command ${name}`)
    await shell.out.line(LAUNCHER)
    return 1
  }
  try {
    return await run(inner)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    await shell.out.complain(error.message)
    return 255
  }
}

/** Sizes belong to the cluster, not to one command: told by the environment, they are written into the world. */
function adoptSizes(journal: Journal, env: NodeJS.ProcessEnv): void {
  const stored = journal.look().knobs
  for (const key of ['quota', 'block']) {
    const value = env[`GANDER_PLAYGROUND_${key.toUpperCase()}`]
    if (value !== undefined && value !== stored[key]) journal.commit(() => [{ t: 'knob', key, value }])
  }
}

/** Knobs of the world, looked up again at most every 10 ms: they are asked for with every line. */
function storedKnobs(journal: Journal): () => Record<string, string> {
  let knobs: Record<string, string> = {}
  let freshUntil = 0
  return () => {
    if (performance.now() < freshUntil) return knobs
    knobs = journal.look().knobs
    freshUntil = performance.now() + 10
    return knobs
  }
}

async function main(): Promise<void> {
  const { args, options } = stealOptions(process.argv.slice(2))
  const settings = readSettings(process.env, options)
  const journal = openJournal(settings.dir)
  adoptSizes(journal, process.env)
  const knob = createKnobs(process.env, storedKnobs(journal))
  const out = createPrinter(knob, settings.utf8)
  const argv = settings.utf8 ? args : args.map(mangle)
  process.exitCode = await runTop({ settings, knob, out, journal, argv })
  journal.close()
}

await main()
