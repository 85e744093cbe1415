// keeps the cards of jobs: makes them for letters, and brings each to the state of its job until that is the last
import { SECOND } from '../../../shared/time.ts'
import type { PostNews } from '../../engine/chat-port.ts'
import { createDegradedPlaces } from './degraded.ts'
import { createNaps } from './naps.ts'
import { createOpener } from './opening.ts'
import type { CardKeeper, CardKeeperDeps } from './port.ts'
import { createTally } from './tally.ts'
import { createTended, type Tended } from './tended.ts'
import { createTurns } from './turns.ts'

export type { CardKeeper, CardKeeperDeps, CardStatus, CardWays, Degraded } from './port.ts'

const CLOSE_WITHIN_MS = 5 * SECOND
const MOST_GONE = 1_000

/** Makes the keeper; it does nothing before `start`, but letters may be handed to it. */
export function createCardKeeper(deps: CardKeeperDeps): CardKeeper {
  const { clock, office, templateId } = deps
  const turns = createTurns(clock, deps.appPace)
  const naps = createNaps(clock)
  const tally = createTally(clock)
  const degraded = createDegradedPlaces(clock)
  const tended = new Map<string, Tended>()
  const gone = new Set<string>()
  const running = new Set<Promise<unknown>>()
  let undo: (() => void) | undefined
  let closing: Promise<void> | undefined

  const track = <Value>(work: Promise<Value>): Promise<Value> => {
    running.add(work)
    // a failure is its asker's business
    void work.catch(() => undefined).finally(() => running.delete(work))
    return work
  }

  function forget(cardId: string, isGone: boolean): void {
    tended.get(cardId)?.stop()
    tended.delete(cardId)
    if (gone.size >= MOST_GONE) gone.clear()
    if (isGone) gone.add(cardId)
  }

  function tend(cardId: string, fresh: boolean): void {
    if (closing !== undefined || tended.has(cardId) || gone.has(cardId)) return
    const one = createTended(cardId, { ...deps, turns, tally, forget, fresh, track: work => void track(work) })
    tended.set(cardId, one)
    one.touch()
  }

  function hear({ cards, jobs }: PostNews): void {
    if (cards) for (const { id } of office.cards()) tend(id, false)
    for (const jobId of jobs) for (const { id } of office.cardsOf(jobId)) tended.get(id)?.touch()
  }

  const opener = createOpener({
    ...{ ...deps, turns, naps, degraded, tally },
    since: clock.now(),
    isGone: cardId => gone.has(cardId),
    track: work => void track(work),
    refresh: cardId => tended.get(cardId)?.touch(),
  })

  async function close(): Promise<void> {
    undo?.()
    turns.close()
    naps.close()
    for (const one of tended.values()) one.stop()
    tended.clear()
    let disarm = (): void => {}
    const late = new Promise<void>(resolve => {
      disarm = clock.after(CLOSE_WITHIN_MS, resolve)
    })
    await Promise.race([Promise.allSettled([...running]), late])
    disarm()
  }

  return {
    openCard: letter => (closing === undefined ? track(opener(letter)) : Promise.resolve('not-here')),
    start() {
      if (undo !== undefined || closing !== undefined) return
      undo = office.onNews(hear)
      for (const { id } of office.cards()) tend(id, true)
    },
    close() {
      closing ??= close()
      return closing
    },
    status: () => ({
      enabled: Boolean(templateId),
      open: office.cards().length,
      degraded: degraded.list(),
      ...tally.read(),
    }),
  }
}
