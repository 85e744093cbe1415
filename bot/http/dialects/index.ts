// the views that the daemon offers, in the order in which they are mounted
import type { Dialect } from '../endpoint.ts'
import { cli2api } from './cli2api.ts'
import { native } from './native.ts'

export const DIALECTS: readonly Dialect[] = [native, cli2api]
