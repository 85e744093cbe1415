// what people see: every conversation's lines in their order, cards with their variables of now
import type { Card, Json, Line } from './shapes.ts'
import { isJson, jsonOf, listOf, textOf, type World } from './world.ts'

export type Wall = ReturnType<typeof createWall>
type Kept = Line & { card?: Card; isRecalled?: boolean }

export function createWall(world: World) {
  const kept: Kept[] = []

  /** A card shows everybody's variables, over them what is private to the viewer, over them what a click's answer said. */
  function variablesFor(card: Card, userId?: string): Record<string, string> {
    if (userId === undefined) return { ...card.variables }
    return { ...card.variables, ...card.privately.get(userId), ...card.shownTo.get(userId) }
  }

  function toLine({ card, isRecalled, ...line }: Kept, userId?: string): Line {
    const recalled = isRecalled ? { recalled: true } : {}
    if (card === undefined) return { ...line, ...recalled }
    const variables = variablesFor(card, userId)
    const { title = '', detail = '' } = variables
    return {
      ...{ ...line, ...recalled, title, text: detail, variables },
      ...{ updates: card.updatedAt.length, updatedAt: [...card.updatedAt] },
    }
  }

  return {
    variablesFor,
    add(line: Omit<Line, 'at'>, card?: Card): void {
      const one: Kept = { ...line, at: world.now(), ...(card === undefined ? {} : { card }) }
      kept.push(one)
      world.happenings.tell({ kind: 'visible', line: toLine(one) })
    },
    recall(key: string): void {
      for (const one of kept) if (one.key === key) one.isRecalled = true
    },
    /** All lines that `which` takes, as this person sees them; people's own messages too. */
    lines: (which: (line: Line) => boolean, userId?: string): readonly Line[] =>
      kept.filter(which).map(one => toLine(one, userId)),
  }
}

/** Title and text of a message of the webhooks' shapes, whatever its type. */
export function readWords(msgtype: string, body: Json): { title: string; text: string } {
  const part = jsonOf(body[msgtype])
  if (msgtype === 'feedCard') {
    const links = Array.isArray(part['links']) ? part['links'].filter(isJson) : []
    return { title: textOf(links[0]?.['title']), text: links.map(link => textOf(link['title'])).join('\n') }
  }
  return { title: textOf(part['title']), text: textOf(part['content']) || textOf(part['text']) }
}

/** Who is really @-ed: in the `at` half and in the text. Links and feeds @ nobody, an action card only by user id. */
export function readMentions(msgtype: string, body: Json, text: string): string[] {
  if (!['text', 'markdown', 'actionCard'].includes(msgtype)) return []
  const at = jsonOf(body['at'])
  const mobiles = msgtype === 'actionCard' ? [] : listOf(at['atMobiles'])
  const named = [...listOf(at['atUserIds']), ...mobiles].slice(0, 50)
  const both = named.filter(name => namesIn(text).some(one => one === name))
  return at['isAtAll'] === true || at['isAtAll'] === 'true' ? [...both, '*'] : both
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/@([\w$:+-]+)/g)].map(found => found[1] ?? '')
}
