// the first changes on disk after a start: a torn end is cut off, what is no longer needed is removed
import { join } from 'node:path'
import type { Log } from '../../shared/log.ts'
import { type Files, OPEN } from './files.ts'
import type { Recovered } from './recovery.ts'

type Place = { readonly dir: string; readonly files: Files; readonly log: Log | undefined }

export async function mend({ dir, files, log }: Place, found: Recovered): Promise<void> {
  if (found.passedOver !== undefined) {
    log?.warn('a damaged snapshot was passed over, an older one and all journals since gave the state', {
      file: found.passedOver.file,
      byte: found.passedOver.byte,
    })
  }
  for (const { path, byte, lost } of found.torn) {
    if (byte === 0) await files.remove(path)
    else await cut(files, path, byte)
    log?.warn('the last frame of the state was torn and was cut off', { file: path, byte, lost })
  }
  for (const name of found.leftovers) await files.remove(join(dir, name))
  await files.syncDir(dir)
}

async function cut(files: Files, path: string, length: number): Promise<void> {
  const file = await files.open(path, OPEN.edit)
  try {
    await file.truncate(length)
    await file.datasync()
  } finally {
    await file.close()
  }
}
