// one message that somebody wrote, and what its answer has to look like
import type { Push } from '../../helpers/dingtalk/local.ts'
import type { Person, Room } from './cast.ts'

/** A line of the robot as it stands in a conversation, ready to be compared. */
export type Seen = {
  readonly title: string
  /** Title and text without marks of markdown. */
  readonly words: string
  /** The job's number on a card. */
  readonly card?: string
}

/** What is known when all is over. */
export type Facts = {
  /** The number of the job that has this path. */
  jobOf(path: string): number | undefined
  /** By the daemon's own account. */
  heardAt(key: string): string
}

export type Fits = (seen: Seen, facts: Facts) => boolean

export type Kind =
  | 'load'
  | 'join'
  | 'bare'
  | 'forceload'
  | 'metadata'
  | 'status'
  | 'own'
  | 'missing'
  | 'help'
  | 'whoami'
  | 'agents'
  | 'unknown'
  | 'badKey'
  | 'badValue'
  | 'picture'
  | 'cached'
  | 'stop'
  | 'retry'
  | 'confirm'
  | 'dismiss'

export type Draft = {
  readonly kind: Kind
  readonly text: string
  readonly fits: Fits
  /** Paths that this message alone names: each becomes a task once, when the command is accepted. */
  readonly paths?: readonly string[]
  /** Of the job that it is about. */
  readonly job?: number
  /** The answer may come after those of later messages. */
  readonly aside?: true
  readonly picture?: true
}

export type Said = Draft & {
  /** As the daemon knows it. */
  readonly key: string
  readonly room: Room
  readonly person: Person
  readonly at: number
  /** Every time that the platform tried to deliver it. */
  readonly pushes: Push[]
}

const REFUSED = '未执行'

/** Refused, in a sentence that names this. */
export function refusedWith(...words: readonly string[]): Fits {
  return ({ title, words: said }) => title === REFUSED && words.every(word => said.includes(word))
}
export function titled(title: string, ...words: readonly string[]): Fits {
  return seen => seen.title === title && words.every(word => seen.words.includes(word))
}
export function anyOf(...fits: readonly Fits[]): Fits {
  return (seen, facts) => fits.some(one => one(seen, facts))
}

/** 已受理 of the job that has the path, or its card. */
export function accepted(path: string, word: string): Fits {
  return (seen, facts) => {
    const number = facts.jobOf(path)
    return number !== undefined && acceptedAs(number, word)(seen, facts)
  }
}
export function acceptedAs(number: number, word: string): Fits {
  return seen =>
    seen.card === String(number) || (seen.title === `已受理 #${number}` && seen.words.includes(` ${word} `))
}
