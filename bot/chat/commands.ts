// the chat language: all commands in the order in which help tells them, and how a word finds its row
import type { Statement } from '../../shared/statement.ts'
import { agents } from './commands/agents.ts'
import { confirm, dismiss } from './commands/answers.ts'
import { cached } from './commands/cached.ts'
import { free } from './commands/free.ts'
import { createHelp, type Listed } from './commands/help.ts'
import { list } from './commands/list.ts'
import { forceload, load, metadata } from './commands/load.ts'
import { logs } from './commands/logs.ts'
import { report } from './commands/report.ts'
import { retry } from './commands/retry.ts'
import { schedule } from './commands/schedule.ts'
import { status } from './commands/status.ts'
import { stop } from './commands/stop.ts'
import { whoami } from './commands/whoami.ts'
import { type Row, toRow } from './row.ts'

const LOAD = toRow(load)
const HELP = toRow(createHelp(() => LISTED))
/** What is carried out. */
export const STOP = toRow(stop)
const WORK: readonly Row[] = [
  ...[LOAD, toRow(forceload), toRow(metadata), toRow(free)],
  ...[toRow(list), toRow(cached), toRow(report), toRow(status), toRow(logs)],
  ...[STOP, toRow(retry), toRow(schedule), toRow(agents), toRow(whoami)],
]
export const ROWS: readonly Row[] = [...WORK, HELP]

/** All that help tells of; who may ask may answer. */
export const LISTED: readonly Listed[] = [...WORK, { ...confirm, effect: 'read' }, { ...dismiss, effect: 'read' }, HELP]

const BY_WORD = new Map(ROWS.flatMap(row => row.words.map(word => [word, row] as const)))

/** What a statement asks for. A bare path is a load that has to be confirmed, however few paths it names. */
export type Found = { readonly row: Row; readonly statement: Statement; readonly mustAsk: boolean }

/** Undefined for a word that is none. */
export function findRow(statement: Statement): Found | undefined {
  const { word, words, paths, options, line } = statement
  const row = BY_WORD.get(word.toLowerCase())
  if (row !== undefined) return { row, statement, mustAsk: false }
  const isBare = word === '' && paths.length > 0 && words.length === 0 && Object.keys(options).length === 0
  if (!isBare) return undefined
  const [loadWord = ''] = LOAD.words
  return { row: LOAD, statement: { ...statement, word: loadWord, line: `${loadWord} ${line}` }, mustAsk: true }
}
