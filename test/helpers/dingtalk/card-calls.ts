// the calls on cards, their checks in order
import { randomUUID } from 'node:crypto'
import { type Cards, paramsOf } from './cards.ts'
import type { Answer, Card, Json } from './shapes.ts'
import type { Web } from './web.ts'
import { isJson, jsonOf, ok, refuse, textOf, type World } from './world.ts'

const SPACE = /^dtv1\.card\/\/(IM_GROUP|IM_ROBOT)\.(.+)$/
type Check = () => readonly [code: string, message?: string] | undefined | false

/** The first check that finds something, as an answer. */
function firstOf(checks: readonly Check[]): Answer | undefined {
  for (const check of checks) {
    const found = check()
    if (found) return refuse(400, `param.${found[0]}`, found[1] ?? found[0])
  }
  return undefined
}

export function createCardCalls(world: World, web: Web, cards: Cards): void {
  const { options } = world

  const checkTemplate = (body: Json): Check[] => {
    const id = textOf(body['cardTemplateId'])
    const outTrackId = textOf(body['outTrackId'])
    return [
      () => id === '' && ['cardTemplateIdEmpty', 'card template id is empty'],
      () => !cards.templates.has(id) && ['templateNotExist', 'card template is not exist'],
      () => !cards.templates.get(id)?.published && ['templateUnpublished', 'card template is unpublished'],
      () => outTrackId === '' && ['outTrackIdEmpty', 'outTrackId is empty'],
      () => cards.get(outTrackId) !== undefined && ['cardAlreadyExist', 'card already exist'],
    ]
  }
  const checkSpace = (body: Json): Check[] => {
    const space = textOf(body['openSpaceId'])
    const model = SPACE.exec(space)?.[1] === 'IM_GROUP' ? 'imGroupOpenDeliverModel' : 'imRobotOpenDeliverModel'
    return [
      () => space === '' && ['openSpaceIdEmpty', 'openSpaceId is empty'],
      () => !SPACE.test(space) && ['openSpaceIdInvalid', 'openSpaceId is invalid'],
      () => !isJson(body[model]) && ['openDeliverModelEmpty', `${model} is empty`],
    ]
  }
  const checkParams = (...datas: readonly unknown[]): Check[] => [
    () => options.strictParams && datas.some(hasStrange) && ['invalid', 'cardParamMap holds a value that is no string'],
    () =>
      datas.some(data => Object.values(paramsOf(data)).some(world.isUnsafe)) && ['contentUnsafe', 'content is unsafe'],
  ]

  /** Delivered, or not: both are HTTP 200. */
  function deliver(card: Card, body: Json): Json {
    const [, spaceType = '', spaceId = ''] = SPACE.exec(textOf(body['openSpaceId'])) ?? []
    const isGroup = spaceType === 'IM_GROUP'
    const model = jsonOf(body[isGroup ? 'imGroupOpenDeliverModel' : 'imRobotOpenDeliverModel'])
    const isKnown = isGroup ? world.groups.has(spaceId) : world.users.has(spaceId)
    const standing = { spaceType, spaceId }
    const why = world.state.undelivered.shift()
    if (why !== undefined) return { ...standing, success: false, errorMsg: why }
    if (!isKnown)
      return { ...standing, success: false, errorMsg: isGroup ? 'conversation not exist' : 'user not exist' }
    const isRobotWrong = isGroup ? model['robotCode'] !== options.robotCode : model['spaceType'] !== 'IM_ROBOT'
    if (isRobotWrong)
      return { ...standing, success: false, errorMsg: isGroup ? 'robot not exist' : 'spaceType is invalid' }
    cards.deliver(card, { conversationId: isGroup ? spaceId : world.directOf(spaceId), spaceId }, body)
    return { ...standing, success: true, carrierId: randomUUID(), errorMsg: '' }
  }

  web.route('POST /v1.0/card/instances/createAndDeliver', ({ json }) => {
    const body = jsonOf(json)
    const privately = Object.values(jsonOf(body['privateData']))
    const checks = [...checkTemplate(body), ...checkSpace(body), ...checkParams(body['cardData'], ...privately)]
    const refused = firstOf(checks)
    if (refused !== undefined) return refused
    const card = cards.create(body)
    return ok({ success: true, result: { outTrackId: card.outTrackId, deliverResults: [deliver(card, body)] } })
  })
  web.route('POST /v1.0/card/instances', ({ json }) => {
    const body = jsonOf(json)
    const refused = firstOf([...checkTemplate(body), ...checkParams(body['cardData'])])
    return refused ?? ok({ success: true, result: cards.create(body).outTrackId })
  })
  web.route('POST /v1.0/card/instances/deliver', ({ json }) => {
    const body = jsonOf(json)
    const card = cards.get(textOf(body['outTrackId']))
    const refused = firstOf([...checkKnown(body, card), ...checkSpace(body)])
    if (refused !== undefined || card === undefined) return refused ?? refuse(500, 'system.busy')
    return ok({ success: true, result: [deliver(card, body)] })
  })

  const checkKnown = (body: Json, card: Card | undefined): Check[] => [
    () => textOf(body['outTrackId']) === '' && ['outTrackIdEmpty', 'outTrackId is empty'],
    () => card === undefined && ['cardNotExist', 'card is not exist'],
  ]

  web.route('PUT /v1.0/card/instances', ({ json }) => {
    const body = jsonOf(json)
    const card = cards.get(textOf(body['outTrackId']))
    const both = [body['cardData'], body['privateData']]
    const refused = firstOf([
      ...checkKnown(body, card),
      () =>
        both.every(data => !isJson(data)) && [
          'cardDataAndPrivateDataBothEmpty',
          'cardData and privateData are both empty',
        ],
      ...checkParams(body['cardData'], ...Object.values(jsonOf(body['privateData']))),
    ])
    if (refused !== undefined || card === undefined) return refused ?? refuse(500, 'system.busy')
    cards.update(card, body)
    return ok({ success: true, result: true })
  })

  web.route('PUT /v1.0/card/streaming', ({ json }) => {
    const body = jsonOf(json)
    const card = cards.get(textOf(body['outTrackId']))
    const [guid, key, content] = [textOf(body['guid']), textOf(body['key']), textOf(body['content'])]
    const isMarkdown = cards.templates.get(card?.templateId ?? '')?.markdown?.includes(key) ?? false
    const refused = firstOf([
      () => card === undefined && ['stream.outTrackId', 'card is not exist'],
      () => guid === '' && ['stream.guidEmpty', 'guid is empty'],
      () => key === '' && ['stream.keyEmpty', 'key is empty'],
      () => content === '' && ['stream.contentEmpty', 'content is empty'],
      () => isMarkdown && body['isFull'] !== true && ['stream.isFull', 'isFull must be true for markdown'],
      () => Buffer.byteLength(content) > options.streamLimit && ['stream.content', 'content is too large'],
    ])
    if (refused !== undefined || card === undefined) return refused ?? refuse(500, 'system.busy')
    if (card.guids.has(guid)) return ok({ success: true, result: true })
    if (['完成', '失败'].includes(card.streamState) && options.afterFinalize !== 'applied') {
      if (options.afterFinalize === 'refused') return refuse(400, 'param.stream.finalized', 'card is finalized')
      return ok({ success: true, result: true })
    }
    card.guids.add(guid)
    const state = body['isError'] === true ? '失败' : body['isFinalize'] === true ? '完成' : '输入中'
    cards.stream(card, { key, content, isFull: body['isFull'] === true, state })
    return ok({ success: true, result: true })
  })
}

function hasStrange(data: unknown): boolean {
  return Object.values(jsonOf(jsonOf(data)['cardParamMap'])).some(value => typeof value !== 'string')
}
