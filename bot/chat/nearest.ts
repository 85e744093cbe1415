// the word that somebody probably meant
import { distance } from 'fastest-levenshtein'

/** The candidate most like `word`; the first of several. Undefined when none is much like it. */
export function findNearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = word.toLowerCase()
  // a third of it may be wrong, and of a short word still two characters where others stay
  let most = Math.max(Math.min(2, wanted.length - 1), Math.floor(wanted.length / 3))
  // 停 is the beginning of 停止
  if (/^\p{Script=Han}$/u.test(wanted)) {
    const begun = [...candidates].find(candidate => candidate.startsWith(wanted))
    if (begun !== undefined) return begun
  }
  let nearest: string | undefined
  for (const candidate of candidates) {
    const away = distance(wanted, candidate.toLowerCase())
    if (away > most || (away === most && nearest !== undefined)) continue
    nearest = candidate
    most = away
  }
  return nearest
}
