// gander schedule against the real verbs and calendar behind a real socket; as a process where that may matter
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOptions } from '../../cli/options.ts'
import { readWhen, toOffsetTime, toZoneTime } from '../../cli/schedule-time.ts'
import { toRunRow } from '../../cli/schedule-words.ts'
import type { Run } from '../../shared/schedule.ts'
import { until } from '../agent/until.ts'
import { findings, measured } from '../core/world.ts'
import { gander, ganderOnTerminal } from '../helpers/gander.ts'
import { ganderHere } from '../helpers/gander-here.ts'
import { findFreePort } from '../helpers/program.ts'
import { openScheduleRoom, type ScheduleRoom } from '../http/schedule-room.ts'

const DATED = '/data/$' + '{yyyyMMdd-1d}'

let at: ScheduleRoom
let dir = ''
beforeAll(async () => {
  at = await openScheduleRoom()
  dir = mkdtempSync(join(tmpdir(), 'gander-cli-'))
})
afterAll(async () => {
  await at.close()
  rmSync(dir, { recursive: true })
})

const env = () => ({ GANDER_URL: at.url, GANDER_TOKEN: 'operator-token', TZ: 'America/New_York' })
const runHere = (argv: readonly string[], more: { url?: string; token?: string } = {}) =>
  ganderHere(argv, { url: at.url, token: 'operator-token', ...more })
const run = (...words: string[]) => runHere(['schedule', ...words])
const start = (...words: string[]) => gander(['schedule', ...words], { env: env() })

const objects = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
const get = async (ref: string) => (await at.ask('GET', `/schedules/${ref}`)).body

