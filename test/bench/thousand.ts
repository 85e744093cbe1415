// a thousand paths to their verdicts: time, memory, and how many CLIs were alive at once
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { createRig, type Rig } from './rig.ts'
import { type Bench, round, timed } from './row.ts'

const CONCURRENCY = 2
const SAMPLE_MS = 50

/** What every CLI that is alive right now was asked for; a launcher's shells within shells count once. */
function aliveNow(launcher: string): string[] {
  const found = new Map<string, { parent: string; asked: string }>()
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      const at = words.indexOf(launcher)
      // further behind it is an argument of who supervises it
      if (at !== 1 && at !== 2) continue
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const [, parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      found.set(pid, { parent, asked: words.slice(at + 1, at + 3).join(' ') })
    } catch {
      // it has ended meanwhile
    }
  }
  return [...found.values()].filter(({ parent }) => !found.has(parent)).map(({ asked }) => asked)
}

type Watched = { readonly ms: number; readonly most: readonly string[]; readonly looks: number }

/** Watches while some work is done; answers the most that were alive at once and how often it looked. */
async function watchWhile(rig: Rig, work: () => Promise<void>): Promise<Watched> {
  let looks = 0
  let most: string[] = []
  const timer = setInterval(() => {
    looks++
    const alive = aliveNow(rig.launcher)
    if (alive.length > most.length) most = alive
  }, SAMPLE_MS)
  try {
    const ms = await timed(work)
    return { ms, most, looks }
  } finally {
    clearInterval(timer)
  }
}

const pathsOf = (dir: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${dir}/part-${String(n).padStart(5, '0')}`)

/** The same by hand: look, load, look again, for a list of paths and as many at once. Nothing is read or kept. */
async function loadByHand(rig: Rig, paths: string[]): Promise<number> {
  const look = '"$LAUNCHER" fs ls -R -Dgoosefs.user.file.metadata.sync.interval=0 "$0"'
  const one = `${look}; "$LAUNCHER" fs distributedLoad --replication 1 "$0"; ${look}`
  const script = `printf '%s\\0' "$@" | xargs -0 -n 1 -P ${CONCURRENCY} bash -c "$ONE"`
  const env = { ...rig.environment, LAUNCHER: rig.launcher, ONE: one }
  return timed(() => promisify(execFile)('bash', ['-c', script, 'bash', ...paths], { env, maxBuffer: 1e8 }))
}

export const benchThousand: Bench = async ({ dist, quick }) => {
  const count = quick ? 30 : 1_000
  const sample = quick ? 10 : 100
  const rig = await createRig({ dist, concurrency: CONCURRENCY })
  try {
    for (const dir of ['/by-hand', '/asked'])
      await rig.goosefs('playground', 'put', dir, '--bytes', '4k', '--files', String(count))
    const byHandMs = ((await loadByHand(rig, pathsOf('/by-hand', sample))) * count) / sample
    const watched = await watchWhile(rig, async () => {
      const { id } = await rig.submit({ action: 'load', paths: pathsOf('/asked', count) })
      const { status, counts } = await rig.ended(id)
      if (status !== 'succeeded') throw new Error(`the job is ${status}: ${JSON.stringify(counts)}`)
    })
    const name = `thousand: ${count} paths at concurrency ${CONCURRENCY}`
    return [
      {
        name: `${name}, until all have a verdict`,
        value: round(watched.ms / 1_000, 1),
        unit: 's',
        ratio: round(watched.ms / byHandMs),
        note: `against ls, distributedLoad and ls of ${sample} paths by xargs -P ${CONCURRENCY}, scaled to ${count}`,
      },
      ...(['daemon', 'agent'] as const).map(program => ({
        name: `${name}, most memory of the ${program}`,
        value: round(rig[program].memory().peakMb, 0),
        unit: 'MB',
      })),
      {
        name: `${name}, most CLIs alive at once`,
        value: watched.most.length,
        unit: 'processes',
        limit: CONCURRENCY,
        note: `${watched.looks} looks at /proc, one every ${SAMPLE_MS} ms; the most: ${watched.most.join(', ')}`,
      },
    ]
  } finally {
    await rig.close()
  }
}
