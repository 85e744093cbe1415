// the shapes of the local DingTalk: its options, and what a test sees of it
import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '../../../shared/time.ts'

export type Json = Record<string, unknown>

/** Everything that can be set; times in milliseconds unless the name says otherwise. */
export type LocalOptions = {
  readonly clientId: string
  readonly clientSecret: string
  /** The app's robot; the client id unless told otherwise, as for internal apps. */
  readonly robotCode: string
  readonly corpId: string
  readonly port: number
  readonly ticketTtlMs: number
  readonly retryMs: number
  readonly maxAttempts: number
  /** Whether un-acked robot messages are pushed again. */
  readonly robotRetry: boolean
  readonly cardDeadlineMs: number
  readonly eventDeadlineMs: number
  readonly drainMs: number
  readonly sessionTtlMs: number
  readonly tokenTtlS: number
  /** A vanished client's channel stays among the live ones for so long, and what is pushed there is lost. */
  readonly deadChannelMs: number
  /** SYSTEM ping to every connection; 0: never. */
  readonly pingEveryMs: number
  readonly rateBlockMs: number
  readonly rateCode: 130101 | 410100 | 660026
  /** Wording of the custom robot's refusals. */
  readonly wording: 'old' | 'new'
  /** The gateway answers XML to who does not accept application/json. */
  readonly xmlUnlessAccepted: boolean
  /** Card variables that are no strings are refused. */
  readonly strictParams: boolean
  /** Most bytes of one streamed card content. */
  readonly streamLimit: number
  readonly afterFinalize: 'ignored' | 'refused' | 'applied'
  /** Texts with one of these words are refused for their content. */
  readonly unsafeWords: readonly string[]
  readonly templates: Readonly<Record<string, Template>>
  /** Known from the start, beside those that a message makes known. */
  readonly groups: readonly { readonly id: string; readonly title: string }[]
  readonly users: readonly string[]
  readonly clock: Clock
  readonly random: () => number
}
export type Template = { readonly published: boolean; readonly markdown?: readonly string[] }

/** One request as it came, and what became of it. */
export type Call = {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: IncomingHttpHeaders
  readonly raw: Buffer
  readonly json: unknown
  /** By the clock handed in. */
  readonly at: number
  readonly remote: string
  status?: number
  answer?: unknown
  fault?: Fault['kind']
  /** The caller went away before it was answered. */
  aborted?: boolean
}
export type CallFilter = string | RegExp | ((call: Call) => boolean)
export type Answer = {
  readonly status: number
  readonly body: unknown
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}
export type Handler = (call: Call) => Answer | Promise<Answer>

/** What goes wrong on a route, so many times (once unless told). */
export type Fault = {
  /** `POST /robot/send`, or a pattern over such; `GET /connect` is the upgrade. */
  readonly route: string | RegExp
  readonly kind:
    | 'status'
    | 'delay'
    | 'hang'
    | 'reset'
    | 'empty'
    | 'html'
    | 'qps'
    | 'busy'
    | 'ip-ban'
    | 'accept-then-drop'
  readonly times?: number
  readonly status?: number
  readonly body?: unknown
  /** Of `delay`, by the clock handed in. */
  readonly ms?: number
  /** The request is carried out first and only its answer suffers: the caller cannot know. */
  readonly late?: boolean
}

/** What a person sees in a conversation, oldest first. A card stays where it was delivered and shows its variables of now. */
export type Line = {
  readonly kind: 'webhook' | 'api' | 'card' | 'robot' | 'person'
  readonly conversationId: string
  readonly at: number
  readonly msgtype: string
  readonly title: string
  readonly text: string
  /** Who is really @-ed: named in the `at` half and in the text. `*` is everybody. */
  readonly mentions: readonly string[]
  readonly body: Json
  readonly token?: string | undefined
  readonly outTrackId?: string | undefined
  readonly variables?: Readonly<Record<string, string>> | undefined
  readonly updates?: number | undefined
  /** When it was updated, by the clock handed in. */
  readonly updatedAt?: readonly number[] | undefined
  readonly key?: string | undefined
  readonly recalled?: boolean | undefined
  /** Of a person's own message. */
  readonly from?: string | undefined
}

