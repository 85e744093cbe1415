// whether each message that was heard was answered once, in its conversation, in order
import { align } from './align.ts'
import type { Room } from './cast.ts'
import { isContinuation, isMeanwhile, isResult, type Shown, type Wall } from './lines.ts'
import type { Facts, Said } from './said.ts'
import type { Evidence, Part } from './verdict.ts'

type Answers = Part & {
  /** Title of each message's answer. */
  readonly answeredBy: ReadonlyMap<Said, string>
}

export function judgeAnswers({ cast, talk, state, local, rushes, kills }: Evidence, wall: Wall, facts: Facts): Answers {
  const answeredBy = new Map<Said, string>()
  const violations: string[] = []
  const doubles: Shown[] = []
  let answers = 0
  let overtaken = 0
  const before = kills.length > 0 ? 4 * BEFORE_RUSH_MS : BEFORE_RUSH_MS
  const order = readOrder({ talk, state, local })
  for (const room of cast.rooms) {
    const lines = wall.of(room.id).filter(line => !isResult(line) && !isContinuation(line) && !isMeanwhile(line))
    const heard = talk.said
      .filter(one => one.room === room && order.has(one.key))
      .sort((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0))
    if (kills.length > 0) orderTies(heard, lines, facts)
    if (!room.listed) {
      violations.push(...judgeUnlisted(room, heard, lines, state))
      continue
    }
    const isHeldUp = (one: Said): boolean => {
      const at = Date.parse(facts.heardAt(one.key))
      const own = one.paths === undefined ? [] : lines.filter(line => one.fits(line, facts))
      if (own.length > 0 && own.every(({ line, spoiled }) => spoiled || line.at > at + RESTS_MS)) return true
      return rushes.some(({ from, to }) => at >= from - before && at <= to)
    }
    const asked = heard.filter(one => !one.aside)
    const own = lines.filter(({ title }) => title !== ASIDE)
    const parted = { late: asked.filter(isHeldUp), inTurn: asked.filter(one => !isHeldUp(one)) }
    const found = alignOvertaken(parted, own, facts)
    overtaken += found.overtaken
    if (found.problem !== undefined) violations.push(`${room.id}: ${found.problem}`)
    for (const [one, line] of found.taken) answeredBy.set(one, toTitle(line))
    answers += found.taken.size
    doubles.push(...found.doubles)
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
  // one whose ways have all failed holds up nobody, and comes when there is a way again: that is seldom
  if (overtaken > MOST_OVERTAKEN + answers / 1_000) violations.push(`${overtaken} answers came after later ones`)
  return {
    violations,
    numbers: { ...numbers, 'answers overtaken': overtaken, ...countDoubles('answers doubled', doubles) },
    answeredBy,
  }
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

/** After a crash the daemon cannot tell any more which of two came first, when both came within one millisecond. */
function orderTies(heard: Said[], lines: readonly Shown[], facts: Facts): void {
  const place = (one: Said): number => lines.findIndex(line => line.line.at >= one.at && one.fits(line, facts))
  heard.sort((a, b) => {
    const [one, other] = [facts.heardAt(a.key), facts.heardAt(b.key)]
    return one === other ? place(a) - place(b) : one < other ? -1 : 1
  })
}

const ASIDE = '缓存占比'

const toTitle = ({ card, title }: Shown): string => (card === undefined ? title : `card ${card}`)

/** A letter rests for ten minutes when all its ways have failed. */
const RESTS_MS = 540_000
/** Heard so shortly before, it may not be answered yet; whoever was killed meanwhile takes longer. */
const BEFORE_RUSH_MS = 60_000
const MOST_TRIES = 3_000
const MOST_OVERTAKEN = 2

type Found = {
  readonly taken: ReadonlyMap<Said, Shown>
  readonly doubles: readonly Shown[]
  readonly problem?: string
  readonly failedAt?: number
}

type Parted = { readonly late: readonly Said[]; readonly inTurn: readonly Said[] }

/** As `alignAround`; a few messages that do not come out in their turn may have been overtaken. */
function alignOvertaken(
  { late, inTurn }: Parted,
  lines: readonly Shown[],
  facts: Facts,
): Found & { readonly overtaken: number } {
  const first = alignAround({ late, inTurn }, lines, facts)
  let [found, parted] = [first, { late, inTurn }]
  for (let overtaken = 1; found.problem !== undefined && overtaken <= MOST_OVERTAKEN; overtaken += 1) {
    const one = parted.inTurn[found.failedAt ?? -1]
    if (one === undefined) break
    parted = { late: [...parted.late, one], inTurn: parted.inTurn.filter(other => other !== one) }
    found = alignAround(parted, lines, facts)
    if (found.problem === undefined) return { ...found, overtaken }
  }
  return { ...first, overtaken: 0 }
}

/**
 * An answer that has no way waits for ten minutes, and holds up nobody: `late` ones are answered once, but not in order. Which
 * line is theirs is tried out, since several may read the same.
 */
function alignAround({ late, inTurn }: Parted, lines: readonly Shown[], facts: Facts): Found {
  let tries = 0
  let first: Found | undefined
  const attempt = (at: number, left: readonly Shown[], taken: ReadonlyMap<Said, Shown>): Found | undefined => {
    const one = late[at]
    if (one === undefined) {
      tries += 1
      const doubtful = new Set(left.filter(line => isRepeat(line, taken)))
      const { lines: answers, doubles, problem, failedAt } = align(inTurn, { lines: left, doubtful }, facts)
      const all = new Map(taken)
      for (const [nth, line] of answers.entries()) {
        const message = inTurn[nth]
        if (message !== undefined) all.set(message, line)
      }
      const found = {
        taken: all,
        doubles,
        ...(problem !== undefined && { problem }),
        ...(failedAt !== undefined && { failedAt }),
      }
      first ??= found
      return problem === undefined ? found : undefined
    }
    const able = left.filter(line => line.line.at >= one.at && one.fits(line, facts))
    const ordered = [
      ...able.filter(line => !line.spoiled && !line.maybe),
      ...able.filter(line => line.spoiled || line.maybe),
    ]
    for (const line of ordered) {
      if (tries >= MOST_TRIES) return undefined
      const rest = left.filter(other => other !== line)
      const found = attempt(at + 1, rest, new Map([...taken, [one, line]]))
      if (found !== undefined) return found
    }
    return undefined
  }
  const none = {
    taken: new Map(),
    doubles: [],
    problem: `no answer that was held up fits ${late.map(one => one.text)}`,
  }
  return attempt(0, lines, new Map()) ?? first ?? none
}

/** Spoiled, and sent again as what is taken already. */
function isRepeat(line: Shown, taken: ReadonlyMap<Said, Shown>): boolean {
  if (!line.spoiled && !line.maybe) return false
  return [...taken.values()].some(({ words, title }) =>
    line.card === undefined ? words === line.words : title === `已受理 #${line.card}`,
  )
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
