// whether each message that was heard was answered once, in its conversation, in order
import { align } from './align.ts'
import type { Room } from './cast.ts'
import { isContinuation, isResult, type Shown, type Wall } from './lines.ts'
import type { Facts, Said } from './said.ts'
import type { Evidence, Part } from './verdict.ts'

type Answers = Part & {
  /** Title of each message's answer. */
  readonly answeredBy: ReadonlyMap<Said, string>
}

export function judgeAnswers({ cast, talk, state, local, rushes }: Evidence, wall: Wall, facts: Facts): Answers {
  const answeredBy = new Map<Said, string>()
  const violations: string[] = []
  const doubles: Shown[] = []
  let answers = 0
  const order = readOrder({ talk, state, local })
  for (const room of cast.rooms) {
    const lines = wall.of(room.id).filter(line => !isResult(line) && !isContinuation(line))
    const heard = talk.said
      .filter(one => one.room === room && order.has(one.key))
      .sort((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0))
    if (!room.listed) {
      violations.push(...judgeUnlisted(room, heard, lines, state))
      continue
    }
    const isHeldUp = ({ key }: Said): boolean => {
      const at = Date.parse(state.messages.get(key)?.at ?? '')
      return rushes.some(({ from, to }) => at >= from - BEFORE_RUSH_MS && at <= to)
    }
    const heldUp = takeHeldUp(
      heard.filter(one => !one.aside && isHeldUp(one)),
      lines.filter(({ title }) => title !== ASIDE),
      facts,
    )
    violations.push(...heldUp.violations.map(problem => `${room.id}: ${problem}`))
    for (const [one, line] of heldUp.taken) answeredBy.set(one, toTitle(line))
    answers += heldUp.taken.size
    doubles.push(...heldUp.doubles)
    const asked = heard.filter(one => !one.aside && !isHeldUp(one))
    const inTurn = align(asked, heldUp.left, facts)
    if (inTurn.problem !== undefined) violations.push(`${room.id}: ${inTurn.problem}`)
    for (const [at, line] of inTurn.lines.entries()) {
      const one = asked[at]
      if (one !== undefined) answeredBy.set(one, toTitle(line))
    }
    answers += inTurn.lines.length
    doubles.push(...inTurn.doubles)
    const aside = judgeAside(
      heard.filter(one => one.aside),
      lines.filter(({ title }) => title === ASIDE),
      facts,
    )
    violations.push(...aside.violations.map(problem => `${room.id}: ${problem}`))
    answers += aside.answers
    doubles.push(...aside.doubles)
  }
  const numbers = { answers, '… as cards': [...answeredBy.values()].filter(title => title.startsWith('card ')).length }
  return { violations, numbers: { ...numbers, ...countDoubles('answers doubled', doubles) }, answeredBy }
}

/** The order in which messages were heard: by the instant, and by the acks where that is the same. */
function readOrder({ talk, state, local }: Pick<Evidence, 'talk' | 'state' | 'local'>): ReadonlyMap<string, number> {
  const ackAt = new Map(local.acks.map(({ messageId }, at) => [messageId, at]))
  const kept = talk.said.flatMap(({ key, pushes }) => {
    const row = state.messages.get(key)
    const acks = pushes.flatMap(({ messageIds }) => messageIds.flatMap(id => ackAt.get(id) ?? []))
    return row === undefined ? [] : [{ key, at: row.at, ack: Math.min(...acks) }]
  })
  const sorted = kept.sort((a, b) => (a.at === b.at ? a.ack - b.ack : a.at < b.at ? -1 : 1))
  return new Map(sorted.map(({ key }, at) => [key, at]))
}

const ASIDE = '缓存占比'

const toTitle = ({ card, title }: Shown): string => (card === undefined ? title : `card ${card}`)

/** An answer that has no way waits for ten minutes, and holds up nobody: each once, but not in order. */
const BEFORE_RUSH_MS = 60_000

function takeHeldUp(messages: readonly Said[], lines: readonly Shown[], facts: Facts) {
  const left = [...lines]
  const doubles: Shown[] = []
  const taken = new Map<Said, Shown>()
  const violations: string[] = []
  const take = (one: Said, isClean: boolean): Shown | undefined => {
    const at = left.findIndex(
      line => line.line.at >= one.at && one.fits(line, facts) && (!isClean || !(line.spoiled || line.maybe)),
    )
    return at < 0 ? undefined : left.splice(at, 1)[0]
  }
  for (const one of messages) {
    const line = take(one, true) ?? take(one, false)
    if (line === undefined) violations.push(`no answer, while it was held up, to ${one.kind} ${one.text}`)
    else taken.set(one, line)
  }
  // what is left of the same words and was spoiled was sent again
  for (const line of [...left]) {
    const isDouble = (line.spoiled || line.maybe) && [...taken.values()].some(other => other.words === line.words)
    if (isDouble) doubles.push(...left.splice(left.indexOf(line), 1))
  }
  return { left, doubles, taken, violations }
}

/** Those that may come later than their turn, each once; some say only that nothing could be measured. */
function judgeAside(messages: readonly Said[], lines: readonly Shown[], facts: Facts) {
  const isExtra = (line: Shown): boolean => line.spoiled || line.maybe
  const violations: string[] = []
  const unanswered: Said[] = []
  for (const one of messages) {
    const own = lines.filter(line => one.fits(line, facts))
    if (own.length === 0) unanswered.push(one)
    const clean = own.filter(line => !isExtra(line)).length
    if (clean > 1) violations.push(`${clean} answers to ${one.text}`)
  }
  const rest = lines.filter(line => !messages.some(one => one.fits(line, facts)))
  const strange = rest.filter(({ words }) => !/没有在线代理|还有 1 个路径没有量完/.test(words))
  violations.push(...strange.map(line => `a line that answers nothing: ${line.words.slice(0, 100)}`))
  if (rest.length < unanswered.length || rest.filter(line => !isExtra(line)).length > unanswered.length)
    violations.push(`${rest.length} answers to ${unanswered.length} of ${unanswered[0]?.text ?? 'nothing'}`)
  return { violations, doubles: lines.filter(isExtra), answers: messages.length }
}

/** One sentence a day, and nothing else. */
function judgeUnlisted(room: Room, heard: readonly Said[], lines: readonly Shown[], state: Evidence['state']) {
  const days = new Set(heard.map(({ key }) => state.messages.get(key)?.at.slice(0, 10))).size
  const told = lines.filter(line => !line.spoiled && !line.maybe)
  const strange = lines.filter(({ title }) => title !== '群未开通')
  const problems = strange.map(line => `${room.id}: not listed, and told ${line.title}`)
  if (told.length <= days && (heard.length === 0 || lines.length > 0)) return problems
  return [...problems, `${room.id}: told ${told.length} times on ${days} days that it is not listed`]
}

/** By what made them excusable. */
export function countDoubles(name: string, doubles: readonly Shown[]): Record<string, number> {
  const counts: Record<string, number> = { [name]: doubles.length }
  for (const { line, why, maybe } of doubles) {
    const key = `… ${line.kind}: ${why || (maybe ? 'killed before it was noted' : 'unknown')}`
    counts[`${name} ${key}`] = (counts[`${name} ${key}`] ?? 0) + 1
  }
  return counts
}
