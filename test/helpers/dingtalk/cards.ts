// the cards that exist: created, delivered, updated, streamed, shown
import type { Card, Json, Template } from './shapes.ts'
import type { Wall } from './wall.ts'
import { jsonOf, textOf, type World } from './world.ts'

export type Cards = ReturnType<typeof createCards>

export function createCards(world: World, wall: Wall) {
  const cards = new Map<string, Card>()
  const templates = new Map<string, Template>(Object.entries(world.options.templates))

  function told(card: Card): void {
    card.updatedAt.push(world.now())
    world.happenings.tell({ kind: 'updated', outTrackId: card.outTrackId, variables: { ...card.variables } })
  }

  return {
    templates,
    get: (outTrackId: string): Card | undefined => cards.get(outTrackId),
    all: (): readonly Card[] => [...cards.values()],
    create(body: Json): Card {
      const card: Card = {
        ...{ outTrackId: textOf(body['outTrackId']), templateId: textOf(body['cardTemplateId']) },
        ...{ callbackType: textOf(body['callbackType']), createdAt: world.now() },
        variables: { ...paramsOf(body['cardData']) },
        ...{ privately: new Map(), shownTo: new Map(), updatedAt: [], guids: new Set(), streamState: '' },
      }
      for (const [userId, data] of Object.entries(jsonOf(body['privateData'])))
        card.privately.set(userId, paramsOf(data))
      cards.set(card.outTrackId, card)
      return card
    },
    deliver(card: Card, to: { conversationId: string; spaceId: string }, body: Json): void {
      card.conversationId = to.conversationId
      card.spaceId = to.spaceId
      const { conversationId } = to
      const standing = { kind: 'card', conversationId, msgtype: 'card', title: '', text: '' } as const
      const at = jsonOf(jsonOf(body['imGroupOpenDeliverModel'])['atUserIds'])
      wall.add({ ...standing, mentions: Object.keys(at), body, outTrackId: card.outTrackId }, card)
    },
    /** Overwrites all variables, or those given only when asked by key. What a click showed before gives way. */
    update(card: Card, body: Json): void {
      const how = jsonOf(body['cardUpdateOptions'])
      if (body['cardData'] !== undefined) {
        const given = paramsOf(body['cardData'])
        const isByKey = how['updateCardDataByKey'] === true
        card.variables = isByKey ? { ...card.variables, ...given } : given
        for (const [userId, shown] of card.shownTo) card.shownTo.set(userId, isByKey ? without(shown, given) : {})
      }
      for (const [userId, data] of Object.entries(jsonOf(body['privateData']))) {
        const before = how['updatePrivateDataByKey'] === true ? card.privately.get(userId) : {}
        card.privately.set(userId, { ...before, ...paramsOf(data) })
      }
      told(card)
    },
    stream(card: Card, given: { key: string; content: string; isFull: boolean; state: Card['streamState'] }): void {
      const before = given.isFull ? '' : (card.variables[given.key] ?? '')
      card.variables[given.key] = before + given.content
      card.streamState = given.state
      told(card)
    },
    /** A click's answer, for the one who clicked alone. */
    show(card: Card, userId: string, response: Json): void {
      const how = jsonOf(response['cardUpdateOptions'])
      if (response['cardData'] !== undefined) {
        const before = how['updateCardDataByKey'] === true ? card.shownTo.get(userId) : hidden(card)
        card.shownTo.set(userId, { ...before, ...paramsOf(response['cardData']) })
      }
      if (response['userPrivateData'] !== undefined) {
        const before = how['updatePrivateDataByKey'] === true ? card.privately.get(userId) : {}
        card.privately.set(userId, { ...before, ...paramsOf(response['userPrivateData']) })
      }
    },
  }
}

/** An answer that does not go by key blanks what it does not name. */
function hidden(card: Card): Record<string, string> {
  return Object.fromEntries(Object.keys(card.variables).map(key => [key, '']))
}

function without(shown: Record<string, string>, given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(shown).filter(([key]) => !(key in given)))
}

export function paramsOf(data: unknown): Record<string, string> {
  const map = jsonOf(jsonOf(data)['cardParamMap'])
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}
