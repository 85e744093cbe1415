// the curl lines of the reference document of view 000, typed as they are printed there, against the real thing
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createStack, type Stack } from '../helpers/stack.ts'

const PATH = '/data-datalake-dataprod-bj-1251949819/deltalake/npd_temp.db'
const SAMPLE_ID = '683877b1-d293-4b89-b5c0-4f5742502dd5'
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const lines = readFileSync(new URL('../fixtures/http/000-curl.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n\n')
let stack: Stack

/** Types a line into a shell; only the port differs from the document. */
async function type(line: string, ...more: string[]) {
  const command = [line.replaceAll('localhost:8080', `localhost:${stack.port}`), '--silent --include', ...more].join(
    ' ',
  )
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { maxBuffer: 2 ** 26 })
  const [head = '', ...body] = stdout.split('\r\n\r\n')
  const text = body.join('\r\n\r\n')
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    contentType: /^content-type: (.*)$/im.exec(head)?.[1]?.trim(),
    text,
    json: () => JSON.parse(text),
  }
}

function lineWith(...words: string[]): string {
  const found = lines.find(line => words.every(word => line.includes(word)))
  if (found === undefined) throw new Error(`the document has no line with ${words.join(' and ')}`)
  return found
}

beforeAll(async () => {
  stack = await createStack()
  await stack.put(PATH)
  await stack.put('/tmp', 2)
})
afterAll(() => stack.close())

/** Asks for the status of a task until it has ended. */
async function endOf(id: string): Promise<string> {
  const task = await stack.api('GET', `/api/v1/status?task_id=${id}`)
  expect(task.status).toBe(200)
  const { items } = (await stack.api('GET', '/api/v1/jobs')).json
  for (const job of items) await stack.ended(job.id)
  return (await stack.api('GET', `/api/v1/status/${id}`)).json.status
}

