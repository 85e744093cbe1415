// the desks of chat and post over an engine: what they say is kept, what they show is in order, and work does not notice
import { describe, expect, test } from 'vitest'
import { createState, TABLE_NAMES } from '../../bot/core/state.ts'
import { createBus } from '../../bot/engine/bus.ts'
import type { PostNews } from '../../bot/engine/chat-port.ts'
import { createEngine } from '../../bot/engine/engine.ts'
import { createMessageDesk } from '../../bot/engine/message-desk.ts'
import type { LiveEvent } from '../../bot/engine/operations/port.ts'
import type { Change } from '../../bot/engine/ports.ts'
import { createPostOffice } from '../../bot/engine/post-office.ts'
import { fillState, newestId } from '../../bot/engine/restore.ts'
import { RECORD_PARSERS } from '../../bot/store/records.ts'
import { AppError } from '../../shared/errors.ts'
import { createIds } from '../../shared/ids.ts'
import { type Log, SILENT_LOG } from '../../shared/log.ts'
import { DAY, MINUTE, SECOND, toInstant } from '../../shared/time.ts'
import { GROUP, OTHER, only, SENT, toDraft, toHeard, typed } from '../core/talk.ts'
import { findings, measured, must, ROOT, START } from '../core/world.ts'
import { createEngineRoom } from './room.ts'

type Room = ReturnType<typeof createEngineRoom>
const REQUEST = { action: 'load', paths: ['/a'], options: {} } as const
const submit = (room: Room, key: string, paths: readonly string[] = ['/a']) =>
  room.operations.submitJob(typed(key, { as: ROOT }), { ...REQUEST, paths: [...paths] })

/** Another process over what this one saved. */
async function restart(room: Room) {
  const stored = await room.store.load()
  const state = createState()
  const parsed = new Map(
    TABLE_NAMES.map(name => [
      name,
      new Map(
        Array.from(stored.get(name) ?? [], ([id, row]) => [id, RECORD_PARSERS[name](JSON.parse(JSON.stringify(row)))]),
      ),
    ]),
  )
  fillState(state, parsed)
  const frames = createBus<never>(SILENT_LOG)
  const ids = createIds(newestId(state))
  const { store, clock, settings } = room
  const engine = createEngine({ state, store, clock, ids, settings, bus: frames as never, log: SILENT_LOG })
  return {
    state,
    engine,
    desk: createMessageDesk({ state, engine }),
    office: createPostOffice({ state, engine, frames, output: room.output }),
  }
}

describe('the desk of messages', () => {
  test('keeps what was heard until it is answered, oldest first, over a restart', async () => {
    const room = createEngineRoom()
    expect(await room.messageDesk.heard(toHeard('z'))).toEqual({ repeated: false })
    room.move(1)
    await room.messageDesk.heard(toHeard('a'))
    expect(await room.messageDesk.heard(toHeard('z'))).toEqual({ repeated: true })
    expect(room.messageDesk.open().map(row => row.id)).toEqual(['z', 'a'])
    const next = await restart(room)
    expect(next.desk.open().map(row => [row.id, row.text])).toEqual([
      ['z', 'says z'],
      ['a', 'says a'],
    ])
    await next.desk.answered('z', { letters: [toDraft()] })
    expect(next.desk.open().map(row => row.id)).toEqual(['a'])
    expect(await next.desk.heard(toHeard('z'))).toEqual({ repeated: true })
    expect(next.desk.conversation('cid1')).toMatchObject({ kind: 'group', session: { url: expect.any(String) } })
  })

  test('tells after a crash between doing and answering what was done, and does nothing again', async () => {
    const room = createEngineRoom()
    await room.messageDesk.heard(toHeard('m1'))
    const { job, notes } = await submit(room, 'm1', ['/a', '/b'])
    const next = await restart(room)
    expect(next.desk.open().map(row => row.id)).toEqual(['m1'])
    expect(next.desk.doneOf('m1')).toEqual({ jobId: job.id, taskIds: 2, notes })
    const again = await next.engine.dispatch({
      ...{ type: 'job.submit', actor: typed('m1', { as: ROOT }), view: 'chat' },
      asks: [{ action: 'load', path: '/a', options: {} }],
    })
    expect(again).toMatchObject({ repeated: true, jobId: job.id })
    expect(next.state.jobs.size).toBe(1)
  })

  test('does one of two that come at once', async () => {
    const room = createEngineRoom()
    await room.messageDesk.heard(toHeard('m1'))
    const [one, two] = await Promise.all([submit(room, 'm1'), submit(room, 'm1')])
    expect([one.repeated, two.repeated, one.job.id === two.job.id]).toEqual([false, true, true])
    const letters = [toDraft()]
    await Promise.all([room.messageDesk.answered('m1', { letters }), room.messageDesk.answered('m1', { letters })])
    expect(room.postOffice.letters()).toHaveLength(1)
  })

  test('remembers the newest question of a person in a conversation', async () => {
    const room = createEngineRoom()
    const ask = async (key: string, code: string, staffId = 's1') => {
      room.move(SECOND)
      await room.messageDesk.heard(toHeard(key, { sender: { staffId, nick: '' } }))
      await room.messageDesk.answered(key, { letters: [], question: { code, line: `释放 /${code}` } })
    }
    await ask('z', 'AAA2')
    await ask('b', 'BBB2')
    await ask('c', 'CCC2', 's2')
    const { desk } = await restart(room)
    expect(desk.lastQuestion('cid1', 's1')).toEqual({ code: 'BBB2', line: '释放 /BBB2', at: toInstant(START + 2_000) })
    expect([desk.lastQuestion('cid2', 's1'), desk.lastQuestion('cid1', 's3')]).toEqual([undefined, undefined])
  })
})

