// the local DingTalk as a program of its own, with a page to chat on; it prints its base URL as one line of JSON
import { parseArgs } from 'node:util'
import { createLocalDingTalk } from './local.ts'
import { type Group, type Member, servePage } from './page.ts'
import { CARD_TEMPLATE } from './world.ts'

const HELP = `main.ts [--port N] [--member STAFFID:NICK:ROLE]... [--group ID:TITLE]... [--robot TOKEN[:SECRET]]
        [--client-id ID] [--client-secret SECRET] [--card-template ID]

A simulated DingTalk on 127.0.0.1: nothing of it reaches the real one. Its page is at /. The custom robot speaks in the first group.
`
const list = { type: 'string', multiple: true } as const
const one = { type: 'string' } as const

type Given = ReturnType<typeof readArguments>
function readArguments() {
  const { values } = parseArgs({
    options: {
      ...{ port: one, member: list, group: list, robot: one, help: { type: 'boolean' } },
      ...{ 'client-id': one, 'client-secret': one, 'card-template': one },
    },
  })
  return values
}

const MEMBERS = ['1001:小看:viewer', '1002:小操:operator', '1003:小管:admin']
const GROUPS = ['cidLocalGroup==:数据平台群']

function toMember(text: string): Member {
  const [staffId = '', nick = staffId, role = ''] = text.split(':')
  if (staffId === '') throw new Error(`--member ${text}: expected STAFFID:NICK:ROLE`)
  return { staffId, nick, role }
}
function toGroup(text: string): Group {
  const [id = '', ...title] = text.split(':')
  if (id === '') throw new Error(`--group ${text}: expected ID:TITLE`)
  return { id, title: title.join(':') || id }
}
function toPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`--port ${text}: expected a number from 0 to 65535`)
  return port
}

async function run(given: Given): Promise<void> {
  const members = (given.member ?? MEMBERS).map(toMember)
  const groups = (given.group ?? GROUPS).map(toGroup)
  const template = given['card-template'] ?? CARD_TEMPLATE
  const local = await createLocalDingTalk({
    ...{ port: toPort(given.port ?? '0'), groups, users: members.map(({ staffId }) => staffId) },
    ...{ pingEveryMs: 30_000, templates: { [template]: { published: true, markdown: ['detail'] } } },
    ...(given['client-id'] === undefined ? {} : { clientId: given['client-id'] }),
    ...(given['client-secret'] === undefined ? {} : { clientSecret: given['client-secret'] }),
  })
  if (given.robot !== undefined) {
    const [token = '', secret] = given.robot.split(':')
    const [group] = groups
    local.addRobot(token, { ...(secret && { secret }), ...(group && { conversationId: group.id }) })
  }
  servePage(local, { members, groups })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void local.close().then(() => process.exit(0)))
  }
  const { clientId, robotCode } = local.options
  // no secret stands here: who starts this gave it, or takes the one of the options
  process.stdout.write(
    `${JSON.stringify({ base: local.base, clientId, robotCode, cardTemplateId: template, members, groups })}\n`,
  )
}

try {
  const given = readArguments()
  if (given.help) process.stdout.write(HELP)
  else await run(given)
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${HELP}`)
  process.exitCode = 2
}
