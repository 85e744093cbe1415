// the local DingTalk as a program: one line on stdout, a page on the loopback, what is typed there reaches the bot
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it } from 'vitest'
import { CARD_TEMPLATE, createLocalDingTalk, GROUP, type LocalDingTalk } from '../helpers/dingtalk/local.ts'
import { servePage } from '../helpers/dingtalk/page.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const members = [
  { staffId: '1001', nick: '小看', role: 'viewer' },
  { staffId: '1002', nick: '小操', role: 'operator' },
]
const groups = [{ id: GROUP, title: '数据平台群' }]
let child: ChildProcess | undefined
let local: LocalDingTalk | undefined

afterEach(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  child = undefined
  await local?.close()
  local = undefined
})

function run(args: readonly string[]): ChildProcess {
  child = spawn(process.execPath, ['--import', 'tsx', 'test/helpers/dingtalk/main.ts', ...args], { cwd: root })
  return child
}

describe('the program', () => {
  it('prints where it is and whom it plays, without a secret, and ends when asked', async () => {
    const secrets = { client: 'client-secret-1', robot: 'SECrobot-1' }
    const given = ['--client-id', 'dingtry', '--client-secret', secrets.client, '--robot', `tok:${secrets.robot}`]
    const program = run([...given, '--member', '7:阿七:admin', '--group', 'cidA==:甲群'])
    const lines = createInterface({ input: program.stdout as NodeJS.ReadableStream })
    const [line] = (await once(lines, 'line')) as [string]
    const { base, ...rest } = JSON.parse(line)
    expect(base).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(rest).toEqual({
      ...{ clientId: 'dingtry', robotCode: 'dingtry', cardTemplateId: CARD_TEMPLATE },
      ...{ members: [{ staffId: '7', nick: '阿七', role: 'admin' }], groups: [{ id: 'cidA==', title: '甲群' }] },
    })
    for (const secret of Object.values(secrets)) expect(line).not.toContain(secret)
    const page = await (await fetch(base)).text()
    expect(page).toContain('这是模拟的钉钉')
    const pair = { appKey: 'dingtry', appSecret: secrets.client }
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(pair) }
    expect((await fetch(`${base}/v1.0/oauth2/accessToken`, init)).status).toBe(200)
    program.kill('SIGTERM')
    expect((await once(program, 'exit'))[0]).toBe(0)
  })

  it('says what is wrong with its arguments', async () => {
    const program = run(['--port', 'x'])
    let said = ''
    program.stderr?.on('data', piece => {
      said += piece
    })
    expect((await once(program, 'exit'))[0]).toBe(2)
    expect(said).toContain('--port x: expected a number')
  })
})

async function openPage(): Promise<LocalDingTalk> {
  local = await createLocalDingTalk({ groups, users: members.map(({ staffId }) => staffId), cardDeadlineMs: 50 })
  servePage(local, { members, groups })
  return local
}
async function say(base: string, body: unknown): Promise<unknown> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return (await fetch(`${base}/local/say`, init)).json()
}
async function look(base: string, member: string, conversation: string): Promise<{ lines: unknown[] }> {
  const answer = await fetch(`${base}/local/look?${new URLSearchParams({ member, conversation })}`)
  return (await answer.json()) as { lines: unknown[] }
}

