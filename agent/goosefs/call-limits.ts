// how long each kind of CLI call may take and how much it may print: whatever hangs or floods is ended
import { MINUTE, SECOND } from '../../shared/time.ts'

const MIB = 1024 * 1024

/** The bounds of one kind of call; what it prints beyond `mostBytes` ends it. */
type CallLimit = { readonly timeoutMs: number; readonly mostBytes: number }

/**
 * The calls that only look. The commands of the actions (`distributedLoad`, `loadMetadata`, `free`, `ls`, `report`) take as
 * long as the task's own time allows, and print as much as the configuration allows.
 */
export const CALL_LIMITS = {
  /** `ls -R` for a measurement; it also ends when it has been silent for long, and at two million entries. */
  walk: { timeoutMs: 10 * MINUTE, mostBytes: 4096 * MIB },
  /** The same for a load that was stopped: somebody waits. */
  stoppedWalk: { timeoutMs: MINUTE, mostBytes: 4096 * MIB },
  /** `du -s` and `count` instead of a listing, and `du -s` as a sample of a silent load. */
  totals: { timeoutMs: 10 * MINUTE, mostBytes: 16 * MIB },
  /** `fs stat` of one file, at most five of them. */
  stat: { timeoutMs: MINUTE, mostBytes: 16 * MIB },
  /** `fsadmin report capacity`. */
  report: { timeoutMs: MINUTE, mostBytes: 64 * MIB },
  /** `version`, `help` and `getConf` of a probe. */
  probe: { timeoutMs: MINUTE, mostBytes: 16 * MIB },
  /** `fsadmin report jobservice`, `job ls`, `job stat`, `job cancel`. */
  job: { timeoutMs: 30 * SECOND, mostBytes: 64 * MIB },
  /** A small ask outside of any task; how long it may take stands in `callWithinMs`. */
  call: { mostBytes: 16 * MIB },
  /** The lines of a file, or the files below a path, for such an ask. */
  bulk: { mostBytes: 256 * MIB },
  /** One question to a web of the cluster; no process. */
  web: { timeoutMs: 5 * SECOND },
} as const satisfies Readonly<Record<string, Partial<CallLimit>>>

/** What a command may print unless it is configured otherwise. */
export const MOST_OUTPUT_BYTES = 1024 * MIB
