// what the engine needs from the world: a state store, a place for output bytes, a way to ask clusters, a book of writes
import type { CallAnswer, ClusterCall } from '../../shared/call.ts'
import type { Via } from '../../shared/job.ts'
import type { Instant } from '../../shared/time.ts'

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

/** How the store stands; what it has none of is absent. */
export type StoreCounts = {
  /** Length of the journal in use. */
  readonly journalBytes: number
  /** Frames saved since the process began. */
  readonly frames: number
  readonly snapshotBytes: number
  readonly snapshotAt?: Instant | undefined
  /** Room that is kept for a full disk. */
  readonly reserveBytes: number
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

/** Small asks that a cluster answers at once. */
export type ClusterCalls = {
  /**
   * Asks a ready agent of the cluster. Rejects with `COMMAND_FAILED` when none is connected, when its socket is lost before
   * the answer, or after `withinMs`; what the CLI itself refused is an answer.
   */
  call(cluster: string, ask: ClusterCall, withinMs?: number): Promise<CallAnswer>
}

/** One write as it is kept: who, through which door, what, when, and what was answered. */
export type AuditEntry = {
  readonly at: Instant
  readonly user: string
  readonly role: string
  /** The door: `http`, `cli`, `chat`, `schedule`. */
  readonly via: Via
  /** Which view of the API, such as `native` or `nomad`. */
  readonly view: string
  /** Method and path, or the words of a chat command; secrets are stars. */
  readonly what: string
  /** The beginning of what was said with it, such as a request's body; secrets are stars. */
  readonly said?: string
  /** HTTP status, or that of the error code. */
  readonly status: number
  /** Code of the error, when it was refused. */
  readonly code?: string
  /** Where it came from, when it is known. */
  readonly from?: string
}

export type AuditQuery = {
  readonly user?: string | undefined
  readonly view?: string | undefined
  readonly since?: Instant | undefined
  readonly limit?: number | undefined
  readonly after?: string | undefined
}

/** The book of writes: append-only, newest first when read. */
export type AuditBook = {
  /** Resolves when it is written; a full disk is told in the log and refuses nobody's stop. */
  record(entry: AuditEntry): Promise<void>
  read(query: AuditQuery): Promise<{ readonly items: readonly AuditEntry[]; readonly next?: string }>
  close(): Promise<void>
}
