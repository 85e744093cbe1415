// planted faults of what is said: each breaks the law that is there for it
import type { Command } from '../../bot/core/commands.ts'
import type { Event } from '../../bot/core/events.ts'
import { without } from '../../bot/core/rows.ts'
import { createDraftState, type State } from '../../bot/core/state.ts'
import { VERBS, type Verbs } from '../core/world.ts'

/** A core that judges some commands by another state than there is. */
const seeing = (spoil: (blind: State, command: Command) => void): Partial<Verbs> => ({
  decide(state, command, context) {
    const blind = createDraftState(state)
    spoil(blind, command)
    return VERBS.decide(blind, command, context)
  },
})

/** A core whose consequences are changed before they happen. */
const following = (change: (events: readonly Event[]) => readonly Event[]): Partial<Verbs> => ({
  reconcile: (draft, context) => change(VERBS.reconcile(draft, context)),
})

const after = (type: Event['type'], spoil: (draft: State, event: Event) => void): Partial<Verbs> => ({
  evolve(draft, event, at) {
    VERBS.evolve(draft, event, at)
    if (event.type === type) spoil(draft, event)
  },
})

export const CHAT_FAULTS: [fault: string, law: string, verbs: Partial<Verbs>][] = [
  [
    'answers a message again',
    'a message is answered once',
    seeing((blind, command) => {
      const row = command.type === 'message.answered' ? blind.messages.get(command.key) : undefined
      if (row !== undefined) blind.messages.set(row.id, { ...row, status: 'heard' })
    }),
  ],
  [
    'carries a message out again',
    'what a message did is not done again',
    seeing((blind, command) => {
      const key = 'actor' in command ? command.actor.chat?.message : undefined
      const row = key === undefined ? undefined : blind.messages.get(key)
      if (row !== undefined) blind.messages.set(row.id, without(row, 'done'))
    }),
  ],
  [
    'forgets what a message did',
    'what a message did is not done again',
    after('message.done', (draft, event) => {
      const row = event.type === 'message.done' ? draft.messages.get(event.key) : undefined
      if (row !== undefined) draft.messages.set(row.id, without(row, 'done'))
    }),
  ],
  [
    'tells nobody of an end',
    'every end is told once a place',
    following(events => events.filter(event => event.type !== 'notice.queued')),
  ],
  [
    'tells only one place',
    'every end is told once a place',
    following(events => {
      const first = events.find(event => event.type === 'notice.queued')
      return events.filter(event => event.type !== 'notice.queued' || event === first)
    }),
  ],
  [
    'tells an end twice',
    'every end is told once a place',
    after('notice.queued', (draft, event) => {
      if (event.type !== 'notice.queued') return
      const id = event.notice.id.replace(/.$/, last => (last === '0' ? '1' : '0'))
      draft.notices.set(id, { ...event.notice, id })
    }),
  ],
  [
    'keeps what is not so any more',
    'no notice outlives its end',
    following(events => events.filter(event => event.type !== 'notice.dropped' || event.why !== 'void')),
  ],
  [
    'tells of a long load again',
    'a long load is told of once',
    after('agent.taken', draft => {
      for (const job of [...draft.jobs.rows()]) draft.jobs.set(job.id, without(job, 'toldHalfway'))
    }),
  ],
  [
    'loses letters that fail',
    'letters leave only as told',
    after('letter.tried', (draft, event) => {
      if (event.type === 'letter.tried' && event.letter.tries > 0) draft.letters.remove(event.letter.id)
    }),
  ],
  [
    'takes one part for the whole letter',
    'letters leave only as told',
    seeing((blind, command) => {
      const row = command.type === 'letter.tried' ? blind.letters.get(command.letterId) : undefined
      if (row !== undefined) blind.letters.set(row.id, { ...row, parts: row.parts.slice(0, 1) })
    }),
  ],
  [
    'seals what was tried',
    'what was tried is not sealed',
    seeing((blind, command) => {
      if (command.type !== 'letter.seal') return
      for (const row of [...blind.letters.rows()])
        blind.letters.set(row.id, { ...without(row, 'last'), tries: 0, sent: 0 })
    }),
  ],
  [
    'leaves cards of ended jobs open',
    'a card is as its job',
    following(events => events.filter(event => event.type !== 'card.turned')),
  ],
  [
    'opens a second card',
    'one open card a place',
    {
      decide(state, command, context) {
        const { events, answer } = VERBS.decide(state, command, context)
        return { events: events.filter(event => event.type !== 'card.turned'), answer }
      },
    },
  ],
]
