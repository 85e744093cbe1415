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
  return await ground.seen(load, {
    ...{ kind: 'partly', causes: { permission: parts.length }, code: 3 },
    says: ['permission denied', ...paths, 'the right to read', ...says],
  })
}

export const RIGHTS: readonly Scenario[] = [
  calm(10, 'a file that nobody may read', async ground => {
    await ground.fill({ ...many(2, 'f'), nofile: 'content' })
    return await without(ground, { nofile: 0 }, () => denied(ground, ['nofile']))
  }),
  calm(10, 'directories that nobody may read, at the top and deeper: they list as empty', async ground => {
    await ground.fill({ ...many(2, 'f'), 'closed/x': 'content', 'open/y': 'content', 'open/closed2/z': 'content' })
    const rights = { closed: 0, 'open/closed2': 0 }
    const seen = await without(ground, rights, () => denied(ground, ['closed', 'open/closed2']))
    expect(await ground.load()).toMatchObject({ code: 0, task: { verdict: { kind: 'cached', after: { files: 5 } } } })
    return seen
  }),
  real(10, "directories hidden from the agent's user, at the top and deeper: they do not list at all", async ground => {
    await ground.fill({ ...many(2, 'f'), 'own/x': 'content', 'open/y': 'content', 'open/own2/z': 'content' })
    ground.field.callAs('nobody')
    try {
      const says = ['are not shown to the agent']
      return await without(ground, { own: 0o700, 'open/own2': 0o700 }, () => denied(ground, ['', 'open'], says))
    } finally {
      ground.field.callAs(undefined)
    }
  }),
]
