// what a listing does not show: hidden entries and closed directories, in both orders of listing
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createDirectoryCheck, tellHidden } from '../../../agent/goosefs/directory-check.ts'
import { readListLine } from '../../../agent/goosefs/read-ls.ts'
import { runAllocation } from '../../../agent/run-allocation.ts'
import { toVerdict } from '../../../bot/core/verdict.ts'
import { scratch } from '../scratch.ts'
import { createClusterWeb } from './cluster-web.ts'
import { createWorld, toFacts, usePlayground } from './world.ts'

usePlayground()

const file = (path: string, percent = 100, mode = '-rw-r--r--') =>
  `${mode}  root           root                         2       PERSISTED 11-21-2026 12:31:12:222 ${percent}% ${path}`
const dir = (path: string, size: number, mode = 'drwxr-xr-x') =>
  `${mode}  root           root                         ${size}       PERSISTED 11-21-2026 12:31:12:222  DIR ${path}`
const closed = (path: string) => dir(path, 0, 'd---------')

/** The same tree as 2.5 lists it, children first, and as 2.9 does. */
const orders = (lines: string[]): [string, string[]][] => [
  ['before it', lines],
  ['after it', [...lines].sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1))],
]
const pathOf = (line: string) => readListLine(line)?.path ?? ''

function check(lines: readonly string[]) {
  const found = createDirectoryCheck()
  for (const line of lines) {
    const entry = readListLine(line)
    if (entry !== undefined) found.add(entry)
  }
  return found
}

describe.each(orders([file('/p/f1'), closed('/p/closed'), file('/p/open/y'), dir('/p/open', 2), dir('/p/empty', 0)]))(
  'children %s',
  (_, lines) => {
    it('what cannot be read and what is hidden, and nothing else', () => {
      const { places, skipped } = check(lines).found()
      expect(places).toEqual([
        { path: '/p/closed', entries: 0 },
        { path: '/p/open', entries: 1 },
      ])
      expect(skipped).toBe(false)
      expect(check(lines).shownIn('/p')).toBe(4)
    })
  },
)

describe('no false alarm', () => {
  it.each<[string, string[]]>([
    ['a file alone', [file('/p/f1')]],
    ['more children than were counted: some came meanwhile', [dir('/p/a', 1), file('/p/a/1'), file('/p/a/2')]],
    ['a closed directory that shows its children all the same', [closed('/p/a'), file('/p/a/1')]],
    ['sizes of directories that are no counts', [1, 2, 3].flatMap(n => [dir(`/p/${n}`, 4096), file(`/p/${n}/x`)])],
    ['blanks and Chinese', [dir('/p/a b', 1), dir('/p/a b/中', 1), file('/p/a b/中/ f ')]],
  ])('%s', (_, lines) => {
    expect(check(lines).found().places).toEqual([])
  })

  it('a listing that begins anew forgets', () => {
    const one = check([dir('/p/open', 2)])
    one.restart()
    expect(one.found().places).toEqual([])
  })

  it('too many directories: not checked, and said', () => {
    const one = createDirectoryCheck()
    const line = readListLine(dir('/p/x', 3))
    for (let at = 0; at <= 100_001 && line !== undefined; at += 1) one.add({ ...line, path: `/p/${at}` })
    expect(one.found()).toEqual({ places: [], skipped: true })
    expect(tellHidden(one.found()).join()).toContain('was not checked')
  })
})

