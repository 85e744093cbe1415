// room in the cache as people read it: how much fits, what is missing, how much has to be freed
import type { Facts, Words } from './facts.ts'
import { toBytes, toShortBytes } from './size.ts'

type Said = { readonly text: Words; readonly next: Words }

/** Why a load found no room, and how much has to leave the cache for it; numbers only where they are known. */
export function toRoom(facts: Facts): Said {
  const { missingBytes, workers } = facts
  if (workers === undefined || missingBytes === undefined) return UNCOUNTED
  const copies = facts.copies ?? 1
  const missing = missingBytes * copies
  const capacity = workers.capacityBytes
  const free = Math.max(0, capacity - workers.usedBytes)
  const text = toText({ missing, capacity, free, mixed: facts.mixed === true })
  const whole = (facts.bytes ?? missingBytes) * copies
  if (whole > capacity) return { text, next: toTooLarge(whole, capacity) }
  if (missing <= free) return { text, next: ROOM_NOW }
  return { text, next: toFree(missing - free, facts.mixed === true) }
}

const UNCOUNTED: Said = {
  text: { en: 'not enough space', zh: '空间不足' },
  next: {
    en: 'free what is not needed: gander free PATH; then gander retry JOB',
    zh: '`释放 /路径` 腾出空间，再 `重试 任务号`',
  },
}

// the cache as a whole has room: either something left meanwhile, or one worker is full and another is not
const ROOM_NOW: Words = {
  en: 'there is room now: gander retry JOB; if it fails again, a single worker is full: gander free PATH',
  zh: '现在有空间：`重试 任务号`；如果再次失败，说明个别 worker 已满：`释放 /路径`',
}

type Numbers = { readonly missing: number; readonly capacity: number; readonly free: number; readonly mixed: boolean }

function toText({ missing, capacity, free, mixed }: Numbers): Words {
  const most = mixed ? 'at most ' : ''
  const mostZh = mixed ? '最多' : ''
  return {
    en: `not enough space: ${most}${toBytes(missing)} missing, ${toBytes(free)} free of a cache of ${toBytes(capacity)}`,
    zh: `空间不足（${mostZh}缺 ${toShortBytes(missing)}，缓存容量 ${toShortBytes(capacity)}，剩余 ${toShortBytes(free)}）`,
  }
}

function toFree(bytes: number, mixed: boolean): Words {
  return {
    en: `free ${mixed ? 'up to' : 'at least'} ${toBytes(bytes)}: gander free PATH; then gander retry JOB`,
    zh: `${mixed ? '最多还需' : '至少'}腾出 ${toShortBytes(bytes)}：\`释放 /路径\`，再 \`重试 任务号\``,
  }
}

function toTooLarge(whole: number, capacity: number): Words {
  return {
    en: `it needs ${toBytes(whole)}, the whole cache has ${toBytes(capacity)}: load a part of it, or give the workers more cache; what gander free PATH frees is not enough`,
    zh: `全部需要 ${toShortBytes(whole)}，缓存总容量只有 ${toShortBytes(capacity)}：只预热其中一部分，或给 worker 扩容；仅靠 \`释放 /路径\` 不够`,
  }
}
