// a path of a job as lines: its sentence, or its estimate, and the details below
import type { Job, Task } from '../shared/job.ts'
import { toDetails } from './details.ts'
import { toEstimate } from './estimate.ts'
import type { Paint } from './screen.ts'
import { toSentence } from './verdict-words.ts'

/** The lines of one task. */
export function toTaskLines(job: Job, task: Task, paint: Paint): string[] {
  const sentence = task.estimate === undefined ? toSentence(task, paint) : toEstimate(task, task.estimate)
  return [sentence, ...toDetails({ job, task, paint })]
}
