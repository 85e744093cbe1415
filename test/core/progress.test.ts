// how far a job is: out of what the lines or the samples of its tasks tell, never out of what was cached before
import { describe, expect, it } from 'vitest'
import { toJobProgress } from '../../bot/core/rollup.ts'
import type { AllocationRow, TaskRow } from '../../bot/core/state.ts'
import type { Progress, Status } from '../../shared/allocation.ts'

const AT = '2024-05-01T08:00:00.000Z'
const BEFORE = {
  at: AT,
  files: 200,
  bytes: 1_000,
  cachedFiles: 20,
  cachedBytes: 100,
  cachedPercent: 10,
  fresh: true,
  complete: true,
}
const LINES: Progress = {
  at: AT,
  source: 'lines',
  filesDone: 100,
  filesTotal: 200,
  bytesTotal: 1_000,
  percent: 50,
  etaSeconds: 8,
}
const SAMPLE: Progress = {
  at: AT,
  source: 'sample',
  bytesDone: 750,
  filesTotal: 200,
  bytesTotal: 1_000,
  percent: 75,
  etaSeconds: 3,
}

function part(progress: Progress | undefined, status: Status = 'running') {
  const task = { action: 'load', status } as TaskRow
  const allocation = { findings: { before: BEFORE }, ...(progress !== undefined && { progress }) } as AllocationRow
  return { task, allocation }
}

describe('the progress of a job', () => {
  it('counts files when lines tell it, and says nothing of bytes', () => {
    expect(toJobProgress([part(LINES)])).toEqual({ ...LINES })
  })

  it('counts bytes when a sample tells it', () => {
    expect(toJobProgress([part(SAMPLE)])).toEqual({ ...SAMPLE })
  })

  it('adds up what all tasks tell, those that were only measured included', () => {
    const sum = toJobProgress([part(LINES), part(undefined)])
    expect(sum).toMatchObject({ filesDone: 120, filesTotal: 400, percent: 30 })
    expect(sum).not.toHaveProperty('etaSeconds')
  })

  it('lasts as long as the slowest of several', () => {
    expect(toJobProgress([part(LINES), part({ ...LINES, etaSeconds: 20 })])).toMatchObject({
      percent: 50,
      etaSeconds: 20,
    })
  })

  it('has no share when one task counts files and another one bytes', () => {
    expect(toJobProgress([part(LINES), part(SAMPLE)])).not.toHaveProperty('percent')
  })
})
