// what people type and what becomes of letters, as steps of histories
import type { Channel, Outcome } from '../../shared/chat.ts'
import type { Actor } from '../../shared/job.ts'
import { HOUR, MINUTE } from '../../shared/time.ts'
import { failed, GROUP, OTHER, SENT, toDraft, toHeard, typed } from '../core/talk.ts'
import { ANN, ROOT, toSubmit, type World } from '../core/world.ts'
import { countDone } from './chat-laws.ts'
import type { Doer } from './histories.ts'

const pick = <Item>(items: readonly Item[], n: number): Item => items[n % items.length] as Item
const pickRow = <Row>(rows: Iterable<Row>, n: number): Row | undefined => {
  const all = [...rows]
  return all.length === 0 ? undefined : all[n % all.length]
}

// heard, perhaps a second time, and carried out at once, or the process ends before
const talk: Doer = (play, { a, b, c }) => {
  const { world } = play
  const key = `m${a % 9}`
  const person = { staffId: `s${a % 2}`, place: pick([GROUP, OTHER], a >> 1), as: pick([ANN, ROOT, ROOT], b) }
  world.ask({ type: 'message.heard', heard: toHeard(key) })
  const before = world.state.messages.get(key)
  if (before?.status === 'answered' && c % 4 !== 0) return
  const jobs = world.state.jobs.size
  // looking is no deed: it may be done as often as one likes
  if (b % 5 === 4) return void world.submit(['/a'], { actor: typed(key, person), action: 'list' })
  const answer = carryOut(world, typed(key, person), { b, c })
  play.breaches.push(...countDone({ before, answer, more: world.state.jobs.size - jobs }))
}

function carryOut(world: World, actor: Actor, { b, c }: { b: number; c: number }) {
  const job = pickRow(world.state.jobs.rows(), b)
  if (c % 7 === 0 && job !== undefined) return world.ask({ type: 'job.stop', actor, jobId: job.id })
  if (c % 3 === 0 && job !== undefined)
    return world.ask({ type: 'job.retry', actor, jobId: job.id, only: 'unfinished' })
  const name = pick([undefined, undefined, 'n1', 'n2'], b)
  const action = pick(['load', 'load', 'forceload', 'free'] as const, b)
  const paths = [pick(['/a', '/a/b', '/d', '/e'], c)]
  return world.ask(
    toSubmit(paths, { actor, action, ...(name !== undefined && { name }), ...(c % 5 === 0 && { resume: true }) }),
  )
}

const answer: Doer = ({ world }, { a, b }) => {
  const message = pickRow(b % 4 === 0 ? world.state.messages.rows() : world.state.messages.find('open', 'all'), a)
  if (message === undefined) return
  const letters = Array.from({ length: b % 3 }, () => toDraft('answer', { parts: toParts(1 + (b % 2)) }))
  world.ask({ type: 'message.answered', key: message.id, letters })
}

const toParts = (count: number) => Array.from({ length: count }, () => toDraft().parts).flat()

const seal: Doer = ({ world }, { a, b, c }) => {
  const notices = [...world.state.notices.rows()].filter((_, n) => (a >> (n % 8)) % 2 === 0).map(row => row.id)
  const letters = [...world.state.letters.rows()].filter((_, n) => (b >> (n % 8)) % 3 === 0).map(row => row.id)
  const letter = c % 5 === 0 ? {} : { letter: toDraft('result', { kind: 'result', parts: toParts(1 + (c % 2)) }) }
  world.ask({ type: 'letter.seal', notices, letters, ...letter })
}

const OUTCOMES: readonly (Outcome | 'sending')[] = [
  ...[
    SENT,
    SENT,
    SENT,
    'sending' as const,
    failed('busy'),
    failed('rate', 1_000),
    failed('expired'),
    failed('unknown'),
  ],
]
const CHANNELS: readonly Channel[] = ['session', 'api', 'robot']

const tryLetter: Doer = ({ world, memory }, { a, b, c }) => {
  const letter = pickRow(world.state.letters.rows(), a)
  if (letter === undefined) return
  const outcome = pick(OUTCOMES, b)
  const { chat } = memory
  if (outcome !== 'sending' && outcome.class === 'sent')
    chat.arrived.set(letter.id, (chat.arrived.get(letter.id) ?? 0) + 1)
  chat.tried.add(letter.id)
  const more = { ...(c % 3 === 0 && { close: true }), ...(c % 17 === 0 && { drop: true }), waitMs: c }
  world.ask({ type: 'letter.tried', letterId: letter.id, sending: { channel: pick(CHANNELS, c), outcome }, ...more })
}

const card: Doer = ({ world }, { a, b, c }) => {
  const job = pickRow(world.state.jobs.rows(), a)
  const known = pickRow(world.state.cards.rows(), b)
  if (known !== undefined && c % 3 !== 0) {
    const sending = { channel: 'card', outcome: pick([SENT, SENT, failed('busy')], c) } as const
    const status = pick(['open', 'closed', 'open'] as const, b)
    world.ask({ type: 'card.shown', cardId: known.id, shown: { percent: `${c}` }, sending, status })
  } else if (job !== undefined) {
    const place = pick([GROUP, OTHER], b)
    const letter = pickRow(world.state.letters.rows(), c)
    const opened = { id: `card-${job.number}-${b % 4}-${place}`, jobId: job.id, place, shown: {} }
    world.ask({ type: 'card.opened', card: opened, ...(letter !== undefined && { letterId: letter.id }) })
  }
}

// long enough for what takes long, for what nobody took, and for what is forgotten
const sleep: Doer = ({ world }, { a }) => {
  world.wait(pick([31 * MINUTE, 31 * MINUTE, 25 * HOUR, 50 * HOUR], a))
}

export const CHAT_DOERS: readonly [weight: number, doer: Doer][] = [
  [14, talk],
  [6, answer],
  [5, seal],
  [8, tryLetter],
  [7, card],
  [2, sleep],
]

/** What these kinds begin with, in the order above; they come after all others. */
export const chatKinds = (before: number) => {
  const starts = CHAT_DOERS.map((_, at) => CHAT_DOERS.slice(0, at).reduce((sum, [weight]) => sum + weight, before))
  const [talks = 0, answers = 0, seals = 0, tries = 0] = starts
  return { talks, answers, seals, tries, end: CHAT_DOERS.reduce((sum, [weight]) => sum + weight, before) }
}
