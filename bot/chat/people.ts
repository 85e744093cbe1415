// who speaks: known by staffId alone, what they may do, and what those are told who may not
import type { Asker, ChatAsk } from '../../shared/chat.ts'
import { copied, typed, withoutCopyMarks } from '../../shared/chat-markdown.ts'
import { ROLE_WORDS } from '../../shared/chat-words.ts'
import type { Actor, Role } from '../../shared/job.ts'
import type { ChatRoom, Effect, Speaker } from './command.ts'

const MAY: Readonly<Record<Exclude<Effect, 'open'>, readonly Role[]>> = {
  read: ['viewer', 'operator', 'admin'],
  write: ['operator', 'admin'],
  destroy: ['operator', 'admin'],
}

type Person = { readonly staffId: string; readonly nick: string }

/** A nickname proves nothing, and people from outside have no staffId. */
export function toSpeaker({ userOf }: Pick<ChatRoom, 'userOf'>, { staffId, nick }: Person): Speaker {
  const user = staffId === '' ? undefined : userOf(staffId)
  return { staffId, nick, ...(user !== undefined && { user }) }
}

/** How somebody is called who pressed a button: as when they asked for the job, else by their user's name. */
export function toNick(
  staffId: string,
  askers: readonly Pick<Asker, 'staffId' | 'nick'>[],
  { userOf }: Pick<ChatRoom, 'userOf'>,
): string {
  const known = staffId === '' ? undefined : askers.findLast(asker => asker.staffId === staffId && asker.nick !== '')
  return known?.nick ?? userOf(staffId)?.name ?? staffId
}

/** `chat` only where something is changed: what only looks may be looked at twice. */
export function toActor({ user }: Speaker, chat?: ChatAsk): Actor {
  return { name: user?.name ?? '', role: user?.role ?? 'viewer', via: 'chat', ...(chat !== undefined && { chat }) }
}

export function may({ user }: Speaker, effect: Effect): boolean {
  return effect === 'open' || (user !== undefined && MAY[effect].includes(user.role))
}

/** Why a known person may not; plain text. */
export function toDenial({ user }: Speaker, effect: Exclude<Effect, 'open'>): string {
  const roles = MAY[effect].map(role => ROLE_WORDS[role])
  return `这个命令需要${roles.join('或')}角色，你的角色是${user === undefined ? '无' : ROLE_WORDS[user.role]}`
}

/** What an unknown person is told, for an admin to do; plain text. */
export function toStrangerText({ staffId }: Person): string {
  if (staffId === '')
    return '我不认识你，而且收不到你的 staffId（你不是本企业成员，或应用还没有发布），所以无法授权。现在只能用“我是谁”和“帮助”'
  return `我不认识你，现在只能用“我是谁”和“帮助”。请管理员在 gander.yaml 的 users 里加一行（名字和角色自定）：${toUserLine(staffId)}`
}

function toUserLine(staffId: string): string {
  const line = `- { name: 名字, role: operator, staffIds: [${JSON.stringify(staffId)}] }`
  return typed(staffId) === copied(staffId) ? copied(line) : withoutCopyMarks(line)
}

/** Groups may be limited by name; direct chats are always heard. */
export function isListed(
  groups: readonly string[] | undefined,
  conversation: { readonly id: string; readonly kind: 'group' | 'direct' },
): boolean {
  return conversation.kind === 'direct' || groups === undefined || groups.includes(conversation.id)
}

/** Plain text. */
export function toUnlistedText(conversationId: string): string {
  return `这个群还没有开通。请管理员在 gander.yaml 的 chat.groups 里加上：${typed(JSON.stringify(conversationId))}`
}
