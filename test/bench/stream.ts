// how fast what a CLI prints reaches the daemon's file, and what that costs in memory
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '../agent/until.ts'
import { bytesBelow, createRig, type Rig } from './rig.ts'
import { type Bench, median, now, round, timed } from './row.ts'

// the flood comes first, then the load itself, so that the job ends as any other
const FLOOD = `if [[ $1 == fs && $2 == distributedLoad ]]; then
  printf '%s' "$EPOCHREALTIME" >"$BENCH_DIR/begin"
  cat "$BENCH_DIR/flood"
fi`

const NAMES = ['daemon', 'agent']

function toFlood(bytes: number): string {
  const line = (n: number): string =>
    `/flood/dt=2026-11-21/part-${String(n).padStart(8, '0')} is already fully loaded in GooseFS\n`
  return Array.from({ length: Math.ceil(bytes / line(0).length) }, (_, n) => line(n)).join('')
}

async function pipe(dir: string): Promise<void> {
  const child = spawn('sh', ['-c', 'cat flood | cat >piped'], { cwd: dir, stdio: 'ignore' })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`cat ended with ${code}`)
}

/** From the first byte that the CLI prints to the last one in the daemon's file, in milliseconds. */
async function streamOnce(rig: Rig, path: string, bytes: number): Promise<number> {
  const stored = (): number => bytesBelow(join(rig.dataDir, 'output'), name => name.endsWith('.output'))
  const before = stored()
  await rig.goosefs('playground', 'put', path, '--bytes', '4k')
  const { id } = await rig.submit({ action: 'load', paths: [path] })
  await until('the whole flood in the daemon', () => stored() - before >= bytes, 300_000)
  const ms = now() - Number(readFileSync(join(rig.dir, 'begin'), 'utf8')) * 1_000
  const { status } = await rig.ended(id)
  if (status !== 'succeeded') throw new Error(`the load of ${path} is ${status}`)
  return ms
}

export const benchStream: Bench = async ({ dist, quick }) => {
  const megabytes = quick ? 20 : 100
  const rounds = quick ? 1 : 3
  const rig = await createRig({ dist, before: FLOOD })
  try {
    const flood = toFlood(megabytes * 1e6)
    writeFileSync(join(rig.dir, 'flood'), flood)
    const speeds: number[] = []
    const ratios: number[] = []
    const programs = [rig.daemon, rig.agent]
    const before = programs.map(program => program.memory().nowMb)
    const cpu = programs.map(program => program.cpuSeconds())
    for (const program of programs) program.forgetPeak()
    for (let at = 0; at < rounds; at++) {
      const pipedMs = await timed(() => pipe(rig.dir))
      const ms = await streamOnce(rig, `/stream-${at}`, flood.length)
      speeds.push(flood.length / 1e3 / ms)
      ratios.push(pipedMs / ms)
    }
    return [
      {
        name: `stream: ${megabytes} MB printed by a CLI, until they are in the daemon's file`,
        value: round(median(speeds), 1),
        unit: 'MB/s',
        ratio: round(median(ratios), 3),
        note: `median of ${rounds}; against the same bytes through cat | cat > file`,
      },
      ...programs.flatMap((program, at) => [
        {
          name: `stream: processor time of the ${NAMES[at]}`,
          value: round((program.cpuSeconds() - (cpu[at] ?? Number.NaN)) / ((rounds * flood.length) / 1e9), 1),
          unit: 's/GB',
          note: 'its part in the loads themselves included',
        },
        {
          name: `stream: most memory of the ${NAMES[at]}`,
          value: round(program.memory().peakMb, 0),
          unit: 'MB',
          ratio: round(program.memory().peakMb / (before[at] ?? Number.NaN)),
          note: `against ${round(before[at] ?? Number.NaN, 0)} MB before`,
        },
      ]),
    ]
  } finally {
    await rig.close()
  }
}
