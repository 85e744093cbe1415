// docker-compose.yml, Dockerfile and .dockerignore: one daemon, two agents, one simulated GooseFS
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseAgentConfig } from '../../agent/config.ts'
import { parseDaemonConfig } from '../../bot/config.ts'
import {
  AGENT_VARIABLES,
  DAEMON_VARIABLES,
  faultOfProgram,
  GRACE_SECONDS,
  literalSecrets,
  PLAYGROUND_VARIABLES,
  read,
  strangers,
} from './rules.ts'

type Service = {
  readonly command: string[]
  readonly restart: string
  readonly stop_grace_period: string
  readonly environment: Record<string, string>
  readonly ports?: string[]
  readonly volumes: string[]
  readonly healthcheck?: { readonly test: string[] }
  readonly depends_on?: Record<string, { readonly condition: string }>
}

const source = read('docker-compose.yml')
const compose = parse(source, { merge: true }) as {
  services: Record<string, Service>
  volumes: Record<string, unknown>
}
const dockerfile = read('Dockerfile')
const services = Object.entries(compose.services)
const runs = (program: string) => services.filter(([, service]) => service.command.includes(program))
const daemons = runs('dist/bot/main.js')
const agents = runs('dist/agent/main.js')
const daemon = daemons[0]?.[1] as Service

/** The environment as compose hands it over, with what people have to set filled in. */
function filled(environment: Record<string, string>): Record<string, string> {
  const given: Record<string, string> = { GANDER_ADMIN_TOKEN: 'for-the-admin', GANDER_AGENT_TOKEN: 'for-the-agents' }
  const fill = (value: string) =>
    value.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind: string, rest: string) => {
      const known = given[name] ?? (kind === '-' ? rest : undefined)
      if (known === undefined) throw new Error(`${name} is neither given nor has it a default`)
      return known
    })
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, fill(value)]))
}

/** The volume mounted at a directory. */
function volumeAt(service: Service, dir: string | undefined): string | undefined {
  return service.volumes.map(line => line.split(':')).find(([, at]) => at === dir)?.[0]
}

