// completion: scripts for bash, zsh and fish, made from the table of verbs
import { ActionName } from '../../shared/actions.ts'
import { EXIT, usage } from '../failure.ts'
import { EVERYWHERE, OPTIONS, type OptionName } from '../options.ts'
import type { Verb } from '../verb.ts'

/** Makes the verb; `verbs` is asked for when it runs, since the table holds this verb too. */
export function toCompletion(verbs: () => readonly Verb[]): Verb {
  return {
    name: 'completion',
    takes: '<shell>',
    summary: 'print a completion script for bash, zsh or fish',
    options: [],
    examples: [
      ['gander completion bash > /etc/bash_completion.d/gander', 'bash'],
      ['gander completion zsh > "$' + '{fpath[1]}/_gander"', 'zsh'],
      ['gander completion fish > ~/.config/fish/completions/gander.fish', 'fish'],
    ],
    run: async ({ screen, words }) => {
      const write = SHELLS[words[0] ?? '']
      if (write === undefined) throw usage(`Completion is for bash, zsh or fish, not ${JSON.stringify(words[0])}.`)
      await screen.line(write(verbs()))
      return EXIT.cached
    },
  }
}

const SHELLS: Readonly<Record<string, (verbs: readonly Verb[]) => string>> = { bash: toBash, zsh: toZsh, fish: toFish }

function flagsOf(names: readonly OptionName[]): string[] {
  return names.flatMap(name => OPTIONS[name].flags.match(/(?<![\w-])--?[\w-]+/g) ?? [])
}

function wordsOf(verb: Verb): string {
  const subs = (verb.subs ?? []).map(sub => sub.name)
  const subFlags = (verb.subs ?? []).flatMap(sub => flagsOf(sub.options))
  return [
    ...new Set([...subs, ...valuesOf(verb), ...flagsOf(verb.options), ...subFlags, ...flagsOf(EVERYWHERE), '--help']),
  ].join(' ')
}

/** Bare words that a verb or one of its subs takes. */
function valuesOf({ name }: Verb): readonly string[] {
  if (name === 'completion') return Object.keys(SHELLS)
  return name === 'schedule' ? ActionName.options : []
}

/** Options that take one of a few words: their long flag, and the words. */
function choices(): [flag: string, words: string][] {
  return Object.values(OPTIONS).flatMap(({ flags, values }): [string, string][] => {
    const long = /--[\w-]+/.exec(flags)?.[0]
    return values === undefined || long === undefined ? [] : [[long, values.join(' ')]]
  })
}

function toBash(verbs: readonly Verb[]): string {
  const cases = verbs.map(verb => `    ${verb.name}) words="${wordsOf(verb)}" ;;`)
  const values = choices().map(
    ([flag, words]) => `    ${flag}) COMPREPLY=($(compgen -W "${words}" -- "$current")); return ;;`,
  )
  return `_gander() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  case "$before" in
    -f|--file) COMPREPLY=($(compgen -f -- "$current")); return ;;
${values.join('\n')}
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${verbs.map(verb => verb.name).join(' ')} --help --version"; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _gander gander`
}

function toZsh(verbs: readonly Verb[]): string {
  const names = verbs.map(verb => `    '${verb.name}:${toQuoted(verb.summary).replaceAll(':', '\\:')}'`)
  const cases = verbs.map(verb => `    ${verb.name}) compadd -- ${wordsOf(verb)} ;;`)
  const values = choices().map(([flag, words]) => `    ${flag}) compadd -- ${words}; return ;;`)
  return `#compdef gander
_gander() {
  local -a verbs
  verbs=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then _describe 'verb' verbs; return; fi
  case "$words[CURRENT-1]" in
    -f|--file) _files; return ;;
${values.join('\n')}
  esac
  case "$words[2]" in
${cases.join('\n')}
  esac
}
compdef _gander gander`
}

function toFish(verbs: readonly Verb[]): string {
  const lines = ['complete -c gander -f']
  for (const verb of verbs) {
    lines.push(`complete -c gander -n __fish_use_subcommand -a ${verb.name} -d '${toQuoted(verb.summary)}'`)
    const seen = `complete -c gander -n '__fish_seen_subcommand_from ${verb.name}'`
    const words = [...(verb.subs ?? []).map(sub => sub.name), ...valuesOf(verb)]
    if (words.length > 0) lines.push(`${seen} -a '${words.join(' ')}'`)
    const names = new Set([...verb.options, ...(verb.subs ?? []).flatMap(sub => sub.options), ...EVERYWHERE])
    for (const name of names) lines.push(`${seen} ${toFishOption(name)}`)
  }
  return lines.join('\n')
}

function toFishOption(name: OptionName): string {
  const { flags, summary, values } = OPTIONS[name]
  const words = flagsOf([name]).map(flag => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`))
  const value = !flags.includes('<')
    ? ''
    : name === 'file'
      ? ' -r -F'
      : values === undefined
        ? ' -x'
        : ` -x -a '${values.join(' ')}'`
  return `${words.join(' ')}${value} -d '${toQuoted(summary)}'`
}

function toQuoted(text: string): string {
  return text.replaceAll("'", '').replaceAll('"', '')
}
