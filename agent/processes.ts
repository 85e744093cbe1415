// processes of this machine as /proc shows them: who is alive, who belongs to a group, who carries a run's cookie
import { readdir, readFile } from 'node:fs/promises'

/** The environment variable that marks every process of a run; its value is the run's directory. */
export const COOKIE = 'GANDER_ALLOCATION'

/** A process that cannot be mistaken for another one under the same number: pid, start time in ticks, boot. */
export type ProcessIdentity = { readonly pid: number; readonly start: string; readonly boot: string }
type Seen = { readonly pid: number; readonly start: string; readonly group: number; readonly dead: boolean }

/** Reads the wrapper's pid file: `pid start boot`. */
export function readIdentity(text: string): ProcessIdentity | undefined {
  const [pid, start, boot] = text.trim().split(' ')
  if (pid === undefined || start === undefined || boot === undefined || !/^\d+$/.test(pid)) return undefined
  return { pid: Number(pid), start, boot }
}

/** Whether exactly that process still runs; a zombie does not. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  const seen = await look(identity.pid)
  return boot === identity.boot && seen !== undefined && !seen.dead && seen.start === identity.start
}

/** The living members of a process group. */
export async function membersOf(group: number): Promise<Seen[]> {
  const all = await Promise.all((await allPids()).map(look))
  return all.filter(seen => seen !== undefined).filter(seen => seen.group === group && !seen.dead)
}

/** Living processes whose environment carries the cookie of a run; those of other users cannot be seen. */
export async function carriersOf(dir: string): Promise<number[]> {
  const wanted = Buffer.from(`\0${COOKIE}=${dir}\0`)
  const found = await Promise.all((await allPids()).map(async pid => ((await carries(pid, wanted)) ? pid : undefined)))
  return found.filter(pid => pid !== undefined)
}

/** Whether a process seen before is still the same and alive. */
export async function isStill(seen: Seen): Promise<boolean> {
  const now = await look(seen.pid)
  return now !== undefined && !now.dead && now.start === seen.start && now.group === seen.group
}

/** Sends a signal; a process or group that is gone is fine. A negative number is a group. */
export function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, name)
  } catch {
    // ESRCH: it ended by itself; EPERM: it changed its user and is not ours to end
  }
}

async function allPids(): Promise<number[]> {
  return (await readdir('/proc')).filter(name => /^\d+$/.test(name)).map(Number)
}

async function look(pid: number): Promise<Seen | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1')
    // the name in parentheses may hold anything, so the fields are counted from behind it: state is the third of all
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state, , group] = fields
    return { pid, start: fields[19] ?? '', group: Number(group), dead: state === 'Z' || state === 'X' }
  } catch {
    // it ended while we looked
    return undefined
  }
}

async function carries(pid: number, wanted: Buffer): Promise<boolean> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`)
    return Buffer.concat([Buffer.from('\0'), environment]).includes(wanted)
  } catch {
    // it ended while we looked, or it belongs to somebody else
    return false
  }
}
