// pages of rows that are counted: the last number seen is where the next page begins
import { AppError, shown } from '../../../shared/errors.ts'
import type { Page, PageQuery } from './port.ts'

const DEFAULT_LIMIT = 100

/** A page of rows in the order of their numbers; the cursor stays valid when rows come or go. */
export function pageByNumber<Row extends { readonly number: number }>(
  rows: readonly Row[],
  { limit = DEFAULT_LIMIT, after }: PageQuery,
  order: 'newest first' | 'oldest first',
): Page<Row> {
  const sign = order === 'newest first' ? -1 : 1
  const sorted = [...rows].sort((a, b) => sign * (a.number - b.number))
  const last = after === undefined ? undefined : readCursor(after)
  const rest = last === undefined ? sorted : sorted.filter(({ number }) => sign * number > sign * last)
  const items = rest.slice(0, limit)
  const end = items.at(-1)
  return rest.length > items.length && end !== undefined ? { items, next: toCursor(end.number) } : { items }
}

function toCursor(number: number): string {
  return Buffer.from(`n${number}`).toString('base64url')
}

function readCursor(text: string): number {
  const [, digits] = /^n(\d{1,15})$/.exec(Buffer.from(text, 'base64url').toString()) ?? []
  if (digits === undefined)
    throw new AppError('INVALID_INPUT', `after must be the "next" of an earlier answer, got ${shown(text)}.`)
  return Number(digits)
}
