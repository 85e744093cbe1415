// what commands said of their own failure, put where the message tells how they ended
import type { Task } from '../../shared/job.ts'
import type { PostOffice, Story } from '../engine/chat-port.ts'

/** The story with the last line that each failed command printed; a measurement that tells the cause needs none. */
export async function withLastWords(story: Story, { lastWords }: Pick<PostOffice, 'lastWords'>): Promise<Story> {
  return { ...story, worst: await Promise.all(story.worst.map(task => withWords(task, lastWords))) }
}

async function withWords(task: Task, lastWords: PostOffice['lastWords']): Promise<Task> {
  const { exit, status, verdict } = task
  const isMute = exit?.reason === 'exited' && exit.message === undefined && verdict?.ok !== false
  if (status !== 'failed' || exit === undefined || !isMute) return task
  const message = await lastWords(task.id)
  return message === undefined ? task : { ...task, exit: { ...exit, message } }
}
