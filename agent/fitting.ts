// a report as it fits into one frame: what is only an example is left out first
import type { Findings } from '../shared/verdict.ts'
import { LARGEST_FRAME_BYTES, type Report } from '../shared/wire.ts'

// room for the envelope around the report
const LARGEST_REPORT_BYTES = LARGEST_FRAME_BYTES - 1024

/** Leaves out examples of missing files, then the followers' cuts, until the report fits. Counts always stay. */
export function toFitting(report: Report): Report {
  if (fits(report) || report.type !== 'ended') return report
  const { ending } = report
  const cuts = ending.cuts.map(cut => ({ ...cut, findings: withoutExamples(cut.findings) }))
  const notes = [...ending.notes, 'examples of missing files were left out: the report was too large']
  const lean: Report = { ...report, ending: { ...ending, cuts, notes } }
  if (fits(lean)) return lean
  return { ...report, ending: { ...ending, cuts: [], notes } }
}

function fits(report: Report): boolean {
  return Buffer.byteLength(JSON.stringify(report)) <= LARGEST_REPORT_BYTES
}

function withoutExamples(findings: Findings): Findings {
  return { ...findings, missing: [] }
}
