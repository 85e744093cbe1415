// the whole product with a DingTalk beside it: people of three roles, groups, a custom robot, perhaps cards
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../agent/until.ts'
import {
  CARD_TEMPLATE,
  createLocalDingTalk,
  type Line,
  type LocalDingTalk,
  type LocalOptions,
  type MessageOptions,
  type Push,
  type RobotSettings,
} from './dingtalk/local.ts'
import { createStack, type Stack, type StackOptions } from './stack.ts'

export type Person = { readonly staffId: string; readonly nick: string }
export const ZHANG: Person = { staffId: '0147', nick: '张三' }
export const LI: Person = { staffId: '0258', nick: '李四' }
export const LOOKER: Person = { staffId: '0369', nick: '王五' }
export const BOSS: Person = { staffId: '9001', nick: '老板' }
/** Known to the platform, not to the file. */
export const STRANGER: Person = { staffId: '7777', nick: '张三' }

const USERS = [
  [ZHANG, 'zhang', 'operator'],
  [LI, 'li', 'operator'],
  [LOOKER, 'looker', 'viewer'],
  [BOSS, 'boss', 'admin'],
] as const

export const CLIENT_SECRET = 'client-secret-that-nobody-may-read-Kx9'
export const ALERT_TOKEN = 'alerttokenthatnobodymayread4711'
export const ALERT_SECRET = 'SECalert-secret-that-nobody-may-read'

export type ChatStackOptions = {
  readonly local?: Partial<LocalOptions>
  /** Of the custom robot; false: there is none. Signed and with keywords unless told otherwise. */
  readonly robot?: RobotSettings | false
  /** With a card template. */
  readonly cards?: boolean
  /** More of gander.yaml. */
  readonly yaml?: string
  readonly env?: Record<string, string>
  readonly stack?: Omit<StackOptions, 'daemonEnv'>
}
export type ChatStack = Awaited<ReturnType<typeof createChatStack>>
export type Room = ReturnType<typeof createChatRoom>

/** Starts everything; the daemon is connected when this resolves, unless `stack.start` is false. */
export async function createChatStack(options: ChatStackOptions = {}) {
  // a machine that is busy with other tests is no daemon that answers late: that is seen where the clock is the test's
  const local = await createLocalDingTalk({ clientSecret: CLIENT_SECRET, cardDeadlineMs: 20_000, ...options.local })
  const dir = mkdtempSync(join(tmpdir(), 'gander-chat-'))
  const config = join(dir, 'gander.yaml')
  writeFileSync(config, toYaml(options.yaml))
  const settings = options.robot === false ? undefined : { secret: ALERT_SECRET, keywords: ['通知', '告警'] }
  if (settings !== undefined) local.addRobot(ALERT_TOKEN, options.robot || settings)
  const end = async (): Promise<void> => {
    await local.close()
    rmSync(dir, { recursive: true, force: true })
  }
  const stack = await createStack({
    ...options.stack,
    daemonEnv: {
      ...{ GANDER_CONFIG: config, LOG_LEVEL: 'debug', GANDER_TZ: 'Asia/Shanghai' },
      ...{ DINGTALK_CLIENT_ID: local.options.clientId, DINGTALK_CLIENT_SECRET: CLIENT_SECRET },
      ...{ DINGTALK_API_BASE: local.base, DINGTALK_OAPI_BASE: local.base },
      ...(settings !== undefined && {
        ...{ GOOSEFS_DINGTALK_ALERT_TOKEN: ALERT_TOKEN, GOOSEFS_DINGTALK_ALERT_SECRET: ALERT_SECRET },
      }),
      ...(options.cards === true && { DINGTALK_CARD_TEMPLATE_ID: CARD_TEMPLATE }),
      ...options.env,
    },
  }).catch(async (thrown: unknown) => {
    await end()
    throw thrown
  })
  if (options.stack?.start !== false) await local.connected()
  const metric = (name: string): Promise<number> => readMetric(stack, name)
  return {
    ...{ stack, local, metric },
    room: (id: string, more: Partial<MessageOptions> = {}) => createChatRoom(local, id, more),
    /** The daemon anew, after SIGTERM or a kill; connected when this resolves. */
    async restart(signal: NodeJS.Signals = 'SIGTERM', more: Record<string, string> = {}): Promise<void> {
      const before = local.allConnections().length
      await stack.daemon.end(signal)
      stack.daemon.start(more)
      await stack.daemonReady()
      await until('the connection', () => local.allConnections().length > before && local.connections().length > 0)
    },
    /** Nothing waits to be told any more. */
    drained: () =>
      until(
        'the end of all that waits to be told',
        async () =>
          (await metric('gander_chat_notices_waiting')) === 0 && (await metric('gander_chat_letters_waiting')) === 0,
      ),
    leaksIn: (text: string) => findLeaks(local, text),
    /** Ends everything; throws when a secret is in a log, or when the daemon acked what it should not have. */
    async close(): Promise<void> {
      for (const program of [stack.daemon, ...stack.agents]) await program.end('SIGTERM')
      const logs = [stack.daemon, ...stack.agents].map(program => program.log())
      const wrong = [
        ...logs.flatMap(log => findLeaks(local, log)),
        ...logs.flatMap(log => /.*(?:uncaught|unhandled|Warning:).*/i.exec(log) ?? []),
        ...local.wrongConnection.map(one => `acked on the wrong connection: ${one.messageId}`),
        ...local.badFrames.map(frame => `not JSON: ${frame}`),
      ]
      await stack.close().finally(end)
      if (wrong.length > 0) throw new Error(wrong.join('\n'))
    },
  }
}

