// notices that belong together as one letter
import type { Asker, LetterDraft, LetterPart, Place } from '../../shared/chat.ts'
import { toMs } from '../../shared/time.ts'
import type { JobNotice, PostOffice, Story } from '../engine/chat-port.ts'
import { fitsWay } from './body.ts'
import type { Batch } from './gather.ts'
import { splitPart } from './split.ts'
import { toDigest } from './words/digest.ts'
import { toHalfway } from './words/halfway.ts'
import { type Counted, packNamed, toNamedText } from './words/named.ts'
import { toSummary } from './words/summary.ts'
import { type Said, type Tale, toWorkMs } from './words/tale.ts'
import { isAmongPeople, isOfSlot, writeSlots } from './write-slots.ts'

export type Writing = {
  readonly office: Pick<PostOffice, 'story' | 'storyOfSlot' | 'tasksOf' | 'linesOf' | 'conversation'>
  /** Stories that know more than the office tells at once. */
  readonly stories: readonly Story[]
  readonly near: ReadonlyMap<string, string>
  readonly nowMs: number
  readonly publicUrl: string | undefined
}

type Told = { readonly notice: JobNotice; readonly story: Story }

/** The letter; undefined when all its jobs are gone. It fits every way that it may go. */
export function writeLetter(batch: Batch, writing: Writing): LetterDraft | undefined {
  const slots = batch.notices.filter(isOfSlot)
  if (slots.length > 0) return writeSlots(batch.place, slots, writing.office)
  const told = batch.notices.flatMap((notice): Told[] => {
    if (isOfSlot(notice)) return []
    const story = writing.office.story(notice.jobId)
    const known = writing.stories.find(({ job }) => job.id === notice.jobId)
    return story === undefined ? [] : [{ notice, story: known ?? story }]
  })
  if (told.length === 0) return undefined
  const draft = { place: batch.place, kind: 'result' as const }
  if (batch.form === 'named') return { ...draft, ...toNamedParts(told, writing) }
  const alarm = told.some(({ notice }) => notice.alarm)
  const { title, text } = toSaid(batch, told, writing)
  const part: LetterPart = { format: 'markdown', title, text, ...toCalled(batch.place, told, writing) }
  return { ...draft, alarm, parts: splitPart(part, { ways: ['session', 'robot', 'api'] }) }
}

function toSaid({ about }: Batch, told: readonly Told[], writing: Writing): Said {
  const tales = told.map(one => toTale(one, writing))
  const [only] = tales
  if (only === undefined || tales.length > 1) return toDigest(tales)
  if (about === 'ended') return toSummary(only)
  const { startedAt, createdAt } = only.job
  return toHalfway(only, Math.max(0, writing.nowMs - toMs(startedAt ?? createdAt)))
}

function toTale({ notice, story }: Told, { office, near, publicUrl }: Writing): Tale {
  const { job, askers, worst, zone } = story
  const workMs = notice.about === 'ended' ? toWorkMs(office.tasksOf(job.id)) : undefined
  const atHome = askers.some(({ place }) => place === notice.place)
  return { job, alarm: notice.alarm, askers, atHome, worst, workMs, near, zone, publicUrl }
}

function toNamedParts(told: readonly Told[], { office }: Writing): Pick<LetterDraft, 'alarm' | 'parts'> {
  const texts = told.map(({ story }) => toNamedText(story.job, countAll(office, story)))
  const toPart = (text: string): LetterPart => {
    const title = text.slice(0, text.indexOf('\n') < 0 ? text.length : text.indexOf('\n'))
    return { format: 'text', title, text, mentions: [] }
  }
  const packed = packNamed(texts, text => fitsWay('robot', toPart(text)))
  return { alarm: texts.some(({ alarm }) => alarm), parts: packed.map(toPart) }
}

function* countAll({ tasksOf, linesOf }: Writing['office'], { job }: Story): Iterable<Counted> {
  for (const task of tasksOf(job.id)) {
    const { loaded = 0, alreadyCached = 0, failed = 0 } = linesOf(task.id) ?? {}
    yield { task, success: loaded, total: loaded + alreadyCached + failed }
  }
}

// who asked is woken where they asked, when something needs them; between two people nobody has to be called
function toCalled(place: Place, told: readonly Told[], { office }: Writing): Pick<LetterPart, 'mentions' | 'names'> {
  if (!isAmongPeople(place, office)) return { mentions: [] }
  const askers = told.filter(({ notice }) => notice.alarm).flatMap(({ story }): readonly Asker[] => story.askers)
  const here = askers.filter(asker => asker.place === place)
  const mentions = [...new Set(here.map(({ staffId }) => staffId).filter(staffId => staffId !== ''))]
  const names = [...new Set(here.map(({ nick }) => nick).filter(nick => nick !== ''))]
  return { mentions, ...(names.length > 0 && { names }) }
}
