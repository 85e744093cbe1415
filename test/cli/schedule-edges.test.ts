// gander schedule where people stumble: taking away, today, odd years, what is told back, and mistakes in their own words
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { readWhen, whenProblem } from '../../cli/schedule-time.ts'
import { gander } from '../helpers/gander.ts'
import { ganderHere } from '../helpers/gander-here.ts'
import { openScheduleRoom, type ScheduleRoom } from '../http/schedule-room.ts'

let at: ScheduleRoom
beforeAll(async () => {
  at = await openScheduleRoom()
})
afterAll(() => at.close())
afterEach(() => {
  vi.useRealTimers()
})

const run = (...words: string[]) => ganderHere(['schedule', ...words], { url: at.url, token: 'operator-token' })
const get = async (ref: string) => (await at.ask('GET', `/schedules/${ref}`)).body

describe('none and --no-', () => {
  const LOAD = ['--timeout', '1h', '--refresh', '--force', '--replicas', '2', '--freshness', 'known', '--no-verify']
  const RULES = ['--jitter', '5m', '--description', 'old', '--cluster', 'default', '--zone', 'Europe/Berlin']
  const MARKER = ['--wait-for', '/m', '--stable', '5m', '--within', '3h', '--or-load']

  it('take away what was given, one by one', async () => {
    const made = await run('add', '@daily', 'load', '/a', '--name', 'full', ...LOAD, ...RULES, ...MARKER)
    expect(made).toMatchObject({ code: 0, stderr: '' })
    const options = {
      replication: 2,
      timeoutSeconds: 3_600,
      freshness: 'known',
      refresh: true,
      force: true,
      verify: false,
    }
    expect((await get('full')).options).toEqual(options)
    const none = (...flags: string[]) => flags.flatMap(flag => [`--${flag}`, 'none'])
    const rules = none('jitter', 'description', 'cluster', 'zone', 'within', 'stable')
    expect(await run('edit', 'full', ...rules, '--no-or-load')).toMatchObject({ code: 0 })
    const kept = await get('full')
    // the options of its load stay
    expect(kept).toMatchObject({ options, jitterSeconds: 0, zone: 'Asia/Shanghai' })
    expect([kept.description, kept.cluster]).toEqual([undefined, undefined])
    expect(kept.waitFor).toEqual({ path: '/m', withinMinutes: 120, everySeconds: 60, otherwise: 'skip' })
    expect(await run('edit', 'full', ...none('timeout', 'replicas', 'freshness'))).toMatchObject({ code: 0 })
    expect((await get('full')).options).toEqual({ refresh: true, force: true, verify: false })
    expect(await run('edit', 'full', '--no-refresh', '--no-force', '--verify')).toMatchObject({ code: 0 })
    expect((await get('full')).options).toEqual({})
  })

  it('are not needed for a load of other paths, whose options stay; those of another action do not', async () => {
    await run('add', '@daily', 'load', '/a', '--name', 'stays', '--replicas', '2', '--timeout', '1h')
    await run('edit', 'stays', 'load', '/b')
    expect(await get('stays')).toMatchObject({ paths: ['/b'], options: { replication: 2, timeoutSeconds: 3_600 } })
    await run('edit', 'stays', 'forceload', '/b')
    expect((await get('stays')).options).toEqual({ replication: 2, timeoutSeconds: 3_600 })
    await run('edit', 'stays', 'free', '/b')
    expect(await get('stays')).toMatchObject({ action: 'free', options: {} })
    const help = (await gander(['schedule', 'edit', '--help']).ended).stdout
    expect(help).toMatch(/options of the load too: another action than load or forceload begins without them/)
    for (const word of ['--no-refresh', '--no-force', '--no-or-load', '--verify', '--timeout', '--freshness'])
      expect(help.split('none takes away')[1], word).toContain(word)
  })

  it('are no name, and no durations out of bounds', async () => {
    const name = /--name must be a name, as a schedule always has one, not "none"/
    expect((await run('add', '@daily', 'load', '/a', '--name', 'none')).stderr).toMatch(name)
    expect((await run('edit', 'full', '--name', 'none')).stderr).toMatch(name)
    expect((await run('edit', 'full', '--timeout', '0s')).stderr).toMatch(/--timeout must be from 1s to 7d, or none/)
    expect(await run('add', '@daily', 'load', '/a', '--name', 'bare', '--jitter', 'none')).toMatchObject({ code: 0 })
  })

  it('leave a name alone that only another view may give', async () => {
    const interval = { type: 'crontab', crontab: '0 2 * * *' }
    await at.ask('POST', '/export/task', { name: '4711', spl: 'load /a', interval })
    const [{ id }] = (await at.ask('GET', '/schedules?name=4711')).body.items
    expect(await run('edit', id, 'load', '/b', '--replicas', '2')).toMatchObject({ code: 0 })
    expect(await run('edit', id, '--notify', 'never')).toMatchObject({ code: 0 })
    expect(await get(id)).toMatchObject({ name: '4711', paths: ['/b'], notify: 'never' })
  })

  it('are told apart from an edit that says nothing, or nothing new', async () => {
    const { updatedAt } = await get('full')
    at.room.move(1_000)
    const { code, stderr } = await run('edit', 'full')
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^gander: Nothing to change was given for .*\(full\)/)])
    for (const words of [
      ['load', '/a'],
      ['--name', 'full'],
      ['--overlap', 'skip'],
      ['--timeout', 'none'],
      ['@daily'],
    ]) {
      const told = await run('edit', 'full', ...words)
      expect([told.code, told.stdout], words.join(' ')).toEqual([0, expect.stringContaining('nothing changed')])
    }
    expect((await get('full')).updatedAt).toBe(updatedAt)
    expect((await run('edit', 'full', '--paused')).stdout).toContain('is changed')
  })
})

