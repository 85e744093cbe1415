// fields of what others sent, of which nothing is certain: objects, texts, JSON within JSON

export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A text, or a number as one; empty for everything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** The value of a text that is JSON, undefined when it is none; what is no text is its own value. */
export function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    // whoever sent it did not mean JSON
    return undefined
  }
}
