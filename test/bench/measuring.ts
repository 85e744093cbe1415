// what measuring costs: the same load verified and not, side by side, of one file, a thousand and ten thousand
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SETTINGS, SYNC } from '../alluxio/field.ts'
import { createRealCluster, defaultHome } from '../alluxio/real-cluster.ts'
import { createRig, type Rig } from './rig.ts'
import { type Bench, median, type Row, round, timed } from './row.ts'

/** Where it is measured. */
type Place = {
  readonly name: string
  /** Its CLI; default the simulated one. */
  readonly bin?: string
  readonly root: string
  put(rig: Rig, dir: string, files: number): Promise<void>
  close(): Promise<void>
}

const SIMULATED: Place = {
  name: 'a simulated GooseFS',
  root: '/measuring',
  put: (rig, dir, files) => rig.goosefs('playground', 'put', dir, '--bytes', '4k', '--files', String(files)),
  close: async () => {},
}

/** A real cluster where its jars are there already, else the simulated one: nothing is downloaded for a benchmark. */
async function findPlace(): Promise<Place> {
  if (!existsSync(join(defaultHome('2.5'), 'lib', '.complete'))) return SIMULATED
  const cluster = await createRealCluster(SETTINGS)
  const root = `/measuring-${Date.now().toString(36)}`
  return {
    name: 'Alluxio 2.5.0',
    bin: cluster.goosefsBin,
    root,
    async put(_, dir, files) {
      for (let at = 0; at < files; at += 1) await cluster.put(`${dir}/f${at}`, 'small')
    },
    async close() {
      await cluster.goosefs('fs', 'free', root)
      await cluster.remove(root)
      await cluster.goosefs('fs', 'ls', SYNC, '/')
      await cluster.down()
    },
  }
}

type Taken = { readonly ms: number; readonly calls: number; readonly measuringMs: number }

async function load(rig: Rig, path: string, verify: boolean): Promise<Taken> {
  const cost = { calls: 0, wallMs: 0 }
  const ms = await timed(async () => {
    const { id } = await rig.submit({ action: 'load', paths: [path], options: { verify } })
    const { status, verdict } = await rig.ended(id)
    const kind = verify ? 'cached' : 'unverified'
    if (verdict?.kind !== kind) throw new Error(`the load of ${path} is ${status}: ${JSON.stringify(verdict)}`)
    Object.assign(cost, verdict.cost)
  })
  return { ms, calls: cost.calls, measuringMs: cost.wallMs }
}

async function compare(rig: Rig, place: Place, { files, rounds }: { files: number; rounds: number }): Promise<Row> {
  const verified: Taken[] = []
  const bare: Taken[] = []
  for (let at = 0; at < rounds; at += 1) {
    // whoever comes second finds a warmer cluster, so they take turns
    for (const verify of at % 2 === 0 ? [false, true] : [true, false]) {
      const dir = `${place.root}/${files}-${at}-${verify ? 'verified' : 'bare'}`
      await place.put(rig, dir, files)
      ;(verify ? verified : bare).push(await load(rig, dir, verify))
    }
  }
  const middle = (taken: readonly Taken[], key: keyof Taken): number => median(taken.map(one => one[key]))
  const bareMs = middle(bare, 'ms')
  const measuring = round(middle(verified, 'measuringMs') / 1_000)
  return {
    name: `measuring: a verified load of ${files.toLocaleString('en-US')} ${files === 1 ? 'file' : 'files'}`,
    value: round(middle(verified, 'ms') / 1_000),
    unit: 's',
    ratio: round(middle(verified, 'ms') / bareMs),
    note: `against verify off, ${round(bareMs / 1_000)} s; ${measuring} s in ${middle(verified, 'calls')} calls by its own bill; ${rounds} by turns on ${place.name}`,
  }
}

export const benchMeasuring: Bench = async ({ dist, quick }) => {
  const sizes = quick
    ? [{ files: 1, rounds: 1 }]
    : [
        { files: 1, rounds: 5 },
        { files: 1_000, rounds: 3 },
        { files: 10_000, rounds: 2 },
      ]
  const place = await findPlace()
  try {
    const rig = await createRig({ dist, ...(place.bin === undefined ? {} : { bin: place.bin }) })
    try {
      const rows: Row[] = []
      // a first load pays for what the agent asks of its CLI once
      await place.put(rig, `${place.root}/first`, 1)
      await load(rig, `${place.root}/first`, true)
      for (const size of sizes) rows.push(await compare(rig, place, size))
      return rows
    } finally {
      await rig.close()
    }
  } finally {
    await place.close()
  }
}