describe('the page', () => {
  it('shows each conversation as its people see it, with who wrote and who is called', async () => {
    const { base } = await openPage()
    expect(await say(base, { member: '1002', conversation: GROUP, text: '状态' })).toEqual({
      note: '机器人没有连接，这条消息丢了',
    })
    await say(base, { member: '1002', conversation: 'direct', text: '帮助' })
    const { url } = local?.openSession(GROUP, 60_000) ?? { url: '' }
    const markdown = { title: '完成', text: '@1002 **完成**' }
    const body = JSON.stringify({ msgtype: 'markdown', markdown, at: { atUserIds: ['1002'] } })
    await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const seen = await look(base, '1001', GROUP)
    expect(seen).toMatchObject({ connections: 0, members: [{ label: '小看（viewer）' }, { id: '1002' }] })
    expect(seen.lines).toMatchObject([
      { kind: 'person', who: '小操', text: '状态' },
      { kind: 'webhook', who: '机器人', isMarkdown: true, mentions: ['小操'] },
    ])
    expect((await look(base, '1002', 'direct')).lines).toMatchObject([{ text: '帮助' }])
    expect((await look(base, '1001', 'direct')).lines).toEqual([])
  })

  it('tells when a press or a message cannot be', async () => {
    const { base } = await openPage()
    expect(await say(base, { member: '1002', conversation: GROUP, outTrackId: 'no' })).toEqual({ note: '没有这张卡片' })
    expect(await say(base, { member: '1002', conversation: GROUP, text: ' ' })).toEqual({ note: '没有写什么' })
  })

  it('is for this machine and for itself only', async () => {
    const { base } = await openPage()
    const form = await fetch(`${base}/local/say`, { method: 'POST', body: '{"text":"x"}' })
    expect(form.status).toBe(403)
    const status = await new Promise(resolve => {
      request(`${base}/local/look`, { headers: { host: 'evil.example' } }, ({ statusCode }) =>
        resolve(statusCode),
      ).end()
    })
    expect(status).toBe(403)
    expect((await fetch(base)).headers.get('content-security-policy')).toContain("script-src 'self'")
  })

  it('makes nothing but text of what people wrote', async () => {
    const script = readFileSync(new URL('../helpers/dingtalk/page-script.js', import.meta.url), 'utf8')
    expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|srcdoc/)
    const evil = '<img src=x onerror=alert(1)>'
    const text = `### ${evil}  \n  **粗 ${evil}** [坏](javascript:alert(1)) [好](https://a.example/x) \\*星`
    const line = { kind: 'webhook', who: evil, at: 0, mentions: [], isMarkdown: true, text }
    const card = {
      ...{ kind: 'card', who: '机器人', at: 0, mentions: [], outTrackId: 'job-1', updates: 1 },
      variables: { title: evil, status: 'RUNNING', percent: '40', detail: '细', showCancel: 'true', jobId: '7' },
    }
    const { ids, sent } = await runPage(script, [line, card])
    const shown = ids['lines']?.flat() ?? []
    expect(shown.map(({ name }) => name).filter(name => /img|script/i.test(name))).toEqual([])
    expect(ids['lines']?.text()).toContain(evil)
    expect(ids['lines']?.text()).toContain('坏 (javascript:alert(1))')
    expect(ids['lines']?.text()).toContain('*星')
    expect(shown.filter(({ name }) => name === 'a').map(({ href }) => href)).toEqual(['https://a.example/x'])
    const [button] = shown.filter(({ name }) => name === 'button')
    button?.fire('click')
    expect(JSON.parse(sent[0] ?? '')).toMatchObject({ outTrackId: 'job-1', params: { action: 'cancel', job: '7' } })
  })
})

/** As much of a document as the page's script uses. */
class Node {
  readonly name: string
  readonly children: (Node | string)[] = []
  readonly listeners = new Map<string, (event: unknown) => void>()
  readonly dataset: Record<string, string> = {}
  readonly style: Record<string, string> = {}
  href = ''
  value = ''
  constructor(name: string) {
    this.name = name
  }
  get options(): readonly Node[] {
    return this.children.filter(child => typeof child !== 'string')
  }
  set textContent(text: string) {
    this.children.splice(0, this.children.length, text)
  }
  append(...more: (Node | string)[]): void {
    this.children.push(...more)
  }
  appendChild(node: Node): Node {
    this.children.push(node)
    return node
  }
  replaceChildren(...nodes: Node[]): void {
    this.children.splice(0, this.children.length, ...nodes)
  }
  addEventListener(name: string, listener: (event: unknown) => void): void {
    this.listeners.set(name, listener)
  }
  fire(name: string): void {
    this.listeners.get(name)?.({ preventDefault() {} })
  }
  flat(): Node[] {
    return [this, ...this.options.flatMap(node => node.flat())]
  }
  text(): string {
    return this.children.map(child => (typeof child === 'string' ? child : child.text())).join('')
  }
}

async function runPage(script: string, lines: readonly unknown[]) {
  const ids: Record<string, Node> = {}
  const sent: string[] = []
  const seen = { members: [{ id: '1001', label: 'x' }], conversations: [], connections: 1, lines }
  const document = {
    getElementById(id: string): Node {
      ids[id] ??= new Node(id)
      return ids[id]
    },
    createElement: (name: string) => new Node(name),
    createTextNode: (text: string) => text,
  }
  const answer = async (_url: string, init?: { body: string }) => {
    if (init !== undefined) sent.push(init.body)
    return { json: async () => seen }
  }
  runInNewContext(script, { document, fetch: answer, setInterval: () => 0, URL, URLSearchParams })
  await expect.poll(() => ids['lines']?.children.length).toBe(lines.length)
  return { ids, sent }
}
