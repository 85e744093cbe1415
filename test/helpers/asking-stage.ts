// the daemon's rooms without its listeners and a real agent beside a CLI: for what is asked of a cluster outside of jobs
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createCatalogOperations } from '../../bot/engine/operations/catalog.ts'
import { openAgents } from '../../bot/open-agents.ts'
import type { Opened } from '../../bot/open-state.ts'
import type { Told } from '../../bot/told.ts'
import { SILENT_LOG } from '../../shared/log.ts'
import { createClock } from '../../shared/time.ts'
import { until } from '../agent/until.ts'
import { SETTINGS } from '../core/world.ts'
import { createEngineRoom } from '../engine/room.ts'
import { createProgram } from './program.ts'

const BUILT = process.env['GANDER_TEST_DIST'] ?? fileURLToPath(new URL('../../dist', import.meta.url))
const TOKEN = 'a-token-of-agents'

export type AskingStageOptions = {
  /** A directory that goes with the test. */
  readonly dir: string
  /** Instead of the simulated GooseFS. */
  readonly bin?: string
  readonly env?: Record<string, string>
  /** What the agent presents; default the right one. */
  readonly token?: string
}

/** Starts both; `close` ends them. Nobody waits yet for the agent to be ready. */
export async function createAskingStage({ dir, bin, env: more, token = TOKEN }: AskingStageOptions) {
  // a copy, since another test run may build anew at any time
  for (const part of ['agent', 'playground', 'package.json'])
    cpSync(join(BUILT, part), join(dir, part), { recursive: true })
  const { state, engine, output, frames, growth } = createEngineRoom()
  const opened = { state, engine, output, frames, growth, clock: createClock({ unref: true }), settings: SETTINGS }
  const told = { config: { agentToken: TOKEN } }
  const { hub, calls } = openAgents(opened as unknown as Opened, told as unknown as Told, SILENT_LOG)
  const server = createServer()
  server.on('upgrade', hub.upgrade)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const env = {
    ...{ PATH: process.env['PATH'] ?? '', HOME: dir, LC_ALL: 'C.UTF-8', LOG_LEVEL: 'debug' },
    ...{ GANDER_PLAYGROUND_DIR: join(dir, 'world'), GANDER_PLAYGROUND_SPEED: '0', ...more },
    ...{ GANDER_DAEMON_URL: `http://127.0.0.1:${port}`, GANDER_AGENT_TOKEN: token, GANDER_AGENT_NAME: 'a1' },
    ...{ GANDER_AGENT_DIR: join(dir, 'agent-data'), GOOSEFS_BIN: bin ?? join(dir, 'playground/goosefs') },
  }
  const agent = createProgram({ file: join(dir, 'agent/main.js'), logFile: join(dir, 'agent.log'), env })
  agent.start()
  return {
    ...createCatalogOperations({ state, engine, settings: SETTINGS, calls }),
    ...{ dir, agent, state, env },
    /** The agent is connected and knows its CLI. */
    ready: () =>
      until(
        'the agent to be ready',
        () =>
          [...state.agents.find('ready', 'default')].some(row => row.description.capabilities.version !== undefined),
        60_000,
      ),
    away: () => until('the agent to be gone', () => state.agents.countOf('ready', 'default') === 0),
    async close() {
      await agent.end('SIGTERM')
      await hub.close()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
