// what the daemon can say of itself: disk, listeners, access, bot
import { access, constants, statfs } from 'node:fs/promises'
import { toError } from '../shared/errors.ts'
import type { DaemonConfig } from './config.ts'
import type { Check } from './engine/operations/port.ts'

const GIB = 1024 ** 3
const LOW_DISK_BYTES = 256 * 1024 * 1024

/** Checks of the process around the engine; each answers in words and names its remedy. */
export async function checkDaemon(config: DaemonConfig, ports: readonly number[]): Promise<Check[]> {
  return [
    { name: 'listeners', ok: true, answer: `${config.httpHost}, ports ${ports.join(', ')}` },
    await checkDisk(config.dataDir),
    {
      name: 'access',
      ok: true,
      answer: config.auth === 'off' ? 'off: every local process may ask' : 'by token',
    },
    {
      name: 'verdicts',
      ok: config.verify === 'on' ? true : null,
      answer: config.verify === 'on' ? 'measured before and after each load' : 'not measured: loads end as unverified',
      ...(config.verify === 'off' && { remedy: 'unset GANDER_VERIFY to let the cached share decide' }),
    },
  ]
}

async function checkDisk(dir: string): Promise<Check> {
  try {
    await access(dir, constants.W_OK)
    const { bavail, bsize } = await statfs(dir)
    const free = bavail * bsize
    const ok = free > LOW_DISK_BYTES
    return {
      name: 'data directory',
      ok,
      answer: `${dir}, ${(free / GIB).toFixed(1)} GiB free`,
      ...(!ok && { remedy: 'free some space: new asks are refused when it is full' }),
    }
  } catch (cause) {
    return {
      name: 'data directory',
      ok: false,
      answer: toError(cause).message,
      remedy: 'make it writable for the daemon',
    }
  }
}