describe('add and edit', () => {
  it('make a schedule of words and every option, and change only what is given', async () => {
    const file = join(dir, 'paths.txt')
    writeFileSync(file, '# the list\n/data/b\n\n/data/c\n')
    const rules = [
      '--overlap',
      'queue',
      '--misfire',
      'run-once',
      '--misfire-within',
      '6h',
      '--jitter',
      '5m',
      '--notify',
      'always',
    ]
    const waits = [
      '--wait-for',
      `${DATED}/_SUCCESS`,
      '--stable',
      '5m',
      '--within',
      '3h',
      '--or-load',
      '--ready-by',
      '08:30',
    ]
    const times = [
      '--quiet',
      '08:00-20:00:skip',
      '--start',
      '2024-05-03',
      '--end',
      '2024-06-30',
      '--zone',
      'Europe/Berlin',
    ]
    const load = ['--replicas', '2', '--refresh', '--timeout', '2h', '-f', file, '--description', 'all of it']
    const words = ['weekly', 'mon', '06:30', 'load', DATED]
    const made = await start('add', ...words, '--name', 'full', ...rules, ...waits, ...times, ...load, '--paused').ended
    expect(made.stderr).toBe('It is paused: gander schedule resume 1\n')
    expect(made.code).toBe(0)
    const lines = made.stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^schedule 1 \(full\) is made: .*06:30.* \(Europe\/Berlin\)$/)
    expect(lines[1]).toContain('2024-05-06 06:30:00 +02:00')
    expect(lines.slice(4)).toEqual([
      '  does       load /data/$' + '{yyyyMMdd-1d} and 2 more',
      '  options    replication=2 refresh=true timeoutSeconds=7200',
      '  what for   all of it',
      '  from       2024-05-03 00:00:00 +02:00',
      '  to         2024-06-30 23:59:59 +02:00',
      '  overlap    queue',
      '  misfire    run-once, at most 6 h late',
      '  jitter     up to 5 min',
      '  quiet      08:00-20:00, slots are skipped',
      '  waits for  /data/$' + '{yyyyMMdd-1d}/_SUCCESS to stand still for 5 min, for 3 h; then load',
      '  ready by   08:30, at the next slot 2024-05-06 08:30:00 +02:00',
      '  tells      always',
    ])
    const full = await get('full')
    const wanted = {
      ...{
        name: 'full',
        via: 'cli',
        expression: 'weekly mon 06:30',
        zone: 'Europe/Berlin',
        paused: true,
        action: 'load',
      },
      ...{ paths: [DATED, '/data/b', '/data/c'], options: { replication: 2, refresh: true, timeoutSeconds: 7_200 } },
      ...{
        startAt: '2024-05-02T22:00:00.000Z',
        endAt: '2024-06-30T21:59:59.999Z',
        jitterSeconds: 300,
        readyBy: '08:30',
      },
      ...{
        overlap: 'queue',
        misfire: 'run-once',
        misfireWithinSeconds: 21_600,
        notify: 'always',
        description: 'all of it',
      },
      quietHours: { from: '08:00', to: '20:00', mode: 'skip' },
      waitFor: { path: `${DATED}/_SUCCESS`, stableMinutes: 5, withinMinutes: 180, everySeconds: 60, otherwise: 'load' },
    }
    expect(full).toMatchObject(wanted)

    expect((await run('edit', '1', '30', '3', '*', '*', '*', '--json')).code).toBe(0)
    const { cron, words: said, nextAt, updatedAt, ...rest } = full
    expect(await get('1')).toMatchObject({ ...rest, expression: '30 3 * * *', cron: '0 30 3 * * * *' })
    const nones = ['quiet', 'wait-for', 'ready-by', 'misfire-within', 'start', 'end'].flatMap(flag => [
      `--${flag}`,
      'none',
    ])
    expect(await run('edit', 'full', 'free', '/data/old', ...nones, '--cluster', 'default')).toMatchObject({ code: 0 })
    const edited = await get('1')
    expect(edited).toMatchObject({
      action: 'free',
      paths: ['/data/old'],
      jitterSeconds: 300,
      overlap: 'queue',
      paused: true,
    })
    for (const key of ['quietHours', 'waitFor', 'readyBy', 'misfireWithinSeconds', 'startAt', 'endAt']) {
      expect(edited).not.toHaveProperty(key)
    }
  })

  it('keep what was said in words until something of it is given anew', async () => {
    const body = { name: 'said', expression: '@daily', statement: 'load /a replicas=2' }
    await at.ask('POST', '/schedules', body)
    await run('edit', 'said', '--notify', 'never')
    expect(await get('said')).toMatchObject({ statement: 'load /a replicas=2', notify: 'never' })
    await run('edit', 'said', '--replicas', '3')
    const now = await get('said')
    expect(now).toMatchObject({ action: 'load', paths: ['/a'], options: { replication: 3 } })
    expect(now).not.toHaveProperty('statement')
  })

  it('take * for everything that was ever loaded, as chat and statements do', async () => {
    const made = await start('add', '0 4 * * *', '*', '--name', 'all', '--cluster', 'default').ended
    expect(made).toMatchObject({ code: 0, stderr: '' })
    expect(made.stdout).toContain('(all) is made: daily at 04:00 (Asia/Shanghai)\n')
    const same = { statement: '*', expression: '0 4 * * *' }
    expect(await get('all')).toMatchObject({ ...same, cluster: 'default' })
    expect((await run('list', '--prefix', 'all')).stdout).toContain('* (everything ever loaded)')
    const others = [
      ['每天', '4点和16点', '*'],
      ['每天 04:00', 'load', '*'],
      ['0', '4', '*', '*', '*', 'load', '*'],
      ['@daily', '*'],
    ]
    for (const [n, words] of others.entries())
      expect(await run('add', ...words, '--name', `all-${n}`), words.join(' ')).toMatchObject({ code: 0 })
    const asked = await Promise.all(others.map((_, n) => get(`all-${n}`)))
    expect(asked.map(({ expression }) => expression)).toEqual(['每天 4点和16点', '每天 04:00', '0 4 * * *', '@daily'])
    expect(asked.map(({ statement }) => statement)).toEqual(['*', '*', '*', '*'])
    // a bare expression keeps its last field
    await run('edit', 'all', '0', '5', '*', '*', '*')
    expect(await get('all')).toMatchObject({ expression: '0 5 * * *', statement: '*' })
    await run('edit', 'all', 'load', '/a', '--replicas', '2')
    expect(await get('all')).toMatchObject({ action: 'load', paths: ['/a'], options: { replication: 2 } })
    await run('edit', 'all', '*')
    const now = await get('all')
    expect(now).toMatchObject({ statement: '*', expression: '0 5 * * *', cluster: 'default' })
    expect([now.action, now.paths, now.options]).toEqual([undefined, undefined, undefined])
    expect((await run('preview', '0 4 * * *', '*', '-n', '1')).stdout).toContain('2024-05-02 04:00:00')
    expect((await start('add', '--help').ended).stdout).toMatch(
      /gander schedule add "0 4 \* \* \*" '\*'.*\n?.*ever loaded/,
    )
  })

  it('take away a cluster that stands in what was said in words', async () => {
    const stored = [
      ['words', '* cluster="default"', { statement: '*' }],
      ['words-too', 'load /a cluster=default replicas=2', { paths: ['/a'], options: { replication: 2 } }],
    ] as const
    for (const [name, statement, kept] of stored) {
      await at.ask('POST', '/schedules', { name, expression: '@daily', statement })
      const same = await run('edit', name, '--cluster', 'default')
      expect(same.stdout).toContain('nothing changed')
      expect(await get(name)).toMatchObject({ statement, cluster: 'default' })
      expect((await run('edit', name, '--cluster', 'none')).stdout).toContain('is changed')
      const now = await get(name)
      expect([now, now.cluster]).toEqual([expect.objectContaining(kept), undefined])
    }
  })

  it('make one schedule of an ask whose answer was lost', async () => {
    const keys: (string | null)[] = []
    const proxy = createServer((request, response) => {
      keys.push(String(request.headers['idempotency-key']))
      const chunks: Buffer[] = []
      request.on('data', chunk => chunks.push(chunk))
      request.on('end', async () => {
        const { method = 'GET', url } = request
        const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }
        const headers = { authorization: 'Bearer operator-token', 'idempotency-key': keys.at(-1) ?? '' }
        const answer = await fetch(`${at.url}${url}`, { method, headers, ...body })
        const text = await answer.text()
        // the first answer is cut off in its middle
        if (keys.length === 1) return void request.socket.destroy()
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text)
      })
    })
    await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
    const address = proxy.address()
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const made = await runHere(['schedule', 'add', '@daily', 'load', '/a', '--name', 'lost'], { url })
    proxy.close()
    expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('(lost) is made') })
    expect([keys[0] === keys[1], keys[0]]).toEqual([true, expect.stringMatching(/^[\da-f-]{36}$/)])
    expect((await at.ask('GET', '/schedules?name=lost')).body.items).toHaveLength(1)
  })

  it.each([
    [['add', '0 4 * * *', 'load', '*', '/a'], /Nothing may stand beside \*, got "\/a"/],
    [['add', '0 4 * * *', '*', '--replicas', '2'], /No option of a load goes with \*, only --cluster; got --replicas/],
    [['add', '0 4 * * *', '*', '-f', 'paths.txt'], /No list goes with \*/],
    [['add', '0', '4', '*', '*', '*'], /What to do is missing.* '\*', in quotes, is everything that was ever loaded/],
    // what a shell makes of a bare star
    [['add', '@daily', 'load', 'README.md', 'bot'], /\n'\*', in quotes, is everything that was ever loaded/],
    [['add', '@daily', 'free', '*'], /must start with "\/"/],
    [
      ['add', '0 2 * * *', 'laod', '/a'],
      /^gander: "laod" is no action, load is: one of load, forceload, .*report\.\n$/,
    ],
    [['add', 'load', '/a'], /When is missing/],
    [['add', '@daily', 'load'], /No path was given/],
    [['add', '@daily', 'load', 'a'], /must start with "\/"/],
    [['add', '@daily', 'load', '/a', '--stable', '5m'], /need --wait-for PATH/],
    [['add', '@daily', 'load', '/a', '--wait-for', 'none', '--within', '3h'], /need --wait-for PATH/],
    [['edit', 'full', '--wait-for', 'none', '--stable', '5m'], /need --wait-for PATH/],
    [['edit', 'full', '--wait-for', 'none', '--or-load'], /need --wait-for PATH/],
    [
      ['edit', 'nobody', '--paused'],
      /There is no schedule with the number, id or name "nobody"; `gander schedule list`/,
    ],
    [['edit', '999'], /There is no schedule "999"/],
    [['backfill', 'full', '--from', '2024-04-01'], /A backfill needs --from and --to/],
  ])('%j is a mistake', async (words, sentence) => {
    const { code, stderr, stdout } = await run(...words)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(sentence)
  })

  it('point at the place of a mistake, in an expression of any width and in a path', async () => {
    const [plain, paired, wide, path] = await Promise.all([
      run('add', '0 25 * * *', 'load', '/a'),
      run('preview', '😀 2 3 4 5 6 2030 8'),
      run('preview', '每天 25:00'),
      run('add', '@daily', 'load', '/b', '/data/$' + '{yyyyQQ}'),
    ])
    expect(plain).toMatchObject({ code: 2, stdout: '' })
    expect(plain.stderr).toMatch(/^gander: expression must .*\n {2}0 25 \* \* \*\n {4}\^\n$/)
    expect(paired.stderr).toMatch(/ at character 18\.\n {2}😀 2 3 4 5 6 2030 8\n {20}\^\n$/)
    expect(wide.stderr).toMatch(/\n {2}每天 25:00\n {7}\^\n$/)
    expect(path.stderr).toMatch(/\n {2}\/data\/\$\{yyyyQQ\}\n {8}\^\n$/)
    const seen = await ganderOnTerminal(['schedule', 'preview', '0 2 * * 9'], { env: env() }).ended
    expect(seen.stdout).toMatch(/\r\n {2}0 2 \* \* 9\r\n {10}\^\r\n/)
  })
})

