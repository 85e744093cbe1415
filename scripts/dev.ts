// the whole of Gander in one terminal: a simulated GooseFS, an agent beside it, a daemon, and its chat typed by hand
import { spawn } from 'node:child_process'
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDaemon } from '../bot/open-daemon.ts'
import { readTold } from '../bot/told.ts'
import { createProcessLog } from '../process/log.ts'
import { toError } from '../shared/errors.ts'
import { createScope, type Scope } from '../shared/scope.ts'
import { buildAll } from './build.ts'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const CHILD_ENDS_WITHIN_MS = 12_000

const HELP = `npm run dev

Gander in one terminal, without DingTalk and without a cluster: what you type is what somebody types in a group. The
GooseFS is simulated (the playground): no cluster is touched. Warnings appear between the answers (LOG_LEVEL=info for more).
Speak as somebody else with :as admin, :as operator, :as viewer or :as stranger; end with :quit.
`

/** Who may speak; a stranger is known to nobody. */
const GANDER_YAML = `users:
  - { name: admin, role: admin, staffIds: [admin] }
  - { name: operator, role: operator, staffIds: [operator] }
  - { name: viewer, role: viewer, staffIds: [viewer] }
`

async function main(): Promise<void> {
  if (process.argv.includes('--help') || process.argv.includes('-h')) return void process.stdout.write(HELP)
  process.stdout.write('Gander on a simulated GooseFS (the playground): no cluster is touched.\n')
  await buildAll()
  const scope = createScope()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void leave(scope, 0))
  const home = mkdtempSync(join(tmpdir(), 'gander-dev-'))
  scope.add(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))
  const port = await findFreePort()
  const goosefs = join(dist, 'playground/goosefs')
  const ground = { ...process.env, GOOSEFS_BIN: goosefs, GANDER_PLAYGROUND_DIR: join(home, 'playground') }
  await run(goosefs, ['playground', 'init'], ground)
  writeFileSync(join(home, 'gander.yaml'), GANDER_YAML)
  const told = await readTold({
    ...{ GANDER_HTTP_PORT: String(port), GANDER_COMPAT_PORTS: '', GANDER_DATA_DIR: join(home, 'daemon') },
    ...{ GANDER_CONFIG: join(home, 'gander.yaml'), LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn' },
    ...(process.env['GANDER_TZ'] !== undefined && { GANDER_TZ: process.env['GANDER_TZ'] }),
  })
  const log = await createProcessLog('gander-daemon', { level: told.config.logLevel, secrets: [] })
  const daemon = createScope()
  const chat = await openDaemon(told, {
    ...{ log, scope: daemon },
    terminal: { input: process.stdin, output: process.stdout },
  })
  scope.add(() => daemon.close())
  startAgent(scope, { ...ground, GANDER_DAEMON_URL: `http://127.0.0.1:${port}`, GANDER_AGENT_NAME: 'dev' }, home)
  process.stdout.write(`http://127.0.0.1:${port}/docs is its API; try: 预热 /datasets, 状态, 帮助; :help says more.\n`)
  await chat.over
  await leave(scope, 0)
}

/** The agent as a process of its own; it is ended, with all that it runs, before the daemon. */
function startAgent(scope: Scope, env: NodeJS.ProcessEnv, home: string): void {
  const log = openSync(join(home, 'agent.log'), 'a')
  const agent = spawn(process.execPath, [join(dist, 'agent/main.js')], {
    env: { ...env, GANDER_AGENT_DIR: join(home, 'agent') },
    stdio: ['ignore', log, log],
    detached: true,
  })
  const gone = new Promise<void>(resolve => agent.once('exit', () => resolve()))
  scope.add(async () => {
    agent.kill('SIGTERM')
    const late = setTimeout(() => agent.kill('SIGKILL'), CHILD_ENDS_WITHIN_MS)
    await gone
    clearTimeout(late)
  })
}

function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
    child.once('error', reject)
    child.once('exit', code => (code === 0 ? resolve() : reject(new Error(`${args.join(' ')} ended with ${code}`))))
  })
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

let leaving: Promise<void> | undefined

/** Ends everything once, in reverse. */
function leave(scope: Scope, exit: number): Promise<void> {
  leaving ??= scope.close().then(
    () => process.exit(exit),
    (thrown: unknown) => {
      process.stderr.write(`dev: ${toError(thrown).message}\n`)
      process.exit(1)
    },
  )
  return leaving
}

await main()
