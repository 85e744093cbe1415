// a daemon that is killed at any moment has lost nothing that it acknowledged

import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProgram } from '../helpers/children.ts'
import { createHeardLog, createRoom, openJournal } from '../helpers/room.ts'

const ROUNDS = 10
let room: Awaited<ReturnType<typeof createRoom>>
let programs: Awaited<ReturnType<typeof createRoom>>
beforeAll(async () => {
  room = await createRoom()
  programs = await createRoom()
})
afterAll(async () => {
  await room.remove()
  await programs.remove()
})

test('kill -9 at some point of each of ten rounds: every acknowledged save is there', async () => {
  const start = await createProgram(join(import.meta.dirname, 'fixtures/saver.ts'), programs.dir)
  for (let round = 0; round < ROUNDS; round++) {
    const child = start(room.dir, String(round))
    const acknowledged = new Map<string, number>()
    let count = 0
    child.lines.on('line', line => {
      const [writer = '', n] = line.split(' ')
      acknowledged.set(writer, Number(n))
      count += 1
      // A different point in each round; some fall into a rotation, which comes every few hundred saves.
      if (count === 40 + round * 157) child.process.kill('SIGKILL')
    })
    await once(child.lines, 'close')
    await child.kill()
    const { log, heard } = createHeardLog()
    const journal = openJournal(room.dir, { log })
    const tables = await journal.load()
    await journal.close()
    expect(acknowledged.size).toBeGreaterThan(0)
    for (const [writer, n] of acknowledged) {
      const job = tables.get('jobs')?.get(`w${writer}`) as { round: string; n: number }
      expect(job.round).toBe(String(round))
      expect(job.n).toBeGreaterThanOrEqual(n)
      // Both changes of a save are there, or none.
      expect(tables.get('tasks')?.get(`r${round}-w${writer}-${job.n % 50}`)).toEqual(job)
    }
    expect(heard.filter(({ message }) => !message.includes('torn'))).toEqual([])
  }
})
