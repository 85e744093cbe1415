// what the agent may be told
import { hostname } from 'node:os'
import * as z from 'zod'
import {
  type ConfigOf,
  type Environment,
  numberOr,
  optionalText,
  optionalUrl,
  parseSettings,
  secretsOf,
  setting,
  showSettings,
  textOr,
  urlOr,
  wordOr,
} from '../shared/config.ts'
import { LOG_LEVELS } from '../shared/log.ts'

const name = z
  .string()
  .refine(
    text => [...text].length <= 128 && !/\p{Cc}/u.test(text),
    'must be 1 to 128 characters without control characters',
  )

const SETTINGS = {
  daemonUrl: setting('GANDER_DAEMON_URL', urlOr('http://127.0.0.1:8080')),
  token: setting('GANDER_AGENT_TOKEN', optionalText, { secret: true }),
  name: setting('GANDER_AGENT_NAME', name.default(hostname())),
  dir: setting('GANDER_AGENT_DIR', textOr('./agent-data')),
  cluster: setting('GANDER_CLUSTER', name.default('default')),
  concurrency: setting('GANDER_AGENT_CONCURRENCY', numberOr(2, { min: 1, max: 1_000 })),
  entrypoint: setting('GANDER_AGENT_ENTRYPOINT', optionalText),
  owner: setting('GANDER_AGENT_OWNER', optionalText),
  stallSeconds: setting('GANDER_STALL_SECONDS', numberOr(600, { min: 5, max: 86_400 })),
  outputMostMib: setting('GANDER_AGENT_OUTPUT_MIB', numberOr(1_024, { min: 1, max: 1_048_576 })),
  bin: setting('GOOSEFS_BIN', textOr('goosefs')),
  masterWeb: setting('GANDER_GOOSEFS_WEB', optionalUrl),
  jobMasterWeb: setting('GANDER_GOOSEFS_JOB_WEB', optionalUrl),
  logLevel: setting('LOG_LEVEL', wordOr('info', LOG_LEVELS)),
} as const

export type AgentConfig = ConfigOf<typeof SETTINGS>

/** Reads the agent's configuration. Throws a `ConfigError` with every mistake at once. */
export function parseAgentConfig(environment: Environment): AgentConfig {
  return parseSettings(SETTINGS, environment)
}

/** The configuration for `--check`, secrets as stars. */
export function showAgentConfig(config: AgentConfig): string[] {
  return showSettings(SETTINGS, config)
}

/** What must never stand in a log. */
export function secretsOfAgent(config: AgentConfig): string[] {
  return secretsOf(SETTINGS, config)
}
