// a simulated DingTalk for `try`: a page on which one types as a member of a group and sees what the group would see
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './try-ground.mjs'

const MEMBERS = [
  { staffId: '1001', nick: '小看', role: 'viewer' },
  { staffId: '1002', nick: '小操', role: 'operator' },
  { staffId: '1003', nick: '小管', role: 'admin' },
]
const PORT = 8090

/** Starts it, and answers what the daemon has to be told to use it, and the address of its page. */
export async function startDingtalk(stage, { root, home }) {
  const port = await freePort(PORT)
  const page = `http://127.0.0.1:${port}`
  // made up for this time only: nobody else knows them
  const secrets = { client: randomBytes(16).toString('hex'), robot: randomBytes(16).toString('hex') }
  const log = join(home, 'dingtalk.log')
  const args = [
    ...['--port', String(port), '--client-id', 'ding-try', '--client-secret', secrets.client],
    ...['--robot', secrets.robot],
    ...MEMBERS.flatMap(({ staffId, nick, role }) => ['--member', `${staffId}:${nick}:${role}`]),
  ]
  stage.start('simulated DingTalk', [`${root}scripts/run.mjs`, 'test/helpers/dingtalk/main.ts', ...args], {
    ...{ env: process.env, log },
  })
  let told
  await stage.until('the simulated DingTalk', async () => {
    told = readFileSync(log, 'utf8')
      .split('\n')
      .find(line => line.startsWith('{'))
    return told !== undefined
  })
  const { base, clientId, cardTemplateId } = JSON.parse(told)
  const config = join(home, 'gander.yaml')
  writeFileSync(config, toYaml())
  return {
    page,
    env: {
      ...{ GANDER_CONFIG: config, DINGTALK_API_BASE: base, DINGTALK_OAPI_BASE: base },
      ...{ DINGTALK_CLIENT_ID: clientId, DINGTALK_CLIENT_SECRET: secrets.client },
      ...{ DINGTALK_CARD_TEMPLATE_ID: cardTemplateId, GOOSEFS_DINGTALK_ALERT_TOKEN: secrets.robot },
    },
  }
}

function toYaml() {
  const users = MEMBERS.map(({ staffId, role }) => `  - { name: ${role}, role: ${role}, staffIds: ["${staffId}"] }`)
  return `users:\n${users.join('\n')}\n`
}
