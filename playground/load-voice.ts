// the lines of eras A to C: each file speaks for itself
import { type Run, startError } from './load-run.ts'
import type { Shell } from './shell.ts'

/** What a load says; implemented per file (A to C) and per batch (D). */
export interface Voice {
  /** Announces files; answers those that a job can be started for. */
  loading(paths: string[]): Promise<string[]>
  submitted(ids: number[], paths: string[]): Promise<void>
  already(path: string): Promise<void>
  incomplete(path: string): Promise<void>
  done(id: number, path: string): Promise<void>
  failed(id: number, path: string, error: string): Promise<void>
  dropped(id: number, path: string): Promise<void>
  end(path: string): Promise<void>
}

const silent = async (): Promise<void> => {}

export function createFileVoice(shell: Shell, run: Run): Voice {
  const { out, settings } = shell
  const isA = settings.era === 'A'

  async function loading(paths: string[]): Promise<string[]> {
    const accepted: string[] = []
    for (const path of paths) {
      if (!isA) await out.line(`${path} loading`)
      const error = await startError(shell, path)
      if (error === undefined) accepted.push(path)
      else await out.line(`Failed to start job with error: ${error}`)
    }
    return accepted
  }

  return {
    loading,
    already: path => out.line(`${path} is already fully loaded in ${settings.brand}`),
    incomplete: path => out.line(`${path} is already fully loaded in ${settings.brand}`),
    dropped: silent,
    async submitted(_ids, paths) {
      if (isA) for (const path of paths) await out.line(`${path} loading`)
    },
    async done(_id, path) {
      run.completed++
      await out.line(`Successfully loaded path ${path} after 1 attempts`)
    },
    async failed(_id, path, error) {
      run.failed.push(path)
      await out.line(`Attempt 1 to load ${path} failed because: ${error}`)
    },
    async end() {
      if (settings.era === 'C')
        await out.line(`Completed count is ${run.completed},Failed count is ${run.failed.length}.`)
    },
  }
}
