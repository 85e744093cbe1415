// where a coordinator's own job is found: the words that name it, kept with the task that stands for it

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

/** Reads it back; words that it does not know are left out. */
export function parseAdopted(text: string): CoordinatorKey {
  const parsed = new URLSearchParams(text)
  return Object.fromEntries(WORDS.flatMap(word => (parsed.has(word) ? [[word, parsed.get(word) ?? '']] : [])))
}
