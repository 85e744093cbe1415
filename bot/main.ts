// the daemon as a program: what it is told, its log, its exit codes
import { runProgram } from '../process/program.ts'
import type { Log } from '../shared/log.ts'
import type { Scope } from '../shared/scope.ts'
import { daemonSecrets } from './config.ts'
import { openDaemon } from './open-daemon.ts'
import { readTold, showTold, type Told } from './told.ts'

const HELP = `usage: node dist/bot/main.js [--check | --help | --version]

The Gander daemon. It is told what to do by its environment (GANDER_HTTP_PORT, GANDER_DATA_DIR, …; see README)
and, with GANDER_CONFIG, by a gander.yaml.

  --check    print the configuration that would be used (secrets as stars), or every mistake, and exit
  --version  print the version
Exit codes: 0 after SIGTERM, 69 a listener cannot be opened, 70 a mistake of ours, 74 damaged or unwritable state,
75 the data directory is in use, 78 the configuration has mistakes.
`

async function run(told: Told, log: Log, scope: Scope): Promise<void> {
  await openDaemon(told, { log, scope })
  // pm2 waits for this when wait_ready is set
  process.send?.('ready')
}

await runProgram<Told>(
  {
    name: 'gander-daemon',
    help: HELP,
    configure: readTold,
    show: showTold,
    logOf: ({ config, file }) => ({
      level: config.logLevel,
      secrets: [...daemonSecrets(config), ...file.users.flatMap(user => user.tokens)],
    }),
    run,
  },
  process.argv[2],
)
