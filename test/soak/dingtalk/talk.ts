// the talking itself: people write by the script, read what comes back, and answer its questions

import { SECOND } from '../../../shared/time.ts'
import type { Line, LocalDingTalk, Push } from '../../helpers/dingtalk/local.ts'
import type { StubAgent } from './agent.ts'
import { type Cast, type Person, pickPerson, pickRoom, type Room } from './cast.ts'
import type { FastClock } from './clock.ts'
import { type Chance, createChance } from './random.ts'
import type { Draft, Said } from './said.ts'
import { compose, composeNamed, type Known, toConfirm, toDismiss, toRetry } from './script.ts'

export type Talk = ReturnType<typeof createTalk>

type Given = {
  readonly local: LocalDingTalk
  readonly clock: FastClock
  readonly cast: Cast
  readonly agent: StubAgent
  readonly seed: number
}

const OTHER_ROBOT = 'dingsomebodyelse'
/** Acked messages that the platform delivers once more. */
const REPEATED = 0.1
const FOREIGN = 0.03
/** Jobs whose end is answered by 重试: after it was told, and at once. */
const RETRIED = 0.25
const HASTY = 0.06

export function createTalk({ local, clock, cast, agent, seed }: Given) {
  const said: Said[] = []
  const known = new Map<string, Known>()
  const answeredCodes = new Set<string>()
  const retried = new Set<number>()
  const foreign: Push[] = []
  const reading = createChance(`${seed} reading`)
  const jobOfPath = new Map<string, { number: number; room: Room; person: Person }>()
  let n = 0
  let isOver = false

  const knownOf = (room: Room): Known => {
    const one = known.get(room.id) ?? { jobs: [], names: [] }
    known.set(room.id, one)
    return one
  }

  function say(draft: Draft, room: Room, person: Person): Said {
    const { staffId, nick } = person
    const direct = room.kind === 'direct'
    const message = local.message({
      ...{ text: draft.text, conversationId: room.id, conversationType: direct ? '1' : '2', staffId, nick },
      ...(draft.picture && { msgtype: 'picture' }),
    })
    const msgId = String(message.payload['msgId'])
    const one: Said = {
      ...{ ...draft, key: `${local.options.robotCode} ${msgId}`, room, person, at: clock.now() },
      pushes: [local.postPayload(message.payload)],
    }
    said.push(one)
    const chance = createChance(`${seed} again ${n} ${draft.text}`)
    if (chance.is(REPEATED))
      clock.after(chance.int(1, 90) * SECOND, () => one.pushes.push(local.postPayload(message.payload)))
    // another robot that was mentioned too gets the same message under the same id
    if (chance.is(FOREIGN))
      foreign.push(local.postPayload({ ...message.payload, robotCode: OTHER_ROBOT, msgId: message.payload['msgId'] }))
    return one
  }

  function sayNext(chance: Chance, isLate: boolean): void {
    n += 1
    const room = pickRoom(cast, chance)
    const person = pickPerson(cast, room, chance)
    say(compose({ n, person, room, known: knownOf(room), chance, isLate }), room, person)
  }

  function sayNamed(chance: Chance): void {
    n += 1
    const room = chance.pick(cast.rooms.filter(({ listed, kind }) => listed && kind === 'group'))
    const person = chance.pick(cast.people.filter(({ role }) => role === 'operator'))
    say(composeNamed({ n }), room, person)
  }

  function read(line: Line): void {
    const room = cast.rooms.find(({ id }) => id === line.conversationId)
    if (room === undefined || line.kind === 'person') return
    const text = line.text.replaceAll('\\', '')
    const number = Number(line.variables?.['jobId'] ?? /^已受理 #(\d+)/.exec(line.title)?.[1] ?? Number.NaN)
    if (!Number.isNaN(number)) remember(room, number, `${line.title} ${text}`)
    const code = /^请确认 (\w{4})$/.exec(line.title)?.[1]
    if (code !== undefined && !answeredCodes.has(code)) answer(code, text, room)
    if (/^告警/.test(line.title)) for (const [, told = ''] of text.matchAll(/#(\d+)/g)) consider(Number(told), room)
  }

  function remember(room: Room, number: number, text: string): void {
    const { jobs, names } = knownOf(room)
    if (!jobs.includes(number)) jobs.push(number)
    const name = /soakn\d+/.exec(text)?.[0]
    if (name === undefined) return
    if (!names.includes(name)) names.push(name)
    if (names.length > 2) names.shift()
  }

  /** Whoever was asked says yes, no, or nothing. */
  function answer(code: string, text: string, room: Room): void {
    answeredCodes.add(code)
    const job = Number(/停止 #(\d+)/.exec(text)?.[1] ?? 0)
    const path = job === 0 ? /\/soak\/m\d+/.exec(text)?.[0] : undefined
    const question = said.findLast(one => {
      if (one.room !== room) return false
      return job === 0 ? one.kind === 'bare' && one.text === path : one.kind === 'stop' && one.job === job
    })
    if (question === undefined || isOver) return
    const about = path === undefined ? { job } : { path }
    const choice = reading.choose({ confirm: 70, dismiss: 15, nothing: 15 })
    if (choice === 'nothing') return
    const draft = choice === 'confirm' ? toConfirm(code, about) : toDismiss(code)
    clock.after(reading.int(1, 40) * SECOND, () => {
      if (!isOver) say(draft, room, question.person)
    })
  }

  /** Whoever hears of a failure may retry it, once. */
  function consider(job: number, room: Room): void {
    if (isOver || retried.has(job) || !reading.is(RETRIED)) return
    retried.add(job)
    clock.after(reading.int(10, 40) * SECOND, () => retry(job, room))
  }
  function retry(job: number, room: Room): void {
    if (isOver) return
    const admins = cast.people.filter(({ role }) => role === 'admin')
    say(toRetry(job), room, room.person ?? reading.pick(admins))
  }

  // some do not wait to be told
  agent.onEnd(path => {
    const about = jobOfPath.get(path)
    if (about === undefined || isOver || !reading.is(HASTY)) return
    clock.after(reading.int(0, 9_000), () => retry(about.number, about.room))
  })
  const notePaths = (line: Line): void => {
    const number = Number(/^已受理 #(\d+)/.exec(line.title)?.[1] ?? line.variables?.['jobId'] ?? Number.NaN)
    const room = cast.rooms.find(({ id }) => id === line.conversationId)
    const last = said.findLast(one => one.room === room && one.kind === 'load')
    if (Number.isNaN(number) || room === undefined || last?.paths === undefined) return
    // a guess, which is good enough for somebody who is in a hurry
    for (const path of last.paths) if (!jobOfPath.has(path)) jobOfPath.set(path, { number, room, person: last.person })
  }
  local.on(one => {
    if (one.kind !== 'visible') return
    notePaths(one.line)
    read(one.line)
  })

  return {
    ...{ said, foreign, sayNext, sayNamed },
    /** Nobody reacts to anything any more. */
    end(): void {
      isOver = true
    },
  }
}
