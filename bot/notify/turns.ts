// whose turn it is: of each place one letter at a time in order, alarms first
import { type Channel, type FailureClass, type Place, ROBOT } from '../../shared/chat.ts'
import { toMs } from '../../shared/time.ts'
import type { LetterRow } from '../engine/chat-port.ts'
import { ALL_CLOSED_MS } from './reaction.ts'

export type View = {
  readonly nowMs: number
  /** Ways left to it; `anew` as if none had failed yet. */
  readonly waysOf: (letter: LetterRow, anew?: 'anew') => readonly Channel[]
  /** When a channel may be called, in ms since the epoch; infinite while another call of it goes on. */
  readonly readyAt: (channel: Channel) => number
}

export type Turn =
  /** `anew`: all ways had failed, and are tried once more. */
  | { readonly do: 'send'; readonly letter: LetterRow; readonly channel: Channel; readonly anew: boolean }
  | { readonly do: 'wait'; readonly untilMs: number; readonly stuck: readonly LetterRow[] }

/** Letters by place, the most urgent place first, within each alarms before the rest, else as they came. */
export function byPlace(letters: readonly LetterRow[]): ReadonlyMap<Place, readonly LetterRow[]> {
  const places = new Map<Place, LetterRow[]>()
  const rest: LetterRow[] = []
  const add = (letter: LetterRow): void => {
    const known = places.get(letter.place)
    if (known === undefined) places.set(letter.place, [letter])
    else known.push(letter)
  }
  for (const letter of letters) {
    if (letter.alarm) add(letter)
    else rest.push(letter)
  }
  for (const letter of rest) add(letter)
  return places
}

type Judged =
  | { readonly do: 'send'; readonly channel: Channel; readonly anew: boolean }
  /** `blocks`: those behind it wait too. */
  | { readonly do: 'wait'; readonly untilMs: number; readonly blocks: boolean; readonly stuck?: true }

/** The turn of one place. What nobody can take now holds up nobody; what is only slow does. Pure. */
export function toTurn(letters: readonly LetterRow[], view: View): Turn {
  const stuck: LetterRow[] = []
  let untilMs = Number.POSITIVE_INFINITY
  for (const letter of letters) {
    const judged = judge(letter, view)
    if (judged.do === 'send') return { ...judged, letter }
    if (judged.stuck) stuck.push(letter)
    untilMs = Math.min(untilMs, judged.untilMs)
    if (judged.blocks) break
  }
  return { do: 'wait', untilMs, stuck }
}

function judge(letter: LetterRow, view: View): Judged {
  const { nowMs } = view
  const restsUntil = letter.notBefore === undefined ? 0 : toMs(letter.notBefore)
  const channel = firstOf(letter, view.waysOf(letter))
  if (channel !== undefined) {
    // a way that was not there when another one had failed need not wait for that
    if (restsUntil > nowMs && isSlow(letter, channel)) return { do: 'wait', untilMs: restsUntil, blocks: true }
    return whenReady(letter, { channel, anew: false }, view)
  }
  if (restsUntil > nowMs) return { do: 'wait', untilMs: restsUntil, blocks: false }
  const [first] = view.waysOf(letter, 'anew')
  if (first !== undefined) return whenReady(letter, { channel: first, anew: true }, view)
  return { do: 'wait', untilMs: nowMs + ALL_CLOSED_MS, blocks: false, stuck: true }
}

const SLOW: ReadonlySet<FailureClass> = new Set<FailureClass>(['unknown', 'busy', 'rate'])

function isSlow({ last }: LetterRow, channel: Channel): boolean {
  return last !== undefined && last.channel === channel && SLOW.has(last.class)
}

// what may have arrived stays with the one way that knows a repeat, whatever other way has come since
function firstOf({ last }: LetterRow, ways: readonly Channel[]): Channel | undefined {
  const stays = last?.channel === 'robot' && last.class === 'unknown' && ways.includes('robot')
  return stays ? 'robot' : ways[0]
}

// the robot is the last way of others: while they wait for it their place has its own ways
function whenReady(letter: LetterRow, { channel, anew }: { channel: Channel; anew: boolean }, view: View): Judged {
  const untilMs = view.readyAt(channel)
  if (untilMs <= view.nowMs) return { do: 'send', channel, anew }
  return { do: 'wait', untilMs, blocks: channel !== 'robot' || letter.place === ROBOT }
}
