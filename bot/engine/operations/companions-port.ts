// what a user's own daemon (reference document 003) is told and says: the verbs and their shapes
import type { Actor } from '../../../shared/job.ts'
import type { Instant } from '../../../shared/time.ts'

/** Who there is besides the makers of tokens: the configured names, and who somebody without a token is. */
export type Users = { readonly names: readonly string[]; readonly defaultUser: string }

export type UserLine = { readonly at: Instant; readonly text: string }

export type CompanionStatus = { readonly online: boolean; readonly entrypoints: readonly string[] }

/** What a user's daemon says. Lines oldest first; one without a time gets the time of its arrival. */
export type Heartbeat = {
  readonly entrypoints: readonly string[]
  /** `repository/item:tag` of what it calls abnormal. */
  readonly abnormal: readonly string[]
  readonly lines: readonly { readonly at?: Instant; readonly text: string }[]
}

/** Paths of the jobs of a name in a cluster: all that are abnormal, or one by its path or its task's id. */
export type TagQuery = { readonly cluster: string; readonly name: string; readonly tag?: string | undefined } & {
  /** From 1. */
  readonly page?: number | undefined
  /** Default: all. */
  readonly size?: number | undefined
}

/** `total` counts all that are abnormal, `abnormal` names those of the page. */
export type TagStatus = { readonly total: number; readonly abnormal: readonly string[] }

export type CompanionVerbs = {
  /** The id of the actor's own daemon: made at the first call, the same ever after. */
  daemonIdOf(actor: Actor): Promise<string>
  /** Entry points of a user's agents in the order in which they first registered, then of the heartbeat, each once. */
  entrypointsOf(actor: Actor, user: string): Promise<readonly string[]>
  /** Lines about the actor's jobs and agents and of their daemon's heartbeats, newest first; `from` 0 is the newest. */
  userLog(actor: Actor, from: number, count: number): Promise<readonly UserLine[]>
  /** Whether a user's daemon is there; default the actor. */
  companionStatus(actor: Actor, user?: string): Promise<CompanionStatus>
  /** Takes in what the daemon of that id says. It is the actor's own, unless the actor is an admin. */
  heard(actor: Actor, daemonId: string, said: Heartbeat): Promise<void>
  /** Which paths of a name are abnormal. Throws NOT_FOUND when cluster, name or tag are unknown. */
  tagStatus(actor: Actor, query: TagQuery): Promise<TagStatus>
}
