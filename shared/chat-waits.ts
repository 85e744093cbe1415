// what the operations note about an ask that waits, in Chinese: nobody there, place in the queue, loaded by another job
import { escapeMarkdown, toPathText } from './chat-markdown.ts'

type Row = readonly [said: RegExp, zh: (found: readonly string[]) => string]

const named = (name = ''): string => escapeMarkdown(name)

const ROWS: readonly Row[] = [
  [
    /^no agent of cluster (.+) is connected(?:; the job waits)?$/,
    ([, name]) => `等待代理：集群 ${named(name)} 没有在线代理`,
  ],
  [
    /^no agent of cluster (.+) is ready(?:; the job waits)?$/,
    ([, name]) => `等待代理：集群 ${named(name)} 的代理都停止接单`,
  ],
  [/^place (\d+) in the queue of cluster (.+)$/, ([, place, name]) => `集群 ${named(name)} 队列中第 ${place} 位`],
  [
    /^one of (\d+) jobs in the queue of cluster (.+)$/,
    ([, jobs, name]) => `集群 ${named(name)} 队列中共 ${jobs} 个任务`,
  ],
  [
    /^attached: #(\d+|\?) loads (.+) already$/s,
    ([, job, path]) => `#${job} 已在加载 ${toPathText(path ?? '')}，跟随它的结果`,
  ],
  [
    /^left: (\d+) of these paths are under way in this job already$/,
    ([, paths]) => `另有 ${paths} 个路径该任务已在处理`,
  ],
  [
    /^attached: (\d+) more loads that are under way already$/,
    ([, loads]) => `另有 ${loads} 个路径已在加载，跟随其结果`,
  ],
]

/** What a job or a task waits for; undefined when the note says something else. */
export function toWaitText(note: string): string | undefined {
  for (const [said, zh] of ROWS) {
    const found = said.exec(note)
    if (found !== null) return zh(found)
  }
  return undefined
}
