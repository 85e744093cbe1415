// options as commons-cli reads them: anywhere, `--` ends them, unknown ones are named

/** Option name without dashes → does it take a value. */
export type OptionTable = Record<string, boolean>

export interface Arguments {
  has(name: string): boolean
  value(name: string): string | undefined
  paths: string[]
}

/** Says why in the words of the real parser; the caller adds the usage. */
export class UsageError extends Error {}

/** Reads `argv`. Throws `UsageError` on an unknown option or a missing value. */
export function readArguments(argv: string[], table: OptionTable): Arguments {
  const values = new Map<string, string>()
  const paths: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const arg = argv[index] ?? ''
    if (arg === '--') {
      paths.push(...argv.slice(index + 1))
      break
    }
    if (!/^-./.test(arg)) {
      paths.push(arg)
      continue
    }
    const [name = '', inline] = splitOption(arg)
    const takesValue = table[name]
    if (takesValue === undefined) throw new UsageError(`Unrecognized option: ${arg}`)
    const value = takesValue ? (inline ?? argv[++index]) : ''
    if (value === undefined) throw new UsageError(`Missing argument for option: ${name}`)
    values.set(name, value)
  }
  return { has: name => values.has(name), value: name => values.get(name), paths }
}

function splitOption(arg: string): [string, string | undefined] {
  const bare = arg.replace(/^--?/, '')
  const at = bare.indexOf('=')
  return at < 0 ? [bare, undefined] : [bare.slice(0, at), bare.slice(at + 1)]
}