describe('a preview', () => {
  it('tells times and paths on the clock of the zone', async () => {
    const end = await run('preview', '0 2 L * *', DATED, '--zone', 'Asia/Tokyo', '-n', '2', '--quiet', '01:00-03:00')
    expect(end).toMatchObject({ code: 0, stderr: '' })
    const lines = end.stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/\(Asia\/Tokyo\)$/)
    expect(lines.slice(1)).toEqual([
      '  2024-05-31 02:00:00 +09:00  begins 2024-05-31 03:00:00 +09:00  /data/20240530',
      '  2024-06-30 02:00:00 +09:00  begins 2024-06-30 03:00:00 +09:00  /data/20240629',
    ])
    const json = objects((await run('preview', '@daily', '--json', '-n', '1', '--start', '2024-05-10')).stdout)
    // a date is one of the daemon's own zone where none is named
    expect(json).toMatchObject([
      { type: 'preview', zone: 'Asia/Shanghai' },
      { type: 'slot', slot: '2024-05-09T16:00:00.000Z' },
    ])
  })
})

describe('runs', () => {
  it('are waited for, with the exit code of a load, and stand in history, show and list', async () => {
    await run('add', '0 2 * * *', 'load', '/runs/a', '--name', 'nightly')
    const begin = async (...words: string[]) => {
      const client = start('run', 'nightly', ...words)
      const found = await until('the run', async () => {
        const { lastRun } = await get('nightly')
        return lastRun !== undefined && lastRun.status !== 'succeeded' && lastRun.status !== 'failed' && lastRun
      })
      return { client, job: found.job.id as string }
    }
    const good = await begin('--wait')
    await at.finish(good.job)
    expect(await good.client.ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^schedule \d+ \(nightly\): run 1 \w+ \(by otto\), job \d+\ncached: \/runs\/a 0 % -> 100 %/,
      ),
    })
    at.room.move(90_000)
    const partly = await begin('--wait', '--slot', '2024-04-30', '--json')
    at.room.move(90_000)
    await at.finish(partly.job, { findings: findings({ before: measured(4, 0), after: measured(4, 3) }) })
    const end = await partly.client.ended
    expect([end.code, objects(end.stdout)[0]]).toEqual([
      3,
      { type: 'run', run: expect.objectContaining({ slot: '2024-04-29T16:00:00.000Z' }) },
    ])

    const history = (await run('history', 'nightly')).stdout.trimEnd().split('\n')
    expect(history[0]).toMatch(/^RUN +SLOT +KIND +STATUS +VERDICT +BEFORE -> AFTER +TOOK +JOB +NOTE$/)
    expect(history[1]).toMatch(
      /^2 +2024-04-30 00:00:00 +manual +failed +partly cached +0 % -> 75 % +1 min 30 s +\d+ +by otto$/,
    )
    expect(history[2]).toMatch(/^1 +2024-05-01 16:00:00 +manual +succeeded +cached +0 % -> 100 % +0 ms +\d+ +by otto$/)
    expect(objects((await run('history', 'nightly', '-n', '1', '--json')).stdout)).toMatchObject([{ number: 2 }])
    const show = (await run('show', 'nightly')).stdout
    expect(show).toMatch(/^when +0 2 \* \* \*: .* \(Asia\/Shanghai\)$/m)
    expect(show.split('\n').filter(line => /^ {2}2024-05-0\d 02:00:00 \+08:00$/.test(line))).toHaveLength(5)
    expect(show).toMatch(/^last runs:\n {2}RUN .*\n {2}2 .*\n {2}1 /m)
    const kinds = objects((await run('show', 'nightly', '--json')).stdout).map(({ type }) => type)
    expect(kinds).toEqual(['schedule', ...Array(5).fill('slot'), 'run', 'run'])
  })

  it('of the past are asked for by dates on the schedule’s clock, both included', async () => {
    await run('add', '0 2 * * *', 'load', DATED, '--name', 'past')
    const end = await run('backfill', 'past', '--from', '2024-04-28', '--to', '2024-04-30')
    expect(end).toMatchObject({ code: 0, stderr: expect.stringContaining('one after the other') })
    const rows = end.stdout.trimEnd().split('\n').slice(1)
    expect(rows.map(row => row.split(/ {2,}/)[1])).toEqual([
      '2024-04-28 02:00:00',
      '2024-04-29 02:00:00',
      '2024-04-30 02:00:00',
    ])
    expect(rows[2]).toMatch(/backfill +waiting .*other runs go first; by otto$/)
    const future = await run('backfill', 'past', '--from', '2024-04-28', '--to', '2034-05-01')
    expect(future).toMatchObject({ code: 2, stderr: expect.stringContaining('must not be in the future') })
  })
})

