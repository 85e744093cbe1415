// whether a silent load has come to a standstill: equal samples of the cache, then what the engine says of its jobs
import { MINUTE } from '../../shared/time.ts'
import type { Engine, EngineAsk } from './engine-jobs.ts'

export type Stall = {
  /** A line came: whatever was seen before proves nothing any more. */
  heard(): void
  /** A sample that succeeded; one that failed tells nothing and is not handed in. Instants in milliseconds. */
  sampled(sample: { readonly bytes: number; readonly beganAt: number; readonly endedAt: number }): void
  /** Whether the samples alone say so. */
  looksStill(): boolean
  /** Asks the engine before the last word: true when nothing of this path is at work there, or nothing of it moves. */
  isOver(engine: Engine, ask: EngineAsk, now: number): Promise<boolean>
}

/** Between two looks at the engine's jobs, so that a second one can tell whether they move. */
const LOOK_AGAIN_MS = MINUTE

type Series = { readonly bytes: number; readonly firstAt: number; count: number; lastAt: number }

/** @param limits `stalledMs`: equal bytes for this long are a standstill; `lookAgainMs` default a minute */
export function createStall(limits: { readonly stalledMs: number; readonly lookAgainMs?: number | undefined }): Stall {
  const { stalledMs, lookAgainMs = LOOK_AGAIN_MS } = limits
  let series: Series | undefined
  let seen: { readonly jobs: string; readonly at: number } | undefined
  const forget = () => {
    series = undefined
    seen = undefined
  }
  return {
    heard: forget,
    sampled({ bytes, beganAt, endedAt }) {
      if (series?.bytes !== bytes) {
        forget()
        series = { bytes, firstAt: endedAt, count: 1, lastAt: endedAt }
        return
      }
      series.count += 1
      series.lastAt = beganAt
    },
    looksStill: () => series !== undefined && series.count >= 2 && series.lastAt - series.firstAt >= stalledMs,
    async isOver(engine, ask, now) {
      if (seen !== undefined && now - seen.at < lookAgainMs) return false
      const { known, ids, left } = await engine.unfinished(ask)
      // nothing at work, or nobody who could tell: the samples decide
      if (ids.length === 0 && (known || left === 0)) return true
      const jobs = `${left} ${ids.join(' ')}`
      const moves = seen !== undefined && seen.jobs !== jobs
      const isSecond = seen !== undefined
      if (moves) forget()
      else seen = { jobs, at: now }
      return isSecond && !moves
    },
  }
}
