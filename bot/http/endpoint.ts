// an endpoint as a value: where it is, what it takes, what it answers, and the few lines that translate
import type * as z from 'zod'
import type { Actor } from '../../shared/job.ts'
import type { Log } from '../../shared/log.ts'
import type { Clock } from '../../shared/time.ts'
import type { Operations, Vitals } from '../engine/operations/port.ts'
import type { Answer } from './answer.ts'
import type { AttemptMarks } from './attempts.ts'
import type { Failure } from './failure.ts'
import type { Farewells } from './farewells.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/**
 * Who may call: `open` asks for no credential, `read` and `own` (changes only what is the caller's) for any role,
 * `write` for an operator, `manage` for an administrator. What an operation itself demands goes on top.
 */
export type Effect = 'open' | 'read' | 'own' | 'write' | 'manage'

/** What handlers may use. */
export type Room = {
  readonly operations: Operations
  readonly vitals: () => Vitals
  readonly log: Log
  readonly clock: Clock
  readonly defaultCluster: string
  /** The edition of Alluxio that view 001 follows, such as 3.7. */
  readonly alluxioEdition: string
  /** Zone of instants that views show with an offset. */
  readonly tz: string
  /** How often a live stream says that it is still there. */
  readonly pingMs: number
  /** Which attempt the ids of event streams speak of. */
  readonly attemptMarks: AttemptMarks
  /** Asks that removed a job with all that was known of it. */
  readonly farewells: Farewells
  /** The text of `/metrics`. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>
  /** The OpenAPI document, built once. */
  readonly document: () => unknown
}

export type Call<Params, Query, Body> = {
  readonly room: Room
  readonly actor: Actor
  readonly params: Params
  readonly query: Query
  readonly body: Body
  header(name: string): string | undefined
  /** Aborted when the caller has gone or the daemon closes. */
  readonly signal: AbortSignal
  /** Whether the caller's credential still stands: asked again by what goes on for long. */
  isStillKnown(): boolean
}

/** What an answer of a status looks like: a schema of its JSON, or the kind of its body. */
export type Shape = z.ZodType | 'text' | 'html' | 'events' | 'none'

export type Definition<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = {
  readonly method: Method
  /** With `:name` for parameters. */
  readonly path: string
  readonly summary: string
  readonly effect: Effect
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** Makes JSON of a body that is none as it came. */
  readonly relax?: (text: string) => string
  /** Request headers that it looks at, with what they do. */
  readonly headers?: Readonly<Record<string, string>>
  /** Headers of its good answers, with what they say. */
  readonly tells?: Readonly<Record<string, string>>
  /** By status; several where the request decides. */
  readonly answers: Readonly<Record<number, Shape | readonly Shape[]>>
  /** Looks at neither `Host` nor `Origin`: for probes. */
  readonly anyHost?: boolean
  /** Goes to the coordinator as it came when the chosen cluster has one. */
  readonly forwardable?: boolean
  /** Answers with a stream of events: other sites' pages are refused. */
  readonly live?: boolean
  /** A body that only reads, so that a viewer may send it although the endpoint writes. */
  readonly isMild?: (body: unknown) => boolean
  /** Throws when what the path names is not there: asked before mistakes of query and body are told. */
  readonly find?: (call: Call<z.output<P>, unknown, unknown>) => Promise<unknown>
  readonly handler: (call: Call<z.output<P>, z.output<Q>, z.output<B>>) => Promise<Answer> | Answer
}

export type Endpoint = Omit<Definition<z.ZodType, z.ZodType, z.ZodType>, 'handler' | 'find'> & {
  handler(call: Call<unknown, unknown, unknown>): Promise<Answer> | Answer
  find?(call: Call<unknown, unknown, unknown>): Promise<unknown>
}

/** Someone's API as a view of ours: its endpoints, and the one place where its errors are put into its words. */
export type Dialect = {
  readonly name: string
  readonly endpoints: readonly Endpoint[]
  readonly fail: (failure: Failure) => Answer
  /** What an error of it looks like, for the document. */
  readonly errorShape: Shape
}

/** Makes an endpoint; inside the definition everything has the types of its schemas. */
export function endpoint<
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
>(definition: Definition<P, Q, B>): Endpoint {
  // a call reaches a handler only after `parseInput` has read it with these very schemas
  return definition as unknown as Endpoint
}
