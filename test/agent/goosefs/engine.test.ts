// the engine's jobs over the job master's web: a small server that answers as 2.5.0 does
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readFailures } from '../../../agent/goosefs/engine-failures.ts'
import { cancelEngineJobs, type Engine, type Unfinished, waitForQuiet } from '../../../agent/goosefs/engine-jobs.ts'
import { createWebEngine, isJobWeb } from '../../../agent/goosefs/engine-web.ts'
import { createClock } from '../../../shared/time.ts'

type Job = { name?: string; path: string; status: string; deaf?: boolean; mute?: boolean }
const clock = createClock()

async function createJobMaster(jobs: Map<number, Job>) {
  const asked: string[] = []
  const server = createServer((request, response): void => {
    const url = new URL(request.url ?? '', 'http://x')
    asked.push(`${request.method} ${url.pathname}`)
    const id = Number(url.searchParams.get('jobId'))
    const job = jobs.get(id)
    if (url.pathname === '/api/v1/master/job/list') return void response.end(JSON.stringify([...jobs.keys()]))
    if (url.pathname === '/api/v1/job_master/info') return void response.end(JSON.stringify({ workers: [{}] }))
    if (job?.mute === true) return void request.socket.destroy()
    if (job === undefined) return void response.writeHead(500).end('{"statusCode":"NOT_FOUND"}')
    if (url.pathname.endsWith('/cancel')) {
      if (job.deaf !== true) job.status = 'CANCELED'
      return void response.end()
    }
    response.end(
      JSON.stringify({
        id,
        name: job.name ?? 'Load',
        status: job.status,
        description: job.path === '' ? '' : `LoadConfig{FilePath=${job.path}, Replication=1}`,
        affectedPaths: job.path === '' ? [] : [job.path],
        children: [{ status: 'CREATED' }],
      }),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

const job = (path: string, status = 'CREATED', deaf = false): Job => ({ path, status, deaf })

describe('the web of the job master', () => {
  it('knows the jobs of a path that are younger than the load', async () => {
    const jobs = new Map([
      [1, job('/a/old')],
      [2, job('/a/x')],
      [3, job('/ab/x')],
      [4, job('/a/y', 'COMPLETED')],
      [5, job('/a', 'RUNNING')],
    ])
    const { base } = await createJobMaster(jobs)
    const engine = createWebEngine(base)
    expect(await engine.newest()).toBe(5)
    expect(await engine.unfinished({ path: '/a/', newerThan: 1 })).toEqual({
      known: true,
      ids: [2, 5],
      left: 2,
      calls: 0,
    })
    expect(await engine.unfinished({ path: '/c' })).toMatchObject({ known: true, ids: [], jobWorkers: 1 })
  })

  it('of a job at work that names no path nobody knows whose it is; of one that has ended nobody asks', async () => {
    const jobs = new Map([[1, { ...job('', 'RUNNING') }]])
    const engine = createWebEngine((await createJobMaster(jobs)).base)
    expect(await engine.unfinished({ path: '/a' })).toMatchObject({ known: false, ids: [] })
    jobs.set(1, { ...job('', 'RUNNING'), name: 'Persist' })
    expect(await engine.unfinished({ path: '/a' })).toMatchObject({ known: true, ids: [] })
    jobs.set(1, job('', 'COMPLETED'))
    expect(await engine.unfinished({ path: '/a' })).toMatchObject({ known: true, ids: [] })
  })

  it('cancels only what is ours, and reads back what became of it', async () => {
    const jobs = new Map([
      [1, job('/a/1')],
      [2, job('/b/1')],
      [3, job('/a/2', 'RUNNING', true)],
    ])
    const { base } = await createJobMaster(jobs)
    const tools = { engine: createWebEngine(base), clock, patienceMs: 100, overlaps: () => false }
    const done = await cancelEngineJobs(tools, { path: '/a' })
    expect(done).toMatchObject({ cancelled: 1, remaining: 1, known: true })
    expect(jobs.get(2)?.status).toBe('CREATED')
  })

  it('cancels nothing while another load works on the path, and nothing more once one begins there', async () => {
    const jobs = new Map([1, 2, 3].map(id => [id, job(`/a/${id}`)]))
    const { base, asked } = await createJobMaster(jobs)
    const engine = createWebEngine(base)
    const left = await cancelEngineJobs({ engine, clock, overlaps: () => true }, { path: '/a', newerThan: 1 })
    expect(left).toEqual({ cancelled: 0, remaining: 2, known: true, calls: 0, spared: true })
    expect(asked.filter(call => call.startsWith('POST'))).toEqual([])
    const begun = () => asked.some(call => call.startsWith('POST'))
    const late: Engine = { ...engine, paceMs: 1_000 }
    const some = await cancelEngineJobs({ engine: late, clock, overlaps: begun }, { path: '/a' })
    expect(some).toMatchObject({ cancelled: 1, remaining: 2, known: true, spared: true })
  })

  it('is left alone after a few questions in a row without an answer: nobody knows then', async () => {
    const jobs = new Map(Array.from({ length: 100 }, (_, at) => [at + 1, { ...job(`/a/${at}`, 'FAILED'), mute: true }]))
    const { base, asked } = await createJobMaster(jobs)
    const questions = () => asked.splice(0).filter(call => call.includes('get_status')).length
    expect(await createWebEngine(base).unfinished({ path: '/a' })).toEqual({ known: false, ids: [], left: 0, calls: 0 })
    expect(questions()).toBeLessThan(20)
    expect((await readFailures(base, { path: '/a', newerThan: 0 })).size).toBe(0)
    expect(questions()).toBeLessThan(20)
    for (const [id, one] of jobs) one.mute = id % 15 === 0
    await readFailures(base, { path: '/a', newerThan: 0 })
    expect(questions()).toBe(100)
  })

  it('nobody there is no answer, not quiet', async () => {
    const { base } = await createJobMaster(new Map())
    const closed = base.replace(/\d+$/, '1')
    expect(await isJobWeb(closed)).toBe(false)
    expect(await isJobWeb(base)).toBe(true)
    expect(await waitForQuiet({ engine: createWebEngine(closed), clock }, { path: '/a' })).toEqual({
      left: 0,
      calls: 0,
    })
  })
})

describe('quiet', () => {
  const engineOf = (answers: Unfinished[]): Engine => {
    const last = answers.at(-1)
    return {
      paceMs: 1,
      newest: async () => undefined,
      cancel: async () => true,
      unfinished: async () => answers.shift() ?? last ?? { known: false, ids: [], left: 0, calls: 0 },
    }
  }

  it('is waited for while the count falls', async () => {
    const falling = [3, 2, 1, 0].map(left => ({
      known: true,
      ids: Array.from({ length: left }, (_, id) => id),
      left,
      calls: 1,
    }))
    expect(await waitForQuiet({ engine: engineOf(falling), clock, giveUpMs: 5_000 }, { path: '/a' })).toEqual({
      quiet: true,
      left: 0,
      calls: 4,
    })
  })

  it('twice: nothing between two jobs is no quiet', async () => {
    const now = (ids: number[]): Unfinished => ({ known: true, ids, left: ids.length, calls: 1 })
    const engine = engineOf([now([]), now([7]), now([]), now([])])
    expect(await waitForQuiet({ engine, clock, twice: true }, { path: '/a' })).toEqual({
      quiet: true,
      left: 0,
      calls: 4,
    })
  })

  it('is given up when nothing moves', async () => {
    const seen = await waitForQuiet(
      { engine: engineOf([{ known: true, ids: [1], left: 1, calls: 1 }]), clock, giveUpMs: 20 },
      { path: '/a' },
    )
    expect(seen).toMatchObject({ quiet: false, left: 1 })
  })
})

describe('cancelling one JVM at a time', () => {
  it('is patient from the last ask on, and tells what the list says afterwards', async () => {
    // a clock that only the cancels move: 2 s each, so that 20 of them outlast the patience of 10 s
    let now = 0
    const slow = { now: () => now, after: (ms: number, wake: () => void) => createClock().after(Math.min(ms, 1), wake) }
    const left = new Set(Array.from({ length: 20 }, (_, id) => id))
    const seen = (): Unfinished => ({ known: true, ids: [...left], left: left.size, calls: 1 })
    const engine: Engine = {
      paceMs: 3_000,
      newest: async () => undefined,
      unfinished: async () => seen(),
      async cancel(id) {
        now += 2_000
        left.delete(id)
        return true
      },
    }
    expect(await cancelEngineJobs({ engine, clock: slow, overlaps: () => false }, { path: '/a' })).toMatchObject({
      cancelled: 20,
      remaining: 0,
    })
  })
})
