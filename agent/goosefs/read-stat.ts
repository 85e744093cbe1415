// the facts of one path from `fs stat`: FileInfo{…} in 2.5, URIStatus{info=FileInfo{…}} in 2.9

export type PathStat = {
  readonly directory: boolean
  readonly path?: string
  readonly length?: number
  readonly percent?: number
  readonly persistence?: string
  readonly completed?: boolean
  readonly ufsPath?: string
  /** Milliseconds; -1 when none is set. GooseFS 2.x prints neither these nor `pinned`. */
  readonly ttlMs?: number
  readonly ttlAction?: string
  readonly pinned?: boolean
}

/** Reads the lines of one `fs stat`; undefined when they describe no path. */
export function readStat(lines: readonly string[]): PathStat | undefined {
  const kind = lines.map(line => / is a (file|directory) path\.$/.exec(line)?.[1]).find(found => found !== undefined)
  const info = lines.find(line => line.includes('FileInfo{'))
  if (kind === undefined || info === undefined) return undefined
  const value = (key: string) => new RegExp(String.raw`[{ ]${key}=(.*?)(?=, \w+=|\}|$)`).exec(info)?.[1]
  // names stand before these fields and may look like them: the last one counts
  const last = (key: string) => new RegExp(String.raw`.*[{ ]${key}=([\w-]+)`).exec(info)?.[1]
  const ttl = last('ttl')
  const pinned = last('pinned')
  const percent = toNumber(value('inAlluxioPercentage') ?? value('inGooseFSPercentage'))
  const length = toNumber(value('length'))
  return {
    directory: kind === 'directory',
    ...present('path', value('path')),
    ...present('length', length),
    ...present('percent', percent),
    ...present('persistence', value('persistenceState')),
    ...present('completed', value('completed') === undefined ? undefined : value('completed') === 'true'),
    ...present('ufsPath', value('ufsPath')),
    ...present('ttlMs', ttl === undefined || !/^-?\d+$/.test(ttl) ? undefined : Number(ttl)),
    ...present('ttlAction', last('ttlAction')),
    ...present('pinned', pinned === undefined ? undefined : pinned === 'true'),
  }
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text)
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V })
}
