// what stands in the conversations, each line with the request that brought it and whether its answer was spoiled
import type { Call, Line, LocalDingTalk } from '../../helpers/dingtalk/local.ts'
import type { Seen } from './said.ts'

export type Shown = Seen & {
  readonly line: Line
  /** Its request was carried out, but whoever asked could not know: it is sent again. */
  readonly spoiled: boolean
  /** Sent so shortly before the daemon was killed that it may not have been noted. */
  readonly maybe: boolean
  readonly why: string
}

export type Wall = {
  of(conversationId: string): readonly Shown[]
  /** Of the custom robot. */
  readonly robot: readonly Shown[]
}

/** A sender waits for 10 s. */
const PATIENCE_MS = 9_000
/** A killed daemon may not have noted what it sent within so long. */
const NOTED_WITHIN_MS = 3_000

export function readWall(local: LocalDingTalk, robotToken: string, kills: readonly number[]): Wall {
  const calls = new Map(local.calls().map(call => [call.json, call]))
  // a card that takes long may come beside its text
  const disturbed = new Set(
    local
      .calls('POST /v1.0/card/instances/createAndDeliver')
      .filter(({ fault, aborted }) => fault !== undefined || aborted)
      .map(({ json }) => (json as { outTrackId?: string } | undefined)?.outTrackId),
  )
  const toShown = (line: Line): Shown => {
    const call = calls.get(line.body)
    const isDisturbed = line.outTrackId !== undefined && disturbed.has(line.outTrackId)
    const why = toSpoiled(call) || (isDisturbed ? 'made with trouble' : '')
    // answered at the very moment at which nobody waited any longer
    const late = call?.fault === 'delay' && why === '' && line.at - call.at > PATIENCE_MS
    const killed = kills.some(at => line.at <= at + NOTED_WITHIN_MS && line.at > at - 2 * NOTED_WITHIN_MS)
    const card = line.kind === 'card' ? line.variables?.['jobId'] : undefined
    const words = `${line.title}\n${line.text}`.replaceAll('\\', '').replaceAll('&nbsp;', ' ')
    return {
      title: line.title,
      words,
      ...(card !== undefined && { card }),
      line,
      spoiled: why !== '',
      maybe: killed || late,
      why: why || (late ? 'slow' : ''),
    }
  }
  return {
    of: conversationId => markLateCards(local.view(conversationId).map(toShown)),
    robot: local.robotView(robotToken).map(toShown),
  }
}

/** What takes long to be made stands beside the text that went meanwhile, before it or after it: seconds are short here. */
const LATE_CARD_MS = 60_000

function markLateCards(lines: readonly Shown[]): readonly Shown[] {
  return lines.map((one, at) => {
    if (one.card === undefined) return one
    const around = lines.slice(Math.max(0, at - 30), at + 30)
    const isLate = around.some(
      ({ title, line }) => title === `已受理 #${one.card}` && Math.abs(one.line.at - line.at) < LATE_CARD_MS,
    )
    return isLate ? { ...one, maybe: true, why: one.why || 'beside its text' } : one
  })
}

/** Why whoever sent it could not know that it arrived; empty when they could. */
function toSpoiled(call: Call | undefined): string {
  if (call === undefined) return ''
  if (call.fault === 'delay') return call.aborted ? 'slow' : ''
  if (call.fault !== undefined) return `${call.fault} late`
  return call.aborted || call.status === undefined ? 'cut off' : ''
}

export const isResult = ({ title }: Seen): boolean => /^(通知|告警)：/.test(title)
/** Said before an answer that takes long. */
export const isMeanwhile = ({ title }: Seen): boolean => title === '正在查看'
/** The second and later part of a message that was too long. */
export const isContinuation = ({ title }: Seen): boolean => /\((?!1\/)\d+\/\d+\)$/.test(title)
