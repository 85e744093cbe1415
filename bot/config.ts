// what the daemon may be told: its environment, with defaults and the rules that join several settings
import * as z from 'zod'
import {
  ConfigError,
  type ConfigOf,
  type Environment,
  numberOr,
  optionalText,
  optionalUrl,
  parseSettings,
  type Settings,
  secretsOf,
  setting,
  showSettings,
  textOr,
  wordOr,
} from '../shared/config.ts'
import { LOG_LEVELS } from '../shared/log.ts'

const port = z.coerce.number().int().min(0).max(65_535)

/** Ports separated by commas; empty for none. */
const ports = z
  .string()
  .default('4646')
  .transform(text =>
    text
      .split(',')
      .map(part => part.trim())
      .filter(part => part !== ''),
  )
  .refine(
    parts => parts.every(part => /^\d+$/.test(part) && port.safeParse(part).success),
    'must be ports from 0 to 65535 separated by commas',
  )
  .transform(parts => parts.map(Number))

const zone = z.string().refine(isZone, 'must be a time zone such as Asia/Shanghai').optional()

export const DAEMON_SETTINGS = {
  httpHost: setting('GANDER_HTTP_HOST', textOr('127.0.0.1')),
  httpPort: setting('GANDER_HTTP_PORT', numberOr(8080, { min: 0, max: 65_535 })),
  compatPorts: setting('GANDER_COMPAT_PORTS', ports, { emptyCounts: true }),
  dataDir: setting('GANDER_DATA_DIR', textOr('./data')),
  configFile: setting('GANDER_CONFIG', optionalText),
  auth: setting('GANDER_AUTH', z.enum(['off', 'token'], 'must be off or token').optional()),
  adminToken: setting('GANDER_ADMIN_TOKEN', optionalText, { secret: true }),
  agentToken: setting('GANDER_AGENT_TOKEN', optionalText, { secret: true }),
  tz: setting('GANDER_TZ', zone),
  publicUrl: setting('GANDER_PUBLIC_URL', optionalUrl),
  verify: setting('GANDER_VERIFY', wordOr('on', ['on', 'off'])),
  agentGraceSeconds: setting('GANDER_AGENT_GRACE_SECONDS', numberOr(120, { min: 1, max: 86_400 })),
  keepDays: setting('GANDER_KEEP_DAYS', numberOr(30, { min: 1, max: 3_650 })),
  keepJobs: setting('GANDER_KEEP_JOBS', numberOr(100_000, { min: 1, max: 10_000_000 })),
  dingtalkClientId: setting('DINGTALK_CLIENT_ID', optionalText),
  dingtalkClientSecret: setting('DINGTALK_CLIENT_SECRET', optionalText, { secret: true }),
  dingtalkRobotCode: setting('DINGTALK_ROBOT_CODE', optionalText),
  dingtalkApiBase: setting('DINGTALK_API_BASE', optionalUrl),
  dingtalkOapiBase: setting('DINGTALK_OAPI_BASE', optionalUrl),
  dingtalkCardTemplateId: setting('DINGTALK_CARD_TEMPLATE_ID', optionalText),
  alertToken: setting('GOOSEFS_DINGTALK_ALERT_TOKEN', optionalText, { secret: true }),
  alertSecret: setting('GOOSEFS_DINGTALK_ALERT_SECRET', optionalText, { secret: true }),
  logLevel: setting('LOG_LEVEL', wordOr('info', LOG_LEVELS)),
} as const

const { dingtalkClientId, dingtalkClientSecret, dingtalkCardTemplateId, alertToken, alertSecret } = DAEMON_SETTINGS
const BOT_SETTINGS = { dingtalkClientId, dingtalkClientSecret, dingtalkCardTemplateId, alertToken, alertSecret }

export type DaemonConfig = Omit<ConfigOf<typeof DAEMON_SETTINGS>, 'auth'> & { readonly auth: 'off' | 'token' }

/** Reads the environment; throws a `ConfigError` with every mistake at once. */
export function parseDaemonConfig(environment: Environment): DaemonConfig {
  const config = tryParse(DAEMON_SETTINGS, environment)
  const { httpHost, auth: asked, adminToken, agentToken } = DAEMON_SETTINGS
  const doors = tryParse({ httpHost, auth: asked, adminToken, agentToken }, environment)
  const bot = tryParse(BOT_SETTINGS, environment)
  const mistakes = [
    ...(config instanceof ConfigError ? config.mistakes : []),
    ...(doors instanceof ConfigError ? [] : findContradictions(doors)),
    ...(bot instanceof ConfigError ? [] : findHalves(bot)),
  ]
  if (config instanceof ConfigError || mistakes.length > 0) throw new ConfigError(mistakes)
  return Object.freeze({ ...config, auth: toAuth(config) })
}

function tryParse<S extends Settings>(settings: S, environment: Environment): ConfigOf<S> | ConfigError {
  try {
    return parseSettings(settings, environment)
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown
    throw thrown
  }
}

type Doors = Pick<ConfigOf<typeof DAEMON_SETTINGS>, 'httpHost' | 'auth' | 'adminToken' | 'agentToken'>

function toAuth(doors: Doors): 'off' | 'token' {
  return doors.auth ?? (isLoopback(doors.httpHost) ? 'off' : 'token')
}

function findContradictions(config: Doors): string[] {
  const auth = toAuth(config)
  return [
    auth === 'off' &&
      !isLoopback(config.httpHost) &&
      `GANDER_AUTH must be token when GANDER_HTTP_HOST is not a loopback address, not "off" with "${config.httpHost}"`,
    auth === 'token' &&
      config.agentToken === undefined &&
      'GANDER_AGENT_TOKEN must be set when GANDER_AUTH is token, but is not set',
    config.agentToken !== undefined &&
      config.agentToken === config.adminToken &&
      'GANDER_ADMIN_TOKEN must differ from GANDER_AGENT_TOKEN, but both are the same',
  ].filter(mistake => mistake !== false)
}

// half a bot would look like one that is off
function findHalves(config: ConfigOf<typeof BOT_SETTINGS>): string[] {
  const needs: readonly [keyof typeof BOT_SETTINGS, keyof typeof BOT_SETTINGS][] = [
    ['dingtalkClientId', 'dingtalkClientSecret'],
    ['dingtalkClientSecret', 'dingtalkClientId'],
    ['dingtalkCardTemplateId', 'dingtalkClientId'],
    ['alertSecret', 'alertToken'],
  ]
  return needs
    .filter(([set, missing]) => config[set] !== undefined && config[missing] === undefined)
    .map(
      ([set, missing]) =>
        `${BOT_SETTINGS[missing].variable} must be set when ${BOT_SETTINGS[set].variable} is, but is not set`,
    )
}

/** The configuration as lines for `--check`: secrets as stars, the system's zone where none is set. */
export function showDaemonConfig(config: DaemonConfig): string[] {
  return showSettings(DAEMON_SETTINGS, { ...config, tz: config.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone })
}

/** Secret values, for the redaction of logs. */
export function daemonSecrets(config: DaemonConfig): string[] {
  return secretsOf(DAEMON_SETTINGS, config)
}

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    // the constructor is the only way to ask
    return false
  }
}
