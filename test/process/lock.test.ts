// one directory has one owner, however many try, and whatever became of the last one
import { readFile, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DirectoryInUse } from '../../process/directory-in-use.ts'
import { lockDirectory } from '../../process/lock.ts'
import { createPidServer, listenAt } from '../../process/pid-socket.ts'
import { type Child, createProgram } from '../helpers/children.ts'
import { createRoom } from '../helpers/room.ts'

type Room = Awaited<ReturnType<typeof createRoom>>
let programs: Room
let room: Room
let start: (...args: string[]) => Child
beforeAll(async () => {
  programs = await createRoom()
  start = await createProgram(join(import.meta.dirname, 'fixtures/locker.ts'), programs.dir)
})
afterAll(() => programs.remove())
beforeEach(async () => {
  room = await createRoom()
})
afterEach(() => room.remove())

const answerOf = (child: Child) => new Promise<string>(resolve => child.lines.once('line', resolve))

describe('a locked directory', () => {
  test('has exactly one owner when eight race for it, also right after the owner was killed', async () => {
    for (let round = 0; round < 3; round++) {
      const children = Array.from({ length: 8 }, () => start(room.dir))
      const answers = await Promise.all(children.map(answerOf))
      const owners = answers.filter(answer => answer.startsWith('owner'))
      expect(owners).toHaveLength(1)
      const pid = owners[0]?.split(' ')[1]
      expect(answers.filter(answer => answer === `refused ${pid}`)).toHaveLength(7)
      for (const child of children) await child.kill()
    }
  })

  test('refuses a second owner in the same process and by another name, until it is released', async () => {
    const lock = await lockDirectory(room.dir)
    const alias = `${room.dir}-alias`
    await symlink(room.dir, alias)
    const refusal = await lockDirectory(alias).catch(error => error)
    expect(refusal).toBeInstanceOf(DirectoryInUse)
    expect(refusal.message).toContain(`process ${process.pid}`)
    await lock.release()
    await lock.release()
    await (await lockDirectory(alias)).release()
    await unlink(alias)
  })

  test('is free after its owner let go, and leaves no file behind', async () => {
    const child = start(room.dir)
    await answerOf(child)
    const gone = new Promise(resolve => child.process.once('exit', resolve))
    child.process.stdin?.end()
    await gone
    await expect(readFile(join(room.dir, 'owner.json'))).rejects.toThrow(/ENOENT/)
    await (await lockDirectory(room.dir)).release()
  })
})

describe('an owner in another container', () => {
  async function writeOwner(change: Record<string, unknown>): Promise<void> {
    await rm(join(room.dir, 'owner.json'), { force: true })
    const lock = await lockDirectory(room.dir)
    const me = JSON.parse(await readFile(join(room.dir, 'owner.json'), 'utf8'))
    await lock.release()
    await writeFile(join(room.dir, 'owner.json'), JSON.stringify({ ...me, token: 'other', ...change }))
  }
  const owns = async () => {
    const lock = await lockDirectory(room.dir)
    await lock.release()
    return true
  }

  test('is respected while its socket in the directory answers, and no longer', async () => {
    await writeOwner({ pidSpace: 'pid:[1]', pid: 7 })
    const server = createPidServer()
    await listenAt(server, join(room.dir, 'owner.sock'))
    await expect(owns()).rejects.toMatchObject({ name: 'DirectoryInUse', pid: 7 })
    await new Promise(resolve => server.close(resolve))
    expect(await owns()).toBe(true)
  })

  test('beside us is respected while the process with that start time lives', async () => {
    await writeOwner({})
    await expect(owns()).rejects.toMatchObject({ name: 'DirectoryInUse', pid: process.pid })
    await writeOwner({ startTicks: '1' })
    expect(await owns()).toBe(true)
  })

  test('of another boot, a dead one, or a file that cannot be read, is no owner', async () => {
    await writeOwner({ bootId: 'another' })
    expect(await owns()).toBe(true)
    await writeOwner({ pid: 2 ** 22 + 1 })
    expect(await owns()).toBe(true)
    await writeFile(join(room.dir, 'owner.json'), '{"pid":')
    expect(await owns()).toBe(true)
  })
})
