// the lines of era D: batches speak, some lines are never ended

import { printFailures } from './load-failures.ts'
import { type Run, startError } from './load-run.ts'
import type { Voice } from './load-voice.ts'
import type { Shell } from './shell.ts'

interface Batch {
  paths: string[]
  left: number
  error?: string
}

/** At most 80 characters, dots included. */
function abbreviate(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`
}

function nameOf(paths: string[]): string {
  return paths.length === 1 ? (paths[0] ?? '') : `[${abbreviate(paths.join(','))}]`
}

export function createBatchVoice(shell: Shell, run: Run): Voice {
  const { out, settings } = shell
  const batches = new Map<number, Batch>()

  async function refuse(paths: string[], first: string): Promise<void> {
    let error: string | undefined = first
    for (let attempt = 1; attempt <= 4 && error !== undefined; attempt++) {
      await out.line(`Retry ${attempt} Failed to start job with error: ${error}`)
      if (attempt < 4) error = await startError(shell, paths[0] ?? '')
    }
    run.failed.push(...paths)
    await out.line(`Failed to complete loading ${nameOf(paths)} after 4 retries.`)
  }

  async function loading(paths: string[]): Promise<string[]> {
    if (paths.length === 1) await out.line(`${paths[0]} loading`)
    else await out.raw(`files: ${nameOf(paths)} loading`)
    for (const path of paths) {
      const error = await startError(shell, path)
      if (error === undefined) continue
      await refuse(paths, error)
      return []
    }
    return paths
  }

  async function ended(id: number): Promise<void> {
    const batch = batches.get(id)
    if (batch === undefined || --batch.left > 0) return
    if (batch.error === undefined) {
      run.completed += batch.paths.length
      await out.line(`Successfully loaded path ${nameOf(batch.paths)} after 1 attempts`)
      return
    }
    run.failed.push(...batch.paths)
    await out.line(`Attempt 1 to load ${nameOf(batch.paths)} failed because: ${batch.error}`)
  }

  return {
    loading,
    async submitted(ids, paths) {
      const batch: Batch = { paths, left: ids.length }
      for (const id of ids) batches.set(id, batch)
    },
    already: path => out.line(`${path} is already fully loaded in ${settings.brand}`),
    incomplete: path => out.raw(`Ignored load because: ${path} is in incomplete status`),
    done: id => ended(id),
    async failed(id, _path, error) {
      const batch = batches.get(id)
      if (batch !== undefined) batch.error ??= error
      await ended(id)
    },
    async dropped() {},
    async end(path) {
      await out.line(`Completed count is ${run.completed},Failed count is ${run.failed.length}.`)
      await printFailures(shell, path, { files: run.failed, title: 'Here are recent failed files: ', newline: false })
    },
  }
}
