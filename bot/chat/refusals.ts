// why something is not done, in Chinese: one table from the codes of mistakes to sentences
import { cutText, toMarked, withoutCopyMarks } from '../../shared/chat-markdown.ts'
import { AppError, ERROR_CODES, type ErrorCode, said, toError } from '../../shared/errors.ts'
import type { StatementProblem } from '../../shared/statement.ts'
import type { ChatRoom, Reply } from './command.ts'
import { Mistake } from './mistake.ts'
import { toScheduleSentence } from './schedule/mistakes.ts'

/** `detail`: the sentence of the operation follows, since it names a value. */
type Row = { readonly zh: string; readonly detail?: true }

const ROWS: Readonly<Record<ErrorCode, Row>> = {
  INVALID_INPUT: { zh: '参数不对', detail: true },
  UNAUTHENTICATED: { zh: '没有登录' },
  FORBIDDEN: { zh: '没有权限', detail: true },
  CROSS_ORIGIN: { zh: '没有权限' },
  NOT_FOUND: { zh: '没有找到', detail: true },
  JOB_NOT_FOUND: { zh: '没有这个任务，发送“状态”查看你的任务', detail: true },
  TASK_NOT_FOUND: { zh: '任务里没有这个路径', detail: true },
  AGENT_NOT_FOUND: { zh: '没有这个代理', detail: true },
  CLUSTER_NOT_FOUND: { zh: '没有这个集群', detail: true },
  SCHEDULE_NOT_FOUND: { zh: '没有这个定时，发送“定时 列表”查看', detail: true },
  TOKEN_NOT_FOUND: { zh: '没有这个令牌', detail: true },
  USER_NOT_FOUND: { zh: '没有这个用户', detail: true },
  METHOD_NOT_ALLOWED: { zh: '不支持这样做' },
  CONFLICT: { zh: '与现在的状态冲突', detail: true },
  GONE: { zh: '已经不存在', detail: true },
  PAYLOAD_TOO_LARGE: { zh: '消息太长' },
  MISDIRECTED: { zh: '地址不对' },
  INTERNAL: { zh: '内部错误', detail: true },
  COMMAND_FAILED: { zh: '集群没有完成这个命令', detail: true },
  NOT_IMPLEMENTED: { zh: '这个集群做不到', detail: true },
  STOPPING: { zh: '服务正在重启，请稍后再发' },
  STORAGE_FULL: { zh: '服务端磁盘已满，暂不接受新任务，请联系管理员' },
}

export type Refusal = {
  /** Plain text, not yet escaped; `copied` and `typed` hold what is to be copied. */
  readonly sentence: string
  readonly code: ErrorCode
  readonly status: number
}

/** What a person is told; undefined for a mistake of our own. */
export function toRefusal(thrown: unknown): Refusal | undefined {
  if (thrown instanceof Mistake) return { sentence: thrown.message, code: thrown.code, status: thrown.status }
  if (!(thrown instanceof AppError)) return undefined
  const { code } = thrown
  const sentence = toStatementSentence(thrown.details) ?? toScheduleSentence(thrown.details) ?? toSentence(thrown)
  return { sentence, code, status: ERROR_CODES[code].status }
}

function toSentence({ code, message }: AppError): string {
  const { zh, detail } = ROWS[code]
  return detail === true ? `${zh}（${withoutCopyMarks(message).replace(/[.\s]+$/, '')}）` : zh
}

const STATEMENT_SENTENCES: { readonly [Name in StatementProblem['problem']]: (problem: never) => string } = {
  'unclosed-quote': ({ position, from }: At) => `第 ${position} 个字符处的引号没有在这一行闭合，收到 ${said(from)}`,
  'behind-quote': ({ position, from }: At) => `第 ${position} 个字符紧跟在引号后面，引号后要有空格，收到 ${said(from)}`,
  'repeated-key': ({ key }: { key: string }) => `参数 ${key} 给了两次，只能给一次`,
}
type At = { readonly position: number; readonly from: string }

function toStatementSentence(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('problem' in details)) return undefined
  const { problem } = details as StatementProblem
  return STATEMENT_SENTENCES[problem]?.(details as never)
}

const LONGEST_TOLD = 1_000

/** The answer to whatever was thrown. A mistake of our own is told by a number that is in the log. */
export function toFailure({ log }: Pick<ChatRoom, 'log'>, thrown: unknown, message: string): Reply {
  const refusal = toRefusal(thrown)
  if (refusal !== undefined) return { title: '未执行', text: toMarked(cutText(refusal.sentence, LONGEST_TOLD)) }
  const id = crypto.randomUUID().slice(0, 8)
  log.error('a chat command failed', { id, message, error: toError(thrown) })
  return { title: '内部错误', text: `内部错误（编号 ${id}），请把编号告诉管理员` }
}
