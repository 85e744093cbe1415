// slots that somebody asks about: those of the past for a backfill, those to come for a preview
import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError, shown } from '../../../shared/errors.ts'
import { type BackfillRequest, MOST_BACKFILL, type Preview, type PreviewRequest } from '../../../shared/schedule.ts'
import { toInstant, toMs } from '../../../shared/time.ts'
import type { ScheduleRow } from '../../core/state.ts'
import type { Calendar, Dated, Firing } from '../calendar.ts'
import type { OperationsDeps } from './deps.ts'
import { demandTiming } from './schedule-draft.ts'

/** Paths of all slots together; each of them costs some ten microseconds, and those of a backfill are kept until they are run. */
export const MOST_SLOT_PATHS = 50_000
/** Between two of them others have their turn. */
const PATHS_A_TURN = 1_000

/** The slots of a backfill, oldest first. Throws INVALID_INPUT for none, too many, or slots to come. */
export async function toFirings(
  { calendar, clock }: OperationsDeps,
  row: ScheduleRow,
  { from, to: end }: Pick<BackfillRequest, 'from' | 'to'>,
): Promise<Firing[]> {
  const now = clock.now()
  const to = end ?? toInstant(now)
  if (toMs(from) > now) throw new AppError('INVALID_INPUT', `from must not be in the future, got ${shown(from)}.`)
  if (toMs(from) > toMs(to)) throw new AppError('INVALID_INPUT', `to must not be before from, got ${shown(to)}.`)
  if (toMs(to) > now) throw new AppError('INVALID_INPUT', `to must not be in the future, got ${shown(to)}.`)
  const span = { after: toMs(from) - 1, until: toMs(to), most: MOST_BACKFILL + 1 }
  // slots of the past are those of its expression, whenever it was made to begin
  const { startAt: _, endAt: __, ...timing } = row.timing
  const slots = calendar.between(timing, span)
  const between = `between ${from} and ${to}`
  if (slots.length === 0)
    throw new AppError('INVALID_INPUT', `from and to must have a slot between them, and there is none ${between}.`)
  if (slots.length > MOST_BACKFILL)
    throw new AppError(
      'INVALID_INPUT',
      `from and to must have at most ${MOST_BACKFILL} slots between them, and there are more ${between}.`,
    )
  return fireAll({ calendar, dated: row, field: 'from and to' }, slots)
}

type Fired = { readonly calendar: Calendar; readonly dated: Dated; readonly field: string }

/** The firings of slots, in short turns. Too many paths are refused before all of them are made: INVALID_INPUT. */
export async function fireAll({ calendar, dated, field }: Fired, slots: readonly number[]): Promise<Firing[]> {
  const firings: Firing[] = []
  let [paths, sinceTurn] = [0, 0]
  for (const slot of slots) {
    const firing = calendar.toFiring(dated, slot)
    firings.push(firing)
    const count = 'paths' in firing.plan ? firing.plan.paths.length : 0
    paths += count
    sinceTurn += count
    if (paths > MOST_SLOT_PATHS)
      throw new AppError(
        'INVALID_INPUT',
        `${field} must ask for slots of at most ${MOST_SLOT_PATHS} paths together, got ${slots.length} slots, of which ${firings.length} have ${paths}.`,
      )
    if (sinceTurn < PATHS_A_TURN) continue
    sinceTurn = 0
    await nextTurn()
  }
  return firings
}

const PREVIEW_ID = '00000000-0000-0000-0000-000000000000'

/** The next slots of a timing that nobody keeps, with their paths. */
export async function preview(deps: OperationsDeps, request: PreviewRequest): Promise<Preview> {
  const { calendar, clock } = deps
  const { paths = [], count, from, ...asked } = request
  const timing = calendar.read(asked)
  demandTiming(deps, timing)
  calendar.checkTemplates({ paths, zone: timing.zone })
  const policy = { overlap: 'skip', misfire: 'skip', notify: 'never' } as const
  const work = { kind: 'ask', action: 'load', paths, options: {} } as const
  const dated = { id: PREVIEW_ID, name: 'preview', work, timing, policy }
  const slots: number[] = []
  let after = (from === undefined ? clock.now() : toMs(from)) - (from === undefined ? 0 : 1)
  while (slots.length < count) {
    const next = calendar.next(timing, after)
    if (next === undefined) break
    slots.push(next)
    after = next
  }
  const firings = await fireAll({ calendar, dated, field: 'count' }, slots)
  const items = firings.map(({ slot, dueAt, quiet, plan }) => {
    const due = quiet?.mode === 'wait' ? quiet.until : dueAt
    return {
      ...{ slot, local: calendar.toLocal(toMs(slot), timing.zone) },
      ...(due !== slot && { dueAt: toInstant(toMs(due)) }),
      ...(quiet?.mode === 'skip' && { skipped: 'quiet' as const }),
      ...(paths.length > 0 && 'paths' in plan && { paths: [...plan.paths] }),
    }
  })
  return { cron: timing.cron, words: calendar.describe(timing), zone: timing.zone, items }
}
