// 确认, 取消: answers to a question, by the same person in the same conversation; the conversation itself carries them out
import type { Statement } from '../../../shared/statement.ts'
import { CODE } from '../questions.ts'
import type { Described } from '../row.ts'

export const confirm: Described = {
  words: ['确认', 'yes', 'confirm'],
  summary: { zh: '确认刚才的问题（5 分钟内，本人，本会话）', en: 'yes to the question just asked' },
  usage: ['确认 [代码]'],
  examples: ['确认', 'yes'],
}

export const dismiss: Described = {
  words: ['取消', 'no', 'dismiss'],
  summary: { zh: '不执行刚才的问题；取消 任务号 等于 停止 任务号', en: 'no to the question just asked' },
  usage: ['取消 [代码]'],
  examples: ['取消', 'no'],
}

export type Answer =
  | { readonly kind: 'confirm' | 'dismiss'; readonly code: string | undefined }
  /** What follows is no code: a job is meant. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'wrong'; readonly sentence: string }

/** The answer that a statement is; undefined when it is a command. */
export function readAnswer({ word, words, paths, options }: Statement): Answer | undefined {
  const said = word.toLowerCase()
  const kind = confirm.words.includes(said) ? 'confirm' : dismiss.words.includes(said) ? 'dismiss' : undefined
  if (kind === undefined) return undefined
  const [given, ...more] = [...words, ...paths, ...Object.keys(options)]
  if (given === undefined) return { kind, code: undefined }
  const code = given.toUpperCase()
  if (more.length === 0 && CODE.test(code)) return { kind, code }
  if (kind === 'dismiss') return { kind: 'stop' }
  return { kind: 'wrong', sentence: '确认只需要问题里的四位代码，或什么都不带' }
}
