// what a schedule may be called, so that whoever names it means this one and no other
import { AppError, shown } from '../../../shared/errors.ts'
import type { ScheduleRow } from '../../core/state.ts'
import type { ScheduleHow } from './schedule-port.ts'

const NUMBER = /^\s*#?\d{1,15}\s*$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** Addresses of the API where a schedule's name stands. */
const WORDS = ['preview', 'pause', 'resume']
const ALLOWED = `no number such as 12 or #12, no UUID, not blank, and none of ${WORDS.join(', ')}`

type Naming = { readonly how: ScheduleHow; readonly row?: ScheduleRow | undefined }

/** Throws INVALID_INPUT. A view whose original takes any name keeps to that, and what has such a name keeps it. */
export function demandName(name: string | undefined, { how, row }: Naming): void {
  if (name === undefined || how.sameName === true || name === row?.name) return
  if (!NUMBER.test(name) && !UUID.test(name) && name.trim() !== '' && !WORDS.includes(name)) return
  const details = { field: 'name', allowed: ALLOWED, got: name }
  throw new AppError('INVALID_INPUT', `name must be ${ALLOWED}, got ${shown(name)}.`, { details })
}