function toYaml(more = ''): string {
  const users = USERS.map(
    ([{ staffId }, name, role]) => `  - { name: ${name}, role: ${role}, staffIds: ["${staffId}"] }`,
  )
  // one that no agent serves, so that what is loaded there waits
  const clusters = ['default', 'nowhere'].map(name => `  - { name: ${name}, type: cli }`)
  return ['users:', ...users, 'clusters:', ...clusters, 'defaultCluster: default', more, ''].join('\n')
}

/** A conversation: what is said there, and what comes back, in order. */
function createChatRoom(local: LocalDingTalk, id: string, more: Partial<MessageOptions>) {
  let heard = 0
  // a machine that is busy looks for longer than a second, and says so
  const lines = (): readonly Line[] => local.view(id).filter(({ title }) => title !== '正在查看')
  const say = (text: string, by: Person = ZHANG, how: Partial<MessageOptions> = {}): Push =>
    local.postMessage(text, { conversationId: id, ...by, ...more, ...how })
  /** The next line that was not heard yet. */
  async function hear(what = 'an answer'): Promise<Line> {
    const line = await until(`${what} in ${id}`, () => lines()[heard], 25_000)
    heard += 1
    return line
  }
  return {
    ...{ id, say, hear },
    /** What was said back and not heard yet. */
    unheard: (): readonly Line[] => lines().slice(heard),
    async ask(text: string, by: Person = ZHANG, how: Partial<MessageOptions> = {}): Promise<string> {
      say(text, by, how)
      return (await hear(`an answer to ${text}`)).text
    },
  }
}

/** The value of a sample without labels, or with exactly these; throws when there is none. */
async function readMetric(stack: Stack, name: string): Promise<number> {
  const { text } = await stack.api('GET', '/metrics')
  const line = text.split('\n').find(one => one.startsWith(`${name} `))
  if (line === undefined) throw new Error(`no metric ${name}`)
  return Number(line.slice(name.length + 1))
}

/** Secrets of this DingTalk, and whatever looks like one, as far as they stand in a text. */
function findLeaks(local: LocalDingTalk, text: string): string[] {
  const calls = local.calls(() => true)
  const handedOut = calls.flatMap(({ answer, query }) => {
    const told = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {}
    return [told['accessToken'], told['ticket'], query['ticket'], query['session'], query['sign']]
  })
  const values = [CLIENT_SECRET, ALERT_TOKEN, ALERT_SECRET, ...handedOut].filter(
    (value): value is string => typeof value === 'string' && value !== '',
  )
  const encoded = values.map(value => encodeURIComponent(value))
  const marks = ['session=', 'ticket=', 'access_token', 'sign=']
  return [...new Set([...values, ...encoded, ...marks])]
    .filter(secret => text.includes(secret))
    .map(secret => {
      const line = text.split('\n').find(one => one.includes(secret)) ?? ''
      return `a secret is told: ${line.slice(0, 500)}`
    })
}
