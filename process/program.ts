// what every long-running program of ours does around its work: arguments, configuration, log, signals, exit codes
import { ConfigError, type Environment } from '../shared/config.ts'
import { toError } from '../shared/errors.ts'
import type { Log, LogLevel } from '../shared/log.ts'
import { createScope, type Scope } from '../shared/scope.ts'
import { SECOND } from '../shared/time.ts'
import { DirectoryInUse } from './directory-in-use.ts'
import { createProcessLog } from './log.ts'

declare const GANDER_VERSION: string
/** The version of the package; set when the programs are built. */
export const VERSION = typeof GANDER_VERSION === 'string' ? GANDER_VERSION : '0.0.0-source'

/** Exit codes besides 0; sysexits(3). */
export const EXIT = { listener: 69, mistake: 70, state: 74, inUse: 75, config: 78 } as const
/** A program that was asked to leave is gone after this long. */
export const GRACE_MS = 10 * SECOND

export type Program<Config> = {
  /** Shown in logs and messages, such as `gander-daemon`. */
  readonly name: string
  readonly help: string
  /** Reads the configuration; throws a `ConfigError` with every mistake at once. */
  configure(environment: Environment): Promise<Config>
  /** The configuration as lines for `--check`, secrets as stars. */
  show(config: Config): readonly string[]
  readonly logOf: (config: Config) => { readonly level: LogLevel; readonly secrets: readonly string[] }
  /** Starts the work; everything that it opens is added to the scope. Resolves when it is at work. */
  run(config: Config, log: Log, scope: Scope): Promise<void>
}

/** Runs a program to its end; the answer of `main` modules. Never rejects: the process exits with a code of the table. */
export async function runProgram<Config>(program: Program<Config>, argument: string | undefined): Promise<void> {
  try {
    await begin(program, argument)
  } catch (thrown) {
    process.stderr.write(`${program.name}: ${toError(thrown).message}\n`)
    process.exit(exitCodeOf(thrown))
  }
}

async function begin<Config>(program: Program<Config>, argument: string | undefined): Promise<void> {
  if (argument === '--help' || argument === '-h') return void process.stdout.write(program.help)
  if (argument === '--version') return void process.stdout.write(`${VERSION}\n`)
  const config = await program.configure(process.env)
  if (argument === '--check') return void process.stdout.write(`${program.show(config).join('\n')}\n`)
  if (argument !== undefined)
    throw new ConfigError([`${argument} is not an option; expected --check, --help or --version`])
  const log = await createProcessLog(program.name, program.logOf(config))
  const scope = createScope()
  leaveOnSignals(program.name, log, scope)
  leaveOnMistakes(program.name, log)
  await program.run(config, log, scope).catch(async (thrown: unknown) => {
    log.error(`${program.name} cannot run`, { reason: toError(thrown).message, cause: toError(thrown) })
    await scope.close().catch(() => {
      // what was not opened whole cannot be closed whole; the first failure is what counts
    })
    process.exit(exitCodeOf(thrown))
  })
}

/** The first signal leaves in order, within the grace; a second one at once. */
function leaveOnSignals(name: string, log: Log, scope: Scope): void {
  const leave = (signal: NodeJS.Signals): void => {
    if (scope.closed) process.exit(0)
    log.info(`${name} is stopping`, { signal })
    setTimeout(() => process.exit(0), GRACE_MS).unref()
    scope.close().then(
      () => process.exit(0),
      (cause: unknown) => {
        log.error(`${name} did not stop cleanly`, { cause: toError(cause) })
        process.exit(0)
      },
    )
  }
  process.on('SIGTERM', leave)
  process.on('SIGINT', leave)
}

/** A mistake of ours that nobody caught: its stack is logged, and the process leaves at once, since nobody knows its state. */
function leaveOnMistakes(name: string, log: Log): void {
  const leave = (kind: string, thrown: unknown): void => {
    log.error(`${name} ends by a mistake of ours`, { kind, error: toError(thrown) })
    process.exit(EXIT.mistake)
  }
  process.on('uncaughtException', thrown => leave('uncaughtException', thrown))
  process.on('unhandledRejection', thrown => leave('unhandledRejection', thrown))
}

function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof ConfigError) return EXIT.config
  if (thrown instanceof DirectoryInUse) return EXIT.inUse
  return isOfListening(thrown) ? EXIT.listener : EXIT.state
}

// an address that cannot be listened on may fail already when its name is looked up
function isOfListening(thrown: unknown): boolean {
  return (
    thrown instanceof Error && 'syscall' in thrown && ['listen', 'bind', 'getaddrinfo'].includes(String(thrown.syscall))
  )
}