describe('list, pause, resume, remove', () => {
  it('are for several at once, and ask before they remove on a terminal', async () => {
    for (const name of ['set-a', 'other'])
      await at.ask('POST', '/schedules', { name, expression: '@daily', action: 'load', paths: ['/a'] })
    const { number } = await get('set-a')
    expect((await run('pause', 'set-a', 'other', String(number))).stdout).toMatch(
      /^schedule \d+ \(set-a\) is paused\nschedule \d+ \(other\) is paused\n$/,
    )
    const paused = (await run('list', '--paused', '--prefix', 'set-')).stdout.split('\n')
    expect(paused[0]).toMatch(/^NO +NAME +STATE +WHEN +DOES +NEXT +LAST RUN +ZONE +BY$/)
    expect(paused[1]).toMatch(/^\d+ +set-a +paused +@daily +load \/a +- +- +Asia\/Shanghai +otto$/)
    expect((await run('resume', 'other')).stdout).toContain('is active')
    expect(objects((await run('--json')).stdout).length).toBeGreaterThan(1)
    // one that is not there: none is changed
    expect(await run('remove', 'other', 'nobody')).toMatchObject({ code: 2, stdout: '' })

    const asked = ganderOnTerminal(['schedule', 'remove', 'other'], { env: env() })
    await asked.says('with its history? [y/N]')
    asked.child.stdin?.write('n\n')
    expect(await asked.ended).toMatchObject({ code: 4, stdout: expect.stringContaining('Nothing was removed.') })
    expect((await at.ask('GET', '/schedules?name=other')).body.items).toHaveLength(1)
    expect((await run('remove', 'set-a', 'other', '--yes')).stdout).toMatch(
      /\(set-a\) is removed\n.*\(other\) is removed\n$/,
    )
    expect(await run('list', '--prefix', 'set-')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'There is no such schedule.\n',
    })
  })

  it('say who may not, and who is not there', async () => {
    const add = ['add', '@daily', 'load', '/a']
    expect(await runHere(['schedule', ...add], { token: 'viewer-token' })).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('role'),
    })
    expect(await runHere(['schedule', 'list'], { token: 'nobody' })).toMatchObject({ code: 6 })
    expect(await runHere(['schedule'], { url: `http://127.0.0.1:${await findFreePort()}` })).toMatchObject({ code: 5 })
  })
})

