// a command in the table: its arguments read first, then asked about and carried out, whatever their type is
import type { Statement } from '../../shared/statement.ts'
import type { Command, Effect, Question, Reply, Talk } from './command.ts'
import { Mistake } from './mistake.ts'

/** What help tells of a command. */
export type Described = Pick<Command, 'words' | 'summary' | 'usage' | 'examples' | 'subs'>

/** A command whose arguments are read: to be asked about, then carried out. */
export type Ready = {
  readonly effect: Effect
  readonly looksAt: readonly string[]
  readonly question: (talk: Bare) => Promise<string | Question | undefined>
  readonly run: (talk: Bare) => Promise<Reply>
}
type Bare = Omit<Talk<unknown>, 'args'>

export type Row = Described & {
  /** Undefined where only the arguments tell. */
  readonly effect: Effect | undefined
  /** Throws a `Mistake` that names the argument, the expectation and the value. */
  readonly read: (statement: Statement) => Ready
}

/** Makes a row of a command; from here on nobody needs to know the type of its arguments. */
export function toRow<Args>(command: Command<Args>): Row {
  const { words, summary, usage, examples, subs, effect, looksAt, question, run } = command
  return {
    ...{ words, summary, usage, examples },
    ...(subs !== undefined && { subs }),
    effect: typeof effect === 'function' ? undefined : effect,
    read(statement) {
      const parsed = command.args.safeParse(statement)
      if (!parsed.success) throw new Mistake('INVALID_INPUT', parsed.error.issues[0]?.message ?? '参数不对')
      const args = parsed.data
      return {
        effect: typeof effect === 'function' ? effect(args) : effect,
        looksAt: looksAt?.(args) ?? [],
        question: async talk => question?.({ ...talk, args }),
        run: talk => run({ ...talk, args }),
      }
    },
  }
}
