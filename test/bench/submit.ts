// how long a request with a thousand paths takes to be answered, which is when it is on disk
import { constants, readdirSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesBelow, createRig } from './rig.ts'
import { type Bench, median, round, timed } from './row.ts'

const PATHS = 1_000

/** Whether the state's files hold a text. */
function isOnDisk(dir: string, text: string): boolean {
  return readdirSync(dir, { withFileTypes: true, recursive: true }).some(
    entry => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text),
  )
}

/** One write of so many bytes to a file opened for synchronous writing, in milliseconds. */
async function appendOnce(path: string, bytes: number): Promise<number> {
  const { O_APPEND, O_CREAT, O_DSYNC, O_WRONLY } = constants
  const file = await open(path, O_APPEND | O_CREAT | O_DSYNC | O_WRONLY)
  try {
    return await timed(() => file.write(Buffer.alloc(bytes, 0x61)))
  } finally {
    await file.close()
  }
}

export const benchSubmit: Bench = async ({ dist, quick }) => {
  const rounds = quick ? 3 : 15
  // nothing is started meanwhile: the cluster of these jobs has no agent
  const rig = await createRig({ dist })
  const state = join(rig.dataDir, 'state')
  const asked: number[] = []
  const ratios: number[] = []
  let written = 0
  let cpu = 0
  try {
    // the first round pays for compiling and does not count
    for (let at = 0; at <= rounds; at++) {
      const paths = Array.from({ length: PATHS }, (_, n) => `/warehouse/db/table_${at}/dt=2026-11-21/part-${1e5 + n}`)
      const before = bytesBelow(state)
      const cpuBefore = rig.daemon.cpuSeconds()
      const ms = await timed(() => rig.submit({ action: 'load', cluster: 'nobody', paths }))
      // a fold of the journal makes it shorter; the size of the round before stands in for it
      written = Math.max(bytesBelow(state) - before, written)
      if (!isOnDisk(state, paths.at(-1) ?? '')) throw new Error('the answer came before the state was on disk')
      const append = await appendOnce(join(rig.dir, 'append'), written)
      if (at === 0) continue
      asked.push(ms)
      ratios.push(ms / append)
      cpu += rig.daemon.cpuSeconds() - cpuBefore
    }
  } finally {
    await rig.close()
  }
  return [
    {
      name: `submit: ${PATHS} paths in one request, until it is on disk`,
      value: round(median(asked), 1),
      unit: 'ms',
      ratio: round(median(ratios)),
      limit: 300,
      note: `median of ${rounds}, worst ${round(Math.max(...asked), 1)} ms; against appending the same ${round(written / 1024, 0)} KiB with O_DSYNC`,
    },
    {
      name: 'submit: processor time of the daemon for one such request',
      value: round((cpu * 1_000) / rounds, 0),
      unit: 'ms',
    },
  ]
}
