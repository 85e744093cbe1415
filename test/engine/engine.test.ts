// one frame for what waits together; nobody hears of what is not on disk
import { describe, expect, it, vi } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { MINUTE, SECOND } from '../../shared/time.ts'
import { ROOT, toSubmit } from '../core/world.ts'
import { createEngineRoom } from './room.ts'

const submit = (paths: string[]) => toSubmit(paths, { actor: ROOT })

describe('a frame', () => {
  it('holds everything asked in one turn, and is saved once', async () => {
    const room = createEngineRoom()
    await Promise.all([
      room.engine.dispatch(submit(['/a'])),
      room.engine.dispatch(submit(['/b'])),
      room.engine.dispatch(submit(['/c'])),
    ])
    expect(room.saved).toHaveLength(1)
    expect([...room.state.jobs.rows()].map(job => job.number)).toEqual([1, 2, 3])
  })

  it('is told only after it was saved', async () => {
    const room = createEngineRoom()
    const order: string[] = []
    room.bend.save = async () => void order.push('saved')
    room.frames.subscribe(() => order.push('told'))
    await room.engine.dispatch(submit(['/a'])).then(() => order.push('answered'))
    expect(order).toEqual(['saved', 'told', 'answered'])
  })

  it('loses nothing of its neighbours when one ask is refused', async () => {
    const room = createEngineRoom()
    const results = await Promise.allSettled([
      room.engine.dispatch(submit(['/a'])),
      room.engine.dispatch({ type: 'job.stop', actor: ROOT, jobId: '018f0000-0000-7000-8000-000000000000' }),
      room.engine.dispatch(submit(['/b'])),
    ])
    expect(results.map(result => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(room.state.jobs.size).toBe(2)
  })

  it('that cannot be saved leaves the state as it was, and the next one works', async () => {
    const room = createEngineRoom()
    const told: number[] = []
    room.frames.subscribe(frame => told.push(frame.index))
    room.bend.save = async () => {
      throw new AppError('STORAGE_FULL', 'the disk is full')
    }
    await expect(room.engine.dispatch(submit(['/a']))).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    expect([room.state.jobs.size, told]).toEqual([0, []])
    room.bend.save = async () => {}
    await room.engine.dispatch(submit(['/a']))
    expect([room.state.jobs.size, told]).toEqual([1, [1]])
  })

  it('saves exactly the rows that the committed state then holds', async () => {
    const room = createEngineRoom()
    await room.connect()
    const { tasks } = await room.submit(['/a', '/a/b', '/c'])
    await room.end(await room.start(tasks[0]?.id ?? ''))
    const stored = await room.store.load()
    for (const table of ['jobs', 'tasks', 'allocations', 'agents', 'counters'] as const) {
      const rows: Iterable<{ readonly id: string }> = room.state[table].rows()
      expect(stored.get(table)).toEqual(new Map(Array.from(rows, row => [row.id, row])))
    }
  })
})

describe('the timer', () => {
  it('is armed to the next thing due, and calls an agent lost when its grace is over', async () => {
    const room = createEngineRoom()
    await room.connect()
    const { tasks } = await room.submit(['/a'])
    const allocation = await room.start(tasks[0]?.id ?? '')
    await room.desk.gone(room.agent.id, 'c1')
    await vi.waitFor(() => expect(room.delays()).toEqual([MINUTE]))
    const lost = new Promise<void>(resolve =>
      room.frames.subscribe(frame => frame.events.some(event => event.type === 'allocation.lost') && resolve()),
    )
    // the longest nap is a minute, so the grace of two takes two wakings
    room.move(MINUTE)
    await vi.waitFor(() => expect(room.delays()).toEqual([MINUTE]))
    room.move(MINUTE)
    await lost
    expect(room.state.allocations.get(allocation)?.status).toBe('lost')
    expect(room.state.tasks.get(tasks[0]?.id ?? '')?.status).toBe('queued')
  })

  it('waits longer after each save that failed, instead of turning in a circle', async () => {
    const room = createEngineRoom()
    await room.connect()
    const { tasks } = await room.submit(['/a'])
    await room.start(tasks[0]?.id ?? '')
    await room.desk.gone(room.agent.id, 'c1')
    room.bend.save = async () => {
      throw new AppError('STORAGE_FULL', 'the disk is full')
    }
    room.move(2 * MINUTE)
    const delays: number[] = []
    for (let round = 0; round < 4; round += 1) {
      await room.engine.dispatch({ type: 'tick' }).catch(() => {})
      delays.push(room.delays()[0] ?? 0)
    }
    expect(delays.every((delay, at) => delay >= SECOND && delay >= (delays[at - 1] ?? 0))).toBe(true)
  })
})

describe('closing', () => {
  it('lets what was asked finish and refuses what comes later', async () => {
    const room = createEngineRoom()
    const asked = room.engine.dispatch(submit(['/a']))
    await room.engine.close()
    await expect(asked).resolves.toMatchObject({ taskIds: [expect.any(String)] })
    await expect(room.engine.dispatch(submit(['/b']))).rejects.toMatchObject({ code: 'STOPPING' })
    expect(room.delays()).toEqual([])
  })
})
