// every scenario, in the order of the table
import { BEHIND } from './rows/behind.ts'
import type { Scenario } from './scenario.ts'

export const SCENARIOS: readonly Scenario[] = [...BEHIND].sort((a, b) => a.row - b.row)
