// the schedule that a person means: by its number, or the only one of that name
import { AppError, said } from '../../../shared/errors.ts'
import type { Actor } from '../../../shared/job.ts'
import type { Schedule } from '../../../shared/schedule.ts'
import type { Operations } from '../../engine/operations/port.ts'
import { toLooker } from '../looking.ts'
import { Mistake } from '../mistake.ts'
import { findNearest } from '../nearest.ts'

const NUMBER = /^#?(\d{1,15})$/
const MOST_NAMED = 10

/** Throws a `Mistake`, also for bare figures that are the number of one and the name of another: `#12` is the number always. */
export async function findSchedule(operations: Operations, actor: Actor, ref: string): Promise<Schedule> {
  const looker = toLooker(actor)
  const number = NUMBER.exec(ref)?.[1]
  const byNumber = number === undefined ? undefined : await getNumbered(operations, looker, number)
  if (byNumber !== undefined) {
    if (!ref.startsWith('#')) await demandClear(operations, looker, { ref, byNumber })
    return byNumber
  }
  const all = await operations.findSchedules(looker, {})
  const named = all.filter(({ name }) => name === ref)
  const [only, second] = named
  if (only === undefined) throw new Mistake('SCHEDULE_NOT_FOUND', toAbsent(ref, all))
  if (second === undefined) return only
  const numbers = named.slice(0, MOST_NAMED).map(one => `#${one.number}（${one.owner || '无主'}）`)
  throw new Mistake(
    'CONFLICT',
    `有 ${named.length} 个名为 ${said(ref)} 的定时：${numbers.join('、')}，请改用编号，例如 #${only.number}`,
  )
}

type Numbered = { readonly ref: string; readonly byNumber: Schedule }

async function demandClear(operations: Operations, actor: Actor, { ref, byNumber }: Numbered): Promise<void> {
  const { items } = await operations.listSchedules(actor, { name: ref, limit: 2 })
  const other = items.find(({ id }) => id !== byNumber.id)
  if (other === undefined) return
  const [one, two] = [`#${byNumber.number}`, `#${other.number}`]
  throw new Mistake('CONFLICT', `${ref} 是 ${one} 的编号，也是 ${two} 的名称，请写成 ${one} 或 ${two}`)
}

/** All of them, each once; throws a `Mistake` for the first that is none, or is somebody else's. */
export async function findOwn(
  operations: Operations,
  actor: Actor,
  { refs, deed }: { readonly refs: readonly string[]; readonly deed: string },
): Promise<readonly Schedule[]> {
  const found = new Map<string, Schedule>()
  for (const ref of refs) {
    const schedule = await findSchedule(operations, actor, ref)
    demandOwn(schedule, actor, deed)
    found.set(schedule.id, schedule)
  }
  return [...found.values()]
}

function demandOwn({ number, name, owner }: Schedule, actor: Actor, deed: string): void {
  if (actor.role === 'admin' || owner === '' || owner === actor.name) return
  throw new Mistake('FORBIDDEN', `#${number} ${name} 是 ${owner} 的定时，只有本人或管理员（admin）可以${deed}`)
}

async function getNumbered(operations: Operations, actor: Actor, number: string): Promise<Schedule | undefined> {
  return operations.getSchedule(actor, `#${Number(number)}`).catch((thrown: unknown) => {
    if (thrown instanceof AppError && (thrown.code === 'SCHEDULE_NOT_FOUND' || thrown.code === 'CONFLICT'))
      return undefined
    throw thrown
  })
}

function toAbsent(ref: string, all: readonly Schedule[]): string {
  const number = NUMBER.exec(ref)?.[1]
  const told = number === undefined ? `没有名为 ${said(ref)} 的定时` : `没有定时 #${Number(number)}`
  if (all.length === 0) return `${told}，还没有任何定时`
  const nearest = findNearest(
    ref,
    all.map(({ name }) => name),
  )
  const meant = all.find(({ name }) => name === nearest)
  if (meant === undefined) return `${told}，发送“定时 列表”查看`
  return `${told}，最接近的是“${meant.name}”（#${meant.number}）`
}
