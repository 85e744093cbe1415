// how long an idle agent takes from a request to the first line of the CLI that it asks for
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createRig, type Rig } from './rig.ts'
import { type Bench, median, now, quantile, round } from './row.ts'

const TELL = `printf '%s %s\\n' "$EPOCHREALTIME" "$*" >>"$BENCH_DIR/calls"`

/** When the load of a path was begun, in milliseconds of the system's clock. */
function begunAt(rig: Rig, path: string): number {
  const lines = readFileSync(join(rig.dir, 'calls'), 'utf8').split('\n')
  const line = lines.find(line => line.includes(' fs distributedLoad ') && line.endsWith(` ${path}`))
  if (line === undefined) throw new Error(`nobody loaded ${path}`)
  return Number(line.split(' ')[0]) * 1_000
}

export const benchSpawn: Bench = async ({ dist, quick }) => {
  const rounds = quick ? 5 : 40
  const rig = await createRig({ dist, before: TELL })
  const run = promisify(execFile)
  const asked: number[] = []
  const bare: number[] = []
  try {
    for (let at = 0; at <= rounds; at++) {
      await rig.goosefs('playground', 'put', `/bare-${at}`, '--bytes', '4k')
      await rig.goosefs('playground', 'put', `/asked-${at}`, '--bytes', '4k')
      const bareAt = now()
      await run(rig.launcher, ['fs', 'distributedLoad', '--replication', '1', `/bare-${at}`], { env: rig.environment })
      const askedAt = now()
      // not measured before, so that the load itself is the first thing to be started
      const job = await rig.submit({ action: 'load', paths: [`/asked-${at}`], options: { verify: false } })
      await rig.ended(job.id)
      if (at === 0) continue
      bare.push(begunAt(rig, `/bare-${at}`) - bareAt)
      asked.push(begunAt(rig, `/asked-${at}`) - askedAt)
    }
  } finally {
    await rig.close()
  }
  return [
    { share: 0.5, word: 'median' },
    { share: 0.95, word: '95 of 100' },
  ].map(({ share, word }) => ({
    name: `spawn: from the request to the CLI's first line, ${word}`,
    value: round(quantile(asked, share), 1),
    unit: 'ms',
    ratio: round(quantile(asked, share) / median(bare)),
    note: `${rounds} loads, one after another; against a bare spawn, ${round(median(bare), 1)} ms`,
  }))
}
