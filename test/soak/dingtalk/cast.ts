// who talks where: people with their roles, groups and direct chats, and the gander.yaml that knows them
import type { Chance } from './random.ts'

export type Person = {
  readonly staffId: string
  readonly nick: string
  /** Of somebody whom gander.yaml does not know. */
  readonly role: 'admin' | 'operator' | 'viewer' | 'stranger'
}
export type Room = {
  readonly id: string
  readonly kind: 'group' | 'direct'
  /** Direct: the only one who talks there. */
  readonly person?: Person
  readonly listed: boolean
}
export type Cast = { readonly people: readonly Person[]; readonly rooms: readonly Room[] }

const UNLISTED = 'cidUnlisted=='

/** About 40 people in about 25 conversations, fewer when there is less to say. */
export function createCast(messages: number, directOf: (staffId: string) => string): Cast {
  const size = messages >= 2_000 ? 40 : 16
  const people = Array.from({ length: size }, (_, at): Person => {
    const role = at % 10 === 9 ? 'stranger' : at % 7 === 6 ? 'viewer' : at % 8 === 0 ? 'admin' : 'operator'
    return { staffId: `s${String(at).padStart(3, '0')}`, nick: `员工${at}`, role }
  })
  const groups = Array.from({ length: Math.ceil(size / 2) }, (_, at): Room => {
    return { id: `cidGroup${at}==`, kind: 'group', listed: true }
  })
  const directs = people.slice(0, Math.ceil(size / 8)).map((person): Room => {
    return { id: directOf(person.staffId), kind: 'direct', person, listed: true }
  })
  return { people, rooms: [...groups, ...directs, { id: UNLISTED, kind: 'group', listed: false }] }
}

/** The group that is not listed is written to now and then. */
export function pickRoom({ rooms }: Cast, chance: Chance): Room {
  const listed = rooms.filter(room => room.listed)
  return chance.is(0.01) ? (rooms.at(-1) ?? chance.pick(listed)) : chance.pick(listed)
}

export function pickPerson({ people }: Cast, room: Room, chance: Chance): Person {
  return room.person ?? chance.pick(people)
}

/** As the daemon reads it; JSON is YAML. */
export function toConfigFile({ people, rooms }: Cast): string {
  const users = people
    .filter(({ role }) => role !== 'stranger')
    .map(({ staffId, role }) => ({ name: `u${staffId}`, role, staffIds: [staffId] }))
  const groups = rooms.filter(({ kind, listed }) => kind === 'group' && listed).map(({ id }) => id)
  return JSON.stringify({ users, chat: { groups }, clusters: [{ name: 'c1', type: 'cli' }] })
}
