// what the engine needs from the world: a clock-free state store and a place for output bytes
/** One row that changed: `value` is the whole new record, `null` when it was removed. */
export type Change = { readonly table: string; readonly key: string; readonly value: unknown }

/** Every table of the state as it was last saved. */
export type StoredTables = ReadonlyMap<string, ReadonlyMap<string, unknown>>

/**
 * Where the state lives. `save` resolves only when all changes are on disk as one frame: after a crash either all of
 * them are there or none. A rejected `save` leaves nothing behind (memory and disk stay at the previous frame).
 */
export type StateStore = {
  /** Reads everything once, before the first save. Throws `StateDamaged` (with file and byte) and touches nothing. */
  load(): Promise<StoredTables>
  /** `priority` (stops, agents' reports) may use the room that is kept back for a full disk. Full: `STORAGE_FULL`. */
  save(changes: readonly Change[], how?: { readonly priority?: boolean }): Promise<void>
  close(): Promise<void>
}

/** A stream of bytes of one allocation: what the action's command printed, or the list of missing files. */
export type StreamKind = 'output' | 'missing'
export type StreamId = { readonly allocation: string; readonly kind: StreamKind }

/** A stretch of a stream that cannot be had any more (lost with an agent's disk); readers show it as a marked hole. */
export type Hole = { readonly from: number; readonly bytes: number }

/**
 * Append-only bytes by stream. Offsets are bytes from the start of the stream.
 */
export type OutputStore = {
  /**
   * Appends `bytes` that begin at `offset`. Bytes already known are ignored; a gap stores nothing. Resolves when written,
   * with the stream's length: when it is smaller than `offset`, the caller asks for a resend from there.
   */
  append(stream: StreamId, offset: number, bytes: Uint8Array): Promise<number>
  /** Marks `bytes` bytes at the end of the stream as lost, and goes on behind them. */
  skip(stream: StreamId, hole: Hole): Promise<number>
  /** Bytes stored (holes included); 0 for an unknown stream. */
  length(stream: StreamId): Promise<number>
  /** At most `maxBytes` bytes from `from`; empty at the end. */
  read(stream: StreamId, from: number, maxBytes: number): Promise<Uint8Array>
  /** Offset of the first byte of the last `lines` lines. */
  tailOffset(stream: StreamId, lines: number): Promise<number>
  /** Forces what was appended to the disk; resolves with the synced length. */
  sync(stream: StreamId): Promise<number>
  /** Removes the streams of these allocations. */
  remove(allocations: readonly string[]): Promise<void>
  close(): Promise<void>
}