it('for a cluster of which no agent is there says so', async () => {
  const made = await run('add', '@daily', 'load', '/a', '--name', 'typo', '--cluster', 'nowhere')
  expect(made).toMatchObject({ code: 0, stderr: 'note: no agent of cluster nowhere is connected\n' })
})

describe('a slot', () => {
  const slot = { id: 's', schedule: 's', number: 7, kind: 'clock', slot: '2024-05-01T18:00:00.000Z' } as const
  const cells = (more: object) =>
    toRunRow(
      { ...slot, dueAt: slot.slot, at: slot.slot, status: 'waiting', ...more } as Run,
      'Asia/Shanghai',
      (_, text) => text,
    )
  const TOLD: readonly [more: object, status: string, note: string][] = [
    [{ status: 'skipped', why: 'overlap' }, 'skipped', 'an earlier run is at work'],
    [{ status: 'waiting', why: 'marker' }, 'waiting', 'waits for its marker'],
    [{ status: 'skipped', why: 'marker' }, 'skipped', 'its marker did not come'],
    // each of them holds whatever becomes of the other one
    [{ status: 'missed', why: 'merged' }, 'missed', 'a later slot stands for it'],
    [{ status: 'skipped', why: 'behind' }, 'skipped', 'another one waits instead'],
    [{ status: 'succeeded', notReady: true }, 'succeeded', 'not ready by its time'],
    [
      { status: 'missed', why: 'late', others: { count: 1_200, since: slot.slot, atLeast: true } },
      'missed',
      'nobody was there at its time; and at least 1,200 slots before it',
    ],
    [{ status: 'unstarted', message: 'no\u001bpath', by: 'ann' }, 'unstarted', 'no\\u001bpath; by ann'],
  ]
  it.each(TOLD)('%j is told with its reason', (more, status, note) => {
    expect(cells(more)).toEqual(['7', '2024-05-02 02:00:00', 'clock', status, '-', '-', '-', '-', note])
  })
})

