// the daemon: builds every room, introduces them, closes them in reverse
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { ConfigError } from '../shared/config.ts'
import { toError } from '../shared/errors.ts'
import { createIds } from '../shared/ids.ts'
import { createLog, createRedactor, type Log } from '../shared/log.ts'
import { createScope, type Scope } from '../shared/scope.ts'
import { createClock, SECOND } from '../shared/time.ts'
import { createCredentials, hashToken, makeToken } from './access/credentials.ts'
import { dispatch } from './agents/dispatcher.ts'
import { createHub } from './agents/hub.ts'
import { type DaemonConfig, daemonSecrets, parseDaemonConfig, showDaemonConfig } from './config.ts'
import { type ConfigFile, NO_CONFIG_FILE, parseConfigFile } from './config-file.ts'
import type { Published } from './core/events.ts'
import { createState, type Settings } from './core/state.ts'
import { createBus } from './engine/bus.ts'
import { createDesk, createOrderBook } from './engine/desk.ts'
import { createEngine } from './engine/engine.ts'
import { createOperations } from './engine/operations/index.ts'
import type { StreamId } from './engine/ports.ts'
import { toVitals } from './engine/queries/vitals.ts'
import { fillState, newestId } from './engine/restore.ts'
import { createHttpServer } from './http/server.ts'
import { checkDaemon } from './self-checks.ts'
import { DirectoryInUse, StateDamaged } from './store/faults.ts'
import { createJournal } from './store/journal.ts'
import { lockDirectory } from './store/lock.ts'
import { createOutputFiles } from './store/output-files.ts'
import { RECORD_PARSERS } from './store/records.ts'

declare const GANDER_VERSION: string
const VERSION = typeof GANDER_VERSION === 'string' ? GANDER_VERSION : '0.0.0-source'

const EXIT = { listener: 69, state: 74, inUse: 75, config: 78 } as const
const GRACE_MS = 10 * SECOND

const HELP = `usage: node dist/bot/main.js [--check | --help | --version]

The Gander daemon. It is told what to do by its environment (GANDER_HTTP_PORT, GANDER_DATA_DIR, …; see README)
and, with GANDER_CONFIG, by a gander.yaml.

  --check    print the configuration that would be used (secrets as stars), or every mistake, and exit
  --version  print the version
Exit codes: 0 after SIGTERM, 69 a listener cannot be opened, 74 damaged or unwritable state,
75 the data directory is in use, 78 the configuration has mistakes.
`

type Told = { readonly config: DaemonConfig; readonly file: ConfigFile }

async function readConfig(): Promise<Told> {
  const config = parseDaemonConfig(process.env)
  if (config.configFile === undefined) return { config, file: NO_CONFIG_FILE }
  const source = await readFile(config.configFile, 'utf8').catch((cause: unknown) => {
    throw new ConfigError([`GANDER_CONFIG must be a readable file: ${toError(cause).message}`])
  })
  return { config, file: parseConfigFile(source, config.configFile) }
}