describe('a load', () => {
  /** A CLI with this listing, everything else empty; its report knows one worker that was just heard of. */
  function createListing(lines: readonly string[], own: readonly string[] = []) {
    const bin = join(scratch(), 'goosefs')
    const report = [
      'Capacity information for all workers: ',
      'Worker Name      Last Heartbeat   Storage       SSD',
      '127.0.0.1        0                capacity      64.00MB',
      '                                  used          1.00MB (2%)',
    ]
    const say = (texts: readonly string[]) => `cat <<'LINES'\n${texts.join('\n')}\nLINES\n`
    writeFileSync(
      bin,
      `#!/bin/sh\necho "$@" >> "$COUNTED_FILE"\ncase "$1 $2" in\n"fs ls") if [ "$3" = -d ]; then\n${say(own)}else\n${say(lines)}fi;;\n"fsadmin report") ${say(report)};;\nesac\nexit 0\n`,
    )
    chmodSync(bin, 0o755)
    return createWorld({}, bin)
  }

  it.each(orders([file('/p/f1'), closed('/p/closed'), file('/p/open/y'), dir('/p/open', 2)]))(
    'of a tree with hidden parts is short of them, children %s',
    async (_, lines) => {
      const world = createListing(lines)
      const task = '00000000-0000-7000-8000-000000000001'
      const one = world.allocation({ path: '/p', followers: [{ task, path: '/p/open' }] })
      const ending = await runAllocation(one.deps)
      expect(toFacts(ending)).toMatchObject({
        after: [2, 2, 100],
        missingTotal: 2,
        missingByCause: { permission: 2 },
      })
      expect(one.missing().trim().split('\n').sort()).toEqual(['/p/closed\tpermission', '/p/open\tpermission'])
      expect(ending.notes).toContain("1 entries of /p/open are not shown to the agent's user")
      expect(ending.cuts[0]?.findings).toMatchObject({ missingTotal: 1, missing: [{ path: '/p/open' }] })
    },
  )

  it('of a path with hidden entries of its own is short of them, where the web tells', async () => {
    const world = createListing([file('/p/f1'), file('/p/f2')])
    const told = { master: { since: 1, workers: [{ host: 'w' }] }, children: { '/p': 3 } }
    const web = await createClusterWeb(told)
    const ending = await runAllocation({ ...world.allocation({ path: '/p/' }).deps, webs: web.webs })
    expect(ending.findings).toMatchObject({ missing: [{ path: '/p', cause: 'permission' }], missingTotal: 1 })
  })

  it('of a path that grew while it was listed is not', async () => {
    const world = createListing([file('/p/f1'), file('/p/f2')])
    const told = { master: { since: 1, workers: [{ host: 'w' }] }, children: { '/p': 2 } }
    const web = await createClusterWeb(told)
    const one = world.allocation({ path: '/p' })
    const say: typeof one.deps.say = report => {
      if (report.type === 'measured') told.children['/p'] = 3
    }
    const ending = await runAllocation({ ...one.deps, webs: web.webs, say })
    expect(ending.findings?.missingTotal).toBe(0)
  })

  it('that shall not ask the object store does not ask the web either, which would', async () => {
    const world = createListing([file('/p/f1'), file('/p/f2')])
    const web = await createClusterWeb({ master: { since: 1, workers: [{ host: 'w' }] }, children: { '/p': 3 } })
    const one = world.allocation({ path: '/p', options: { freshness: 'known' } })
    const ending = await runAllocation({ ...one.deps, webs: web.webs })
    expect(ending.findings).toMatchObject({ missingTotal: 0, after: { files: 2, fresh: false } })
    expect(web.asked).not.toContain('master/webui_browse')
  })

  it('of a file asks the web nothing about children', async () => {
    const world = createListing([file('/p/f1')])
    const web = await createClusterWeb({ master: { since: 1, workers: [{ host: 'w' }] } })
    const ending = await runAllocation({ ...world.allocation({ path: '/p/f1' }).deps, webs: web.webs })
    expect(ending.findings).toMatchObject({ missingTotal: 0, after: { files: 1 } })
    expect(web.asked).not.toContain('master/webui_browse')
  })

  const own = (world: ReturnType<typeof createWorld>) => world.calls().filter(call => call.startsWith('fs ls -d'))

  it.each([
    ['without any right', closed('/p/closed')],
    ['with entries that are not shown', dir('/p/closed', 1)],
  ])('of a directory %s is not of an empty one', async (_, line) => {
    const world = createListing([], [line])
    const one = world.allocation({ path: '/p//closed/' })
    const ending = await runAllocation(one.deps)
    expect(toFacts(ending)).toMatchObject({
      ...{ after: [0, 0, 0], missingTotal: 1, missingByCause: { permission: 1 } },
      missing: [{ path: '/p/closed', cause: 'permission' }],
    })
    expect(one.missing()).toBe('/p/closed\tpermission\n')
    expect(own(world)).toHaveLength(2)
    expect(ending.findings?.cost.calls).toBe(world.calls().length - 1)
    const hints = { path: '/p/closed', endedWell: true, exit: 'exit code 0', failures: 0, asked: true, copies: 1 }
    const verdict = toVerdict(ending.findings, { ...hints, freshness: 'refreshed' })
    expect(verdict).toMatchObject({ kind: 'not-cached', ok: false })
  })

  it('of an empty directory is of an empty one; of any other its own line is not asked for', async () => {
    const empty = createListing([], [dir('/p', 0)])
    expect((await runAllocation(empty.allocation({ path: '/p' }).deps)).findings).toMatchObject({ missingTotal: 0 })
    expect(own(empty)).toHaveLength(2)
    const other = createListing([closed('/p/closed')], [dir('/p', 1)])
    expect((await runAllocation(other.allocation({ path: '/p' }).deps)).findings).toMatchObject({ missingTotal: 1 })
    expect(own(other)).toHaveLength(0)
  })
})
