// 代理: who stands beside the clusters, and the connection to the chat
import { toCount, toDuration, toInstantText } from '../../../shared/chat-figures.ts'
import {
  type Entry,
  escapeMarkdown,
  toBlocks,
  toBold,
  toHeading,
  toList,
  toPair,
} from '../../../shared/chat-markdown.ts'
import { toQuoted } from '../../../shared/chat-words.ts'
import { toMs } from '../../../shared/time.ts'
import { CLUSTER } from '../../../shared/work-words.ts'
import type { AgentView } from '../../engine/operations/port.ts'
import type { ChatRoom, Command, Talk } from '../command.ts'
import { toLooker } from '../looking.ts'
import { readNothing, toArgs } from '../read-args.ts'
import { AGENT_WORDS } from '../state-words.ts'

type AgentsArgs = { readonly cluster: string | undefined }

const MOST_SHOWN = 20
const WORST_FIRST: readonly AgentView['status'][] = ['down', 'draining', 'ready']

const args = toArgs<AgentsArgs>([CLUSTER], (statement, options) => {
  return readNothing(statement) ?? { cluster: options.get(CLUSTER) }
})

export const agents: Command<AgentsArgs> = {
  words: ['代理', 'agents'],
  summary: {
    zh: '代理的集群、版本、负载和心跳，以及钉钉连接',
    en: 'agents: cluster, version, load, last heartbeat; and the chat connection',
  },
  usage: ['代理 [集群=c]'],
  examples: ['代理', 'agents'],
  effect: 'read',
  args,
  run: async talk => ({ title: '代理', text: await tellAgents(talk) }),
}

async function tellAgents({ room, actor, args }: Talk<AgentsArgs>): Promise<string> {
  const { items } = await room.operations.listAgents(toLooker(actor))
  const meant = items
    .filter(({ cluster }) => args.cluster === undefined || cluster === args.cluster)
    .toSorted((a, b) => WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status))
  const rest = meant.length - MOST_SHOWN
  const entries = meant.slice(0, MOST_SHOWN).map(agent => toAgentEntry(room, agent))
  const list = toList([...entries, ...(rest > 0 ? [`其余 ${toCount(rest, '个代理')}未列出`] : [])])
  const none = args.cluster === undefined ? '还没有代理连接过' : `集群 ${escapeMarkdown(args.cluster)} 没有代理`
  const connection = room.connection?.()
  return toBlocks([
    toHeading('代理'),
    meant.length === 0 ? none : list,
    connection === undefined ? undefined : toPair('钉钉连接', escapeMarkdown(connection)),
  ])
}

function toAgentEntry({ clock, tz }: ChatRoom, agent: AgentView): Entry {
  const { name, cluster, status, running, capacity, capabilities, version } = agent
  const silent = agent.silentSince ?? (status === 'down' ? agent.since : undefined)
  const heard =
    silent === undefined
      ? `心跳正常，已连接 ${toDuration(clock.now() - toMs(agent.since))}`
      : `最后心跳 ${toInstantText(silent, tz)}，${toDuration(clock.now() - toMs(silent))}前`
  const brand = `${capabilities.brand ?? capabilities.bin} ${capabilities.version ?? ''}`.trim()
  const cli = `${escapeMarkdown(brand)}${capabilities.simulated ? '（模拟）' : ''}`
  const text = `${toBold(escapeMarkdown(name))}（集群 ${escapeMarkdown(cluster)}）：${AGENT_WORDS[status]}，运行 ${running}/${capacity.work}，${heard}`
  const problem = capabilities.problem === undefined ? [] : [`问题：${toQuoted(capabilities.problem)}`]
  return { text, below: [`代理 ${escapeMarkdown(version)}，${cli}`, ...problem] }
}
