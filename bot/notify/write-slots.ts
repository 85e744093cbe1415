// what went wrong around slots of schedules, as one letter
import { type LetterDraft, type LetterPart, type Place, readPlace } from '../../shared/chat.ts'
import type { NoticeRow, PostOffice, SlotNotice } from '../engine/chat-port.ts'
import { splitPart } from './split.ts'
import { type SlotTale, toSlotDigest, toSlotSummary } from './words/slots.ts'

type Office = Pick<PostOffice, 'storyOfSlot' | 'conversation'>

export function isOfSlot(notice: NoticeRow): notice is SlotNotice {
  return notice.about === 'slot'
}

/** The letter: all of it stands in the notices, so that it is told also when schedule and slot are gone. */
export function writeSlots(place: Place, notices: readonly SlotNotice[], office: Office): LetterDraft {
  const tales = notices.map(notice => toTale(notice, office))
  const [only, second] = tales
  if (only === undefined) throw new Error('a letter about no slot')
  const { title, text } = second === undefined ? toSlotSummary(only) : toSlotDigest(tales)
  const part: LetterPart = { format: 'markdown', title, text, mentions: toMentions(place, notices, office) }
  const parts = splitPart(part, { ways: ['session', 'robot', 'api'] })
  return { place, kind: 'result', alarm: notices.some(({ alarm }) => alarm), parts }
}

/** Whether there are several people, of whom some are called. Between two nobody has to be. */
export function isAmongPeople(place: Place, office: Pick<PostOffice, 'conversation'>): boolean {
  const { kind, id } = readPlace(place)
  return kind === 'conversation' && office.conversation(id)?.kind !== 'direct'
}

// its job may have been made after the notice; how far it came is known of a run that is at work
function toTale(told: SlotNotice, { storyOfSlot }: Office): SlotTale {
  const job = storyOfSlot(told.slotId)?.job
  if (job === undefined) return { notice: told }
  const notice = { ...told, jobNumber: told.jobNumber ?? job.number }
  const { after } = job.verdict ?? {}
  // of no files there is no share
  const percent = (after?.files === 0 ? undefined : after?.cachedPercent) ?? job.progress?.percent
  return percent === undefined ? { notice } : { notice, percent }
}

function toMentions(place: Place, notices: readonly SlotNotice[], office: Office): string[] {
  if (!isAmongPeople(place, office)) return []
  const called = notices.filter(({ alarm }) => alarm).flatMap(({ staffId }) => staffId ?? [])
  return [...new Set(called.filter(staffId => staffId !== ''))]
}
