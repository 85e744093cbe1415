// one command from a fresh clone: installs, builds, starts daemon and agent, warms one path, shows what became of it
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureInstalled, root } from './install.mjs'
import { bootAlluxio } from './try-alluxio.mjs'
import { startDingtalk } from './try-dingtalk.mjs'
import { createReadiness, findOnPath, freePort, isBuilt } from './try-ground.mjs'
import { createStage } from './try-stage.mjs'

const HELP = `npm run try -- [PATH] [--once] [--alluxio] [--dingtalk]

Installs and builds what is missing, starts a daemon and an agent in a temporary directory, warms one path, shows what is
cached before and after, and stays up until Ctrl-C. Everything it started is ended with it, running loads first.

  PATH       the path to warm. A real cluster is only listed unless one is given; a simulated or booted one has its own
  --once     end after the verdict, with the exit code of the load (0 cached, 1 failed, 3 partly, 7 not verified)
  --alluxio  boot a real Alluxio 2.5 first (needs a JDK and Maven; its jars are kept for the next time)
  --dingtalk start a simulated DingTalk too, with a page on which you chat with the bot as a member of a group
  --help     this text

The GooseFS is the one of GOOSEFS_BIN, else a goosefs or alluxio on the PATH, else the playground, which is simulated.
`

const args = process.argv.slice(2)
const known = new Set(['--once', '--alluxio', '--dingtalk', '--help', '-h'])
const paths = args.filter(arg => !arg.startsWith('-'))
const wrong = args.find(arg => arg.startsWith('-') && !known.has(arg)) ?? paths[1]
if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(HELP)
  process.exit(0)
}
if (wrong !== undefined) {
  process.stderr.write(`try: ${wrong} is not understood\n\n${HELP}`)
  process.exit(2)
}

const say = text => process.stdout.write(`${text}\n`)
const stage = createStage(name => fail(new Error(`the ${name} ended by itself`)))
let ending
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(signal === 'SIGINT' ? 130 : 143))
process.on('uncaughtException', fail)

try {
  await main()
} catch (thrown) {
  if (ending === undefined) fail(thrown)
}

async function main() {
  const wanted = process.env.GOOSEFS_BIN
  const given = wanted ? findOnPath(wanted) : (findOnPath('goosefs') ?? findOnPath('alluxio'))
  if (wanted && given === undefined) throw new Error(`GOOSEFS_BIN is ${wanted}, but there is no such program`)
  const kind = args.includes('--alluxio') ? 'booted' : given === undefined ? 'simulated' : 'real'
  say(firstLine(kind, given))
  ensureInstalled()
  if (!isBuilt(root)) await stage.run([process.execPath, `${root}scripts/run.mjs`, 'scripts/build.ts'], 'the build')

  const home = mkdtempSync(join(tmpdir(), 'gander-try-'))
  stage.onEnd(() => stage.remove(home))
  const ground = await prepare(kind, given, home)
  const dingtalk = args.includes('--dingtalk') ? await startDingtalk(stage, { root, home }) : undefined
  const url = await startProcesses(home, { ...ground, bot: dingtalk?.env })
  if (ground.path === undefined) say('Nothing is loaded unasked. To warm a path: npm run try -- /some/path\n')
  const verb = ground.path === undefined ? ['ls', '/'] : ['load', ground.path]
  say(`$ gander ${verb.join(' ')}`)
  const exit = await stage.show([process.execPath, `${root}dist/cli/main.js`, ...verb, '--url', url])
  if (ending !== undefined) return
  if (args.includes('--once')) return end(exit)
  say(howTo(url, ground))
  if (dingtalk !== undefined)
    say(`\n  open ${dingtalk.page} in a browser: the simulated DingTalk; type 帮助 or 预热 /datasets there`)
}

function firstLine(kind, given) {
  if (kind === 'simulated') return 'Gander on a simulated GooseFS (the playground): no cluster is touched.'
  if (kind === 'booted') return 'Gander on a real Alluxio 2.5, booted for this.'
  return `Gander on ${given}${paths.length === 0 ? ', which is only listed' : ''}.`
}

/** What the agent stands on: environment and the path to warm. */
async function prepare(kind, given, home) {
  if (kind === 'booted') {
    const { env, path } = await bootAlluxio(stage, { say, wanted: paths[0] })
    return { env, path }
  }
  if (kind === 'real') return { env: { GOOSEFS_BIN: given }, path: paths[0] }
  const env = { GOOSEFS_BIN: `${root}dist/playground/goosefs`, GANDER_PLAYGROUND_DIR: join(home, 'playground') }
  await stage.run([env.GOOSEFS_BIN, 'playground', 'init'], 'the playground', { ...process.env, ...env })
  return { env, path: paths[0] ?? '/datasets' }
}

async function startProcesses(home, ground) {
  const port = await freePort(8080)
  const compat = await freePort(4646)
  const url = `http://127.0.0.1:${port}`
  for (const [got, wanted] of [
    [port, 8080],
    [compat, 4646],
  ]) {
    if (got !== wanted) say(`Port ${wanted} is busy; ${got} is used instead.`)
  }
  const env = { LOG_LEVEL: 'info', ...cleanEnvironment(), ...ground.env }
  const daemon = {
    GANDER_HTTP_PORT: String(port),
    GANDER_COMPAT_PORTS: String(compat),
    GANDER_DATA_DIR: join(home, 'daemon'),
    ...ground.bot,
  }
  const agent = { GANDER_DAEMON_URL: url, GANDER_AGENT_DIR: join(home, 'agent'), GANDER_AGENT_NAME: 'try' }
  stage.start('daemon', [`${root}dist/bot/main.js`], { env: { ...env, ...daemon }, log: join(home, 'daemon.log') })
  await stage.until('the daemon', async () => (await fetch(`${url}/readyz`)).status === 200)
  stage.start('agent', [`${root}dist/agent/main.js`], { env: { ...env, ...agent }, log: join(home, 'agent.log') })
  stage.onEnd(() => stage.stopJobs(url))
  const isReady = createReadiness()
  await stage.until('the agent', async () => isReady(await (await fetch(`${url}/api/v1/agents`)).json()))
  say(`Daemon at ${url} (also port ${compat}), agent "try"; logs in ${home}\n`)
  return url
}

// settings of another Gander, or of a robot, must not leak into this one
function cleanEnvironment() {
  const strange = /^(GANDER_(?!PLAYGROUND_)|DINGTALK_|GOOSEFS_DINGTALK_)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !strange.test(name)))
}

function howTo(url, ground) {
  const path = ground.path ?? '/some/path'
  return `
It stays up until Ctrl-C. In another terminal, from here:

  export GANDER_URL=${url}
  node dist/cli/main.js status
  node dist/cli/main.js cached ${path}
  node dist/cli/main.js free ${path} && node dist/cli/main.js load ${path}
  curl -s ${url}/api/v1/jobs -d '{"action":"load","paths":["${path}"]}' -H 'content-type: application/json'
  open ${url}/docs in a browser`
}

function fail(thrown) {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  process.stderr.write(`try: ${text}\n`)
  for (const log of stage.logs()) {
    process.stderr.write(`--- the end of ${log}\n${readFileSync(log, 'utf8').split('\n').slice(-15).join('\n')}\n`)
  }
  end(1)
}

/** Ends everything once, in reverse; whoever asks again meanwhile changes nothing. */
function end(exit) {
  ending ??= stage.end().then(
    () => process.exit(exit),
    thrown => {
      process.stderr.write(`try: ${thrown.message}\n`)
      process.exit(exit === 0 ? 1 : exit)
    },
  )
}
