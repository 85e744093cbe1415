// requests made out of the document, good ones and broken ones: no mistake of ours, and always the family's own error
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ending } from '../core/world.ts'
import { DOCUMENT } from '../helpers/conform.ts'
import { type Asked, toBroken, toHitting, toValid } from './arbitrary.ts'
import { createWorld, type World } from './routes.ts'

/** Said by whoever repeats a run that failed. */
const SEED = Number(process.env['GANDER_FUZZ_SEED'] ?? 20_241_121)
const RUNS = Number(process.env['GANDER_FUZZ_RUNS'] ?? 20)
/** In a world with something in it, which is made anew for each of them. */
const RUNS_OF_HITS = Math.ceil(RUNS / 3)
const CALLS = Object.entries(DOCUMENT.paths).flatMap(([template, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, template, operation })),
)
/** Answers of 500 and above that are told: nobody can answer, not built here, no room. */
const TOLD = new Set([501, 503, 507])

/** Fails on what we did wrong and on what is told nowhere; what is left is a cluster that cannot be asked. */
async function expectSound(world: World, { method, path, headers, body }: Asked): Promise<void> {
  const sent = body === undefined || method === 'GET' || method === 'HEAD' ? { headers } : { headers, body }
  const { status, text } = await world.send(method, path, sent)
  // and what Nomad itself answers with 500; a head tells nothing
  if (status >= 500 && !TOLD.has(status) && method !== 'HEAD')
    expect(text, `${method} ${path}`).toMatch(/agent|cluster|^Failed to parse value of|^Enforcing job modify index/)
}

describe.each(CALLS)('$method $template', where => {
  it.each([
    ['as the document asks for it', toValid],
    ['broken', toBroken],
  ])('%s', async (_, make) => {
    const world = await createWorld()
    try {
      await fc.assert(
        fc.asyncProperty(make(where), asked => expectSound(world, asked)),
        { seed: SEED, numRuns: RUNS },
      )
    } finally {
      world.end()
    }
  })

  it('of what is there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(toHitting(where), { minLength: 1, maxLength: 3 }), async asks => {
        const { world, named } = await createFullWorld()
        try {
          for (const asked of asks) await expectSound(world, named(asked))
        } finally {
          world.end()
        }
      }),
      { seed: SEED, numRuns: RUNS_OF_HITS },
    )
  })
})

/** Work in every state through every view, and a way to call it by its names, which are new each time. */
async function createFullWorld() {
  const world = await createWorld()
  const { room, send } = world
  const post = async (path: string, body: unknown) => {
    const { status, text } = await send('POST', path, { body: JSON.stringify(body) })
    if (status >= 300) throw new Error(`${path}: ${status} ${text}`)
    return text === '' ? {} : JSON.parse(text)
  }
  const job = await post('/api/v1/jobs', { action: 'load', name: 'nightly', paths: ['/a', '/b'] })
  const [task = '', other = ''] = Array.from(room.state.tasks.find('job', job.id), ({ id }) => id).sort()
  const allocation = await room.start(task)
  await room.end(allocation, ending())
  const [ended] = await post('/api/v1/gfs', { action: 'GooseFSFree', task_name: 'freed', path: '/c' })
  const load = await post('/api/v1/load', { paths: ['/d'], alias: 'old-model' })
  const groups = [{ Name: 'g', Tasks: [{ Name: 't', Driver: 'goosefs', Config: { action: 'load', path: '/e' } }] }]
  const { EvalID: evaluation } = await post('/v1/jobs', { Job: { ID: 'my-job', TaskGroups: groups } })
  const { daemonid } = JSON.parse((await send('GET', '/daemon/id')).text)
  await post('/heartbeat', {
    daemonid,
    entrypoint: ['http://a:1'],
    log: ['said'],
    abnormaltags: ['default/nightly:/z'],
  })
  const interval = { type: 'crontab', crontab: '0 2 * * *' }
  await post('/api/v1/export/task', { name: 'my-export', spl: 'load /a', interval })
  const [exported] = JSON.parse((await send('GET', '/api/v1/export/task/list')).text).tasks
  const token = await post('/api/v1/tokens', { name: 'mine' })
  const names = {
    ...{ job: job.id, number: String(job.number), task, other, allocation, ended, load: load.id, evaluation },
    ...{ daemon: daemonid, token: token.id, agent: room.agent.id, cluster: 'default', export: exported.id },
  }
  const fill = (text: string): string =>
    text.replace(/@(\w+)@/g, (mark, name: string) => (names as Record<string, string>)[name] ?? mark)
  return {
    world,
    named: ({ path, body, ...rest }: Asked): Asked => ({
      ...{ ...rest, path: fill(path) },
      ...(body === undefined ? {} : { body: fill(body) }),
    }),
  }
}
