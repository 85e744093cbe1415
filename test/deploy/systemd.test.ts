// the systemd units: settings that exist, loads that outlive the agent, no secrets
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseAgentConfig } from '../../agent/config.ts'
import { parseDaemonConfig } from '../../bot/config.ts'
import {
  AGENT_VARIABLES,
  DAEMON_VARIABLES,
  faultOfProgram,
  GRACE_SECONDS,
  literalSecrets,
  read,
  root,
  strangers,
} from './rules.ts'

type Unit = Record<string, Record<string, string[]>>

/** Sections of keys, each with every value given; comments and continued lines as systemd reads them. */
function parseUnit(text: string): Unit {
  const unit: Unit = {}
  let section: Record<string, string[]> | undefined
  for (const line of text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map(line => line.trim())) {
    if (line === '' || /^[#;]/.test(line)) continue
    const [, name] = /^\[(\w+)\]$/.exec(line) ?? []
    if (name !== undefined) {
      section = unit[name] = unit[name] ?? {}
      continue
    }
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? []
    if (section === undefined || key === undefined || value === undefined) throw new Error(`not a unit's line: ${line}`)
    section[key] = [...(section[key] ?? []), value]
  }
  return unit
}

const UNITS = {
  'gander-daemon.service': {
    program: 'dist/bot/main.js',
    variables: DAEMON_VARIABLES,
    parse: (environment: Record<string, string>) => parseDaemonConfig(environment).dataDir,
    needsPerson: ['74', '78'],
  },
  'gander-agent.service': {
    program: 'dist/agent/main.js',
    variables: AGENT_VARIABLES,
    parse: (environment: Record<string, string>) => parseAgentConfig(environment).dir,
    needsPerson: ['78'],
  },
}

it('there is a unit for the daemon and one for the agent', () => {
  expect(readdirSync(`${root}deploy/systemd`).sort()).toEqual(Object.keys(UNITS).sort())
})

describe.each(Object.entries(UNITS))('%s', (file, expected) => {
  const { Unit: about = {}, Service: service = {}, Install: install = {} } = parseUnit(read(`deploy/systemd/${file}`))
  const environment = Object.fromEntries(
    (service['Environment'] ?? []).map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )

  it('sets only settings that exist, to values that are accepted, and keeps its state where systemd makes room', () => {
    expect(strangers(Object.keys(environment), expected.variables)).toEqual([])
    const dir = expected.parse({ ...environment, GANDER_AGENT_TOKEN: 'for-the-agents' })
    expect(dir).toBe(`/var/lib/${service['StateDirectory']?.[0]}`)
  })

  it('holds no secret: tokens stand in a file that it reads', () => {
    expect(literalSecrets(environment)).toEqual([])
    expect(service['EnvironmentFile']?.[0]).toMatch(/^-?\/etc\/gander\/\w+\.env$/)
  })

  it('signals the process alone, so that what it supervises goes on', () => {
    expect(service['KillMode']).toEqual(['process'])
    expect(service['KillSignal'] ?? ['SIGTERM']).toEqual(['SIGTERM'])
  })

  it('waits longer than the grace period before it kills', () => {
    expect(Number(service['TimeoutStopSec']?.[0])).toBeGreaterThan(GRACE_SECONDS)
  })

  it('runs a program that the build makes, not as root', () => {
    const [, program = ''] = service['ExecStart']?.[0]?.split(' ') ?? []
    expect(program).toBe(expected.program)
    expect(faultOfProgram(program)).toBeUndefined()
    expect(service['WorkingDirectory']?.[0]).toMatch(/^\//)
    expect(service['User']?.[0]).toMatch(/^(?!root$)\w+$/)
  })

  it('starts again after a failure, but not when only a person can mend it', () => {
    expect(service['Restart']).toEqual(['on-failure'])
    expect(service['RestartPreventExitStatus']?.[0]?.split(' ')).toEqual(expected.needsPerson)
    expect(install['WantedBy']).toEqual(['multi-user.target'])
    expect(about['After']).toEqual(['network-online.target'])
  })
})
