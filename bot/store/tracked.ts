// a table that remembers what was changed since it was last saved, and can take it back
import type { Row } from './frames.ts'

/**
 * A Map that notes each changed key with its value before the change, so that saving costs what changed and not what
 * is there. Records are replaced, never changed in place: a change inside one would be invisible here.
 */
export class TrackedTable extends Map<string, unknown> {
  readonly #before = new Map<string, unknown>()

  override set(key: string, value: unknown): this {
    this.#note(key)
    return super.set(key, value)
  }

  override delete(key: string): boolean {
    this.#note(key)
    return super.delete(key)
  }

  /** Sets a record that is already on disk. */
  put(key: string, value: unknown): void {
    if (value === null) super.delete(key)
    else super.set(key, value)
  }

  /** What changed since the last `settle`, in the order of the first change of each key. */
  changes(table: string): Row[] {
    return [...this.#before.keys()].map(key => [table, key, super.get(key) ?? null])
  }

  /** What was changed is on disk. */
  settle(): void {
    this.#before.clear()
  }

  /** What was changed could not be stored: the table is again what is on disk. */
  rollBack(): void {
    for (const [key, value] of this.#before) this.put(key, value ?? null)
    this.#before.clear()
  }

  #note(key: string): void {
    if (!this.#before.has(key)) this.#before.set(key, super.get(key))
  }
}

/** All tables by name. */
export type Tables = ReadonlyMap<string, TrackedTable>

/** Empty tables of these names. */
export function createTables(names: Iterable<string>): Tables {
  return new Map(Array.from(names, name => [name, new TrackedTable()]))
}
