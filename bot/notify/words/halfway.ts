// the one message about a job that takes long
import { toBar, toDuration } from '../../../shared/chat-figures.ts'
import { type Entry, toBlocks, toList, toPair } from '../../../shared/chat-markdown.ts'
import { ACTION_WORDS } from '../../../shared/chat-words.ts'
import { SECOND } from '../../../shared/time.ts'
import { toHead } from './heading.ts'
import { toDetails, toOrigin } from './origin.ts'
import { toWhere } from './summary.ts'
import type { Said, Tale } from './tale.ts'

/** How far it is after so long. `ranMs` counts from its start. */
export function toHalfway(tale: Omit<Tale, 'alarm'>, ranMs: number): Said {
  const { job, publicUrl } = tale
  const { title, heading } = toHead(false, `${ACTION_WORDS[job.action]}进行中`, job)
  const { percent, etaSeconds } = job.progress ?? {}
  const entries: Entry[] = [
    toPair('路径', toWhere(tale)),
    ...(percent === undefined ? [] : [toPair('进度', toBar(percent))]),
    toPair('已用', toDuration(ranMs)),
    ...(etaSeconds === undefined || etaSeconds < 1 ? [] : [toPair('预计还需', toDuration(etaSeconds * SECOND))]),
    toOrigin(tale),
  ]
  return { title, text: toBlocks([`${heading}\n${toList(entries)}`, ...toDetails(publicUrl, job)]) }
}