describe('completion', () => {
  it('knows the words and options of schedules', async () => {
    const { stdout } = await runHere(['completion', 'bash'])
    const complete = (words: string, last: number) =>
      `COMP_WORDS=(gander schedule ${words}); COMP_CWORD=${last}; _gander; echo "\${COMPREPLY[*]}"`
    const asks = [
      complete('back', 2),
      complete('add x force', 4),
      complete('add --mis', 3),
      complete('add --overlap s', 4),
    ]
    const bash = spawnSync('bash', ['-c', [stdout, ...asks].join('\n')], { encoding: 'utf8' })
    const told = ['backfill', 'forceload', '--misfire --misfire-within', 'skip stop-old', '']
    expect([bash.status, bash.stderr, bash.stdout.split('\n')]).toEqual([0, '', told])
    for (const shell of ['zsh', 'fish']) {
      const script = (await runHere(['completion', shell])).stdout
      for (const word of ['schedule', 'backfill', 'stop-old', 'wait-for']) expect(script, shell).toContain(word)
    }
  })
})

describe('options', () => {
  it.each([
    [{ quiet: '8-20' }, /--quiet must be a daily window/],
    [{ quiet: '25:00-26:00' }, /--quiet must be a daily window/],
    [{ jitter: '2h' }, /--jitter must be at most 1h/],
    [{ misfireWithin: '0s' }, /--misfire-within must be from 1s to 365d, or none, not "0s"/],
    [{ stable: '20s' }, /--stable must be from 1m to 24h/],
    [{ stable: 'soon' }, /--stable must be a duration/],
    [{ within: '8d' }, /--within must be from 1m to 7d/],
    [{ readyBy: '8:30' }, /--ready-by must be a time of day such as 08:30/],
    [{ start: '2024-02-30' }, /--start must be an instant such as/],
    [{ from: 'none' }, /--from must be an instant such as/],
    [{ overlap: 'both' }, /--overlap must be skip or queue or allow or stop-old/],
    [{ previewed: '0' }, /--count must be a whole number from 1 to 100/],
  ])('%j is a mistake', (given, sentence) => {
    expect(() => readOptions(given)).toThrow(sentence)
  })
})

