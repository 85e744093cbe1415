// what the notifier, the postman and the keeper of cards may say and read of the state
import type { Log } from '../../shared/log.ts'
import { toInstant } from '../../shared/time.ts'
import type { Event, Published } from '../core/events.ts'
import type { CardRow, State } from '../core/state.ts'
import type { Bus } from './bus.ts'
import type { PostNews, PostOffice } from './chat-port.ts'
import type { Engine } from './engine.ts'
import type { OutputStore } from './ports.ts'
import { readLastWords } from './queries/last-words.ts'
import { toNamedTask } from './queries/named-tasks.ts'
import { findAllTasks, toStory } from './queries/stories.ts'

type PostDeps = {
  readonly state: State
  readonly engine: Engine
  readonly frames: Bus<Published>
  readonly output: Pick<OutputStore, 'tailOffset' | 'read'>
  /** Hears of what nobody took in time. */
  readonly log?: Log
}

/** The post's verbs over one engine. They reject when the state cannot be saved, or the daemon is stopping. */
export function createPostOffice({ state, engine, frames, output, log }: PostDeps): PostOffice {
  let old: ReturnType<PostOffice['givenUp']>
  frames.subscribe(({ events, at }) => {
    const count = countOld(events)
    if (count > 0) old = { count: (old?.count ?? 0) + count, at: toInstant(at) }
    if (log !== undefined) tellOld(events, log)
  })
  return {
    givenUp: () => old,
    // both tables stand in the order of their ids, which is their age
    notices: () => [...state.notices.rows()],
    letters: () => [...state.letters.rows()],
    cards: () => oldestFirst(state.cards.find('live', 'all')),
    card: id => state.cards.get(id),
    cardsOf: jobId => oldestFirst(state.cards.find('job', jobId)),
    conversation: id => state.conversations.get(id),
    meter: id => state.meters.get(id),
    story: jobId => toStory(state, jobId),
    storyOfSlot: slotId => {
      const jobId = state.slots.get(slotId)?.jobId
      return jobId === undefined ? undefined : toStory(state, jobId)
    },
    lastWords: taskId => readLastWords({ state, output }, taskId),
    tasksOf: jobId => findAllTasks(state, jobId),
    linesOf: taskId => toNamedTask(state, taskId)[0]?.lines,
    async write(letter) {
      const { letterId } = await engine.dispatch({ type: 'letter.write', letter })
      if (letterId === undefined) throw new Error('a letter that was written has no id')
      return letterId
    },
    async seal({ notices, letters = [], letter }) {
      const sealed = { notices, letters, ...(letter !== undefined && { letter }) }
      return (await engine.dispatch({ type: 'letter.seal', ...sealed })).letterId
    },
    async tried({ letterId, channel, outcome, ...how }) {
      await engine.dispatch({ type: 'letter.tried', letterId, sending: { channel, outcome }, ...how })
    },
    async cardOpened(card, letterId) {
      await engine.dispatch({ type: 'card.opened', card, ...(letterId !== undefined && { letterId }) })
    },
    async cardShown({ outcome, ...shown }) {
      await engine.dispatch({ type: 'card.shown', ...shown, sending: { channel: 'card', outcome } })
    },
    onNews: listener =>
      frames.subscribe(frame => {
        const news = toNews(frame)
        if (news.notices || news.letters || news.cards || news.jobs.length > 0) listener(news)
      }),
  }
}

function toNews({ events, changed }: Published): PostNews {
  const tells = (of: string): boolean => events.some(({ type }: Event) => type.startsWith(of))
  // whoever speaks brings a session, by which letters can go that waited for one
  const letters = tells('letter.') || tells('conversation.heard')
  return { notices: tells('notice.'), letters, cards: tells('card.'), jobs: changed.jobs }
}

function countOld(events: readonly Event[]): number {
  return events.reduce((sum, event) => {
    if (event.type === 'letter.removed') return sum + Number(event.why === 'old')
    return event.type === 'notice.dropped' && event.why === 'old' ? sum + event.noticeIds.length : sum
  }, 0)
}

function tellOld(events: readonly Event[], log: Log): void {
  for (const event of events) {
    if (event.type === 'letter.removed' && event.why === 'old')
      log.error('a letter was given up: nobody took it within a day', { letter: event.letterId, place: event.place })
    if (event.type === 'notice.dropped' && event.why === 'old')
      log.error('notices were given up: nobody wrote them within a day', { notices: event.noticeIds.length })
  }
}

// after a restart cards stand in the order of their own names
function oldestFirst(rows: Iterable<CardRow>): CardRow[] {
  return [...rows].sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? -1 : 1))
}
