// 列表: what is under a path, and how much of each entry is cached
import { toCount, toPercent, toSize } from '../../../shared/chat-figures.ts'
import { escapeMarkdown, toBlocks, toBold, toHeading, toList, toPathText } from '../../../shared/chat-markdown.ts'
import { toWaitText } from '../../../shared/chat-waits.ts'
import { isPathMissing, toEnding, toQuoted } from '../../../shared/chat-words.ts'
import type { ListEntry } from '../../../shared/cluster.ts'
import { SECOND } from '../../../shared/time.ts'
import { CLUSTER } from '../../../shared/work-words.ts'
import type { RunOutcome } from '../../engine/operations/port.ts'
import type { Command, Reply, Talk } from '../command.ts'
import { readListing, toBaseName, toListRequest } from '../listing-text.ts'
import { toAbsence, toLooker } from '../looking.ts'
import { readPath, toArgs } from '../read-args.ts'
import { findSibling } from '../sibling.ts'

type ListArgs = { readonly path: string; readonly cluster: string | undefined }

const WITHIN_MS = 30 * SECOND
/** A parent is looked at for as long, whatever the first look took. */
const LEAST_MS = 5 * SECOND
const MOST_SHOWN = 20

const args = toArgs<ListArgs>([CLUSTER], (statement, options) => {
  const read = readPath(statement)
  return 'wrong' in read ? read : { ...read, cluster: options.get(CLUSTER) }
})

export const list: Command<ListArgs> = {
  words: ['列表', '查看', 'ls', 'list'],
  summary: { zh: '列出路径下的前 20 项及其缓存比例', en: 'the first 20 entries of a path with their cached share' },
  usage: ['列表 /路径 [集群=c]'],
  examples: ['列表 /datalake/db1', 'ls /datalake cluster=default'],
  effect: 'read',
  args,
  looksAt: ({ path }) => [path],
  run: runList,
}

async function runList(talk: Talk<ListArgs>): Promise<Reply> {
  const { room, args, signal } = talk
  const actor = toLooker(talk.actor)
  const path = toPathText(args.path)
  const title = '列表'
  const absence = await toAbsence(room, actor, args.cluster)
  if (absence !== undefined) return { title, text: `${absence}，现在无法列出 ${path}` }
  const begun = room.clock.now()
  const { cluster } = args
  const outcome = await room.operations.runNow(actor, toListRequest(args.path, cluster), { waitMs: WITHIN_MS, signal })
  if (outcome.timedOut) return { title, text: await toLater(talk, outcome) }
  const { task } = outcome
  if (task.status === 'succeeded') return { title, text: toListing(args.path, outcome) }
  const output = new TextDecoder().decode(outcome.output.subarray(0, 4096))
  if (!isPathMissing(task, output)) return { title, text: `列出 ${path} 失败：${toFailure(outcome, output)}` }
  const waitMs = Math.max(LEAST_MS, WITHIN_MS - (room.clock.now() - begun))
  const where = (await room.operations.getJob(actor, task.job)).cluster
  const sibling = await findSibling(room, { actor, path: args.path, cluster: where, waitMs, signal })
  const hint = sibling === undefined ? '' : `，最接近的是 ${toBold(toPathText(sibling))}`
  return { title, text: `路径不存在：${path}${hint}` }
}

async function toLater({ room, actor, args }: Talk<ListArgs>, { task, notes }: RunOutcome): Promise<string> {
  const { number } = await room.operations.getJob(toLooker(actor), task.job)
  const wait = notes.flatMap(note => toWaitText(note) ?? [])[0]
  const why = wait === undefined ? '' : `（${wait}）`
  return `${toPathText(args.path)} 在 ${WITHIN_MS / SECOND} 秒内没有列完${why}，列表 #${number} 在后台继续，稍后用 \`日志 ${number}\` 查看`
}

function toFailure({ task }: RunOutcome, output: string): string {
  const said = output.trim()
  return said === '' ? (toEnding(task.exit) ?? '原因不明') : toQuoted(said)
}

function toListing(path: string, outcome: RunOutcome): string {
  const { entries, cut } = readListing(outcome)
  const first = (outcome.listing ?? []).slice(0, MOST_SHOWN)
  const heading = toHeading(`列表：${toPathText(path)}`)
  if (first.length === 0) return toBlocks([heading, '空目录，没有任何条目'])
  const directories = entries.filter(({ directory }) => directory).length
  const all = `共 ${toCount(entries.length, '项')}（目录 ${toCount(directories)}，文件 ${toCount(entries.length - directories)}）`
  const rest = entries.length - first.length
  const left = rest > 0 ? `，其余 ${toCount(rest, '项')}未列出` : ''
  const more = cut ? `${all.replace('共', '至少')}，未全部列出` : `${all}${left}`
  return toBlocks([heading, toList(first.map(toEntryText)), more])
}

function toEntryText({ path, directory, bytes, cachedPercent }: ListEntry): string {
  const name = toBaseName(path)
  if (directory) return `${toBold(toPathText(`${name}/`))}（目录）`
  const share = cachedPercent === undefined ? [] : [`已缓存 ${toPercent(cachedPercent)}`]
  const facts = [...share, ...(bytes === undefined ? [] : [toSize(bytes)])]
  return `${toBold(name === '' ? escapeMarkdown(path) : toPathText(name))}：${facts.join('，')}`
}
