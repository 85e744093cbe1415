// what people type: commands, mistakes, questions about jobs that they have heard of

import { LONG } from './agent.ts'
import type { Person, Room } from './cast.ts'
import type { Chance } from './random.ts'
import { accepted, acceptedAs, anyOf, type Draft, type Fits, type Kind, refusedWith, titled } from './said.ts'

/** What is heard of a room so far. */
export type Known = {
  /** Numbers of jobs that were accepted here, newest last. */
  readonly jobs: number[]
  /** Names of jobs that may still be open here. */
  readonly names: string[]
}

const WEIGHTS: Readonly<Record<Exclude<Kind, 'confirm' | 'dismiss'>, number>> = {
  ...{ load: 38, join: 2, bare: 2, forceload: 2, metadata: 2 },
  ...{ status: 10, own: 3, missing: 3, help: 5, whoami: 4, agents: 2 },
  ...{ unknown: 6, badKey: 3, badValue: 3, picture: 2, cached: 3, stop: 5, retry: 3 },
}
const WRITES: ReadonlySet<Kind> = new Set(['load', 'join', 'bare', 'forceload', 'metadata', 'stop', 'retry'])
const NEEDS_JOB: ReadonlySet<Kind> = new Set(['status', 'stop', 'retry'])
const OPEN: ReadonlySet<Kind> = new Set(['help', 'whoami', 'picture'])

export type Writing = {
  readonly n: number
  readonly person: Person
  readonly room: Room
  readonly known: Known
  readonly chance: Chance
  /** No load that takes longer than half an hour any more. */
  readonly isLate: boolean
}

/** The next message of a person, with what it is to be answered with. */
export function compose(writing: Writing): Draft {
  const { person, known, chance } = writing
  const drawn = chance.choose(WEIGHTS)
  const isSilly = (drawn === 'badKey' || drawn === 'badValue' || drawn === 'cached') && person.role !== 'operator'
  const isLost = NEEDS_JOB.has(drawn) && known.jobs.length === 0
  const kind = isSilly ? 'help' : isLost || (drawn === 'join' && known.names.length === 0) ? 'load' : drawn
  const draft = MAKERS[kind](writing)
  const refusal = toRefusal(kind, person)
  if (refusal === undefined) return draft
  const { paths: _never, job: _none, aside: _inTurn, ...rest } = draft
  return { ...rest, fits: refusal }
}

/** A load with a name, as many at once as a minute of the custom robot cannot hold. */
export function composeNamed({ n }: Pick<Writing, 'n'>): Draft {
  const path = `/soak/m${n}`
  return { kind: 'load', text: `预热 ${path} 名称=soakn${n}`, paths: [path], fits: accepted(path, '预热') }
}

function toRefusal(kind: Kind, { role }: Person): Fits | undefined {
  if (role === 'stranger' && !OPEN.has(kind)) return refusedWith('我不认识你')
  if (role === 'viewer' && WRITES.has(kind)) return refusedWith('你的角色是查看（viewer）')
  return undefined
}

type Maker = (writing: Writing) => Draft

