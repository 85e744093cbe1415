// how late slots are fired: a thousand of one second, ten thousand over a minute, and node-cron alone beside it
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createRig, type Rig } from './rig.ts'
import { type Bench, now, quantile, type Row, round } from './row.ts'

const SECOND = 1_000
/** A round begins so long after it was asked for: until then all its schedules are made. */
const AHEAD_MS = 20 * SECOND
const AT_ONCE = 64

type Round = { readonly name: string; readonly seconds: readonly number[]; readonly limit?: number }

/** Lateness in ms of each slot, as somebody hears of it who listens to the daemon: its job is on disk then. */
async function ofGander(rig: Rig, name: string, expressions: readonly string[]): Promise<number[]> {
  const late: number[] = []
  const listening = new AbortController()
  const events = await fetch(`${rig.url}/api/v1/events`, { signal: listening.signal })
  const heard = hear(events, text => {
    const arrived = now()
    const found = /"name":"([^"]+)","slot":"([^"]+)"/.exec(text)
    if (found?.[1]?.startsWith(`${name}-`) && found[2] !== undefined) late.push(arrived - Date.parse(found[2]))
    return late.length >= expressions.length
  })
  await inTurns(expressions, async (expression, at) => {
    const body = {
      name: `${name}-${at}`,
      expression,
      zone: 'UTC',
      action: 'load',
      paths: [`/none/${name}/${at}`],
      cluster: 'nobody',
    }
    const headers = { 'content-type': 'application/json' }
    const made = await fetch(`${rig.url}/api/v1/schedules`, { method: 'POST', headers, body: JSON.stringify(body) })
    if (made.status !== 201) throw new Error(`${made.status} ${await made.text()}`)
  })
  await heard
  listening.abort()
  return late
}

/** Reads event streams until enough was heard; each `created` or `queued` job is one. */
async function hear(response: Response, isEnough: (data: string) => boolean): Promise<void> {
  const seen = new Set<string>()
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const id = line.startsWith('data:') ? /"job":\{"id":"([^"]+)"/.exec(line)?.[1] : undefined
      if (id === undefined || seen.has(id)) continue
      seen.add(id)
      if (isEnough(line)) return
    }
  }
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

const beginning = (): number => Math.ceil((Date.now() + AHEAD_MS) / SECOND) * SECOND

export const benchSchedules: Bench = async ({ dist, quick }) => {
  const spread = quick ? 1_000 : 10_000
  const rounds: readonly Round[] = [
    { name: '1,000 on the same second', seconds: Array.from({ length: quick ? 100 : 1_000 }, () => 0), limit: 250 },
    {
      name: `${spread} spread over a minute`,
      seconds: Array.from({ length: spread }, (_, at) => (at * 60) / spread).map(Math.floor),
      limit: 250,
    },
  ]
  const rows: Row[] = []
  for (const { name, seconds, limit } of rounds) {
    const rig = await createRig({ dist })
    try {
      const ours = await ofGander(
        rig,
        `s${rows.length}`,
        toExpressions(beginning() + (seconds.length * SECOND) / 200, seconds),
      )
      const theirs = await ofNodeCron(toExpressions(beginning(), seconds))
      const [our, their] = [quantile(ours, 0.99), quantile(theirs, 0.99)]
      rows.push({
        name: `schedules: lateness p99, ${name}`,
        value: round(our, 1),
        unit: 'ms',
        ratio: round(our / their),
        ...(limit !== undefined && { limit }),
        note: `p50 ${round(quantile(ours, 0.5), 1)}, worst ${round(Math.max(...ours), 1)} ms, each job on disk and told; node-cron alone, which keeps nothing: p99 ${round(their, 1)} ms, ${theirs.length} of ${seconds.length} run`,
      })
    } finally {
      await rig.close()
    }
  }
  return rows
}
