// what the CLI says of itself: the options a command knows, its version, its configuration

/** Options named in `fs help <command>` or in the usage printed after a mistake; undefined when the text is not about it. */
export function readFlags(command: string, lines: readonly string[]): string[] | undefined {
  const from = lines.findIndex(line =>
    new RegExp(String.raw`^\s*(?:usage|Usage): ${command}\b|^\t? *\[${command}\b`).test(line),
  )
  if (from < 0 || lines.some(line => line.includes('is an unknown command'))) return undefined
  // in the list of all commands each one has a line of its own
  const text = /^\s*\[/.test(lines[from] ?? '') ? (lines[from] ?? '') : lines.slice(from).join('\n')
  return [...new Set([...text.matchAll(/(?<=^|[\s[|,])(--?[A-Za-z][\w-]*)/gm)].map(match => match[1] ?? ''))]
}

const VERSION = /^v?(\d+(?:\.\d+){1,3}(?:[-.][\w.-]+)?)$/

/** The version among the lines of `goosefs version`; words around it (a simulation says so) stay in `text`. */
export function readVersion(lines: readonly string[]): { readonly version: string; readonly text: string } | undefined {
  for (const line of lines) {
    const words = line.trim().split(/\s+/)
    const word = words.find(one => VERSION.test(one))
    if (word !== undefined) return { version: VERSION.exec(word)?.[1] ?? word, text: line.trim() }
  }
  return undefined
}

/** `getConf` without arguments: every `key=value`, keys without the brand in front. */
export function readConfiguration(lines: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const line of lines) {
    const match = /^(?:goosefs|alluxio)\.([\w.{}-]+)=(.*)$/.exec(line)
    if (match?.[1] !== undefined) found.set(match[1], match[2] ?? '')
  }
  return found
}