const MAKERS: Readonly<Record<Exclude<Kind, 'confirm' | 'dismiss'>, Maker>> = {
  load: ({ n, chance, isLate }) => {
    const path = !isLate && chance.is(0.01) ? `${LONG}m${n}` : `/soak/m${n}`
    const paths = chance.is(0.15) ? [path, `/soak/m${n}b`, `/soak/m${n}c`] : [path]
    const name = chance.is(0.12) ? ` 名称=soakn${n}` : ''
    return { kind: 'load', text: toTyped(paths, name, chance), paths, fits: accepted(path, '预热') }
  },
  join: ({ n, known, chance }) => {
    const path = `/soak/m${n}`
    const text = `预热 ${path} 名称=${chance.pick(known.names)}`
    return { kind: 'join', text, paths: [path], fits: accepted(path, '预热') }
  },
  bare: ({ n }) => {
    const path = `/soak/m${n}`
    const fits: Fits = ({ title, words }) => title.startsWith('请确认 ') && words.includes(path)
    return { kind: 'bare', text: path, fits }
  },
  forceload: ({ n }) => toWork('forceload', '强制预热', n),
  metadata: ({ n }) => toWork('metadata', '元数据', n),
  status: ({ known, chance }) => {
    const job = pickJob(known, chance)
    return { kind: 'status', text: chance.is(0.3) ? `status #${job}` : `状态 ${job}`, fits: titled(`状态 #${job}`) }
  },
  own: () => ({ kind: 'own', text: '状态', fits: titled('我的任务') }),
  missing: ({ n }) => ({ kind: 'missing', text: `状态 无此${n}`, fits: refusedWith(`无此${n}`) }),
  help: ({ chance }) => ({ kind: 'help', text: chance.pick(['帮助', 'help', '？']), fits: titled('帮助') }),
  whoami: ({ person }) => ({ kind: 'whoami', text: '我是谁', fits: titled('我是谁', person.staffId) }),
  agents: () => ({ kind: 'agents', text: '代理', fits: titled('代理') }),
  unknown: ({ n }) => {
    // figures behind a word would be a job's number
    const word = `胡言${[...String(n)].map(figure => '零一二三四五六七八九'[Number(figure)]).join('')}`
    return { kind: 'unknown', text: `${word} 乱语`, fits: refusedWith(word) }
  },
  badKey: ({ n }) => ({ kind: 'badKey', text: `预热 /soak/never 副木${n}=2`, fits: refusedWith(`副木${n}`) }),
  badValue: ({ n }) => ({ kind: 'badValue', text: `预热 /soak/never 副本=x${n}`, fits: refusedWith(`x${n}`) }),
  picture: () => ({ kind: 'picture', text: '', picture: true, fits: titled('只支持文字') }),
  cached: ({ n }) => ({
    kind: 'cached',
    text: `占比 /soak/c${n}`,
    aside: true,
    fits: titled('缓存占比', `/soak/c${n}`),
  }),
  stop: ({ known, chance }) => {
    const job = pickJob(known, chance)
    const asked: Fits = ({ title, words }) => title.startsWith('请确认 ') && words.includes(`#${job} `)
    return { kind: 'stop', text: `停止 ${job}`, job, fits: anyOf(asked, refusedWith(`#${job} `)) }
  },
  retry: ({ known, chance }) => toRetry(pickJob(known, chance)),
}

export function toRetry(job: number): Draft {
  return {
    kind: 'retry',
    text: `重试 ${job}`,
    job,
    fits: anyOf(acceptedAs(job, '重试'), refusedWith(`#${job} `), refusedWith(`Job ${job} belongs`)),
  }
}

/** The answer to a question about stopping a job, or about loading a path. */
export function toConfirm(code: string, about: { readonly job?: number; readonly path?: string }): Draft {
  const { job, path } = about
  const done = job === undefined ? accepted(path ?? '', '预热') : titled(`停止 #${job}`)
  const late =
    job === undefined ? refusedWith() : anyOf(refusedWith('问题'), refusedWith(code), refusedWith(`#${job} `))
  const paths = path === undefined ? {} : { paths: [path] }
  return { kind: 'confirm', text: `确认 ${code}`, ...paths, ...(job && { job }), fits: anyOf(done, late) }
}
export function toDismiss(code: string): Draft {
  return {
    kind: 'dismiss',
    text: `取消 ${code}`,
    fits: anyOf(titled('已取消'), refusedWith('问题'), refusedWith(code)),
  }
}

function toWork(kind: 'forceload' | 'metadata', word: string, n: number): Draft {
  const path = `/soak/m${n}`
  return { kind, text: `${word} ${path}`, paths: [path], fits: accepted(path, word) }
}

function pickJob({ jobs }: Known, chance: Chance): number {
  return chance.pick(chance.is(0.7) ? jobs.slice(-4) : jobs)
}

/** The same command in the forms in which people type it. */
function toTyped(paths: readonly string[], name: string, chance: Chance): string {
  const all = paths.join(' ')
  return chance.pick([
    `预热 ${all}${name}`,
    `load ${all}${name}`,
    `　预热　${paths.join('　')}${name.replace('=', '＝')}`,
    `@Gander 预热 ${paths.map(path => `"${path}"`).join(' ')}${name}`,
    `预热${name}\n${paths.join('\n')}`,
  ])
}
