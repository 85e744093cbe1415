// token: make, list and revoke tokens, and hash one for gander.yaml
import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { askFor, pages, TokenRow } from '../answers.ts'
import { EXIT, usage } from '../failure.ts'
import { toTable } from '../table.ts'
import type { Context, Verb } from '../verb.ts'
import { toLocalTime, toPrintable } from '../words.ts'

const list: Verb = {
  name: 'list',
  takes: '',
  summary: 'list tokens; their text is never shown again',
  options: [],
  examples: [['gander token list', 'yours, or all for an admin']],
  run: tellTokens,
}

const create: Verb = {
  name: 'create',
  takes: '<name>',
  summary: 'make a token; it is shown this once',
  options: ['role'],
  examples: [
    ['gander token create airflow --role operator', 'for a program'],
    ['GANDER_TOKEN=$(gander token create me)', 'stdout has the token alone; without --role it may what you may'],
  ],
  run: async ({ api, screen, options, words }) => {
    const body = { name: words[0] ?? '', ...(options.role === undefined ? {} : { role: options.role }) }
    const token = await askFor(api, TokenRow, ['POST', '/api/v1/tokens', { body }])
    if (options.json) await screen.json(token)
    else await screen.line(token.token ?? '')
    if (!options.json) screen.news(`Keep it: it is not shown again. Revoke: gander token revoke ${token.id}`)
    return EXIT.cached
  },
}

const revoke: Verb = {
  name: 'revoke',
  takes: '<id>',
  summary: 'revoke a token at once',
  options: [],
  examples: [['gander token revoke 01890a5d-ac96-774b-bcce-b302099a8057', 'by its id']],
  run: async ({ api, screen, options, words }) => {
    const id = words[0] ?? ''
    await api.json('DELETE', `/api/v1/tokens/${encodeURIComponent(id)}`)
    if (options.json) await screen.json({ id, revoked: true })
    else await screen.line(`token ${id} is revoked`)
    return EXIT.cached
  },
}

const hash: Verb = {
  name: 'hash',
  takes: '',
  summary: 'read a token from stdin and print it as gander.yaml takes it (no daemon needed)',
  options: [],
  examples: [['gander token hash < token.txt', 'sha256:…, for users[].tokens']],
  run: async ({ screen, options }) => {
    const token = await readLine()
    if (token === '') throw usage('No token came on stdin: gander token hash < token.txt')
    const text = `sha256:${createHash('sha256').update(token).digest('hex')}`
    await (options.json ? screen.json({ hash: text }) : screen.line(text))
    return EXIT.cached
  },
}

export const token: Verb = {
  name: 'token',
  takes: '',
  summary: 'tokens: list, create, revoke, hash',
  options: [],
  examples: [
    ['gander token create airflow --role operator', 'viewer reads, operator also writes, admin also what others own'],
    ['gander token revoke ID', 'refused from the next ask on'],
  ],
  subs: [list, create, revoke, hash],
  run: tellTokens,
}

async function tellTokens({ api, screen, options }: Context): Promise<number> {
  const rows: string[][] = []
  for await (const token of pages(api, TokenRow, '/api/v1/tokens')) {
    if (options.json) await screen.json(token)
    const at = token.createdAt === undefined ? '' : toLocalTime(token.createdAt)
    rows.push([token.id, toPrintable(token.name), toPrintable(token.user ?? ''), token.role ?? '', at])
  }
  if (options.json) return EXIT.cached
  if (rows.length === 0) screen.news('There is no token: gander token create NAME makes one.')
  else for (const line of toTable([['ID', 'NAME', 'USER', 'ROLE', 'CREATED'], ...rows])) await screen.line(line)
  return EXIT.cached
}

// not from the command line, where every process list shows it
async function readLine(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('token: ')
  for await (const line of createInterface({ input: process.stdin })) return line.trim()
  return ''
}
