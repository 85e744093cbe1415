// schedules by what people call them
import { Schedule } from '../shared/schedule.ts'
import { askFor, NUMBER_OR_ID, pages } from './answers.ts'
import { usage } from './failure.ts'
import type { Api } from './http.ts'
import type { Context } from './verb.ts'

export const ROOT = '/api/v1/schedules'

/** The address of a schedule, or of something that belongs to it. */
export function addressOf({ id }: Pick<Schedule, 'id'>, part = ''): string {
  return `${ROOT}/${encodeURIComponent(id)}${part}`
}

/** The schedule that people mean: by number, UUID or name. Throws a usage `Failure` when that is none, or several. */
export async function findSchedule(api: Api, ref: string): Promise<Schedule> {
  if (NUMBER_OR_ID.test(ref)) return askFor(api, Schedule, ['GET', `${ROOT}/${encodeURIComponent(ref)}`])
  const found: Schedule[] = []
  // by a search, since some names are words of the API
  for await (const schedule of pages(api, Schedule, `${ROOT}?name=${encodeURIComponent(ref)}`)) found.push(schedule)
  const [only, another] = found
  if (only === undefined) {
    const what = `There is no schedule with the number, id or name ${JSON.stringify(ref)}`
    throw usage(`${what}; \`gander schedule list\` lists them.`)
  }
  if (another === undefined) return only
  const numbers = found.map(({ number }) => number).join(', ')
  throw usage(`Several schedules are called ${JSON.stringify(ref)}: name one by its number (${numbers}).`)
}

/** All that are named, each once; one that is not there is a mistake before anything is done. */
export async function findSchedules({ api, words }: Context): Promise<Schedule[]> {
  const found = new Map<string, Schedule>()
  for (const word of words) {
    const schedule = await findSchedule(api, word)
    found.set(schedule.id, schedule)
  }
  return [...found.values()]
}
