// all that the daemon is told: its environment and gander.yaml
import { readFile } from 'node:fs/promises'
import { ConfigError, type Environment } from '../shared/config.ts'
import { shown, toError } from '../shared/errors.ts'
import { hashToken, toDigest } from './access/credentials.ts'
import { type DaemonConfig, parseDaemonConfig, showDaemonConfig } from './config.ts'
import { type ConfigFile, NO_CONFIG_FILE, parseConfigFile, showConfigFile } from './config-file.ts'

export type Told = { readonly config: DaemonConfig; readonly file: ConfigFile }

/** Reads both; throws a `ConfigError` with every mistake of both. */
export async function readTold(environment: Environment): Promise<Told> {
  const path = environment['GANDER_CONFIG'] || undefined
  const config = await attempt(() => parseDaemonConfig(environment))
  const file = await attempt(() => (path === undefined ? NO_CONFIG_FILE : readConfigFile(path)))
  if (!(config instanceof ConfigError) && !(file instanceof ConfigError)) return demandOwnTokens({ config, file })
  throw new ConfigError([config, file].flatMap(read => (read instanceof ConfigError ? read.mistakes : [])))
}

// the agents' token opens the socket and nothing else, and the bootstrap token is of nobody in the file
function demandOwnTokens(told: Told): Told {
  const { adminToken, agentToken } = told.config
  const taken = Object.entries({ GANDER_AGENT_TOKEN: agentToken, GANDER_ADMIN_TOKEN: adminToken })
  const mistakes = taken.flatMap(([variable, token]) =>
    told.file.users
      .filter(user => token !== undefined && user.tokens.some(one => toDigest(one) === hashToken(token)))
      .map(({ name }) => `${variable} must differ from every token of gander.yaml, but is one of ${shown(name)}`),
  )
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return told
}

/** Both as lines for `--check`, secrets as stars. */
export function showTold({ config, file }: Told): string[] {
  const rest = config.configFile === undefined ? [] : [`# ${config.configFile}`, ...showConfigFile(file)]
  return [...showDaemonConfig(config), ...rest]
}

async function readConfigFile(path: string): Promise<ConfigFile> {
  const source = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ConfigError([`GANDER_CONFIG must be a readable file: ${toError(cause).message}`])
  })
  return parseConfigFile(source, path)
}

async function attempt<T>(read: () => T | Promise<T>): Promise<T | ConfigError> {
  try {
    return await read()
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown
    throw thrown
  }
}
