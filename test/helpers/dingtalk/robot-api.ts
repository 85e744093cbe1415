// the robot API: into groups, to people, recalling, files
import { randomUUID } from 'node:crypto'
import type { Answer, Json } from './shapes.ts'
import type { Wall } from './wall.ts'
import type { Web } from './web.ts'
import { isJson, jsonOf, listOf, ok, parseJson, refuse, textOf, type World } from './world.ts'

const MOST_BYTES = 15_000
const MOST_PEOPLE = 20
/** What a message of each kind cannot be without. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  sampleText: ['content'],
  sampleMarkdown: ['title', 'text'],
  sampleLink: ['title', 'text', 'messageUrl'],
  sampleActionCard: ['title', 'text'],
  ...Object.fromEntries([2, 3, 4, 5, 6].map(n => [`sampleActionCard${n}`, ['title', 'text']])),
  sampleImageMsg: ['photoURL'],
  sampleAudio: ['mediaId'],
  sampleVideo: ['videoMediaId'],
  sampleFile: ['mediaId', 'fileName', 'fileType'],
}

export function createRobotApi(world: World, web: Web, wall: Wall): void {
  const { options, groups, users, throttled } = world

  function checkRobot({ robotCode }: Json): Answer | undefined {
    if (!textOf(robotCode)) return refuse(400, 'invalidParameter.robotCode.empty', 'robotCode不能为空')
    if (robotCode === options.robotCode) return undefined
    return refuse(400, 'invalidParameter.robotCode.auth', 'robotCode与access_token不匹配')
  }
  function checkMessage({ msgKey, msgParam }: Json): Answer | undefined {
    const needed = KEYS[textOf(msgKey)]
    if (needed === undefined) return refuse(400, 'invalidParameter.msgKey.invalid', 'msgKey无效')
    const param = typeof msgParam === 'string' ? parseJson(msgParam) : undefined
    if (!isJson(param)) return refuse(400, 'invalidParameter.msgParam.invalid', 'msgParam无效')
    if (needed.some(name => !textOf(param[name])))
      return refuse(400, 'invalidParameter.msgParam.invalid', 'msgParam无效')
    if (Buffer.byteLength(textOf(msgParam)) > MOST_BYTES)
      return refuse(400, 'invalidParameter.msgParam.tooLong', 'msgParam过长')
    if (world.isUnsafe(textOf(msgParam))) return refuse(400, 'contain.notAllowed.text', '消息包含不合适的文本')
    return undefined
  }
  /** Nobody can be @-ed this way. */
  function say(conversationId: string, body: Json, key: string): void {
    const param = jsonOf(parseJson(textOf(body['msgParam'])))
    const title = textOf(param['title'])
    const text = textOf(param['content']) || textOf(param['text'])
    wall.add({ kind: 'api', conversationId, msgtype: textOf(body['msgKey']), title, text, mentions: [], body, key })
  }

  web.route('POST /v1.0/robot/groupMessages/send', ({ json }) => {
    const body = jsonOf(json)
    const group = textOf(body['openConversationId'])
    const refused = checkRobot(body)
    if (refused !== undefined) return refused
    if (group === '') return refuse(400, 'miss.openConversationId', '缺少openConversationId')
    if (!groups.has(group)) return refuse(400, 'invalid.openConversationId', '无效的openConversationId')
    const wrong = checkMessage(body)
    if (wrong !== undefined) return wrong
    const processQueryKey = randomUUID()
    say(group, body, processQueryKey)
    return ok({ processQueryKey })
  })

  web.route('POST /v1.0/robot/oToMessages/batchSend', ({ json }) => {
    const body = jsonOf(json)
    const refused = checkRobot(body)
    if (refused !== undefined) return refused
    const people = listOf(body['userIds'])
    if (people.length === 0) return refuse(400, 'invalidParameter.userIds.empty', 'userIds不能为空')
    if (people.length > MOST_PEOPLE) return refuse(400, 'invalidParameter.userIds.overMax', 'userIds超过上限')
    const wrong = checkMessage(body)
    if (wrong !== undefined) return wrong
    const processQueryKey = randomUUID()
    const invalidStaffIdList = people.filter(id => !users.has(id))
    const flowControlledStaffIdList = people.filter(id => users.has(id) && throttled.has(id))
    for (const id of people) {
      if (users.has(id) && !throttled.has(id)) say(world.directOf(id), body, processQueryKey)
    }
    return ok({ processQueryKey, invalidStaffIdList, flowControlledStaffIdList })
  })

  web.route(/^POST \/v1\.0\/robot\/(groupMessages\/recall|otoMessages\/batchRecall)$/, ({ json }) => {
    const keys = listOf(jsonOf(json)['processQueryKeys'])
    for (const key of keys) wall.recall(key)
    return ok({ successResult: keys, failedResult: {} })
  })

  web.route('POST /v1.0/robot/messageFiles/download', ({ json }) => {
    const code = textOf(jsonOf(json)['downloadCode'])
    return ok({ downloadUrl: `${world.state.base}/local/files/${encodeURIComponent(code)}` })
  })
  web.route(/^GET \/local\/files\//, () => ({ status: 200, type: 'application/octet-stream', body: 'a file' }))
}