describe('dates', () => {
  it('that are today end now', async () => {
    await run('add', '0 2 * * *', 'load', '/a', '--name', 'past')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2024-05-01T08:00:00Z') })
    const end = await run('backfill', 'past', '--from', '2024-04-30', '--to', '2024-05-01')
    expect(end.code, end.stderr).toBe(0)
    const slots = end.stdout.trimEnd().split('\n').slice(1)
    expect(slots.map(row => row.split(/ {2,}/)[1])).toEqual(['2024-04-30 02:00:00', '2024-05-01 02:00:00'])
  })

  it('are told as they were typed, with flags', async () => {
    const told = async (...words: string[]) => (await run(...words)).stderr
    expect(await told('backfill', 'past', '--from', '2024-04-30', '--to', '2034-05-01')).toBe(
      'gander: --to must not be in the future, got "2034-05-01".\n',
    )
    expect(await told('backfill', 'past', '--from', '2024-04-30', '--to', '2024-04-28')).toBe(
      'gander: --to must not be before --from, got "2024-04-28".\n',
    )
    expect(await told('backfill', 'past', '--from', '2024-04-30T03:00', '--to', '2024-04-30T04:00')).toBe(
      'gander: --from and --to must have a slot between them, and there is none between 2024-04-30T03:00 and 2024-04-30T04:00.\n',
    )
    const add = ['add', '@daily', 'load', '/a']
    expect(await told(...add, '--end', '2026-11-30', '--start', '2026-12-01')).toBe(
      'gander: --end must be an instant not before --start, 2026-12-01, got "2026-11-30".\n',
    )
    // what is there already is told on its clock
    await run(...add, '--name', 'from', '--start', '2026-12-01')
    expect(await told('edit', 'from', '--end', '2026-11-30')).toBe(
      'gander: --end must be an instant not before --start, 2026-12-01 00:00:00 +08:00, got "2026-11-30".\n',
    )
    expect(await told(...add, '--wait-for', '/m', '--stable', '3h')).toBe(
      'gander: --stable must be less than --within, 2 h, got 3 h.\n',
    )
    expect(await told(...add, '--name', 'past')).toMatch(/^gander: --name must be one that no schedule has, got "past"/)
    // what is quoted is somebody's own
    await run(...add, '--name', 'startAt')
    expect(await told(...add, '--name', 'startAt')).toContain('got "startAt"')
  })

  it.each([
    ['0001-01-01', 'must be in a year from 1970 to 9999'],
    ['1969-12-31T23:59:59Z', 'must be in a year from 1970 to 9999'],
    ['10000-01-01', 'must be in a year from 1970 to 9999'],
    ['9999-12-31T23:59:59-08:00', 'must be in a year from 1970 to 9999'],
    ['2024-02-30', expect.stringContaining('must be an instant such as')],
    ['1970-01-01', undefined],
    ['9999-12-31', undefined],
  ])('%s in a year is seen as such', (text, problem) => {
    expect(whenProblem(text)).toEqual(problem)
    expect(readWhen(text, 'UTC') === undefined).toBe(problem !== undefined)
  })

  it('of odd years are refused in one sentence', async () => {
    const sentence = /^gander: --slot must be in a year from 1970 to 9999, not "0001-01-01"\.\n$/
    expect(await run('run', 'past', '--slot', '0001-01-01')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(sentence),
    })
  })
})

