// places that get text instead of cards, and for how long
import type { Failed, Place } from '../../../shared/chat.ts'
import { type Clock, MINUTE, toInstant } from '../../../shared/time.ts'
import type { Degraded } from './port.ts'

const PASSING_MS = 30 * MINUTE
/** Nothing but another setting or another template mends these. */
const LASTING = /(templateNotExist|templateUnpublished|cardTemplateIdEmpty|AccessTokenPermissionDenied|no-template)$/
/** It was this text, not the way: the next card may well be made. */
const OF_THE_TEXT: ReadonlySet<Failed['class']> = new Set(['content', 'too-long'])

export type DegradedPlaces = {
  has(place: Place): boolean
  /** A card could not be made there. */
  add(place: Place, failed: Failed): void
  list(): readonly Degraded[]
}

/** Kept in memory: a start is a new chance. */
export function createDegradedPlaces(clock: Clock): DegradedPlaces {
  const places = new Map<Place, { readonly row: Degraded; readonly untilMs: number }>()
  const forgetPast = (): void => {
    for (const [place, { untilMs }] of places) if (untilMs <= clock.now()) places.delete(place)
  }
  return {
    has(place) {
      forgetPast()
      return places.has(place)
    },
    add(place, { class: kind, code, en, zh }) {
      if (OF_THE_TEXT.has(kind)) return
      const untilMs = LASTING.test(code) ? Number.POSITIVE_INFINITY : clock.now() + PASSING_MS
      const until = Number.isFinite(untilMs) ? { until: toInstant(untilMs) } : {}
      places.set(place, { row: { place, code, en, zh, ...until }, untilMs })
    },
    list() {
      forgetPast()
      return [...places.values()].map(({ row }) => row)
    },
  }
}
