// where a coordinator's own job is found: the words that name it, kept with the task that stands for it

import type { TaskOptions } from './actions.ts'

/** What names a job at a coordinator; at least one of them. Editions differ in which they can be asked for. */
export type CoordinatorKey = {
  readonly id?: string | undefined
  readonly alias?: string | undefined
  readonly index?: string | undefined
}

const WORDS = ['id', 'alias', 'index'] as const

/** The key as one text, as a task's option `adopted` holds it: `id=…&alias=…`, always in this order. */
export function toAdopted(key: CoordinatorKey): string {
  const words = WORDS.flatMap(word => {
    const value = key[word]
    return value === undefined || value === '' ? [] : [`${word}=${encodeURIComponent(value)}`]
  })
  return words.join('&')
}

/** What names a task's job at the coordinator: of our own its task, of an adopted one what the coordinator called it. */
export function toCoordinatorKey({
  task,
  options,
}: {
  readonly task: string
  readonly options: TaskOptions
}): CoordinatorKey {
  return options.adopted === undefined ? { alias: `gander-${task}` } : parseAdopted(options.adopted)
}

/** Whether two keys name the same job in a word that both have. */
export function isSameJob(one: CoordinatorKey, other: CoordinatorKey): boolean {
  return WORDS.some(word => one[word] !== undefined && one[word] === other[word])
}

/** Reads it back; words that it does not know are left out. */
export function parseAdopted(text: string): CoordinatorKey {
  const parsed = new URLSearchParams(text)
  return Object.fromEntries(WORDS.flatMap(word => (parsed.has(word) ? [[word, parsed.get(word) ?? '']] : [])))
}
