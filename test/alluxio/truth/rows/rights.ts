// parts of a tree that cannot be read: by the servers, or by the agent's user
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { many } from '../../field.ts'
import type { Ground } from '../ground.ts'
import { calm, real, type Scenario, type Seen } from '../scenario.ts'

/** Takes rights away in the under storage while something is done, and gives them back. */
async function without(ground: Ground, rights: Record<string, number>, act: () => Promise<Seen>): Promise<Seen> {
  const change = (path: string, mode: number) => chmod(join(ground.cluster.ufs, ground.at(path)), mode)
  for (const [path, mode] of Object.entries(rights)) await change(path, mode)
  try {
    return await act()
  } finally {
    // a file is content with it
    for (const path of Object.keys(rights)) await change(path, 0o755)
  }
}

/** Loads, and expects that these parts are named as not to be read. */
async function denied(ground: Ground, parts: readonly string[], says: readonly string[] = []): Promise<Seen> {
  const load = await ground.load()
  const paths = parts.map(part => (part === '' ? ground.root : ground.at(part)))
  const missing = load.task.verdict?.missing ?? []
  expect(missing.map(({ path, cause }) => `${cause} ${path}`).sort()).toEqual(
    paths.map(path => `permission ${path}`).sort(),
  )
  const expected = {
    ...({ kind: 'partly', causes: { permission: parts.length }, code: 3 } as const),
    says: ['permission denied', ...paths, 'the right to read', ...says],
  }
  const truth = await ground.truth()
  // what nobody could look at may be there: then nobody knows it
  const isUnseen = truth.whole && says.includes(UNSEEN)
  const seen = await ground.seen(load, expected, isUnseen ? { ...truth, whole: false } : truth)
  return { ...seen, truth, good: isUnseen ? null : seen.good }
}

const UNSEEN = "are not shown to the agent's user"

/** A tree with directories that nobody may read; with their rights given back all of it can be loaded. */
async function closed(ground: Ground, parts: readonly string[]): Promise<Seen> {
  const inside = Object.fromEntries(parts.map(part => [`${part}/x`, 'content']))
  await ground.fill({ ...many(2, 'f'), 'open/y': 'content', ...inside })
  const rights = Object.fromEntries(parts.map(part => [part, 0]))
  const seen = await without(ground, rights, () => denied(ground, parts))
  const after = { files: 3 + parts.length }
  expect(await ground.load()).toMatchObject({ code: 0, task: { verdict: { kind: 'cached', after } } })
  return seen
}

/** A tree in which the servers may read everything, and the agent's user may not; `parts` are what is named. */
async function hidden(ground: Ground, parts: readonly string[]): Promise<Seen> {
  await ground.fill({ ...many(2, 'f'), 'own/x': 'content', 'open/y': 'content', 'open/own2/z': 'content' })
  ground.field.callAs('nobody')
  try {
    return await without(ground, { own: 0o700, 'open/own2': 0o700 }, () => denied(ground, parts, [UNSEEN]))
  } finally {
    ground.field.callAs(undefined)
  }
}

const HIDDEN = "directories hidden from the agent's user, at the top and deeper"

export const RIGHTS: readonly Scenario[] = [
  calm(10, 'a file that nobody may read', async ground => {
    await ground.fill({ ...many(2, 'f'), nofile: 'content' })
    return await without(ground, { nofile: 0 }, () => denied(ground, ['nofile']))
  }),
  calm(
    10,
    'directories that nobody may read, at the top and deeper: they list as empty',
    ground => closed(ground, ['closed', 'open/closed2']),
    ['2.5'],
  ),
  calm(
    10,
    'the path itself is a directory that nobody may read',
    async ground => {
      await ground.fill({ 'closed/x': 'content' })
      return await without(ground, { closed: 0 }, async () => {
        const load = await ground.load('closed')
        const path = ground.at('closed')
        expect(load.task.verdict?.missing).toEqual([{ path, cause: 'permission' }])
        const says = ['permission denied', path, 'the right to read']
        return await ground.seen(load, { kind: 'not-cached', causes: { permission: 1 }, code: 1, says })
      })
    },
    ['2.5'],
  ),
  // not on 2.9: its master leaves such a directory out of all that it tells, so that nobody can know of it
  // 2.5 does not list them at all; 2.9 lists them as empty, and its engine loads as itself what the agent's user may not see
  real(10, HIDDEN, ground => hidden(ground, ['', 'open']), ['2.5']),
  real(10, HIDDEN, ground => hidden(ground, ['own', 'open/own2']), ['2.9']),
]
