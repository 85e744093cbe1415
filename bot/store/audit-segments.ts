// the names of the book's files: a UTC day and a number within it, so that their order is their age

const NAME = /^audit-(\d{4}-\d{2}-\d{2})-(\d{6})\.jsonl$/

/** `audit-2026-11-21-000000.jsonl`. */
export function toSegment(day: string, number: number): string {
  return `audit-${day}-${String(number).padStart(6, '0')}.jsonl`
}

export function isSegment(name: string): boolean {
  return NAME.test(name)
}

/** The name behind `newest` for entries of `day`; a clock that was set back goes on in the newest day. */
export function nextSegment(newest: string | undefined, day: string): string {
  const [, lastDay = '', number = '0'] = NAME.exec(newest ?? '') ?? []
  return lastDay < day ? toSegment(day, 0) : toSegment(lastDay, Number(number) + 1)
}