describe('what was asked for', () => {
  it('is told back, where it is not the usual, with the instant of ready by', async () => {
    const rules = ['--ready-by', '01:00', '--wait-for', '/m', '--quiet', '08:00-20:00', '--overlap', 'queue']
    const made = await run('add', '0 2 * * *', 'load', '/a', '--name', 'told', '--notify', 'always', ...rules)
    expect(made.stdout.trimEnd().split('\n').slice(4)).toEqual([
      '  does       load /a',
      '  overlap    queue',
      '  quiet      08:00-20:00, slots wait until it is over',
      '  waits for  /m, for 2 h; then skip',
      // nearly a day after its slot: perhaps not what was meant
      '  ready by   01:00, at the next slot 2024-05-03 01:00:00 +08:00',
      '  tells      always',
    ])
    const edited = await run('edit', 'told', '--ready-by', '03:00', '--wait-for', 'none', '--quiet', 'none')
    expect(edited.stdout.trimEnd().split('\n').slice(4)).toEqual([
      '  does      load /a',
      '  overlap   queue',
      '  ready by  03:00, at the next slot 2024-05-02 03:00:00 +08:00',
      '  tells     always',
    ])
    expect((await run('show', 'told')).stdout).toMatch(
      /^ready by +03:00, at the next slot 2024-05-02 03:00:00 \+08:00$/m,
    )
    const late = await run('edit', 'told', '--overlap', 'skip', '--misfire', 'skip')
    expect(late.stdout).toMatch(/^ {2}misfire +skip$/m)
    // gander.yaml may set both
    const { stdout } = await gander(['schedule', 'add', '--help']).ended
    for (const usual of ['skip', 'run-once'])
      expect(stdout.replace(/\s+/g, ' ')).toContain(`unset: as gander.yaml says, else ${usual}`)
    const plain = await run('add', '0 2 * * *', 'load', '/a', '--name', 'plain')
    expect(plain.stdout.trimEnd().split('\n').slice(4)).toEqual(['  does  load /a'])
  })
})

describe('a preview', () => {
  it('refuses what no schedule may be', async () => {
    const rules = ['*/5 * * * * *', '--jitter', '5s']
    const jitter = 'gander: --jitter must be less than the 5 s between two slots, got 5 s.\n'
    expect(await run('preview', ...rules)).toEqual({ code: 2, stdout: '', stderr: jitter })
    expect((await run('add', ...rules, 'load', '/a')).stderr).toBe(jitter)
    const over = ['--end', '2024-04-01']
    const ended = 'gander: --end must leave a slot to come, got "2024-04-01".\n'
    expect((await run('preview', '@daily', ...over)).stderr).toBe(ended)
    expect((await run('add', '@daily', 'load', '/a', ...over)).stderr).toBe(ended)
  })

  it('has as many times as its help says', async () => {
    expect((await run('preview', '@hourly', '-n', '100')).stdout.trimEnd().split('\n')).toHaveLength(101)
    expect((await run('preview', '@hourly', '-n', '101')).stderr).toMatch(
      /--count must be a whole number from 1 to 100/,
    )
    const { stdout } = await gander(['schedule', 'preview', '--help']).ended
    expect(stdout).toMatch(/-n, --count <count> +how many, 1 to 100 \(default 5\)/)
    for (const word of ['@yearly', '@midnight', 'weekdays 08:00 and 20:00', '每天 02:00', "'*' in place"])
      expect(stdout, word).toContain(word)
    const history = (await gander(['schedule', 'history', '--help']).ended).stdout
    expect(history).toMatch(/how many, 1 to 1000 \(default 20\)/)
  })

  it('of a schedule that is over is that of no slot', async () => {
    await run('add', '@daily', 'load', '/a', '--name', 'ends', '--end', '2024-05-03')
    at.room.move(3 * 86_400_000)
    expect((await run('show', 'ends')).stdout).toContain('there is no slot to come')
  })
})

describe('a word that is none', () => {
  it.each([
    [['delete', 'x'], '"delete" is no word of gander schedule; remove is.'],
    [['rm', 'x'], '"rm" is no word of gander schedule; remove is.'],
    [['new', 'x'], '"new" is no word of gander schedule; add is.'],
    [['create', '@daily', 'load', '/a'], '"create" is no word of gander schedule; add is.'],
    [['histroy', 'x'], '"histroy" is no word of gander schedule; history is.'],
    // the word before its options
    [['ad', '@daily', 'load', '/a', '--name', 'x'], '"ad" is no word of gander schedule; add is.'],
    [['--name', 'x'], "unknown option '--name'"],
    [['nonsense'], '"nonsense" is no word of gander schedule: list, add,'],
    [['add', 'daily', '02:00', 'lod', '/d'], '"lod" is no action, load is: one of load, forceload,'],
    [['add', 'weekly', 'mon', '06:30', '/d'], 'What to do is missing'],
  ])('%j is told with the one that was meant', async (words, sentence) => {
    const told: string[] = []
    vi.spyOn(process.stderr, 'write').mockImplementation(text => told.push(String(text)) > 0)
    const { code, stderr } = await run(...words)
    vi.restoreAllMocks()
    expect([code, `${told.join('')}${stderr}`]).toEqual([2, expect.stringContaining(`gander: ${sentence}`)])
  })
})
