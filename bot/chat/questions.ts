// questions that wait for a yes: one for each person in a conversation, for five minutes, in memory only
import { type Clock, MINUTE } from '../../shared/time.ts'

/** Four letters and digits that are not mistaken for one another, one of them a letter: no code is a job's number. */
export const CODE = /^(?=.*[A-Z])[2-9A-HJ-NP-Z]{4}$/
const CHARS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const LENGTH = 4
const FIRST_LETTER = 8

/** How long a question can be answered. */
export const OPEN_FOR_MS = 5 * MINUTE
const MOST_KEPT = 10_000

export type Who = { readonly conversationId: string; readonly staffId: string }
export type QuestionState = 'open' | 'expired' | 'confirmed' | 'dismissed'
export type Question = { readonly code: string; readonly line: string; readonly state: QuestionState }

type Kept = {
  readonly code: string
  readonly line: string
  readonly at: number
  readonly order: number
  end?: 'confirmed' | 'dismissed'
}

export type Questions = {
  /** Somebody's question is being made, which may take a while; to be called when that is over. */
  making(who: Who, line: string, order: number): () => void
  /** The line of the last one in the making, unless a later message has asked already. */
  inMaking(who: Who): string | undefined
  /** A new one, which voids the older. Undefined when a message that came later (a greater `order`) has asked already. */
  ask(who: Who, line: string, order: number): { readonly code: string } | undefined
  /** The newest, whatever became of it. */
  newest(who: Who): Question | undefined
  end(who: Who, how: 'confirmed' | 'dismissed'): void
}

export function createQuestions({
  clock,
  random,
}: {
  readonly clock: Clock
  readonly random: () => number
}): Questions {
  const kept = new Map<string, Kept>()
  const made = new Set<{ readonly key: string; readonly line: string; readonly order: number }>()
  const keyOf = ({ conversationId, staffId }: Who): string => `${conversationId}\n${staffId}`
  return {
    making(who, line, order) {
      const one = { key: keyOf(who), line, order }
      made.add(one)
      return () => made.delete(one)
    },
    inMaking(who) {
      const key = keyOf(who)
      const asked = kept.get(key)?.order ?? -1
      const newer = [...made].filter(one => one.key === key && one.order > asked)
      return newer.toSorted((a, b) => a.order - b.order).at(-1)?.line
    },
    ask(who, line, order) {
      const key = keyOf(who)
      const before = kept.get(key)
      if (before !== undefined && before.order > order) return undefined
      const code = makeCode(random, before?.code)
      kept.delete(key)
      kept.set(key, { code, line, at: clock.now(), order })
      const [oldest] = kept.keys()
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
      return { code }
    },
    newest(who) {
      const found = kept.get(keyOf(who))
      if (found === undefined) return undefined
      const { code, line, at, end } = found
      return { code, line, state: end ?? (clock.now() - at < OPEN_FOR_MS ? 'open' : 'expired') }
    },
    end(who, how) {
      const found = kept.get(keyOf(who))
      if (found !== undefined) found.end = how
    },
  }
}

/** A code unlike the one before it, so that the answer to a voided question is none to the new one. */
function makeCode(random: () => number, before: string | undefined): string {
  const pick = (from: number): string => CHARS.charAt(from + Math.floor(random() * (CHARS.length - from)))
  const letterAt = Math.floor(random() * LENGTH)
  const code = Array.from({ length: LENGTH }, (_, at) => pick(at === letterAt ? FIRST_LETTER : 0)).join('')
  return code === before ? [...code].reverse().join('').replace(/^./, 'Z') : code
}
