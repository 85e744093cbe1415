// a button of a card pressed: the same commands without a question, with the permission asked for anew
import { type Place, readPlace } from '../../shared/chat.ts'
import { said } from '../../shared/errors.ts'
import type { Statement } from '../../shared/statement.ts'
import { type By, createCarrying } from './carrying.ts'
import { findRow } from './commands.ts'
import type { ConversationDeps } from './conversation.ts'
import { Mistake } from './mistake.ts'
import { isListed, toActor, toSpeaker, toStrangerText, toUnlistedText } from './people.ts'
import { toFailure } from './refusals.ts'

export type Click = {
  readonly action: string
  /** A job's number or UUID. */
  readonly jobId: string
  readonly staffId: string
  readonly nick: string
  readonly place: Place
}

export type Clicked = {
  /** Markdown. */
  readonly text: string
  readonly done: boolean
}

const WORDS: ReadonlyMap<string, string> = new Map([
  ['cancel', '停止'],
  ['retry', '重试'],
])

/** Makes the verb that carries a click out. It never rejects, and takes as long as the operation. */
export function createClicks({ room, groups }: Omit<ConversationDeps, 'random'>): (click: Click) => Promise<Clicked> {
  const carrying = createCarrying(room)
  const carryOut = async (click: Click): Promise<string> => {
    const { action, jobId, staffId, nick } = click
    const { id } = readPlace(click.place)
    const conversation = { id, kind: room.desk.conversation(id)?.kind ?? ('group' as const) }
    if (!isListed(groups, conversation)) throw new Mistake('FORBIDDEN', toUnlistedText(id))
    const speaker = toSpeaker(room, { staffId, nick })
    if (speaker.user === undefined) throw new Mistake('FORBIDDEN', toStrangerText(speaker))
    const word = WORDS.get(action)
    if (word === undefined) throw new Mistake('INVALID_INPUT', `没有按钮 ${said(action)}`)
    const { number } = await room.operations.getJob(toActor(speaker), jobId)
    const found = findRow(toStatement(word, String(number)))
    if (found === undefined) throw new Error(`the table has no ${word}`)
    const turn = { order: 0, aside: () => {}, signal: new AbortController().signal }
    // no message is known under this key: a click may be repeated, and what it asks for is then refused or already so
    const message = { key: `click ${action} ${jobId}`, text: undefined, staffId, nick, conversation }
    const by: By = { message, speaker, turn }
    return (await carrying.carryOut(found, by)).text
  }
  return async click => {
    try {
      return { text: await carryOut(click), done: true }
    } catch (thrown) {
      return { text: toFailure(room, thrown, `click ${click.action}`).text, done: false }
    }
  }
}

function toStatement(word: string, number: string): Statement {
  return { word, words: [number], paths: [], options: {}, line: `${word} ${number}` }
}