describe('docker-compose.yml', () => {
  it('runs one daemon and two agents and nothing else', () => {
    expect([daemons.length, agents.length, services.length]).toEqual([1, 2, 3])
  })

  it('sets only settings that exist', () => {
    expect(strangers(Object.keys(daemon.environment), DAEMON_VARIABLES)).toEqual([])
    for (const [, agent] of agents)
      expect(strangers(Object.keys(agent.environment), AGENT_VARIABLES, PLAYGROUND_VARIABLES)).toEqual([])
    const referenced = [...source.matchAll(/\$\{(\w+)/g)].map(([, name]) => name as string)
    expect(referenced).toContain('GANDER_AGENT_TOKEN')
    expect(strangers(referenced, DAEMON_VARIABLES, AGENT_VARIABLES)).toEqual([])
  })

  it('gives every value as text, because compose refuses or rewrites numbers and booleans', () => {
    const values = services.flatMap(([, service]) => Object.values(service.environment))
    expect(values.filter(value => typeof value !== 'string')).toEqual([])
  })

  it('takes tokens from the environment only and refuses to start without them', () => {
    for (const [, service] of services) expect(literalSecrets(service.environment)).toEqual([])
    expect(daemon.environment['GANDER_ADMIN_TOKEN']).toMatch(/^\$\{GANDER_ADMIN_TOKEN:\?.+\}$/)
    for (const [, { environment }] of services)
      expect(environment['GANDER_AGENT_TOKEN']).toMatch(/^\$\{GANDER_AGENT_TOKEN:\?.+\}$/)
  })

  it('gives the daemon a configuration that it accepts, with tokens on and reachable by the agents', () => {
    const config = parseDaemonConfig(filled(daemon.environment))
    expect(config).toMatchObject({ auth: 'token', httpHost: '0.0.0.0' })
    expect(volumeAt(daemon, config.dataDir)).toBeDefined()
    const inside = daemon.ports?.map(line => Number(line.split(':').at(-1)))
    expect(inside).toEqual([config.httpPort, ...config.compatPorts])
    expect(daemon.ports?.filter(line => !line.startsWith('127.0.0.1:'))).toEqual([])
    expect(daemon.healthcheck?.test.join(' ')).toContain(`127.0.0.1:${config.httpPort}/readyz`)
  })

  it('gives the agents configurations that they accept, pointed at the daemon, with names and spools of their own', () => {
    const [name] = daemons[0] as [string, Service]
    const { httpPort, agentToken } = parseDaemonConfig(filled(daemon.environment))
    const configs = agents.map(([, agent]) => parseAgentConfig(filled(agent.environment)))
    for (const [at, config] of configs.entries()) {
      expect(config).toMatchObject({ daemonUrl: `http://${name}:${httpPort}`, token: agentToken })
      expect(volumeAt(agents[at]?.[1] as Service, config.dir)).toBeDefined()
    }
    expect(new Set(configs.map(config => config.name)).size).toBe(2)
    expect(new Set(configs.map(config => config.cluster)).size).toBe(1)
    expect(new Set(agents.map(([, agent], at) => volumeAt(agent, configs[at]?.dir))).size).toBe(2)
    for (const [, agent] of agents) expect(agent.depends_on).toEqual({ [name]: { condition: 'service_healthy' } })
  })

  it('lets the agents share one simulated GooseFS', () => {
    const shared = agents.map(([, agent]) => volumeAt(agent, agent.environment['GANDER_PLAYGROUND_DIR']))
    expect(shared[0]).toBeDefined()
    expect(new Set(shared).size).toBe(1)
  })

  it('declares every volume that it mounts and mounts every volume that it declares', () => {
    const mounted = services.flatMap(([, service]) => service.volumes.map(line => line.split(':')[0]))
    expect([...new Set(mounted)].sort()).toEqual(Object.keys(compose.volumes).sort())
  })

  it('waits longer than the grace period before it kills', () => {
    for (const [, service] of services) {
      const [, seconds] = /^(\d+)s$/.exec(service.stop_grace_period) ?? []
      expect(Number(seconds)).toBeGreaterThan(GRACE_SECONDS)
    }
  })

  it('names programs that the build makes', () => {
    const commands = services.map(([, service]) => service.command.at(-1) as string)
    const clis = agents.map(([, agent]) => (agent.environment['GOOSEFS_BIN'] as string).replace('/gander/', ''))
    expect([...commands, ...clis].map(faultOfProgram).filter(fault => fault !== undefined)).toEqual([])
  })
})

describe('Dockerfile', () => {
  const final = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))

  it('names programs that the build makes', () => {
    const programs = [...final.matchAll(/dist\/[\w./-]+/g)].map(([path]) => path)
    expect(programs).toEqual(expect.arrayContaining(['dist/bot/main.js', 'dist/cli/main.js']))
    expect(programs.map(faultOfProgram).filter(fault => fault !== undefined)).toEqual([])
  })

  it('does not run as root and owns every directory that compose mounts', () => {
    expect(final).toMatch(/^USER node$/m)
    const [, owned = ''] = /chown node:node ([^\\\n&]+)/.exec(final) ?? []
    const mounts = services.flatMap(([, service]) => service.volumes.map(line => line.split(':')[1] as string))
    expect(mounts.filter(dir => !owned.trim().split(/\s+/).includes(dir))).toEqual([])
  })

  it('holds no settings and no secrets', () => {
    expect(dockerfile).not.toMatch(/^(ENV|ARG)\b/m)
    expect(dockerfile).not.toMatch(/TOKEN|SECRET|PASSWORD/)
  })

  it('hands signals on: exec form under an init', () => {
    expect(final).toMatch(/^ENTRYPOINT \[".*tini", "--"\]$/m)
    expect(final).toMatch(/^CMD \[/m)
  })

  it('never takes into the image what git ignores', () => {
    const lines = (path: string) =>
      read(path)
        .split('\n')
        .filter(Boolean)
        .map(line => line.replace(/\/$/, ''))
    const ignored = new Set(lines('.dockerignore'))
    expect(lines('.gitignore').filter(line => !ignored.has(line))).toEqual([])
    expect(ignored.has('.env')).toBe(true)
  })
})
