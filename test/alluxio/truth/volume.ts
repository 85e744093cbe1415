// how much there is: large objects without content, shares of a running load, files counted
import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Ground } from './ground.ts'

export const MIB = 2 ** 20

/** Makes objects of the same length, numbered, behind the cache's back. */
export async function fillSparsely(ground: Ground, count: number, prefix: string, bytes: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const path = join(ground.cluster.ufs, ground.at(`${prefix}${at}`))
    await mkdir(dirname(path), { recursive: true })
    const file = await open(path, 'w')
    await file.truncate(bytes)
    await file.close()
  }
}

/** Cached shares of the files directly in a directory, as the master's web tells them: in milliseconds, while a load runs. */
export async function sharesNow({ cluster, at }: Ground, path = ''): Promise<number[]> {
  const query = `path=${at(path)}&offset=0&limit=1000`
  const answer = await fetch(`${cluster.masterWeb}/api/v1/master/webui_browse?${query}`)
  const { fileInfos } = (await answer.json()) as { fileInfos: { inAlluxioPercentage: number }[] | null }
  return (fileInfos ?? []).map(file => file.inAlluxioPercentage)
}

/** How many files the truth counts, and how many of them are cached. */
export function countsOf({ words }: { readonly words: string }): { readonly files: number; readonly cached: number } {
  const [, cached = '', files = ''] = /^(\d+) of (\d+) files/.exec(words) ?? []
  return { files: Number(files), cached: Number(cached) }
}
