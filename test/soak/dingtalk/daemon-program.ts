// the daemon as a program, on a clock that it is told of: what the soak kills
import { daemonSecrets } from '../../../bot/config.ts'
import { openDaemon } from '../../../bot/open-daemon.ts'
import { readTold, showTold, type Told } from '../../../bot/told.ts'
import { runProgram } from '../../../process/program.ts'
import { type Anchor, createSharedClock } from './clock.ts'

const clock = createSharedClock(JSON.parse(process.env['SOAK_CLOCK'] ?? '') as Anchor)

await runProgram<Told>(
  {
    name: 'gander-daemon',
    help: '',
    configure: readTold,
    show: showTold,
    logOf: ({ config, file }) => ({
      level: config.logLevel,
      secrets: [...daemonSecrets(config), ...file.users.flatMap(user => user.tokens)],
    }),
    async run(told, log, scope) {
      await openDaemon(told, { log, scope, clock })
      process.send?.('ready')
    },
  },
  undefined,
)
