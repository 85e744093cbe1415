// the word that somebody probably meant

/** The candidate that differs from a word in the fewest letters, at most two, and not all of them. */
export function findNearest(word: string, candidates: readonly string[]): string | undefined {
  const most = Math.min(2, Math.floor(word.length / 2))
  const rated = candidates.map(candidate => [distance(word.toLowerCase(), candidate), candidate] as const)
  const [nearest] = rated.filter(([away]) => away <= most).sort(([a], [b]) => a - b)
  return nearest?.[1]
}

// letters put in, left out, changed, or swapped with their neighbour
function distance(a: string, b: string): number {
  let [older, old]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, at) => at)]
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1]
      const steps = [at(old, j) + 1, at(row, j - 1) + 1, at(old, j - 1) + (isSame ? 0 : 1)]
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(Math.min(...steps, ...(isSwapped ? [at(older, j - 2) + 1] : [])))
    }
    ;[older, old] = [old, row]
  }
  return at(old, b.length)
}

const at = (row: readonly number[], index: number): number => row[index] ?? 0
