// all that the daemon is told: its environment and gander.yaml
import { readFile } from 'node:fs/promises'
import { ConfigError, type Environment } from '../shared/config.ts'
import { toError } from '../shared/errors.ts'
import { type DaemonConfig, parseDaemonConfig } from './config.ts'
import { type ConfigFile, NO_CONFIG_FILE, parseConfigFile } from './config-file.ts'

export type Told = { readonly config: DaemonConfig; readonly file: ConfigFile }

/** Reads both; throws a `ConfigError` with every mistake of the one that has some. */
export async function readTold(environment: Environment): Promise<Told> {
  const config = parseDaemonConfig(environment)
  if (config.configFile === undefined) return { config, file: NO_CONFIG_FILE }
  const source = await readFile(config.configFile, 'utf8').catch((cause: unknown) => {
    throw new ConfigError([`GANDER_CONFIG must be a readable file: ${toError(cause).message}`])
  })
  return { config, file: parseConfigFile(source, config.configFile) }
}
