// what is remembered because somebody said so: rules of paths, and what users' own daemons tell
import { AppError, shown } from '../../../shared/errors.ts'
import { toComparable } from '../../../shared/path.ts'
import { toInstant } from '../../../shared/time.ts'
import type { Command, Context, Decision } from '../commands.ts'
import { joined } from '../indexes.ts'
import type { CompanionRow, State } from '../state.ts'
import { demandOperator } from './permit.ts'

type Ask<Type extends Command['type']> = Extract<Command, { type: Type }>

/** Lines kept of one user's daemon, and addresses and abnormal tags that it may name. */
const MOST_LINES = 1_000
const MOST_NAMED = 1_000
/** Characters kept of each of them. */
const LONGEST_TEXT = 4_096
/** Rules of one kind that are remembered for a cluster. */
const MOST_RULES = 100_000

/** Remembers a rule, in the place of an earlier one of the path; without a value it forgets it. */
export function decidePolicy(state: State, { actor, policy, value }: Ask<'policy.set'>, context: Context): Decision {
  demandOperator(actor, `change the ${policy.kind} of a path`)
  const id = joined(policy.kind, policy.cluster, toComparable(policy.path))
  if (value === undefined) {
    return {
      events: state.policies.get(id) === undefined ? [] : [{ type: 'policy.forgotten', policyId: id }],
      answer: {},
    }
  }
  const { kind, cluster } = policy
  if (state.policies.get(id) === undefined && state.policies.countOf('kind', joined(kind, cluster)) >= MOST_RULES) {
    throw new AppError('CONFLICT', `Cluster ${cluster} has ${MOST_RULES} paths with a ${kind}; it takes no more.`)
  }
  const row = { ...policy, id, value, by: actor.name, at: toInstant(context.now) }
  return { events: [{ type: 'policy.set', policy: row }], answer: {} }
}

/** Names a user's daemon; the name stays what it was when there is one. */
export function decideCompanion(state: State, { user, daemonId }: Ask<'companion.named'>): Decision {
  if (state.companions.get(user) !== undefined) return { events: [], answer: {} }
  const companion: CompanionRow = { id: user, daemonId, entrypoints: [], abnormal: [], lines: [] }
  return { events: [{ type: 'companion.changed', companion }], answer: {} }
}

/** Takes in what a user's daemon says: its addresses and abnormal tags replace what it said before, its lines are added. */
export function decideHeard(state: State, { daemonId, said }: Ask<'companion.heard'>, { now }: Context): Decision {
  const [row] = state.companions.find('daemonId', daemonId)
  if (row === undefined) throw new AppError('NOT_FOUND', `There is no daemon ${shown(daemonId)}.`)
  const companion: CompanionRow = {
    ...row,
    entrypoints: said.entrypoints.slice(0, MOST_NAMED).map(toKept),
    abnormal: said.abnormal.slice(0, MOST_NAMED).map(toKept),
    lines: [...row.lines, ...said.lines.map(line => ({ ...line, text: toKept(line.text) }))].slice(-MOST_LINES),
    heardAt: toInstant(now),
  }
  return { events: [{ type: 'companion.changed', companion }], answer: {} }
}

function toKept(text: string): string {
  return text.slice(0, LONGEST_TEXT)
}
