// slips of the hand: a key that was typed without its equals sign, or with dashes before it
import { copied, typed } from '../../shared/chat-markdown.ts'
import { said } from '../../shared/errors.ts'
import { toHalfWidth } from '../../shared/width.ts'
import { CLUSTER, type Key, NAME, REFRESH, REPLICAS, TIMEOUT } from '../../shared/work-words.ts'

type Loose = { readonly name: string; readonly value: string | undefined }

const LOOSE = /^-{0,2}([^:=\s-][^:=\s]*)(?:[:=](.*))?$/su
const PLAIN = /^[\p{L}\p{N}_#.+%*:/@-]+$/u

/** What to write instead of stray words, in Chinese; undefined when none looks like a key. `keys`: all that the command takes. */
export function findSlip(words: readonly string[], keys: readonly Key[]): string | undefined {
  for (const [at, word] of words.entries()) {
    const loose = readLoose(word, words[at + 1])
    if (loose === undefined) continue
    const key = keys.find(one => one.includes(loose.name))
    if (key !== undefined) return `参数写成 ${typed(`${key[0]}=${toValue(loose.value)}`)}`
    // taken as a word where it is taken at all, and then no stray one
    if (REFRESH.includes(loose.name))
      return keys.includes(REPLICAS) && word !== REFRESH[0]
        ? `参数写成 ${copied(REFRESH[0])}`
        : `这个命令不带“${REFRESH[0]}”`
    const other = [REPLICAS, NAME, CLUSTER, TIMEOUT].some(one => one.includes(loose.name))
    if (other && keys.length > 0) return toUnknown(loose.name, keys)
  }
  return undefined
}

/** A key that there is none of, with those that there are. */
export function toUnknown(name: string, keys: readonly Key[]): string {
  return `没有参数 ${said(name)}，可用的有 ${keys.map(([first]) => `${first}=…`).join('、')}`
}

function readLoose(word: string, next: string | undefined): Loose | undefined {
  const [, name, touching] = LOOSE.exec(toHalfWidth(word)) ?? []
  if (name === undefined) return undefined
  return { name: name.toLowerCase(), value: touching === undefined || touching === '' ? next : touching }
}

function toValue(value: string | undefined): string {
  if (value === undefined) return '…'
  return PLAIN.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}
