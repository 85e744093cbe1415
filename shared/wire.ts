// the treaty between agent and daemon: who says what, when, and what silence means
import * as z from 'zod'
import { ActionName, TaskOptions } from './actions.ts'
import { AgentDescription, Capabilities } from './agent.ts'
import { EngineCancel, Exit, LineCounts, Progress, Step } from './allocation.ts'
import { CallAnswer, ClusterCall } from './call.ts'
import { ClusterReport, ListEntry } from './cluster.ts'
import { GUARD, Guard } from './guard.ts'
import { Id } from './ids.ts'
import { Estimate, Findings } from './verdict.ts'

export const WIRE_VERSION = 2
export const SOCKET_PATH = '/agent/v1/socket'
/** Larger frames are refused by either end. */
export const LARGEST_FRAME_BYTES = 1024 * 1024
/** Output is cut into chunks of at most this many bytes. */
export const CHUNK_BYTES = 256 * 1024
/** At most this much output of one stream is on its way without an acknowledgement. */
export const WINDOW_BYTES = 8 * 1024 * 1024
export const HEARTBEAT_MS = 10_000
/** Nothing heard for this long: the socket is dead. */
export const SILENCE_MS = 30_000

/** Why a socket was closed; after each of them the agent comes back, with back-off. */
export const CLOSE_CODES = {
  goingAway: 1001,
  replaced: 4001,
  wrongVersion: 4002,
  badFrame: 4003,
  nameTaken: 4004,
  noHello: 4005,
  storageFull: 4006,
} as const

/** Entries of a list that travel as data; all of it is in the output. */
export const MOST_LISTED = 100

/** A load begins at most at so many places below its path; where more are missing, loading the whole path is cheaper. */
export const MOST_TARGETS = 3

/** A stream's length as one side knows it; the daemon's acknowledgement of output is such a list. */
export const StreamLength = z.object({ allocation: Id, kind: z.enum(['output', 'missing']), bytes: z.int().min(0) })
export type StreamLength = z.infer<typeof StreamLength>

/** A follower of a task: its verdict is cut from the leader's lists. */
export const Follower = z.object({ task: Id, path: z.string() })
export type Follower = z.infer<typeof Follower>

/** An allocation as its agent holds it, listed in `hello`. */
export const LiveAllocation = z.object({ allocation: Id, state: z.enum(['accepted', 'running', 'ended']) })
export type LiveAllocation = z.infer<typeof LiveAllocation>

/** What one allocation is to do. The agent builds argv itself; argv never crosses the wire. */
export const RunOrder = z.object({
  allocation: Id,
  task: Id,
  action: ActionName,
  path: z.string().meta({ description: 'empty for report' }),
  options: TaskOptions,
  verify: z.boolean(),
  /** Load only these, at or below the path, and measure the whole path all the same. */
  only: z.array(z.string()).max(MOST_TARGETS).default([]),
  guard: Guard.default(GUARD),
  followers: z.array(Follower).default([]),
})
export type RunOrder = z.infer<typeof RunOrder>

/** The agent's last word on an allocation. */
export const Ending = z.object({
  exit: Exit,
  /** Started at all: false means that certainly nothing ran. */
  started: z.boolean(),
  lines: LineCounts.optional(),
  findings: Findings.optional(),
  cuts: z.array(z.object({ task: Id, findings: Findings })).default([]),
  estimate: Estimate.optional(),
  /** What a report or a list said, read by the agent: of a list the first entries. */
  report: ClusterReport.optional(),
  listing: z.array(ListEntry).max(MOST_LISTED).optional(),
  cancel: EngineCancel.optional(),
  outputBytes: z.int().min(0),
  missingBytes: z.int().min(0).default(0),
  notes: z.array(z.string()).default([]),
})
export type Ending = z.infer<typeof Ending>

/**
 * What agents say. Everything but `hello`, `lengths` and output frames goes through the outbox: it carries `n`, counted
 * from 1 without gaps, and is said again after a reconnect until the daemon acknowledged `n`.
 */
export const Report = z.discriminatedUnion('type', [
  z.object({ type: z.literal('accepted'), allocation: Id }),
  z.object({
    type: z.literal('refused'),
    allocation: Id,
    reason: z.string(),
    moveOn: z.boolean().meta({ description: 'another agent may take it' }),
  }),
  z.object({ type: z.literal('started'), allocation: Id }),
  z.object({ type: z.literal('step'), allocation: Id, step: Step }),
  z.object({ type: z.literal('progress'), allocation: Id, progress: Progress, lines: LineCounts.optional() }),
  z.object({ type: z.literal('measured'), allocation: Id, when: z.enum(['before', 'after']), findings: Findings }),
  z.object({ type: z.literal('ended'), allocation: Id, ending: Ending }),
  z.object({ type: z.literal('capabilities'), capabilities: Capabilities }),
])
export type Report = z.infer<typeof Report>

export const AgentMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    version: z.int(),
    agent: AgentDescription,
    live: z.array(LiveAllocation),
    streams: z.array(StreamLength).meta({ description: 'what the spool holds and the daemon may lack' }),
    /** First message the outbox still holds, so that the daemon can see what it missed. */
    nextNumber: z.int().min(1),
  }),
  z.object({ type: z.literal('report'), n: z.int().min(1), report: Report }),
  /** Bytes of a stream that the agent cannot send again: the daemon marks a hole up to `to`. */
  z.object({
    type: z.literal('hole'),
    allocation: Id,
    kind: z.enum(['output', 'missing']),
    from: z.int().min(0),
    to: z.int().min(0),
  }),
  /** The answer to a call; `more` when further messages with the rest of its lines follow. */
  z.object({ type: z.literal('called'), call: Id, answer: CallAnswer, more: z.boolean() }),
])
export type AgentMessage = z.infer<typeof AgentMessage>

/** What the daemon says. All of it may come twice; twice is once. */
export const DaemonMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    version: z.int(),
    heartbeatMs: z.int(),
    silenceMs: z.int(),
    /** Highest report taken in and saved. */
    acknowledged: z.int().min(0),
    /** Where to go on with each stream named in hello. */
    have: z.array(StreamLength),
  }),
  z.object({ type: z.literal('run'), order: RunOrder }),
  z.object({ type: z.literal('follow'), allocation: Id, follower: Follower }),
  z.object({ type: z.literal('stop'), allocation: Id }),
  z.object({ type: z.literal('ack'), n: z.int().min(0) }),
  /** Stored lengths; a length below what was sent means: send again from there. */
  z.object({ type: z.literal('have'), streams: z.array(StreamLength) }),
  /** An ended allocation whose ending and streams are all on the daemon's disk: the agent may forget it. */
  z.object({ type: z.literal('forget'), allocations: z.array(Id) }),
  /** An ask that is answered at once and kept nowhere: who asked hears of a lost socket. */
  z.object({ type: z.literal('call'), call: Id, ask: ClusterCall }),
])
export type DaemonMessage = z.infer<typeof DaemonMessage>
