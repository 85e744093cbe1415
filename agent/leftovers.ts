// runs that an earlier process left below a directory: taken over only to be ended
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoOf } from '../shared/errors.ts'
import type { Driver } from './driver.ts'

/** Ends every run whose directory lies directly below `dir`, and sees to it that none of them begins. Rejects when that cannot be done. */
export async function endRunsBelow(
  dir: string,
  how: { readonly driver: Driver; readonly graceMs: number },
): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((thrown: unknown) => {
    if (errnoOf(thrown) === 'ENOENT') return []
    throw thrown
  })
  for (const entry of entries) {
    if (!entry.isDirectory()) continue
    const adopted = await how.driver.adopt(join(dir, entry.name))
    if (adopted.state === 'known') await adopted.run.stop(how.graceMs)
  }
}