const BAD = findings({ before: measured(3, 0), after: measured(3, 1), missingTotal: 2, missingByCause: { gone: 2 } })

describe('the post office', () => {
  test('shows notices and letters oldest first, and those of a later process are younger', async () => {
    const room = createEngineRoom()
    const first = await room.postOffice.write(toDraft('1'))
    const second = await room.postOffice.write(toDraft('2'))
    const { office } = await restart(room)
    const third = await office.write(toDraft('3'))
    expect(office.letters().map(row => row.id)).toEqual([first, second, third])
    await office.tried({ letterId: first, channel: 'session', outcome: SENT })
    expect(office.letters().map(row => row.id)).toEqual([second, third])
    expect(office.meter('session')).toMatchObject({ used: 1 })
  })

  test('seals notices into a letter, once', async () => {
    const room = createEngineRoom({ settings: { robot: true } })
    await room.connect()
    const { job, tasks } = await submit(room, 'm1')
    const allocation = await room.start(tasks[0]!.id)
    await room.end(allocation)
    const [notice] = room.postOffice.notices()
    expect(notice).toMatchObject({ place: GROUP, jobId: job.id, dueAt: toInstant(START + 5 * SECOND) })
    const sealing = { notices: [must(notice).id], letter: toDraft('done', { kind: 'result' }) }
    const [one, two] = await Promise.all([room.postOffice.seal(sealing), room.postOffice.seal(sealing)])
    expect([room.postOffice.letters().map(row => row.id), two]).toEqual([[one], undefined])
    expect(room.postOffice.notices()).toEqual([])
  })

  test('tells the story of a job: who asked, and the worst ten of its tasks', async () => {
    const room = createEngineRoom()
    await room.connect()
    const paths = Array.from({ length: 14 }, (_, n) => `/p${String(n).padStart(2, '0')}`)
    const { job, tasks } = await submit(room, 'm1', paths)
    const endings = new Map([
      [
        3,
        {
          findings: findings({
            before: measured(3, 0),
            after: measured(3, 0),
            missingTotal: 3,
            missingByCause: { gone: 3 },
          }),
        },
      ],
      [5, { findings: BAD }],
      [7, { findings: findings({ ...BAD, after: measured(9, 1), missingTotal: 8, missingByCause: { gone: 8 } }) }],
      [9, { findings: findings({ trouble: { cause: 'unknown', message: 'away' } }) }],
    ])
    for (const [n, task] of tasks.entries()) await room.end(await room.start(task.id), endings.get(n) ?? {})
    const story = must(room.postOffice.story(job.id))
    expect(story.askers).toEqual([{ place: GROUP, staffId: 's1', nick: 'nick of s1' }])
    expect(story.job).toMatchObject({ number: 1, status: 'partial' })
    expect(story.worst.map(task => task.path).slice(0, 4)).toEqual(['/p03', '/p07', '/p05', '/p09'])
    expect(story.worst).toHaveLength(10)
    expect(Array.from(room.postOffice.tasksOf(job.id), task => task.path)).toEqual(paths)
    await room.engine.dispatch({ type: 'job.purge', actor: ROOT, jobId: job.id })
    expect(room.postOffice.story(job.id)).toBeUndefined()
  })

  test('opens and shows cards, those in use oldest first', async () => {
    const room = createEngineRoom()
    const { job } = await submit(room, 'm1')
    const letter = await room.postOffice.write(toDraft('x', { card: job.id }))
    await room.postOffice.cardOpened({ id: 'z', jobId: job.id, place: GROUP, shown: {} }, letter)
    room.move(1)
    await room.postOffice.cardOpened({ id: 'a', jobId: job.id, place: OTHER, shown: {} })
    expect(room.postOffice.letters()).toEqual([])
    const { office } = await restart(room)
    expect(office.cards().map(row => row.id)).toEqual(['z', 'a'])
    await office.cardShown({ cardId: 'z', shown: { percent: '5' }, outcome: SENT, status: 'open' })
    expect(office.card('z')).toMatchObject({ shown: { percent: '5' }, updates: 1, status: 'open' })
    expect(office.cardsOf(job.id)).toHaveLength(2)
  })

  test('hears what concerns it, frame by frame', async () => {
    const room = createEngineRoom()
    await room.connect()
    const news: PostNews[] = []
    const stop = room.postOffice.onNews(one => news.push(one))
    await room.messageDesk.heard(toHeard('m1'))
    // the session that came with it may take letters that wait
    expect(news.splice(0)).toEqual([{ notices: false, letters: true, cards: false, jobs: [] }])
    const { job } = await submit(room, 'm1')
    expect(news).toEqual([{ notices: false, letters: false, cards: false, jobs: [job.id] }])
    await room.messageDesk.answered('m1', { letters: [toDraft()] })
    await room.postOffice.cardOpened({ id: 'c', jobId: job.id, place: GROUP, shown: {} })
    expect(news.slice(1).map(({ letters, cards }) => [letters, cards])).toEqual([
      [true, false],
      [false, true],
    ])
    await room.operations.stopJob(ROOT, job.id)
    await room.end(room.allocationOf(only(room.state.tasks.rows()).id), { exit: { reason: 'stopped' } })
    expect(news.at(-1)).toEqual({ notices: true, letters: false, cards: true, jobs: [job.id] })
    stop()
    await room.postOffice.write(toDraft())
    expect(news.at(-1)?.letters).toBe(false)
  })

  test('tells the log of what nobody took in time', async () => {
    const lines: string[] = []
    const room = createEngineRoom()
    const log: Log = { ...SILENT_LOG, error: message => void lines.push(message) }
    createPostOffice({ ...room, log })
    await room.postOffice.write(toDraft())
    await room.postOffice.tried({ letterId: only(room.postOffice.letters()).id, channel: 'session', outcome: SENT })
    await room.postOffice.write(toDraft())
    room.move(DAY)
    await room.engine.dispatch({ type: 'tick' })
    expect(lines).toEqual([expect.stringContaining('a letter was given up')])
    expect(room.postOffice.letters()).toEqual([])
  })
})

