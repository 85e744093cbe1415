// the table of verbs, in the order of the help
import type { Verb } from './verb.ts'
import { forceload, free, load, metadata } from './verbs/load.ts'

export const VERBS: readonly Verb[] = [load, forceload, metadata, free]
