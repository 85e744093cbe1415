// how long a load would take, from what earlier loads of the same cluster took
import { toMs } from '../../shared/time.ts'
import type { Estimate } from '../../shared/verdict.ts'
import type { Ending } from '../../shared/wire.ts'
import type { AllocationRow, Sample, State } from './state.ts'

/** Samples that an agent keeps, the newest. */
export const MOST_SAMPLES = 20
/** Samples that an estimate is made of. */
const MOST_ALIKE = 5
/** What a file costs beside its bytes, in bytes: a tiny one takes as long as one of this size. */
const FILE_COST_BYTES = 256 * 1024

/** What is to be loaded. */
export type Load = { readonly files: number; readonly bytes: number }

/**
 * What a load that has just ended teaches: files and bytes that came into the cache, and the time of its load steps.
 * Nothing when it was cut short, not measured, or brought nothing.
 */
export function toSample({ steps }: AllocationRow, { exit, findings }: Ending): Sample | undefined {
  const { before, after } = findings ?? {}
  const timed = steps.filter(step => step.name === 'load' && step.endedAt !== undefined)
  if (before === undefined || after === undefined || exit.reason !== 'exited') return undefined
  const ms = timed.reduce((sum, { startedAt, endedAt }) => sum + toMs(endedAt ?? startedAt) - toMs(startedAt), 0)
  const files = Math.max(0, after.cachedFiles - before.cachedFiles)
  const bytes = Math.max(0, after.cachedBytes - before.cachedBytes)
  return ms > 0 && files + bytes > 0 ? { files, bytes, ms } : undefined
}

/** An agent's estimate with the time that the samples of its cluster speak for. */
export function withSeconds(state: State, cluster: string, estimate: Estimate): Estimate {
  const samples = [...state.agents.find('cluster', cluster)].flatMap(agent => agent.samples)
  const { files, bytes, missingBytes, missingFiles } = estimate
  // where only bytes are known to be missing, as many files as are in proportion
  const share = bytes > 0 ? missingBytes / bytes : 1
  const seconds = toSeconds(samples, { files: missingFiles ?? Math.ceil(files * share), bytes: missingBytes })
  return seconds === undefined ? estimate : { ...estimate, seconds }
}

/**
 * Seconds that a load takes when it goes as the five samples went that are most alike in mean file size: their time per
 * byte, a file counting as some bytes of its own. Since other samples count for another size, more to load could seem to
 * take less time; so it is at least the time of every part of it. Undefined without samples.
 */
export function toSeconds(samples: readonly Sample[], load: Load): number | undefined {
  if (samples.length === 0) return undefined
  if (load.files === 0 && load.bytes === 0) return 0
  const times = toBands(samples).map(band => (weightOf(toPart(load, band)) * band.ms) / band.weight)
  return Math.max(...times) / 1000
}

/** Samples that stand for loads of a mean file size from `from` to `to`. */
type Band = { readonly from: number; readonly to: number; readonly ms: number; readonly weight: number }

// neighbours in size: each group of five is the nearest one from half way to the sample before it to half way behind it
function toBands(samples: readonly Sample[]): Band[] {
  const sorted = samples.toSorted((a, b) => meanOf(a) - meanOf(b))
  const most = Math.min(MOST_ALIKE, sorted.length)
  return Array.from({ length: sorted.length - most + 1 }, (_, at) => {
    const alike = sorted.slice(at, at + most)
    const [first, last] = [alike[0], alike[most - 1]]
    const [previous, next] = [sorted[at - 1], sorted[at + most]]
    return {
      from: previous === undefined || last === undefined ? 0 : between(previous, last),
      to: next === undefined || first === undefined ? Number.POSITIVE_INFINITY : between(first, next),
      ms: alike.reduce((sum, { ms }) => sum + ms, 0),
      weight: alike.reduce((sum, sample) => sum + weightOf(sample), 0),
    }
  })
}

// the largest part of a load whose mean file size lies in the band: fewer bytes of each file, or fewer files
function toPart({ files, bytes }: Load, { from, to }: Band): Load {
  const most = files * to
  if (bytes > most) return { files, bytes: most }
  return bytes < files * from ? { files: bytes / from, bytes } : { files, bytes }
}

function meanOf({ files, bytes }: Load): number {
  return Math.max(1, bytes / Math.max(1, files))
}

// sizes differ by factors: half way is the geometric mean
function between(one: Load, other: Load): number {
  return Math.sqrt(meanOf(one) * meanOf(other))
}

function weightOf({ files, bytes }: Load): number {
  return bytes + files * FILE_COST_BYTES
}
