// usage texts of the shells and of single commands
import type { Settings } from './settings.ts'

const LOAD_F =
  '[--replication <num>] [--active-jobs <num>] [--batch-size <num>] [--host-file <hostFilePath>] [--excluded-hosts <host1>,<host2>,...,<hostN>] [--excluded-host-file <hostFilePath>] [--locality <locality1>,<locality2>,...,<localityN>] [--locality-file <localityFilePath>] [--excluded-locality <locality1>,<locality2>,...,<localityN>] [--excluded-locality-file <localityFilePath>] [--passive-cache] [--direct-cache] [--index] [--hosts <host1>,<host2>,...,<hostN>] <path>'

function loadUsage(settings: Settings, index: boolean): string {
  if (settings.era === 'A') return '[--replication <num>] <path>'
  if (settings.brand === 'GooseFS' && !settings.strict && settings.era < 'C') {
    const more = index ? '[--index]' : ''
    return `[-ignoreCap][-dryrun][-A][--replication <num>][--active-jobs <num>][--batch-size <num>][--expire-time <time>]${more} <path>`
  }
  if (settings.era === 'B') return '[--replication <num>] [--active-jobs <num>] <path>'
  if (settings.era === 'C')
    return '[--replication <num>] [--active-jobs <num>] [--index] [--hosts <host>] [--host-file <file>] <path>'
  return LOAD_F
}

/** Usage and description of the commands that are alike in every era; `BRAND` stands for the brand. */
const PLAIN: Record<string, [string, string]> = {
  cat: ['<path>', "Prints the file's contents to the console."],
  checkConsistency: [
    '[-r] [-t|--threads <threads>] <BRAND path>',
    'Checks the consistency of a persisted file or directory.',
  ],
  count: ['[-h] <path>', 'Displays the number of files and directories matching the specified prefix.'],
  du: ['[-h|-s|-g|-m] <path>', 'Displays the total size of the specified file or directory.'],
  free: ['[-f] <path>', 'Frees the space occupied by a file or a directory in BRAND.'],
  getCapacityBytes: ['', 'Gets the capacity of the BRAND file system.'],
  getUsedBytes: ['', 'Gets number of bytes used in the BRAND file system.'],
  help: ['[<command>]', 'Prints help message for the given command.'],
  leader: ['', 'Prints the current BRAND leader master host name.'],
  load: ['[--local] <path>', 'Loads a file or directory in BRAND space, makes it resident in worker.'],
  location: ['<path>', 'Displays the list of hosts storing the specified file.'],
  masterInfo: ['', 'Prints the leader address and the list of master addresses.'],
  mkdir: ['<path1> [path2] ... [pathn]', 'Creates the specified directories and the parents that are missing.'],
  mount: ['[--readonly] [--shared] [--option <key=val>] <path> <ufsURI>', 'Mounts a UFS path onto a BRAND path.'],
  pin: ['<path> media1 media2 media3 ...', 'Pins the given file or directory in memory.'],
  setTtl: [
    '[--action delete|free] <path> <time to live>',
    'Sets a new TTL value for the file or directory at path, performing the given action after the TTL.',
  ],
  stat: ['[-f <format>] <path>', 'Displays info for the specified file or directory.'],
  test: ['[-d|-f|-e|-s|-z] <path>', 'Tests properties of the path.'],
  unmount: ['<path>', 'Unmounts a BRAND path.'],
  unpin: ['<path>', 'Unpins the given file or folder from memory.'],
  unsetTtl: ['<path>', 'Unsets the TTL value for the given path.'],
}

/** Usage and description of each fs command, in the words of the era. */
export function fsUsage(settings: Settings, index = false): Record<string, [string, string]> {
  const { brand, era } = settings
  const recursive = era === 'F' ? '-R/--recursive' : '-R'
  const force = era >= 'D' || (brand === 'GooseFS' && !settings.strict) ? '[-R] [-F] <path>' : '[-R] <path>'
  const rows: Record<string, [string, string]> = {
    ...PLAIN,
    distributedLoad: [loadUsage(settings, index), 'Loads a file or all files in a directory into BRAND space.'],
    loadMetadata: [force, 'Loads metadata for the given BRAND path from the under file system.'],
    ls: [
      `[-d|-f|-p|${recursive}|-h|--sort=option|--timestamp=option|-r] <path> ...`,
      'Displays information for all files and directories directly under the specified paths, including permission, owner, group, size (bytes for files or the number of children for directories, persistence state, last modified time, the percentage of content already in BRAND and the path in order.',
    ],
  }
  if (era === 'A') delete rows['loadMetadata']
  const branded = (text: string): string => text.replaceAll('BRAND', brand)
  const sorted = Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(sorted.map(([name, [usage, words]]) => [name, [branded(usage), branded(words)]]))
}

const ADMIN: Record<string, string> = { doctor: '[category]', report: '[category] [category args]' }

function jobUsage(era: string): Record<string, string> {
  return {
    cancel: '<id>',
    ...(era === 'F' ? { getCmdStatus: '<jobControlId>' } : {}),
    leader: '',
    ls: '',
    stat: '[-v] <id>',
  }
}

function block(settings: Settings, shell: string, rows: [string, string][]): string {
  const lines = rows.map(([name, usage]) => `\t [${`${name}${usage === '' ? '' : ` ${usage}`}]`.padEnd(57)}`)
  return [`Usage: ${settings.brand.toLowerCase()} ${shell} [generic options]`, ...lines].join('\n')
}

/** The usage that a shell prints without a command or with one that it does not know. */
export function shellUsage(settings: Settings, shell: string): string {
  if (shell === 'fsadmin') return block(settings, shell, Object.entries(ADMIN))
  if (shell === 'job') return block(settings, shell, Object.entries(jobUsage(settings.era)))
  return block(
    settings,
    shell,
    Object.entries(fsUsage(settings)).map(([name, [usage]]) => [name, usage]),
  )
}

/** What follows a refused argument: usage and description. */
export function commandUsage(settings: Settings, ask: { shell: string; command: string; index: boolean }): string {
  if (ask.shell === 'job') {
    const usage = jobUsage(settings.era)[ask.command] ?? ''
    const words =
      ask.command === 'stat'
        ? '\nDisplays the status info for the specific job. Use -v flag to display the status of every task'
        : ''
    return `Usage: ${ask.command} ${usage}${words}`
  }
  const [usage = '', description = ''] = fsUsage(settings, ask.index)[ask.command] ?? []
  return `Usage: ${ask.command} ${usage}\n${description}`
}

/** What the launcher itself prints. */
export const LAUNCHER = `Usage: goosefs COMMAND [GENERIC_COMMAND_OPTIONS] [COMMAND_ARGS]

COMMAND is one of:
  fs              Command line input-output tool for the file system.
  fsadmin         Command line tool for use by administrators.
  job             Command line tool for interacting with the job service.
  getConf         Look up a configuration key, or print all configuration.
  runClass        Run the main method of a class on the client class path.
  version         Print the version and exit.
  playground      What only this simulated GooseFS can do.`
