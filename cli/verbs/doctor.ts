// doctor: the daemon's own checks, and what only a client can see
import * as z from 'zod'
import { askFor, type CheckRow, CheckRow as CheckSchema, Me, pages } from '../answers.ts'
import { EXIT, Failure } from '../failure.ts'
import { toTable } from '../table.ts'
import type { Context, Verb } from '../verb.ts'
import { VERSION } from '../version.ts'
import { toPrintable } from '../words.ts'

export const doctor: Verb = {
  name: 'doctor',
  takes: '',
  summary:
    'check the way to the daemon and everything the daemon checks itself; exit 1 when something is wrong, 5 when nobody answers, 6 when the token is refused',
  options: ['send'],
  examples: [
    ['gander doctor', 'what is wrong, and what to do'],
    ['gander doctor --send', 'the same, and a test message to the chat group of each robot'],
    ['gander doctor --json', 'one object for each check'],
  ],
  run: async context => {
    const { checks, exit } = await runChecks(context)
    if (context.options.json) for (const check of checks) await context.screen.json(check)
    else await tellChecks(context, checks)
    return exit ?? (checks.some(check => check.ok === false) ? EXIT.failed : EXIT.cached)
  },
}

/** `exit` is that of the refusal that ended the checks: nobody answered, or not to this token. */
type Outcome = { readonly checks: readonly CheckRow[]; readonly exit?: number | undefined }
type Checked = { readonly row: CheckRow; readonly exit?: number }

const Sends = z.object({ items: z.array(CheckSchema) })
const Document = z.object({ info: z.object({ version: z.string() }) })

async function runChecks(context: Context): Promise<Outcome> {
  const { api } = context
  const reachable = await check('address', async () => {
    await api.json('GET', '/healthz')
    return `${api.url} answers`
  })
  if (reachable.row.ok === false) return { checks: [reachable.row], exit: reachable.exit }
  const credential = await check('token', async () => {
    const me = await askFor(api, Me, ['GET', '/api/v1/me'])
    return `accepted: ${toPrintable(me.name)}, role ${me.role}`
  })
  const own = [reachable.row, (await checkVersion(context)).row, credential.row]
  if (credential.row.ok === false) return { checks: own, exit: credential.exit }
  const theirs: CheckRow[] = []
  const asked = await check('daemon', async () => {
    for await (const row of pages(api, CheckSchema, '/api/v1/doctor')) theirs.push(row)
    return `${theirs.length} checks`
  })
  const tested = context.options.send === true && asked.row.ok === true ? await testSends(context) : []
  theirs.push(...tested)
  return asked.row.ok === false ? { checks: [...own, asked.row], exit: asked.exit } : { checks: [...own, ...theirs] }
}

async function testSends({ api }: Context): Promise<readonly CheckRow[]> {
  let rows: readonly CheckRow[] = []
  const asked = await check('test messages', async () => {
    rows = (await askFor(api, Sends, ['POST', '/api/v1/doctor/sends'])).items
    return rows.length === 0 ? 'no robot is configured' : `${rows.length} sent or refused`
  })
  return rows.length > 0 ? rows : [asked.row]
}

async function checkVersion({ api }: Context): Promise<Checked> {
  let theirs = ''
  const asked = await check('version', async () => {
    theirs = (await askFor(api, Document, ['GET', '/api/openapi.json'])).info.version
    return `client and daemon ${VERSION}`
  })
  if (asked.row.ok === false || theirs === VERSION) return asked
  const answer = `the client is ${VERSION}, the daemon ${toPrintable(theirs)}`
  return { row: { name: 'version', ok: false, answer, remedy: 'install the client of the same release' } }
}

async function check(name: string, ask: () => Promise<string>): Promise<Checked> {
  try {
    return { row: { name, ok: true, answer: await ask() } }
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown
    return { row: { name, ok: false, answer: thrown.message }, exit: thrown.exit }
  }
}

async function tellChecks({ screen }: Context, checks: readonly CheckRow[]): Promise<void> {
  const rows = checks.map(({ name, ok, answer, remedy }) => {
    const word =
      ok === null ? screen.paint('dim', 'unknown') : ok ? screen.paint('good', 'ok') : screen.paint('bad', 'bad')
    return [word, name, toPrintable(remedy === undefined || ok === true ? answer : `${answer} -> ${remedy}`)]
  })
  for (const line of toTable(rows)) await screen.line(line)
}
