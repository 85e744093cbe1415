// the command line: rows of verbs become commands with help, options and examples
import { Command, CommanderError } from 'commander'
import { EXIT } from './failure.ts'
import { findNearest } from './nearest.ts'
import { EVERYWHERE, OPTIONS, type OptionName } from './options.ts'
import type { Verb } from './verb.ts'

export type Chosen = {
  readonly verb: Verb
  readonly words: readonly string[]
  readonly given: Readonly<Record<string, unknown>>
}

type Choice = (chosen: Chosen) => void

const ENVIRONMENT = `
Environment: GANDER_URL, GANDER_TOKEN, NO_COLOR.
Exit codes: 0 cached · 1 failed · 2 usage · 3 partly · 4 stopped · 5 daemon unreachable · 6 refused · 7 unverified ·
130 left with Ctrl-C (the job goes on).
Every verb has examples: gander help load.`

/** Reads the command line. The answer is the verb to run, or the exit code when help or a mistake was all. */
export function readCommandLine(
  verbs: readonly Verb[],
  about: { version: string; argv: readonly string[] },
): Chosen | number {
  let chosen: Chosen | undefined
  const program = new Command('gander')
    .description('Warms GooseFS caches, and says so only when the data is really cached.')
    .version(about.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .showHelpAfterError('Read on with --help.')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'gander: ')) })
    .addHelpText('after', ENVIRONMENT)
  addOptions(program, EVERYWHERE)
  for (const verb of verbs) addVerb(program, verb, choice => (chosen = choice))
  try {
    program.parse(about.argv, { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    return thrown.exitCode === 0 ? EXIT.cached : EXIT.usage
  }
  return chosen ?? EXIT.usage
}

function addVerb(parent: Command, verb: Verb, choose: Choice): void {
  const command = parent.command(verb.name).summary(verb.summary).description(verb.summary)
  if (verb.takes !== '') command.arguments(verb.takes)
  addOptions(command, verb.options)
  command.addHelpText('after', toExamples(verb))
  const { subs = [] } = verb
  // a word that is none of its own is told beside the one that was probably meant
  command.allowExcessArguments(subs.length > 0)
  // and before its options, which are those of the word that was meant
  command.allowUnknownOption(subs.length > 0)
  command.action(() => {
    const [word] = subs.length > 0 ? command.args : []
    if (word?.startsWith('-')) command.allowUnknownOption(false).parse([word], { from: 'user' })
    if (word !== undefined) command.error(`error: ${toUnknown(verb, word)}`, { code: 'commander.unknownCommand' })
    choose({ verb, words: command.args, given: command.optsWithGlobals() })
  })
  for (const sub of verb.subs ?? []) addVerb(command, sub, choose)
}

function toUnknown({ name, subs = [] }: Verb, word: string): string {
  const alike = subs.find(sub => sub.alike?.includes(word.toLowerCase()))?.name
  const meant =
    alike ??
    findNearest(
      word,
      subs.map(sub => sub.name),
    )
  const words = subs.map(sub => sub.name).join(', ')
  const did = `${JSON.stringify(word)} is no word of gander ${name}`
  return meant === undefined ? `${did}: ${words}.` : `${did}; ${meant} is. Its words: ${words}.`
}

function addOptions(command: Command, names: readonly OptionName[]): void {
  for (const name of names) command.option(OPTIONS[name].flags, OPTIONS[name].summary)
}

function toExamples(verb: Verb): string {
  const rows = [...verb.examples, ...(verb.subs ?? []).flatMap(sub => sub.examples)]
  const width = Math.max(0, ...rows.map(([line]) => line.length))
  const lines = rows.map(([line, meaning]) => `  ${line.padEnd(width)}  # ${meaning}`)
  const notes = verb.notes === undefined ? '' : `${verb.notes}\n`
  return `${notes}\nEverywhere: --url --token --json --reconnect (gander --help).\n\nExamples:\n${lines.join('\n')}`
}