describe('what is said', () => {
  test('is no change of anybody’s work: it wakes nobody and is no event', async () => {
    const room = createEngineRoom()
    await room.connect()
    const { job, tasks } = await submit(room, 'm0')
    await room.start(tasks[0]!.id)
    const index = room.operations.stateIndex()
    const gone = new AbortController()
    const seen: LiveEvent[] = []
    const following = (async () => {
      for await (const event of room.operations.follow(ROOT, {}, gone.signal)) seen.push(event)
    })()
    await room.messageDesk.heard(toHeard('m1'))
    await room.messageDesk.answered('m1', { letters: [toDraft()] })
    await room.postOffice.tried({ letterId: only(room.postOffice.letters()).id, channel: 'session', outcome: SENT })
    await room.postOffice.cardOpened({ id: 'c', jobId: job.id, place: OTHER, shown: {} })
    const before = seen.length
    room.move(31 * MINUTE)
    await room.engine.dispatch({ type: 'tick' })
    expect(room.state.jobs.get(job.id)?.toldHalfway).toBe(true)
    expect([room.operations.stateIndex(), seen.length]).toEqual([index, before])
    // beside progress in one frame it is progress
    const allocation = room.allocationOf(tasks[0]!.id)
    const progress = { at: toInstant(START), source: 'lines', filesDone: 1 } as const
    await Promise.all([
      room.messageDesk.heard(toHeard('m2')),
      room.report({ type: 'progress', allocation, progress }),
      room.messageDesk.heard(toHeard('m3')),
    ])
    await room.report({ type: 'progress', allocation, progress: { ...progress, filesDone: 2 } })
    gone.abort()
    await following
    expect(new Set(seen.slice(before).map(event => event.type))).toEqual(new Set(['progress']))
  })

  test('is heard on a full disk, which stops a job but begins none; what was sent is noted', async () => {
    const room = createEngineRoom()
    await room.messageDesk.heard(toHeard('m1'))
    const full = (_changes: readonly Change[], priority: boolean) => {
      if (!priority) throw new AppError('STORAGE_FULL', 'full')
    }
    const save = room.store.save
    room.store.save = async (changes, how) => {
      full(changes, how?.priority === true)
      await save(changes, how)
    }
    const ask = room.operations.submitJob(ROOT, { action: 'load', paths: ['/a'], options: {} })
    await expect(ask).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    expect(await room.messageDesk.heard(toHeard('m2'))).toEqual({ repeated: false })
    await room.messageDesk.answered('m2', { letters: [] })
    await room.messageDesk.answered('m1', { letters: [toDraft()] })
    await room.postOffice.tried({ letterId: only(room.postOffice.letters()).id, channel: 'session', outcome: SENT })
    expect([room.postOffice.letters(), room.messageDesk.open()]).toEqual([[], []])
    expect(await room.messageDesk.heard(toHeard('m1'))).toEqual({ repeated: true })
  })
})
