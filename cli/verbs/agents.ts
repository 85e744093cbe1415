// agents: who stands beside the clusters, and taking one out of service
import { AgentRow, askFor, pages } from '../answers.ts'
import { EXIT, usage } from '../failure.ts'
import { toTable } from '../table.ts'
import type { Context, Verb } from '../verb.ts'
import { toPrintable } from '../words.ts'

const drain: Verb = {
  name: 'drain',
  takes: '<agent>',
  summary: 'give an agent nothing new; what runs there goes on',
  options: [],
  examples: [['gander agents drain node-1', 'before maintenance, by name or id']],
  run: context => setDraining(context, 'drain'),
}

const resume: Verb = {
  name: 'resume',
  takes: '<agent>',
  summary: 'use a drained agent again',
  options: [],
  examples: [['gander agents resume node-1', 'after maintenance']],
  run: context => setDraining(context, 'resume'),
}

export const agents: Verb = {
  name: 'agents',
  takes: '',
  summary: 'list agents: where they stand, what they do, what is wrong',
  options: ['cluster'],
  examples: [['gander agents', 'all of them']],
  subs: [drain, resume],
  run: async context => {
    const { screen, options } = context
    const rows: AgentRow[] = []
    for await (const agent of pages(context.api, AgentRow, '/api/v1/agents')) {
      if (options.cluster === undefined || agent.cluster === options.cluster) rows.push(agent)
    }
    if (options.json) for (const agent of rows) await screen.json(agent)
    else if (rows.length === 0) screen.news('No agent is connected: start one with `node dist/agent/main.js`.')
    else for (const line of toTable([HEAD, ...rows.map(agent => toCells(agent, context))])) await screen.line(line)
    return EXIT.cached
  },
}

const HEAD = ['AGENT', 'STATUS', 'CLUSTER', 'AT WORK', 'CLI', 'HOST', 'ID']
const STYLES: Readonly<Record<string, 'good' | 'bad' | 'warn'>> = { ready: 'good', draining: 'warn', down: 'bad' }

function toCells(agent: AgentRow, { screen }: Context): string[] {
  const work = agent.capacity === undefined ? '' : `${agent.running ?? 0}/${agent.capacity.work}`
  const status = screen.paint(STYLES[agent.status] ?? 'dim', agent.status)
  return [toPrintable(agent.name), status, agent.cluster, work, toCli(agent), toPrintable(agent.host ?? ''), agent.id]
}

function toCli({ capabilities }: AgentRow): string {
  if (capabilities === undefined) return ''
  if (capabilities.problem !== undefined) return toPrintable(capabilities.problem)
  const name = `${capabilities.brand ?? capabilities.bin ?? ''} ${capabilities.version ?? ''}`.trim()
  return capabilities.simulated ? `${name} (simulated)` : name
}

async function setDraining(context: Context, verb: 'drain' | 'resume'): Promise<number> {
  const { api, screen, options } = context
  const agent = await findAgent(context, context.words[0] ?? '')
  const call = ['POST', `/api/v1/agents/${encodeURIComponent(agent.id)}/${verb}`, { repeatable: true }] as const
  const now = await askFor(api, AgentRow, call)
  if (options.json) await screen.json(now)
  else await screen.line(`agent ${toPrintable(now.name)} is ${now.status}`)
  return EXIT.cached
}

async function findAgent({ api }: Context, ref: string): Promise<AgentRow> {
  const found: AgentRow[] = []
  for await (const agent of pages(api, AgentRow, '/api/v1/agents')) {
    if (agent.id === ref) return agent
    if (agent.name === ref) found.push(agent)
  }
  const [only, another] = found
  if (only === undefined) throw usage(`There is no agent ${JSON.stringify(ref)}; \`gander agents\` lists them.`)
  if (another !== undefined) throw usage(`There are several agents ${JSON.stringify(ref)}: name one by its id.`)
  return only
}