describe('as printed', () => {
  let id = ''

  test('GooseFSList answers what the CLI prints', async () => {
    const answer = await type(lineWith('GooseFSList'))
    expect([answer.status, answer.contentType]).toEqual([200, 'text/plain; charset=utf-8'])
    expect(answer.text).toBe(await stack.goosefs('fs', 'ls', '/'))
    expect(answer.text).toMatch(/DIR \/tmp *$/m)
  })

  test('GooseFSDistributeLoad answers one id for its path', async () => {
    const answer = await type(lineWith('GooseFSDistributeLoad'))
    expect(answer.status).toBe(200)
    const ids = answer.json() as string[]
    expect(ids).toEqual([expect.stringMatching(UUID)])
    id = ids[0] ?? ''
    expect(await endOf(id)).toBe('exit status 0')
  })

  test('the status of a task has exactly two keys', async () => {
    const line = lineWith('/api/v1/status/')
    const answer = await type(line.replace(SAMPLE_ID, id))
    expect(answer.json()).toEqual({ id, status: 'exit status 0' })
    const unknown = await type(line)
    expect([unknown.status, Object.keys(unknown.json())]).toEqual([404, ['error']])
  })

  test('the output of a task is its text', async () => {
    const line = lineWith('/api/v1/output/')
    const answer = await type(line.replace(SAMPLE_ID, id))
    expect([answer.status, answer.contentType]).toEqual([200, 'text/plain; charset=utf-8'])
    expect(answer.text).toContain(`Successfully loaded path ${PATH}/part-00002 after 1 attempts\n`)
    expect((await type(line)).status).toBe(404)
  })

  test('status and output by name', async () => {
    const status = (await type(lineWith('/api/v1/status?task_name'))).json()
    const { created_at, ...row } = status.data[id]
    expect(row).toEqual({
      ...{ task_name: 'test_task_name', path: PATH, exit_code: 'exit status 0', success_count: 3, total_file: 3 },
    })
    expect(created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$/)
    expect([status.status, status.total_task]).toEqual(['success', 1])
    const output = (await type(lineWith('/api/v1/output?task_name'))).json()
    expect(output).toEqual({ [id]: expect.stringContaining('Allow up to 100 active jobs\n') })
    // the name that the document's prose gives the parameter
    const byProse = lineWith('/api/v1/status?task_name').replace('?task_name', '?test_task_name')
    expect((await type(byProse)).json()).toEqual(status)
  })

  test('the report is one JSON string', async () => {
    const answer = await type(lineWith('/gfs/report'))
    expect([answer.status, answer.contentType]).toEqual([200, expect.stringMatching(/^application\/json/)])
    expect(answer.json()).toMatch(/^GooseFS cluster summary: \n {4}Master Address: /)
  })

  test('the body of the metadata request: a number for the action, a text for the path', async () => {
    const line = lineWith('GooseFSDistributeLoad')
    const body = '{\n  "action": 1,\n  "path": "/tmp/"\n}'
    const answer = await type(line.replace(/--data-raw '[^']*'/, `--data-raw '${body}'`))
    const [task = ''] = answer.json() as string[]
    expect(await endOf(task)).toBe('exit status 0')
    const job = (await stack.api('GET', '/api/v1/jobs?action=metadata')).json.items[0]
    expect(await stack.task(job.id)).toMatchObject({ id: task, path: '/tmp/', action: 'metadata', status: 'succeeded' })
  })
})

describe('the same in other words', () => {
  const post = (body: unknown, path = '/api/v1/gfs', headers: Record<string, string> = {}) =>
    stack.api('POST', path, body, headers)

  test.each([
    [0, 'load'],
    ['0', 'load'],
    [1, 'metadata'],
    ['3', 'forceload'],
    [4, 'free'],
    ['GooseFSForceLoad', 'forceload'],
    ['GooseFSFree', 'free'],
  ])('action %j runs', async (action, meant) => {
    const { status, json } = await post({ action, path: ['/tmp'] })
    expect([status, json]).toEqual([200, [expect.stringMatching(UUID)]])
    expect(await endOf(json[0])).toBe('exit status 0')
    const tasks = await stack.api('GET', `/api/v1/status?task_id=${json[0]}&action=${action}`)
    expect(tasks.json).toMatchObject({ status: 'success', total_task: 1 })
    expect((await stack.api('GET', `/api/v1/jobs?action=${meant}&limit=1`)).json.items).toHaveLength(1)
  })

  test('action 2 lists', async () => {
    expect((await post({ action: 2, path: '/tmp' })).text).toBe(await stack.goosefs('fs', 'ls', '/tmp'))
  })

  test('results for those who ask for them', async () => {
    const wanted = { results: [{ task_id: expect.stringMatching(UUID), path: '/tmp' }], total: 1 }
    expect((await post({ action: 0, path: '/tmp' }, '/api/v1/gfs?format=results')).json).toEqual(wanted)
    expect((await post({ action: 0, path: '/tmp' }, '/api/v1/gfs', { 'x-gfs-api-version': '2' })).json).toEqual(wanted)
  })

  test('one name, several asks: the newest of each path counts', async () => {
    const first = (await post({ action: 0, task_name: 'again', path: ['/tmp', '/nowhere'] })).json as string[]
    await endOf(first[1] ?? '')
    const status = (await stack.api('GET', '/api/v1/status?task_name=again')).json
    expect([status.status, status.total_task]).toEqual(['notallsuccess', 2])
    expect(status.data[first[1] ?? '']).toMatchObject({ exit_code: 'exit status 255', path: '/nowhere' })
    await stack.put('/nowhere', 1)
    const second = (await post({ action: 3, task_name: 'again', path: '/nowhere' })).json as string[]
    const third = (await post({ action: 0, task_name: 'again', path: '/nowhere' })).json as string[]
    await endOf(second[0] ?? '')
    await endOf(third[0] ?? '')
    const after = (await stack.api('GET', '/api/v1/status?task_name=again')).json
    expect(Object.keys(after.data).sort()).toEqual([first[0], second[0], third[0]].sort())
    expect([after.status, after.total_task]).toEqual(['success', 3])
    expect((await stack.api('GET', `/api/v1/status/${first[1]}`)).json.status).toBe('exit status 255')
    expect((await stack.api('GET', '/api/v1/status?task_name=agai')).status).toBe(404)
  })

  test.each([
    ['/hc', 200, 'ok'],
    ['/hc/', 200, 'ok'],
    ['/api/v1/gfs/report/', 200, '"GooseFS cluster summary'],
    ['/api/v1/status/?task_name=test_task_name', 200, '"total_task":1'],
    ['/api/v1/output/?task_name=test_task_name', 200, 'Successfully loaded path'],
    ['/api/v1/status', 400, '{"error":"'],
    ['/api/v1/output', 400, '{"error":"'],
    ['/api/v1/gfs', 405, '{"error":"'],
    ['/api/v1/nothing', 404, '{"error":"not found"}'],
  ])('GET %s: %i', async (path, status, words) => {
    const answer = await stack.api('GET', path)
    expect(answer.status).toBe(status)
    expect(answer.text).toContain(words)
  })

  test('a slash at the end of an id', async () => {
    const [id] = (await post({ action: 0, path: '/tmp' })).json as string[]
    await endOf(id ?? '')
    expect((await stack.api('GET', `/api/v1/status/${id}/`)).json).toEqual({ id, status: 'exit status 0' })
    expect((await stack.api('GET', `/api/v1/output/${id}/`)).status).toBe(200)
    expect((await post({ action: 0, path: '/tmp' }, '/api/v1/gfs/')).status).toBe(200)
  })

  test('a listing that fails, and one that takes too long', async () => {
    const failed = await post({ action: 'GooseFSList', path: '/there/is/none' })
    expect(failed.status).toBe(500)
    expect(failed.json.error).toContain('does not exist')
    await stack.knob('hang=ls')
    const late = await post({ action: 'GooseFSList', path: '/tmp', timeout: 1 })
    await stack.knob('hang=')
    expect(late.status).toBe(500)
    const [, id = ''] = /task (\S+) keeps running/.exec(late.json.error) ?? []
    expect((await stack.api('GET', `/api/v1/status/${id}`)).json.status).toBe('<nil>')
    const { items } = (await stack.api('GET', '/api/v1/jobs?status=running')).json
    for (const job of items) {
      await stack.api('POST', `/api/v1/jobs/${job.id}/stop`)
      await stack.ended(job.id)
    }
    expect((await stack.api('GET', `/api/v1/status/${id}`)).json.status).toMatch(/^signal: /)
  })
})
