// what is known beside a cause, and what a sentence about it is made of
import type { Workers } from './verdict.ts'

/** A sentence in both languages. */
export type Words = { readonly en: string; readonly zh: string }

/** What is known beside the cause; what is not known is left out, and the sentences then do without it. */
export type Facts = {
  readonly files: number
  /** Bytes under the path that are not cached, of one copy. With several causes nobody knows each one's part: see `mixed`. */
  readonly missingBytes?: number
  /** Bytes under the path in all, of one copy. */
  readonly bytes?: number
  readonly workers?: Workers
  readonly copies?: number
  /** Files are missing for other causes too, so that `missingBytes` is the most that this one can stand for. */
  readonly mixed?: boolean
}
