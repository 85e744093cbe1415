// 定时 by sub-word: their words, what each changes, and how it is written
import type { Effect } from '../command.ts'

export type Sub = 'list' | 'new' | 'pause' | 'resume' | 'run' | 'delete' | 'history'

type SubRow = {
  readonly words: readonly [zh: string, ...others: string[]]
  readonly effect: Effect
  readonly usage: string
}

export const SUBS: Readonly<Record<Sub, SubRow>> = {
  list: { words: ['列表', 'list', 'ls'], effect: 'read', usage: '定时 列表' },
  new: {
    words: ['新建', 'new', 'create'],
    effect: 'write',
    usage:
      '定时 新建 每天 02:00 预热 /路径… [刷新] [副本=n] [超时=2h] [集群=c] [名称=x] [通知=alarm|always|never] [时区=z] [重叠=跳过|排队|并行|停旧] [错过=补跑|跳过] [等待=/标记] [就绪=08:30] [静默=08:00-20:00[:跳过]]',
  },
  pause: { words: ['暂停', 'pause'], effect: 'write', usage: '定时 暂停 名称|编号…' },
  resume: { words: ['恢复', 'resume'], effect: 'write', usage: '定时 恢复 名称|编号…' },
  run: { words: ['执行', 'run'], effect: 'write', usage: '定时 执行 名称|编号' },
  delete: { words: ['删除', 'delete', 'remove'], effect: 'destroy', usage: '定时 删除 名称|编号' },
  history: { words: ['历史', 'history'], effect: 'read', usage: '定时 历史 名称|编号' },
}

const SUB_OF = new Map((Object.keys(SUBS) as Sub[]).flatMap(sub => SUBS[sub].words.map(word => [word, sub] as const)))

export const findSub = (word: string): Sub | undefined => SUB_OF.get(word.toLowerCase())
export const SUB_WORDS: readonly string[] = [...SUB_OF.keys()]
