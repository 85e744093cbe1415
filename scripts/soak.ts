// npm run soak: messages and schedules through everything that can go wrong, and whether each was answered or run once
import { parseArgs } from 'node:util'
import { runSoak, type SoakResult } from '../test/soak/dingtalk/soak.ts'
import { toTable } from '../test/soak/dingtalk/table.ts'
import { runScheduleSoak } from '../test/soak/schedules/soak.ts'
import { buildAll } from './build.ts'

const HELP = `usage: npm run soak -- dingtalk [--messages N] [--seed S] [--minutes M] [--speed K] [--restarts R] [--kill]
       npm run soak -- schedules [--kills N] [--seed S]

dingtalk runs the daemon against a local DingTalk: people talk to the bot while connections break, fall silent or come back,
messages are delivered again, webhooks are slow or answer nothing, and the daemon is restarted. Then it looks whether each
command was carried out once, each message answered once and in order, each end of a job told once, never more than 20
messages a minute to one robot, and no secret in the log.

  --messages N  how many (default 10000; with --kill 600)
  --seed S      what is said and what goes wrong follow from it (default: by chance; printed)
  --minutes M   of the soak's own time, over which the messages are spread (default: 42 a minute; with --kill 30)
  --speed K     how many times faster than the wall its time passes (default 40; with --kill 10)
  --restarts R  (default 6; with --kill 8)
  --no-long     no loads that take longer than half an hour
  --kill        the daemon is a process of its own and ends by SIGKILL
  --log LEVEL   also prints the daemon's log lines of this level

schedules runs a daemon with schedules of all policies that are due every few seconds, and ends it by SIGKILL around their
firing; its clock is set forward and back, it is suspended. Then it looks whether each slot was written down once, whether each
that was fired has one job, and no slot two.

  --kills N     how many (default 200)
Exit codes: 0 all held, 1 something did not, 2 usage.
`

const { values, positionals } = readArguments()
if (values.help) leave(0, HELP)
const [kind = ''] = positionals
if (positionals.length !== 1 || !['dingtalk', 'schedules'].includes(kind)) leave(2, HELP)

const seed = readNumber('seed', Math.floor(Math.random() * 1_000_000))
const began = Date.now()
const violations = kind === 'schedules' ? await soakSchedules() : await soakDingtalk()
process.exit(violations.length === 0 ? 0 : 1)

async function soakDingtalk(): Promise<readonly string[]> {
  const kill = values.kill === true
  const messages = readNumber('messages', kill ? 600 : 10_000)
  console.log(`seed ${seed}: npm run soak -- dingtalk --messages ${messages} --seed ${seed}${kill ? ' --kill' : ''}`)
  const result = await runSoak({
    ...{ messages, seed, kill },
    minutes: readNumber('minutes', Math.ceil(messages / (kill ? 30 : 42))),
    speed: readNumber('speed', kill ? 10 : 40),
    restarts: readNumber('restarts', kill ? 8 : 6),
    long: !kill && values['no-long'] !== true,
    ...(kill && { routeFaultEveryMs: 8_000 }),
    onProgress: (said, at) => {
      if (said % 1_000 === 0) console.log(`${said} messages, it is ${new Date(at).toISOString()} there`)
    },
  })
  for (const { level, text } of result.log)
    if (level === values.log || values.log === 'all') console.log(`${level} ${text}`)
  return show(result)
}

async function soakSchedules(): Promise<readonly string[]> {
  const kills = readNumber('kills', 200)
  console.log(`seed ${seed}: npm run soak -- schedules --kills ${kills} --seed ${seed}`)
  await buildAll()
  const result = await runScheduleSoak({
    ...{ kills, seed },
    onProgress: (killed, found) => {
      if (killed % 20 === 0) console.log(`killed ${killed} times, ${found.length} violations ${found[0] ?? ''}`)
    },
  })
  return show(result)
}

function show({
  violations,
  numbers,
  faults,
}: Pick<SoakResult, 'violations' | 'numbers' | 'faults'>): readonly string[] {
  console.log(toTable({ ...numbers, 'seconds of the wall': Math.round((Date.now() - began) / 1_000) }, faults))
  for (const one of violations.slice(0, 40)) console.log(`VIOLATION ${one}`)
  if (violations.length > 40) console.log(`… and ${violations.length - 40} more`)
  console.log(violations.length === 0 ? `all held (seed ${seed})` : `${violations.length} violations (seed ${seed})`)
  return violations
}

function readNumber(name: 'messages' | 'seed' | 'minutes' | 'speed' | 'restarts' | 'kills', fallback: number): number {
  const given = values[name]
  const number = given === undefined ? fallback : Number(given)
  if (!Number.isInteger(number) || number < 0) leave(2, `--${name} must be a whole number, got ${given}\n${HELP}`)
  return number
}

function readArguments() {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      options: {
        ...{ messages: text, seed: text, minutes: text, speed: text, restarts: text, log: text, kills: text },
        kill: { type: 'boolean' },
        'no-long': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    })
  } catch (cause) {
    return leave(2, `${(cause as Error).message}\n${HELP}`)
  }
}

function leave(code: number, text: string): never {
  ;(code === 0 ? process.stdout : process.stderr).write(text)
  process.exit(code)
}
