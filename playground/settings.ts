// who we play: era, brand, directory, locale, and what the launcher steals from the arguments
import { tmpdir, userInfo } from 'node:os'

export type Era = 'A' | 'B' | 'C' | 'D' | 'E' | 'F'

export interface Settings {
  era: Era
  /** `GooseFS` or `Alluxio`, as it stands in messages */
  brand: string
  version: string
  /** only what Alluxio 2.5.0 knew: no `-F`, no `--batch-size` */
  strict: boolean
  dir: string
  utf8: boolean
  user: string
  /** -D properties without the brand's prefix: `user.file.metadata.sync.interval` → `0` */
  properties: Record<string, string>
}

const ALLUXIO_VERSIONS: Record<Era, string> = {
  A: '2.4.1',
  B: '2.5.0',
  C: '2.6.2',
  D: '2.7.4',
  E: '2.8.1',
  F: '2.9.3',
}

function readEra(text: string | undefined): Era {
  const letter = (text ?? 'B').toUpperCase()
  return letter in ALLUXIO_VERSIONS ? (letter as Era) : 'B'
}

/** Splits what the launcher gives to the JVM (anything that starts so, wherever it stands) from the arguments. */
export function stealOptions(argv: string[]): { args: string[]; options: string[] } {
  const isOption = (arg: string): boolean => arg === '-debug' || /^-(D|X|agentlib|javaagent)/.test(arg)
  return { args: argv.filter(arg => !isOption(arg)), options: argv.filter(isOption) }
}

function readProperties(options: string[]): Record<string, string> {
  const pairs = options.flatMap(option => {
    const match = /^-D(?:goosefs|alluxio)\.([^=]+)=(.*)$/s.exec(option)
    return match === null ? [] : [[match[1], match[2]]]
  })
  return Object.fromEntries(pairs)
}

/** Reads the environment. The playground calls itself so in its version: that is how it is told from the real one. */
export function readSettings(env: NodeJS.ProcessEnv, options: string[]): Settings {
  const brand = /^alluxio$/i.test(env['GANDER_PLAYGROUND_BRAND'] ?? '') ? 'Alluxio' : 'GooseFS'
  const era = readEra(env['GANDER_PLAYGROUND_ERA'])
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'C'
  return {
    era,
    brand,
    version: `${brand === 'GooseFS' ? '1.4.5.3' : ALLUXIO_VERSIONS[era]}-playground`,
    strict: env['GANDER_PLAYGROUND_STRICT25'] === '1',
    dir: env['GANDER_PLAYGROUND_DIR'] || `${tmpdir()}/gander-playground`,
    utf8: /utf-?8/i.test(locale),
    user: env['USER'] || userInfo().username,
    properties: readProperties(options),
  }
}

/** An argument as a JVM without a UTF-8 locale sees it: one question mark for each foreign byte. */
export function mangle(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[\u0080-\u00ff]/g, '?')
}

/** Eras whose listings are sorted, parents before children (2.9); before, children come first. */
export function isSorted(settings: Settings): boolean {
  return settings.era === 'E' || settings.era === 'F'
}

/** Eras E and F: the job master walks the tree, the command only waits. */
export function isServerSide(settings: Settings): boolean {
  return settings.era === 'E' || settings.era === 'F'
}
