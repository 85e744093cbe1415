// a verb of the command line: what it is called, what it takes, and what it does
import type { Api } from './http.ts'
import type { OptionName, Options } from './options.ts'
import type { Screen } from './screen.ts'

/** What a verb is given to work with. */
export type Context = {
  readonly api: Api
  readonly screen: Screen
  readonly options: Options
  /** Bare words behind the verb. */
  readonly words: readonly string[]
}

export type Verb = {
  readonly name: string
  /** Bare words it takes, in the notation of the help: `<job>`, `[paths...]`; empty for none. */
  readonly takes: string
  readonly summary: string
  /** What its help says beneath the options. */
  readonly notes?: string
  readonly options: readonly OptionName[]
  readonly examples: readonly (readonly [line: string, meaning: string])[]
  /** Does it; the answer is the exit code. Throws `Failure`. */
  readonly run: (context: Context) => Promise<number>
  readonly subs?: readonly Verb[]
  /** Other words for it, as people try them: they are told the right one. */
  readonly alike?: readonly string[]
}