describe('times', () => {
  it.each([
    ['2024-05-01T02:00:00Z', 'Asia/Shanghai', 'start', '2024-05-01T02:00:00.000Z'],
    ['2024-05-01T02:00+08:00', 'UTC', 'start', '2024-04-30T18:00:00.000Z'],
    ['2024-05-01T02:00', 'Asia/Shanghai', 'end', '2024-04-30T18:00:00.000Z'],
    ['2024-05-01', 'Asia/Shanghai', 'start', '2024-04-30T16:00:00.000Z'],
    ['2024-05-01', 'Asia/Shanghai', 'end', '2024-05-01T15:59:59.999Z'],
    // the day has 23 hours, and 25
    ['2024-03-31', 'Europe/Berlin', 'end', '2024-03-31T21:59:59.999Z'],
    ['2024-10-27', 'Europe/Berlin', 'end', '2024-10-27T22:59:59.999Z'],
    // left out by the clock: the time after the gap; twice on it: the first
    ['2024-03-31T02:30', 'Europe/Berlin', 'start', '2024-03-31T01:30:00.000Z'],
    ['2024-10-27T02:30', 'Europe/Berlin', 'start', '2024-10-27T00:30:00.000Z'],
    ['2024-02-30', 'UTC', 'start', undefined],
    ['2024-05-01T24:00', 'UTC', 'start', undefined],
    ['2024-05-01', 'Mars/Phobos', 'start', undefined],
    ['tomorrow', 'UTC', 'start', undefined],
  ] as const)('%s in %s (%s) is %s', (text, zone, edge, instant) => {
    expect(readWhen(text, zone, edge)).toBe(instant)
  })

  it('are told on the clock of the zone', () => {
    const at = '2024-05-01T18:00:00.000Z'
    expect([toZoneTime(at, 'Asia/Kolkata'), toOffsetTime(at, 'Asia/Kolkata')]).toEqual([
      '2024-05-01 23:30:00',
      '2024-05-01 23:30:00 +05:30',
    ])
    expect(toOffsetTime(at, 'America/St_Johns')).toBe('2024-05-01 15:30:00 -02:30')
    expect(toZoneTime(at, 'Mars/Phobos')).toBe(at)
  })
})