export type Card = {
  readonly outTrackId: string
  readonly templateId: string
  readonly callbackType: string
  readonly createdAt: number
  conversationId?: string
  spaceId?: string
  variables: Record<string, string>
  readonly privately: Map<string, Record<string, string>>
  /** What a click's answer shows to the one who clicked, until the next update says otherwise. */
  readonly shownTo: Map<string, Record<string, string>>
  readonly updatedAt: number[]
  readonly guids: Set<string>
  streamState: '' | '处理中' | '输入中' | '完成' | '失败'
}

export type RobotSettings = {
  secret?: string
  keywords?: readonly string[]
  ipList?: readonly string[]
  stopped?: boolean
  /** The group it speaks in. */
  conversationId?: string
}

export type Subscription = { readonly type: string; readonly topic: string }
export type ConnectionState = 'open' | 'draining' | 'silent' | 'half-open' | 'dead' | 'closed'
/** A connection as a test sees it; the object is live. */
export type Connection = {
  readonly id: string
  readonly ticket: string
  readonly subscriptions: readonly Subscription[]
  readonly openedAt: number
  readonly state: ConnectionState
  readonly closedAt?: number | undefined
  /** How the client closed it: 1006 is without a close frame. */
  readonly closeCode?: number | undefined
  /** WS pings that came from the client. */
  readonly clientPings: number
  /** Text frames received from the client. */
  readonly received: readonly string[]
  /** Whether a `disconnect` frame was acked. */
  readonly ackedDisconnect: boolean
}

export type Ack = {
  /** Of the frame that is acked. */
  readonly topic: string
  readonly messageId: string
  readonly connectionId: string
  readonly code: number
  readonly data: unknown
  readonly at: number
  readonly latencyMs: number
}
export type OrphanAck = { readonly messageId: string | undefined; readonly connectionId: string; readonly why: string }
export type PushResult = {
  readonly ack?: Ack
  readonly attempts: number
  /** There was no connection to push it on. */
  readonly dropped: boolean
  /** Connection ids, one for each attempt. */
  readonly pushedOn: readonly string[]
  readonly timeout: boolean
}
/** A push under way; the object is live. */
export type Push = {
  readonly attempts: number
  readonly dropped: boolean
  readonly pushedOn: readonly string[]
  readonly messageIds: readonly string[]
  readonly ack: Ack | undefined
  /** Acked, dropped, or no attempt left. */
  readonly done: Promise<PushResult>
}
export type Frame = {
  readonly type: 'SYSTEM' | 'EVENT' | 'CALLBACK' | string
  readonly topic: string
  /** Encoded unless it is a string. */
  readonly data: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** This connection and no other. */
  readonly on?: string
}

export type MessageOptions = {
  readonly text?: string
  readonly conversationId?: string
  readonly conversationType?: '1' | '2'
  readonly conversationTitle?: string
  readonly staffId?: string
  readonly nick?: string
  readonly isAdmin?: boolean
  readonly msgtype?: string
  readonly msgId?: string
  readonly robotCode?: string
  /** Of the message types other than text. */
  readonly content?: unknown
  readonly sessionTtlMs?: number
  readonly overQuota?: boolean
  /** Laid over the finished payload; `undefined` removes a field. */
  readonly fields?: Json
}
export type ClickResult = {
  /** Within the deadline. */
  readonly answered: boolean
  readonly timeout: boolean
  readonly dropped: boolean
  readonly response: unknown
  readonly latencyMs?: number
}
export type DisconnectVariant = {
  readonly reason?: string
  readonly messageId?: boolean
  readonly specVersion?: boolean
}