/** JSON lines on stderr; easy to read for a person when stderr is a terminal. */
async function createProcessLog({ config, file }: Told): Promise<Log> {
  const secrets = [...daemonSecrets(config), ...file.users.flatMap(user => user.tokens)]
  const pretty = process.stderr.isTTY ? await import('pino-pretty').catch(() => undefined) : undefined
  const target =
    pretty === undefined ? pino.destination({ dest: 2, sync: true }) : pretty.default({ destination: 2, sync: true })
  const logger = pino(
    { level: config.logLevel, base: { program: 'gander-daemon' }, timestamp: pino.stdTimeFunctions.isoTime },
    target,
  )
  const at = (level: 'debug' | 'info' | 'warn' | 'error') => (fields: object, message: string) =>
    logger[level](fields, message)
  return createLog(
    { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    createRedactor(secrets),
  )
}

function toSettings({ config, file }: Told): Settings {
  return {
    verify: config.verify === 'on',
    graceMs: config.agentGraceSeconds * SECOND,
    keepDays: config.keepDays,
    keepJobs: config.keepJobs,
    clusters: file.clusters.map(cluster => cluster.name),
    ...(file.defaultCluster !== undefined && { defaultCluster: file.defaultCluster }),
  }
}

/** Opens the state and everything that judges and keeps. */
async function openState(told: Told, log: Log, scope: Scope) {
  const { config } = told
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const lock = await lockDirectory(config.dataDir)
  scope.add(() => lock.release())
  const store = createJournal({ dir: join(config.dataDir, 'state'), tables: RECORD_PARSERS, log })
  scope.add(() => store.close())
  const output = createOutputFiles({ dir: join(config.dataDir, 'output') })
  scope.add(() => output.close())
  const state = createState()
  fillState(state, await store.load())
  const clock = createClock()
  const frames = createBus<Published>(log)
  const growth = createBus<StreamId>(log)
  const settings = toSettings(told)
  const engine = createEngine({ state, store, clock, ids: createIds(newestId(state)), settings, bus: frames, log })
  scope.add(() => engine.close())
  return { state, output, clock, frames, growth, settings, engine }
}

type Opened = Awaited<ReturnType<typeof openState>>

/** Lets agents in, and tells them what follows from every frame. */
function openAgents(opened: Opened, { config }: Told, log: Log) {
  const { state, output, clock, frames } = opened
  const admits = (token: string | undefined): boolean =>
    config.agentToken === undefined || (token !== undefined && hashToken(token) === hashToken(config.agentToken))
  const hub = createHub({ door: createDesk(opened), admits, clock, log })
  const orders = createOrderBook(state)
  frames.subscribe(frame => {
    for (const event of frame.events) dispatch(event, orders, hub.send)
    const gone = frame.events.flatMap(event => (event.type === 'job.removed' ? event.allocationIds : []))
    if (gone.length > 0) output.remove(gone).catch(cause => log.warn('old output could not be removed', { cause }))
  })
  return hub
}

async function run(told: Told, log: Log, scope: Scope): Promise<void> {
  const { config, file } = told
  const opened = await openState(told, log, scope)
  const { state } = opened
  const hub = openAgents(opened, told, log)
  scope.add(() => hub.close())
  const ports: number[] = []
  const operations = createOperations({
    ...opened,
    log,
    makeToken: () => {
      const token = makeToken()
      return { token, sha256: hashToken(token) }
    },
    selfChecks: () => checkDaemon(config, ports),
  })
  const made = (sha256: string) => {
    const [row] = state.tokens.find('sha256', sha256)
    return row === undefined ? undefined : { name: row.user, role: row.role }
  }
  const authenticate = createCredentials({ users: file.users, adminToken: config.adminToken, made })
  let ready = false
  const defaultUser = file.users.find(user => user.name === file.defaultUser) ?? {
    name: 'local',
    role: 'admin' as const,
  }
  const http = createHttpServer({
    operations,
    authenticate,
    defaultUser,
    log,
    clock: opened.clock,
    mode: config.auth,
    version: VERSION,
    vitals: () => toVitals(state, ready),
    upgrade: hub.upgrade,
    ...(config.publicUrl !== undefined && { publicUrl: config.publicUrl }),
    ...(config.tz !== undefined && { tz: config.tz }),
  })
  scope.add(() => http.close(GRACE_MS))
  await opened.engine.dispatch({ type: 'daemon.started' })
  ports.push((await http.listen(config.httpHost, config.httpPort)).port)
  for (const port of config.compatPorts) {
    const more = await http.listen(config.httpHost, port).catch((cause: unknown) => {
      log.warn(`the compatibility port ${port} cannot be opened and is left out`, { cause: toError(cause) })
    })
    if (more !== undefined) ports.push(more.port)
  }
  ready = true
  log.info('the daemon is ready', {
    host: config.httpHost,
    ports,
    dataDir: config.dataDir,
    auth: config.auth,
    version: VERSION,
  })
  // pm2 waits for this when wait_ready is set
  process.send?.('ready')
}

function exitCodeOf(cause: unknown): number {
  if (cause instanceof ConfigError) return EXIT.config
  if (cause instanceof DirectoryInUse) return EXIT.inUse
  if (cause instanceof StateDamaged) return EXIT.state
  const { code, syscall } = cause as { code?: string; syscall?: string }
  return syscall === 'listen' || code === 'EADDRINUSE' ? EXIT.listener : EXIT.state
}

async function main(argument: string | undefined): Promise<void> {
  if (argument === '--help' || argument === '-h') return void process.stdout.write(HELP)
  if (argument === '--version') return void process.stdout.write(`${VERSION}\n`)
  const told = await readConfig()
  if (argument === '--check') return void process.stdout.write(`${showDaemonConfig(told.config).join('\n')}\n`)
  if (argument !== undefined)
    throw new ConfigError([`${argument} is not an option; expected --check, --help or --version`])
  const log = await createProcessLog(told)
  const scope = createScope()
  const stop = (signal: NodeJS.Signals): void => {
    if (scope.closed) process.exit(0)
    log.info('the daemon is stopping', { signal })
    scope.close().then(
      () => process.exit(0),
      cause => {
        log.error('the daemon did not stop cleanly', { cause })
        process.exit(0)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  await run(told, log, scope).catch(async (cause: unknown) => {
    log.error('the daemon cannot run', { cause: toError(cause) })
    await scope.close().catch(() => {
      // what could not be opened cannot be closed; the first failure is what counts
    })
    process.exit(exitCodeOf(cause))
  })
}

main(process.argv[2]).catch((cause: unknown) => {
  process.stderr.write(`gander daemon: ${toError(cause).message}\n`)
  process.exit(exitCodeOf(cause))
})
