// what an agent is asked and answers at once: a closed table of small asks to its cluster, none of which is a task
import * as z from 'zod'
import { MINUTE, SECOND } from './time.ts'

const path = z.string().min(1).max(8192)
const Manner = z.enum(['cli', 'ns']).meta({ description: 'fs mount, or namespaces of GooseFS 1.x' })

/** One ask. `path` is a namespace path; argv is built from it by the agent, never here. */
export const ClusterCall = z.discriminatedUnion('verb', [
  z.object({ verb: z.literal('mounts'), manner: Manner }),
  z.object({
    verb: z.literal('mount'),
    manner: Manner,
    path,
    ufs: path,
    readonly: z.boolean(),
    shared: z.boolean(),
    options: z.record(z.string(), z.string()),
  }),
  z.object({ verb: z.literal('unmount'), manner: Manner, path }),
  z.object({ verb: z.literal('stat'), path }),
  z.object({ verb: z.literal('set-ttl'), path, ms: z.int().min(0) }),
  z.object({ verb: z.literal('unset-ttl'), path }),
  z.object({ verb: z.literal('pin'), path }),
  z.object({ verb: z.literal('unpin'), path }),
  z.object({ verb: z.literal('workers') }),
  z.object({ verb: z.literal('remove-worker'), address: z.string().min(1) }),
  /** The lines of a file of the cache, such as a list of paths. */
  z.object({ verb: z.literal('lines'), path, most: z.int().min(1) }),
  /** Names of what lies directly in a directory. */
  z.object({ verb: z.literal('names'), path, most: z.int().min(1) }),
  /** Every file below a path. */
  z.object({ verb: z.literal('files'), path, most: z.int().min(1) }),
  /** What lies at and below a path, as the under storage has it now. */
  z.object({ verb: z.literal('size'), path }),
])
export type ClusterCall = z.infer<typeof ClusterCall>

export const MountPoint = z.object({
  path: z.string(),
  ufs: z.string(),
  type: z.string().optional(),
  readonly: z.boolean().optional(),
  shared: z.boolean().optional(),
  /** Values of keys that look like secrets are stars already. */
  options: z.record(z.string(), z.string()),
})
export type MountPoint = z.infer<typeof MountPoint>

export const PathFacts = z.object({
  path: z.string(),
  directory: z.boolean(),
  /** Absent: none is set. */
  ttlMs: z.int().min(0).optional(),
  ttlAction: z.string().optional(),
  pinned: z.boolean().optional(),
})
export type PathFacts = z.infer<typeof PathFacts>

export const WorkerFacts = z.object({
  host: z.string(),
  /** Of its RPC service; the report of the CLI names no ports. */
  port: z.int().optional(),
  webPort: z.int().optional(),
  live: z.boolean(),
  heartbeatSeconds: z.int().min(0).optional(),
  capacityBytes: z.number().min(0).optional(),
  usedBytes: z.number().min(0).optional(),
})
export type WorkerFacts = z.infer<typeof WorkerFacts>

/**
 * Why there is no answer: `failed` with the CLI's own words, `absent` what it names is not there, `taken` it is there
 * already, `unsupported` this CLI knows no such thing, `timeout`, `too-many` lines or files.
 */
export const CallRefusal = z.object({
  ok: z.literal(false),
  why: z.enum(['failed', 'absent', 'taken', 'unsupported', 'timeout', 'too-many']),
  message: z.string(),
})
export type CallRefusal = z.infer<typeof CallRefusal>

export const CallAnswer = z.union([
  CallRefusal,
  z.object({
    ok: z.literal(true),
    mounts: z.array(MountPoint).optional(),
    facts: PathFacts.optional(),
    workers: z.array(WorkerFacts).optional(),
    /** Lines of a file, names, or paths of files. A long answer comes in several messages, joined in their order. */
    lines: z.array(z.string()).optional(),
    size: z.object({ bytes: z.number().min(0), files: z.int().min(0) }).optional(),
  }),
])
export type CallAnswer = z.infer<typeof CallAnswer>

/** How long an agent takes over a call at most, its wait behind others included: a listing may be long. */
export function callWithinMs({ verb }: ClusterCall): number {
  return verb === 'lines' || verb === 'files' || verb === 'size' ? 2 * MINUTE : 30 * SECOND
}

const OPTION_NAME = /^[A-Za-z0-9_][\w.-]*$/
const CONTROL = /[\u0000-\u001f\u007f]/

// words of their own of `ns create`, with how many values each has
const POLICIES: ReadonlyMap<string, number> = new Map([
  ['wPolicy', 6],
  ['rPolicy', 5],
])

/** Why a mount option cannot be handed to the CLI; undefined when it can. The sentence never holds its value. */
export function optionProblem(manner: z.infer<typeof Manner>, name: string, value: string): string | undefined {
  // a name that begins with a dash would be taken for an option of the JVM
  if (!OPTION_NAME.test(name)) return 'must have a name of letters, digits, dots, dashes and underscores'
  const most = manner === 'ns' ? POLICIES.get(name) : undefined
  if (most !== undefined && !(/^\d$/.test(value) && Number(value) >= 1 && Number(value) <= most))
    return `must be a number from 1 to ${most}`
  return CONTROL.test(value) ? 'must have a value without control characters' : undefined
}

/** Why the directory of the root cannot be a namespace; undefined when it can. */
export function namespaceProblem(path: string): string | undefined {
  // the CLI is told the bare name, and would take it for an option
  return /^\/*-/.test(path) ? 'must not begin with a dash, since mounts are namespaces here' : undefined
}
