// the page of the simulated DingTalk and its two endpoints: say and look
import { readFileSync } from 'node:fs'
import type { LocalDingTalk } from './local.ts'
import type { Answer, Call, Handler, Line } from './shapes.ts'
import { jsonOf, ok, textOf } from './world.ts'

export type Member = { readonly staffId: string; readonly nick: string; readonly role: string }
export type Group = { readonly id: string; readonly title: string }
/** The one conversation of a member that is no group. */
export const DIRECT = 'direct'
const MOST_LINES = 200
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'"

/** Puts the page on a local DingTalk that is up already. */
export function servePage(
  local: LocalDingTalk,
  people: { members: readonly Member[]; groups: readonly Group[] },
): void {
  const { members, groups } = people
  const file = (name: string, type: string): Handler => {
    const body = readFileSync(new URL(name, import.meta.url), 'utf8')
    return () => ({ status: 200, type: `${type};charset=utf-8`, body, headers: { 'content-security-policy': POLICY } })
  }
  const memberOf = (id: unknown): Member | undefined => members.find(({ staffId }) => staffId === id) ?? members[0]
  const conversationOf = (id: unknown, staffId: string): string | undefined =>
    id === DIRECT ? local.directOf(staffId) : (groups.find(group => group.id === id) ?? groups[0])?.id
  const nickOf = (staffId: string): string => members.find(member => member.staffId === staffId)?.nick ?? staffId

  function toShown(line: Line): unknown {
    const { kind, at, title, text, msgtype, from, mentions, outTrackId, variables, updates, recalled } = line
    const who = from === undefined ? (kind === 'robot' ? '自定义机器人' : '机器人') : nickOf(from)
    const called = mentions.map(one => (one === '*' ? '所有人' : nickOf(one)))
    const isMarkdown = /markdown|actionCard/i.test(msgtype)
    const more = { outTrackId, variables, updates, recalled, isMarkdown }
    return { kind, at, who, from, title, text: text === '' ? `〔${msgtype}〕` : text, mentions: called, ...more }
  }

  function look({ query }: Call): Answer {
    const member = memberOf(query['member'])
    const { staffId = '' } = member ?? {}
    const conversation = conversationOf(query['conversation'], staffId)
    const lines = conversation === undefined ? [] : local.talk(conversation, staffId).slice(-MOST_LINES)
    return ok({
      members: members.map(one => ({ id: one.staffId, label: `${one.nick}（${one.role}）` })),
      conversations: [
        ...groups.map(({ id, title }) => ({ id, label: `群：${title}` })),
        { id: DIRECT, label: '单聊：机器人' },
      ],
      connections: local.connections().length,
      lines: lines.map(toShown),
    })
  }

  async function say({ json }: Call): Promise<Answer> {
    const { text, outTrackId, params, ...standing } = jsonOf(json)
    const member = memberOf(standing['member'])
    const conversationId = conversationOf(standing['conversation'], member?.staffId ?? '')
    if (member === undefined || conversationId === undefined) return { status: 400, body: { note: '没有这个人或会话' } }
    const { staffId, nick } = member
    if (typeof outTrackId === 'string') return press(outTrackId, jsonOf(params), staffId)
    if (textOf(text).trim() === '') return { status: 400, body: { note: '没有写什么' } }
    const conversationType = standing['conversation'] === DIRECT ? '1' : '2'
    const push = local.postMessage(textOf(text), { conversationId, conversationType, staffId, nick })
    return ok(push.dropped ? { note: '机器人没有连接，这条消息丢了' } : {})
  }
  async function press(outTrackId: string, params: Record<string, unknown>, staffId: string): Promise<Answer> {
    if (local.card(outTrackId) === undefined) return { status: 404, body: { note: '没有这张卡片' } }
    const { answered, dropped } = await local.click(outTrackId, params, staffId)
    if (answered) return ok({})
    return ok({ note: dropped ? '机器人没有连接，按钮没有反应' : '机器人没有在 2 秒内回应' })
  }

  local.route('GET /', guarded(file('page.html', 'text/html')))
  local.route('GET /local/page.js', guarded(file('page-script.js', 'text/javascript')))
  local.route('GET /local/look', guarded(look))
  local.route('POST /local/say', guarded(say))
}

/** Other pages of the same browser must not speak here: names that only point at this machine, JSON that a form cannot send. */
function guarded(handler: Handler): Handler {
  return call => {
    const isHere = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(call.headers.host ?? '')
    const isJson = call.method === 'GET' || call.headers['content-type']?.startsWith('application/json')
    return isHere && isJson ? handler(call) : { status: 403, body: { note: 'not from here' } }
  }
}
