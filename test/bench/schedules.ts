// how late slots are fired: a thousand of one second, ten thousand over a minute, and node-cron alone beside it
import { spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createRig, type Rig } from './rig.ts'
import { type Bench, now, quantile, type Row, round } from './row.ts'

const SECOND = 1_000
/** A round begins so long after it was asked for: until then all its schedules are made. */
const AHEAD_MS = 15 * SECOND
const MAKING_MS = 5
const AT_ONCE = 64

type Round = { readonly name: string; readonly seconds: readonly number[]; readonly limit?: number }

/** Lateness in ms of each slot of a round: when the frame of its job stands in the journal. */
async function ofGander(rig: Rig, name: string, expressions: readonly string[]): Promise<number[]> {
  const wanted = new Set<string>()
  await inTurns(expressions, async (expression, at) => {
    const asked = { name: `${name}-${at}`, expression, zone: 'UTC', action: 'load', paths: [`/none/${name}/${at}`] }
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ ...asked, cluster: 'nobody' })
    const made = await fetch(`${rig.url}/api/v1/schedules`, { method: 'POST', headers, body })
    if (made.status !== 201) throw new Error(`${made.status} ${await made.text()}`)
    wanted.add(((await made.json()) as { id: string }).id)
  })
  const late: number[] = []
  await readJournal(join(rig.dataDir, 'state'), text => {
    const arrived = now()
    for (const [, id = '', slot = ''] of text.matchAll(FIRED))
      if (wanted.delete(id)) late.push(arrived - Date.parse(slot))
    return wanted.size === 0
  })
  return late
}

const FIRED = /\["slots","(\S+) clock ([^"]+)",\{[^}]*?"status":"fired"/g
const LOOK_EVERY_MS = 2
const LONGEST_MS = 180 * SECOND

/** Reads what is appended to the journals of a daemon as it appears, until somebody has read enough. */
async function readJournal(dir: string, isEnough: (text: string) => boolean): Promise<void> {
  const read = new Map(journalsOf(dir).map(file => [file, statSync(file).size]))
  const until = now() + LONGEST_MS
  while (now() < until) {
    for (const file of journalsOf(dir)) {
      const from = read.get(file) ?? 0
      const { size } = statSync(file)
      if (size <= from) continue
      const bytes = Buffer.alloc(size - from)
      const descriptor = openSync(file, 'r')
      readSync(descriptor, bytes, 0, bytes.length, from)
      closeSync(descriptor)
      // a frame is one line
      const end = bytes.lastIndexOf('\n') + 1
      read.set(file, from + end)
      if (end > 0 && isEnough(bytes.toString('utf8', 0, end))) return
    }
    await setTimeout(LOOK_EVERY_MS)
  }
  throw new Error(`not all slots were fired within ${LONGEST_MS / SECOND} s`)
}

function journalsOf(dir: string): string[] {
  return readdirSync(dir)
    .filter(name => name.startsWith('journal-'))
    .map(name => join(dir, name))
}

async function inTurns<Item>(items: readonly Item[], work: (item: Item, at: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) await work(items[at] as Item, at)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** The same with nothing but node-cron in a process of its own. */
async function ofNodeCron(expressions: readonly string[]): Promise<number[]> {
  const program = fileURLToPath(new URL('node-cron-alone.mjs', import.meta.url))
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(expressions))
  const lines: string[] = []
  for await (const line of createInterface(child.stdout)) lines.push(line)
  return JSON.parse(lines.join('')) as number[]
}

/** Expressions that come true once, at these seconds after the beginning. */
function toExpressions(beginMs: number, seconds: readonly number[]): string[] {
  return seconds.map(second => {
    const at = new Date(beginMs + second * SECOND)
    const fields = [at.getUTCSeconds(), at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate(), at.getUTCMonth() + 1]
    return `${fields.join(' ')} *`
  })
}

/** When a round of so many schedules may begin: all of them are made by then. */
const beginning = (count: number): number => Math.ceil((Date.now() + AHEAD_MS + count * MAKING_MS) / SECOND) * SECOND

export const benchSchedules: Bench = async ({ dist, quick }) => {
  const [burst, spread] = quick ? [100, 1_000] : [1_000, 10_000]
  const together = Array.from({ length: burst }, () => 0)
  const rounds: readonly Round[] = [
    { name: `${burst} on the same second, the first ever`, seconds: together },
    { name: `${burst} on the same second, the next time`, seconds: together, limit: 250 },
    { name: `${spread} spread over a minute`, seconds: spreadOver(spread), limit: 250 },
  ]
  const rows: Row[] = []
  const rig = await createRig({ dist })
  try {
    for (const { name, seconds, limit } of rounds) {
      const ours = await ofGander(rig, `s${rows.length}`, toExpressions(beginning(seconds.length), seconds))
      const theirs = await ofNodeCron(toExpressions(beginning(0), seconds))
      const [our, their] = [quantile(ours, 0.99), quantile(theirs, 0.99)]
      const told = `p50 ${round(quantile(ours, 0.5), 1)}, worst ${round(Math.max(...ours), 1)} ms, each job in the journal`
      const alone = `node-cron alone, which keeps nothing: p99 ${round(their, 1)} ms, ${theirs.length} of ${seconds.length} run`
      rows.push({
        ...{ name: `schedules: lateness p99, ${name}`, value: round(our, 1), unit: 'ms', ratio: round(our / their) },
        ...(limit !== undefined && { limit }),
        note: `${told}; ${alone}`,
      })
    }
  } finally {
    await rig.close()
  }
  return rows
}

function spreadOver(count: number): number[] {
  return Array.from({ length: count }, (_, at) => Math.floor((at * 60) / count))
}
