// addresses of jobs for people who read in chat
import { toLink } from '../../shared/chat-markdown.ts'
import type { ChatRoom } from './command.ts'

/** A link to a job, or to its output; undefined where the daemon's public address is not known. */
export function linkOf(
  { publicUrl }: Pick<ChatRoom, 'publicUrl'>,
  jobNumber: number,
  part?: 'output',
): string | undefined {
  if (publicUrl === undefined) return undefined
  const job = `${publicUrl.replace(/\/+$/, '')}/api/v1/jobs/${jobNumber}`
  return part === undefined ? toLink('查看任务', job) : toLink('查看完整输出', `${job}/output`)
}
