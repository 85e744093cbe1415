// whether a silent load has come to a standstill: equal samples of the cache, and what the engine says of its jobs
import { MINUTE } from '../../shared/time.ts'
import type { Engine, EngineAsk, Unfinished } from './engine-jobs.ts'

export type Stall = {
  /** A line came: whatever was seen before proves nothing any more. */
  heard(): void
  /** A sample that succeeded; one that failed tells nothing and is not handed in. Instants in milliseconds. */
  sampled(sample: { readonly bytes: number; readonly beganAt: number; readonly endedAt: number }): void
  /**
   * Whether the samples alone say so.
   * @param waiting the CLI waits for jobs, and has told of everything: then a tenth of the time is enough to ask the engine
   */
  looksStill(waiting: boolean): boolean
  /**
   * Asks the engine before the last word: true when nothing of this path moves there. Nothing at work there is believed at
   * once after the whole time, and after a tenth of it when it is seen twice: then the CLI waits for nobody.
   */
  isOver(engine: Engine, ask: EngineAsk, now: number): Promise<boolean>
}

/** Between two looks at the engine's jobs, so that a second one can tell whether they move. */
const LOOK_AGAIN_MS = MINUTE
// a CLI that waits for jobs that nobody has is given up after this part of the time
const EARLY_PART = 10
// 2.8 and later create the next jobs within seconds: two looks at nothing are at least this part of that time apart
const LOOKS_PART = 4

type Series = { readonly bytes: number; readonly firstAt: number; count: number; lastAt: number }

/** @param limits `stalledMs`: equal bytes for this long are a standstill; `lookAgainMs` default a minute */
export function createStall(limits: { readonly stalledMs: number; readonly lookAgainMs?: number | undefined }): Stall {
  const { stalledMs, lookAgainMs = LOOK_AGAIN_MS } = limits
  const earlyMs = stalledMs / EARLY_PART
  let series: Series | undefined
  let seen: { readonly jobs: string; readonly at: number } | undefined
  let emptyAt: number | undefined
  const forget = () => {
    series = undefined
    seen = undefined
    emptyAt = undefined
  }
  const stillFor = () => (series === undefined || series.count < 2 ? -1 : series.lastAt - series.firstAt)

  function isEmptyTwice({ known, ids }: Unfinished, now: number): boolean {
    if (!known || ids.length > 0) emptyAt = undefined
    else emptyAt ??= now
    return emptyAt !== undefined && now - emptyAt >= earlyMs / LOOKS_PART
  }

  function standsStill({ ids, left }: Unfinished, now: number): boolean {
    const jobs = `${left} ${ids.join(' ')}`
    const moves = seen !== undefined && seen.jobs !== jobs
    const isSecond = seen !== undefined
    if (moves) forget()
    else seen = { jobs, at: now }
    return isSecond && !moves
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
    looksStill: waiting => stillFor() >= (waiting ? earlyMs : stalledMs),
    async isOver(engine, ask, now) {
      const isEarly = stillFor() < stalledMs
      if (!isEarly && seen !== undefined && now - seen.at < lookAgainMs) return false
      const answer = await engine.unfinished(ask)
      if (isEmptyTwice(answer, now)) return true
      if (isEarly) return false
      // nothing at work, or nobody who could tell: the samples decide
      if (answer.ids.length === 0 && (answer.known || answer.left === 0)) return true
      return standsStill(answer, now)
    },
  }
}
