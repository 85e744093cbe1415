// letters become messages: each place in order, alarms first, over whatever way is open when it is their turn
import { type Channel, type Outcome, readPlace } from '../../shared/chat.ts'
import type { Log } from '../../shared/log.ts'
import { type Clock, SECOND, toMs } from '../../shared/time.ts'
import type { LetterRow, PostOffice } from '../engine/chat-port.ts'
import { robotReadyAt } from './gate.ts'
import { createMemories } from './memory.ts'
import { createPace, type Pace } from './pace.ts'
import { waysOf } from './route.ts'
import { SELF_TEST, type SelfTest } from './self-test.ts'
import { createSending } from './sending.ts'
import { byPlace, toTurn, type View } from './turns.ts'
import type { OpenCard, Ways } from './ways.ts'
import { within } from './within.ts'

export type PostmanDeps = {
  readonly office: PostOffice
  readonly ways: Ways
  /** Absent: there are no cards. */
  readonly openCard?: OpenCard
  /** Calls of the app, at most 10 a second; hand it in where others make such calls too. */
  readonly appPace?: Pace
  readonly clock: Clock
  readonly log: Log
}

export type Postman = {
  /** Sends what waits, also from before a restart, and goes on. */
  start(): void
  /** One test message to the custom robot, when there is one: how it went. Waits for it at most 20 s. */
  test(): Promise<readonly SelfTest[]>
  /** Lets calls under way finish and be noted (at most 5 s), and begins none. */
  close(): Promise<void>
}

/** Places served side by side. */
const MOST_AT_ONCE = 8
const CLOSE_MS = 5 * SECOND
const TEST_MS = 20 * SECOND

/** The pace of the app's API, which all callers of it share. */
export function createAppPace(clock: Clock): Pace {
  return createPace(clock, 10, SECOND)
}

/** Makes one. What it must not forget is in the state: another one goes on where it ended. */
export function createPostman(deps: PostmanDeps): Postman {
  const { office, ways, openCard, clock, log, appPace = createAppPace(clock) } = deps
  const memories = createMemories()
  const underWay = new Map<string, Promise<void>>()
  const tested = new Set<(outcome: Outcome) => void>()
  let robotBusy = false
  let closed = false
  let asked = false
  let unsubscribe = (): void => {}
  let disarm = (): void => {}

  const ask = (): void => {
    if (asked || closed) return
    asked = true
    queueMicrotask(look)
  }

  const waysLeft = (letter: LetterRow, closedWays: ReadonlySet<Channel>): Channel[] =>
    waysOf(letter, {
      conversation: office.conversation(readPlace(letter.place).id),
      cards: openCard !== undefined && !memories.hasNoCard(letter),
      ways,
      closed: closedWays,
      nowMs: clock.now(),
    })

  const send = createSending({
    ...{ office, ways, openCard, memories, clock, log, waysLeft },
    isClosed: () => closed,
    onTested: outcome => {
      for (const told of tested) told(outcome)
      tested.clear()
    },
  })

  function readyAt(channel: Channel): number {
    if (channel === 'robot')
      return robotBusy ? Number.POSITIVE_INFINITY : robotReadyAt(office.meter('robot'), clock.now())
    // the keeper of cards minds the pace itself
    if (channel !== 'api') return 0
    const blocked = office.meter('api')?.blockedUntil
    return Math.max(clock.now() + appPace.waitMs(), blocked === undefined ? 0 : toMs(blocked))
  }

  function look(): void {
    asked = false
    disarm()
    // each that comes back asks again
    if (closed || underWay.size >= MOST_AT_ONCE) return
    const letters = office.letters()
    const nowMs = clock.now()
    memories.keepOnly(letters)
    const view: View = {
      nowMs,
      readyAt,
      waysOf: (letter, anew) => waysLeft(letter, anew === undefined ? memories.closedOf(letter) : new Set()),
    }
    let nextMs = Number.POSITIVE_INFINITY
    for (const [place, own] of byPlace(letters)) {
      if (underWay.has(place)) continue
      if (underWay.size >= MOST_AT_ONCE) break
      const turn = toTurn(own, view)
      if (turn.do === 'send') begin(turn)
      else {
        tellStuck(turn.stuck)
        nextMs = Math.min(nextMs, turn.untilMs)
      }
    }
    if (nextMs !== Number.POSITIVE_INFINITY) disarm = clock.after(Math.max(1, nextMs - clock.now()), ask)
  }

  function begin({ letter, channel, anew }: { letter: LetterRow; channel: Channel; anew: boolean }): void {
    if (anew) memories.of(letter).round = new Set()
    if (channel === 'robot') robotBusy = true
    if (channel === 'api') appPace.take()
    const work = send(letter, channel)
      .then(goesOn => {
        // nothing can be noted any more, so that nothing may be sent
        if (!goesOn) closed = true
      })
      .catch(cause => log.error('a letter could not be sent', { letter: letter.id, channel, cause }))
      .finally(() => {
        if (channel === 'robot') robotBusy = false
        underWay.delete(letter.place)
        ask()
      })
    underWay.set(letter.place, work)
  }

  function tellStuck(letters: readonly LetterRow[]): void {
    for (const letter of letters) {
      const memory = memories.of(letter)
      if (!memory.told)
        log.warn('a letter waits: no way to its place is configured', { letter: letter.id, place: letter.place })
      memory.told = true
    }
  }

  return {
    start() {
      unsubscribe = office.onNews(news => {
        if (news.letters) ask()
      })
      ask()
    },
    async test() {
      if (ways.robot === undefined) return []
      let outcome: Outcome = { class: 'rate', code: 'waiting', ...LATE }
      const heard = new Promise<Outcome>(resolve => tested.add(resolve))
      await office.write(SELF_TEST)
      await within(
        clock,
        heard.then(told => {
          outcome = told
        }),
        TEST_MS,
      )
      return [{ channel: 'robot', outcome }]
    },
    async close() {
      closed = true
      unsubscribe()
      disarm()
      await within(clock, Promise.all(underWay.values()), CLOSE_MS)
    },
  }
}

const LATE = {
  en: 'not sent yet: the custom robot takes no more messages in this minute, or is blocked',
  zh: '尚未发出：自定义机器人本分钟的额度已用完，或正被限流',
}
