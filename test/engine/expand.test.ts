// what an ask names as paths: lists, patterns, their limits, and patterns made to take for ever
import { expect, test } from 'vitest'
import { createExpansion, MOST_FILES } from '../../bot/engine/operations/expand.ts'
import { AppError } from '../../shared/errors.ts'
import { type Clock, createClock } from '../../shared/time.ts'
import { ANN } from '../core/world.ts'

type Told = { lines?: string[]; files?: string[] }

function createRoom({ lines = [], files = [] }: Told = {}, clock: Clock = createClock()) {
  const asked: string[] = []
  const { expandPaths } = createExpansion({
    clock,
    catalog: {
      async toNamespaces(_, __, paths) {
        asked.push(`map ${paths.length}`)
        return paths.map(path => path.replace(/^s3:\/\/b/, ''))
      },
      async readLines() {
        asked.push('lines')
        return lines
      },
      async listFiles(_, __, { path, most }) {
        asked.push(`files ${path} ${most}`)
        if (files.length > most) throw new AppError('INVALID_INPUT', `there are more than ${most} files`)
        return files
      },
    },
  })
  return { asked, expand: (what: Parameters<typeof expandPaths>[2]) => expandPaths(ANN, 'default', what) }
}

test('paths of the name space cost nothing', async () => {
  const { asked, expand } = createRoom()
  expect(await expand({ paths: ['/a', '/b/'] })).toEqual(['/a', '/b/'])
  expect(asked).toEqual([])
})

test('addresses are mapped with one look, in their order', async () => {
  const { asked, expand } = createRoom()
  expect(await expand({ paths: ['/a', 's3://b/x', 's3://b/y'] })).toEqual(['/a', '/x', '/y'])
  expect(asked).toEqual(['map 3'])
})

test.each([
  [{ lines: [] }, /^index must list at least one path, got none in "\/i"/],
  [{ lines: ['', '   '] }, /^index must list at least one path/],
  [{ lines: ['/a', 'b'] }, /^index must list paths: number 2 of them must start with "\/".*got "b"/],
  [{ lines: ['/a*'] }, /number 1 of them must not contain "\*"/],
])('a list %j is refused', async (told, sentence) => {
  await expect(createRoom(told).expand({ index: '/i' })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(sentence),
  })
})

test('a pattern that is none asks nobody', async () => {
  const { asked, expand } = createRoom()
  await expect(expand({ index: '/i', filter: '(' })).rejects.toThrow(/^fileFilterRegex must be a regular expression/)
  expect(asked).toEqual([])
})

test('a pattern must fit the whole path, and something', async () => {
  const { expand } = createRoom({ files: ['/a/x.csv', '/a/y.csv.gz'] })
  expect(await expand({ paths: ['/a'], filter: '.*\\.csv' })).toEqual(['/a/x.csv'])
  await expect(expand({ paths: ['/a'], filter: 'csv' })).rejects.toThrow(/^fileFilterRegex must fit at least one file/)
})

test('files below two of the paths are taken once', async () => {
  const { asked, expand } = createRoom({ files: ['/a/x', '/a/y'] })
  expect(await expand({ paths: ['/a', '/a/'], filter: '.*' })).toEqual(['/a/x', '/a/y'])
  expect(asked).toEqual([`files /a ${MOST_FILES}`, `files /a/ ${MOST_FILES - 2}`])
})

test('more files than the limit are refused, exactly as many are not', async () => {
  const files = Array.from({ length: MOST_FILES }, (_, n) => `/a/part-${n}`)
  expect(await createRoom({ files }).expand({ paths: ['/a'], filter: '/a/part-[0-9]+' })).toHaveLength(MOST_FILES)
  await expect(createRoom({ files: [...files, '/a/one'] }).expand({ paths: ['/a'], filter: '.*' })).rejects.toThrow(
    /100000/,
  )
  await expect(createRoom({ files }).expand({ paths: ['/a', '/b'], filter: '.*' })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  })
})

test.each(['(a+)+b', '(a|a)*b', '(.*a){30}b', '([a-z]+)*[0-9]'])(
  '%s takes no time on a path made for it',
  async filter => {
    const { expand } = createRoom({ files: [`/${'a'.repeat(4_000)}`] })
    // a pattern that tried every way would not be done before the sun is
    await expect(expand({ paths: ['/a'], filter })).rejects.toThrow(/must fit at least one file/)
  },
)

test('others have their turn while a pattern is matched, and what takes too long is ended', async () => {
  const files = Array.from({ length: 50 }, (_, n) => `/a/${n}`)
  const turnsOf = async (msPerFile: number): Promise<number | string> => {
    let [now, turns] = [0, 0]
    const clock: Clock = {
      now: () => {
        now += msPerFile
        return now
      },
      after(_, wake) {
        turns += 1
        queueMicrotask(wake)
        return () => {}
      },
    }
    const done = createRoom({ files }, clock).expand({ paths: ['/a'], filter: '.*' })
    return done.then(() => turns).catch((thrown: Error) => thrown.message)
  }
  expect(await turnsOf(0)).toBe(0)
  expect(await turnsOf(10)).toBeGreaterThan(10)
  expect(await turnsOf(400)).toBe('fileFilterRegex must not take longer than 10 s to match.')
})
