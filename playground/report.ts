// goosefs fsadmin report: summary, capacity, ufs, jobservice, metrics
import { quota } from './cache.ts'
import { printCapacity } from './capacity.ts'
import { capacityLines, workers } from './cluster.ts'
import { printJobService } from './jobservice.ts'
import { isOn } from './knobs.ts'
import { printMetrics } from './metrics.ts'
import { mountLines } from './mounts.ts'
import { type Command, CommandError, delay, MASTER, type Shell } from './shell.ts'
import { workerCount } from './submission.ts'
import { human, stamp } from './words.ts'

function uptime(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const parts = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60, seconds % 60].map(Math.floor)
  return `${parts[0]} day(s), ${parts[1]} hour(s), ${parts[2]} minute(s), and ${parts[3]} second(s)`
}

async function printSummary(shell: Shell): Promise<void> {
  const { settings, knob } = shell
  const world = shell.journal.look()
  const nodes = ['10.0.0.1', '10.0.0.2', '10.0.0.3']
  const zk = isOn(knob('zk'))
  const raft = isOn(knob('raft'))
  const count = workers(shell, world)
  const free = quota(world) * Math.max(1, workerCount(shell)) - world.cachedBytes
  const lines = [
    `${settings.brand} cluster summary: `,
    `    Master Address: ${MASTER}`,
    '    Web Port: 9201',
    '    Rpc Port: 9200',
    `    Started: ${stamp(world.startedAt)}`,
    `    Uptime: ${uptime(Date.now() - world.startedAt)}`,
    `    Version: ${settings.version}`,
    '    Safe Mode: false',
    `    Zookeeper Enabled: ${zk}`,
    ...(zk ? ['    Zookeeper Addresses: ', ...nodes.map(node => `        ${node}:2181`)] : []),
    ...(raft || settings.era >= 'D' ? [`    Raft-based Journal: ${raft}`] : []),
    ...(raft ? ['    Raft Journal Addresses: ', ...nodes.map(node => `        ${node}:9202`)] : []),
    ...(isOn(knob('extra')) ? ['    Playground Weather: fair'] : []),
    `    Live Workers: ${count.live}`,
    `    Lost Workers: ${count.lost}`,
    ...capacityLines(shell, world),
    `    Free Capacity: ${human(free)}`,
  ]
  for (const line of lines) await shell.out.line(line)
}

async function printUfs(shell: Shell): Promise<void> {
  await shell.out.line(`${shell.settings.brand} under storage system information:`)
  for (const line of mountLines(shell)) await shell.out.line(line)
}

const CATEGORIES: Record<string, (shell: Shell) => Promise<void>> = {
  summary: printSummary,
  capacity: printCapacity,
  metrics: printMetrics,
  ufs: printUfs,
  jobservice: printJobService,
}

function usage(brand: string): string {
  return [
    'report [category] [category args]',
    `Report ${brand} running cluster information.`,
    'Where [category] is an optional argument. If no arguments are passed in, summary information will be printed out.',
    '[category] can be one of the following:',
    '    capacity         worker capacity information',
    '    metrics          metrics information',
    '    summary          cluster summary',
    '    ufs              under storage system information',
    '    jobservice       job service metrics information',
    '',
  ].join('\n')
}

export const report: Command = async shell => {
  if (shell.knob('master') === 'down') {
    await delay(shell, 1_000)
    throw new CommandError(`Cannot connect to ${shell.settings.brand} leader master.`)
  }
  const category = shell.argv.find(arg => !arg.startsWith('-')) ?? 'summary'
  const print = CATEGORIES[category]
  if (print === undefined) throw new CommandError(`${usage(shell.settings.brand)}\nreport category is invalid.`)
  await print(shell)
  return 0
}
