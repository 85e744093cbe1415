// a stack of things to close: each registers its undoing when it starts, and all are undone in reverse
import { toError } from './errors.ts'

export type Undo = () => void | Promise<void>

export type Scope = {
  /** Registers how something is undone; after `close` it is undone at once. */
  add(undo: Undo): void
  /** Undoes everything in reverse, all of it even when some fail; then throws the first failure. Twice is once. */
  close(): Promise<void>
  readonly closed: boolean
}

/** Makes an empty scope. */
export function createScope(): Scope {
  const undoings: Undo[] = []
  let closing: Promise<void> | undefined
  return {
    add(undo) {
      if (closing === undefined) undoings.push(undo)
      else void Promise.resolve().then(undo)
    },
    close() {
      closing ??= undoAll(undoings)
      return closing
    },
    get closed() {
      return closing !== undefined
    },
  }
}

async function undoAll(undoings: Undo[]): Promise<void> {
  let first: Error | undefined
  for (let undo = undoings.pop(); undo !== undefined; undo = undoings.pop()) {
    try {
      await undo()
    } catch (thrown) {
      first ??= toError(thrown)
    }
  }
  if (first !== undefined) throw first
}
